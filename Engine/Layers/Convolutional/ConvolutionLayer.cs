using System.Numerics;
using Engine.Activations;
using Engine.Constraints;
using Engine.Initializers;
using Engine.Kernels;
using Engine.Regularizers;

namespace Engine.Layers;

/// <summary>
/// What the layers of convolution have in common: a kernel that slides over one to three axes of channels-last data, a bias, an
/// activation.
/// </summary>
public abstract class ConvolutionLayer : SimpleLayer
{
    private readonly ConvolutionWindow _window;
    private Parameter? _kernel;
    private Parameter? _bias;

    private protected ConvolutionLayer(int filters, in ConvolutionWindow window, in ConvolutionOptions options)
    {
        if (filters < 1)
        {
            throw OutOfRange(nameof(filters), $"expected at least 1 filter, got {filters}.");
        }

        Filters = filters;
        _window = window;
        Padding = window.Padding;
        CheckLengths(window.Size, "a kernel size", "kernelSize");
        CheckLengths(window.Strides, "strides", "strides");
        CheckLengths(window.Dilation, "a dilation", "dilation");
        if (!Enum.IsDefined(Padding) || (Padding == Padding.Causal && this is not Conv1D))
        {
            string choice = this is Conv1D ? "Valid, Same or Causal" : "Valid or Same";
            throw OutOfRange("padding", $"expected {choice} padding, got {Padding}.");
        }

        if (window.Groups < 1 || filters % window.Groups != 0)
        {
            throw OutOfRange("groups", $"expected a number of groups that divides the {filters} filters, got {window.Groups}.");
        }

        Activation = options.Activation ?? ActivationFunction.Linear;
        UseBias = options.UseBias;
        KernelInitializer = options.KernelInitializer ?? Initializer.GlorotUniform;
        BiasInitializer = options.BiasInitializer ?? Initializer.Zeros;
        KernelRegularizer = options.KernelRegularizer;
        BiasRegularizer = options.BiasRegularizer;
        KernelConstraint = options.KernelConstraint;
        BiasConstraint = options.BiasConstraint;
        IsRelu = ReferenceEquals(Activation, ActivationFunction.ReLU);
    }

    /// <summary>The number of channels of the output.</summary>
    public int Filters { get; }

    /// <summary>What lies beyond the borders of the input.</summary>
    public Padding Padding { get; }

    /// <summary>What follows.</summary>
    public ActivationFunction Activation { get; }

    /// <summary>Whether a bias is added.</summary>
    public bool UseBias { get; }

    /// <summary>First values of the kernel.</summary>
    public Initializer KernelInitializer { get; }

    /// <summary>First values of the bias.</summary>
    public Initializer BiasInitializer { get; }

    /// <summary>The penalty on the kernel, if any.</summary>
    public Regularizer? KernelRegularizer { get; }

    /// <summary>The penalty on the bias, if any.</summary>
    public Regularizer? BiasRegularizer { get; }

    /// <summary>What the kernel must satisfy after each step, if anything.</summary>
    public Constraint? KernelConstraint { get; }

    /// <summary>What the bias must satisfy after each step, if anything.</summary>
    public Constraint? BiasConstraint { get; }

    /// <summary>The weights; null before the layer is used.</summary>
    public Parameter? Kernel => _kernel;

    /// <summary>The bias, <c>[filters]</c>; null before the layer is used, or without a bias.</summary>
    public Parameter? Bias => _bias;

    /// <inheritdoc/>
    public sealed override Reads BackwardReads => IsRelu ? Reads.Input | Reads.Output : Reads.Input;

    /// <summary>relu is applied in the product's registers; every other activation follows as a step of its own.</summary>
    public sealed override ActivationFunction? TrailingActivation =>
        IsRelu || ReferenceEquals(Activation, ActivationFunction.Linear) ? null : Activation;

    /// <summary>Whether relu is applied along with the bias.</summary>
    private protected bool IsRelu { get; }

    /// <summary>The window.</summary>
    private protected ref readonly ConvolutionWindow Window => ref _window;

    /// <summary>The names of the axes, as messages have them: "height, width".</summary>
    private string AxisNames => _window.Axes switch { 1 => "steps", 2 => "height, width", _ => "depth, height, width" };

    /// <inheritdoc/>
    public sealed override BufferNeeds Needs(ReadOnlySpan<Shape> inputs, int batch)
    {
        ConvolutionGeometry geometry = GeometryOf(inputs[0]);
        int outputs = batch * OutputOf(inputs[0]).Size;
        int sums = BiasGradient<float>.ScratchLength(outputs, Filters);
        int masked = IsRelu ? outputs : 0;
        return new BufferNeeds(Scratch: sums + masked + Convolution.ScratchLength(geometry, batch));
    }

    /// <summary>No output has a mask: steps are mixed, or are steps no longer.</summary>
    public override MaskRule OutputMask(ReadOnlySpan<bool> masked) => MaskRule.Drop;

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write("filters", Filters);
        writer.Write("kernel_size", _window.Present(_window.Size));
        writer.Write("activation", Activation);
        writer.Write("strides", _window.Present(_window.Strides));
        writer.Write("padding", Padding.ToString());
        writer.Write("dilation", _window.Present(_window.Dilation));
        writer.Write("use_bias", UseBias);
        writer.Write("kernel_initializer", KernelInitializer);
        writer.Write("bias_initializer", BiasInitializer);
        writer.Write("kernel_regularizer", KernelRegularizer);
        writer.Write("bias_regularizer", BiasRegularizer);
        writer.Write("kernel_constraint", KernelConstraint);
        writer.Write("bias_constraint", BiasConstraint);
    }

    /// <inheritdoc/>
    public sealed override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        // dz = dy · [y > 0], db = Σ dz over samples and positions   [filters]
        Span<T> scratch = pass.Scratch;
        Span<T> sums = scratch[..BiasGradient<T>.ScratchLength(dy.Length, Filters)];
        scratch = scratch[sums.Length..];
        Span<T> masked = IsRelu ? scratch[..dy.Length] : [];
        scratch = scratch[masked.Length..];
        ReadOnlySpan<T> dz = IsRelu ? masked : dy;
        Span<T> biasGradient = _bias is null ? [] : pass.Gradient(_bias);
        BiasGradient<T>.Run(IsRelu ? y : [], dy, masked, biasGradient, sums, Filters, pass.Threads);
        BackwardProducts(GeometryOf(pass.InputShape()), x, dz, pass.Gradient(_kernel!), dx, scratch, pass);
    }

    /// <inheritdoc/>
    protected sealed override Shape Build(Shape input, ParameterFactory parameters)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(parameters);
        if (input.Rank != _window.Axes + 1)
        {
            throw UnexpectedInput(AxesText("channels"), input, input.Rank == _window.Axes
                ? $"Where there is one channel only, add a Reshape({string.Join(", ", input)}, 1) before it."
                : $"The samples must have {_window.Axes + 1} axes, the channels last.");
        }

        int channels = input[^1];
        if (channels % _window.Groups != 0)
        {
            throw UnexpectedInput(
                $"with a number of channels that the {_window.Groups} groups divide",
                input,
                "The last axis is that of the channels.");
        }

        if (_kernel is not null && _kernel.Shape != KernelShape(channels))
        {
            throw UnexpectedInput(
                AxesText($"{ChannelsOf(_kernel.Shape)}"),
                input,
                "A layer that is used twice must see the same number of channels.");
        }

        Shape output = OutputOf(input);
        _kernel = parameters.Add("kernel", KernelShape(channels), KernelInitializer, KernelRegularizer, KernelConstraint);
        _bias = UseBias ? parameters.Add("bias", [Filters], BiasInitializer, BiasRegularizer, BiasConstraint) : null;
        return output;
    }

    /// <summary>Whether a way with a larger error of rounding may be taken.</summary>
    private protected virtual bool AllowsWinograd => true;

    /// <summary>The shape of the kernel for inputs of so many channels.</summary>
    private protected abstract Shape KernelShape(int channels);

    /// <summary>The channels of the inputs that a kernel of this shape is for.</summary>
    private protected abstract int ChannelsOf(Shape kernel);

    /// <summary>The shape of a sample of the output.</summary>
    /// <exception cref="ShapeException">The window does not fit.</exception>
    private protected abstract Shape OutputOf(Shape input);

    /// <summary>The geometry for inputs of this shape.</summary>
    private protected abstract ConvolutionGeometry GeometryOf(Shape input);

    /// <summary>The gradients of kernel and input, each unless its span is empty.</summary>
    private protected abstract void BackwardProducts<T>(
        in ConvolutionGeometry geometry,
        ReadOnlySpan<T> x,
        ReadOnlySpan<T> dz,
        Span<T> kernelGradient,
        Span<T> dx,
        Span<T> scratch,
        in Pass<T> pass)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>A shape of these lengths and channels.</summary>
    private protected Shape Sample((int Depth, int Height, int Width) lengths, params ReadOnlySpan<int> channels) =>
        Shape.Create([.. _window.Present(lengths), .. channels]);

    /// <summary>The values of the bias; empty without one.</summary>
    private protected ReadOnlySpan<T> BiasValues<T>(in Pass<T> pass)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        _bias is null ? [] : pass.Values(_bias);

    /// <summary>The expected input, the last axis given: "[n, height, width, 3]".</summary>
    private protected string AxesText(string channels) => $"[n, {AxisNames}, {channels}]";

    /// <summary>"(3, 5)", or "3" for one axis.</summary>
    private protected string Text((int Depth, int Height, int Width) numbers) => _window.Axes == 1
        ? $"{numbers.Width}"
        : $"({string.Join(", ", _window.Present(numbers))})";

    private void CheckLengths((int Depth, int Height, int Width) numbers, string what, string name)
    {
        if (numbers.Depth < 1 || numbers.Height < 1 || numbers.Width < 1)
        {
            throw OutOfRange(name, $"expected {what} of at least 1, got {Text(numbers)}.");
        }
    }

    private ArgumentOutOfRangeException OutOfRange(string name, string message) => new(name, $"{Kind}: {message}");
}
