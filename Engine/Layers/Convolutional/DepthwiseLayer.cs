using System.Numerics;
using Engine.Activations;
using Engine.Constraints;
using Engine.Initializers;
using Engine.Kernels;
using Engine.Regularizers;

namespace Engine.Layers;

/// <summary>What DepthwiseConv2D and SeparableConv2D have in common: a window over each channel by itself.</summary>
public abstract class DepthwiseLayer : SimpleLayer
{
    private protected DepthwiseLayer(
        (int Height, int Width) kernelSize,
        ActivationFunction? activation,
        (int Height, int Width)? strides,
        Padding padding,
        int depthMultiplier,
        (int Height, int Width)? dilation,
        bool useBias,
        Initializer? depthwiseInitializer,
        Initializer? biasInitializer,
        Regularizer? depthwiseRegularizer,
        Regularizer? biasRegularizer,
        Constraint? depthwiseConstraint,
        Constraint? biasConstraint)
    {
        KernelSize = Checked(kernelSize, "a kernel size", nameof(kernelSize));
        Strides = Checked(strides ?? (1, 1), "strides", nameof(strides));
        Dilation = Checked(dilation ?? (1, 1), "a dilation", nameof(dilation));
        if (padding is not (Padding.Valid or Padding.Same))
        {
            throw new ArgumentOutOfRangeException(nameof(padding), $"{Kind}: expected Valid or Same padding, got {padding}.");
        }

        if (depthMultiplier < 1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(depthMultiplier), $"{Kind}: expected a depth multiplier of at least 1, got {depthMultiplier}.");
        }

        Padding = padding;
        DepthMultiplier = depthMultiplier;
        Activation = activation ?? ActivationFunction.Linear;
        UseBias = useBias;
        DepthwiseInitializer = depthwiseInitializer ?? Initializer.GlorotUniform;
        BiasInitializer = biasInitializer ?? Initializer.Zeros;
        DepthwiseRegularizer = depthwiseRegularizer;
        BiasRegularizer = biasRegularizer;
        DepthwiseConstraint = depthwiseConstraint;
        BiasConstraint = biasConstraint;
        IsRelu = ReferenceEquals(Activation, ActivationFunction.ReLU);
    }

    /// <summary>The size of the window.</summary>
    public (int Height, int Width) KernelSize { get; }

    /// <summary>What follows.</summary>
    public ActivationFunction Activation { get; }

    /// <summary>From one window to the next.</summary>
    public (int Height, int Width) Strides { get; }

    /// <summary>What lies beyond the borders of the input.</summary>
    public Padding Padding { get; }

    /// <summary>Filters of each channel.</summary>
    public int DepthMultiplier { get; }

    /// <summary>From one position of a window to the next.</summary>
    public (int Height, int Width) Dilation { get; }

    /// <summary>Whether a bias is added.</summary>
    public bool UseBias { get; }

    /// <summary>First values of the depthwise kernel.</summary>
    public Initializer DepthwiseInitializer { get; }

    /// <summary>First values of the bias.</summary>
    public Initializer BiasInitializer { get; }

    /// <summary>The penalty on the depthwise kernel, if any.</summary>
    public Regularizer? DepthwiseRegularizer { get; }

    /// <summary>The penalty on the bias, if any.</summary>
    public Regularizer? BiasRegularizer { get; }

    /// <summary>What the depthwise kernel must satisfy after each step, if anything.</summary>
    public Constraint? DepthwiseConstraint { get; }

    /// <summary>What the bias must satisfy after each step, if anything.</summary>
    public Constraint? BiasConstraint { get; }

    /// <summary>The bias; null before the layer is used, or without a bias.</summary>
    public Parameter? Bias { get; private protected set; }

    /// <inheritdoc/>
    public sealed override Reads BackwardReads => IsRelu ? Reads.Input | Reads.Output : Reads.Input;

    /// <summary>relu is applied along with the bias; every other activation follows as a step of its own.</summary>
    public sealed override ActivationFunction? TrailingActivation =>
        IsRelu || ReferenceEquals(Activation, ActivationFunction.Linear) ? null : Activation;

    /// <summary>Whether relu is applied along with the bias.</summary>
    private protected bool IsRelu { get; }

    /// <summary>No output has a mask: steps are mixed, or are steps no longer.</summary>
    public override MaskRule OutputMask(ReadOnlySpan<bool> masked) => MaskRule.Drop;

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write("kernel_size", [KernelSize.Height, KernelSize.Width]);
        writer.Write("activation", Activation);
        writer.Write("strides", [Strides.Height, Strides.Width]);
        writer.Write("padding", Padding.ToString());
        writer.Write("depth_multiplier", DepthMultiplier);
        writer.Write("dilation", [Dilation.Height, Dilation.Width]);
        writer.Write("use_bias", UseBias);
        writer.Write("depthwise_initializer", DepthwiseInitializer);
        writer.Write("bias_initializer", BiasInitializer);
        writer.Write("depthwise_regularizer", DepthwiseRegularizer);
        writer.Write("bias_regularizer", BiasRegularizer);
        writer.Write("depthwise_constraint", DepthwiseConstraint);
        writer.Write("bias_constraint", BiasConstraint);
    }

    /// <summary>The geometry of the depthwise convolution for inputs of this shape.</summary>
    private protected ConvolutionGeometry GeometryOf(Shape input) => new(
        WindowAxis.None,
        new WindowAxis(input[0], KernelSize.Height, Strides.Height, Dilation.Height, Padding),
        new WindowAxis(input[1], KernelSize.Width, Strides.Width, Dilation.Width, Padding),
        input[2],
        input[2] * DepthMultiplier,
        input[2]);

    /// <summary>The height and width of the output, after a check of the input.</summary>
    /// <param name="input">The shape of a sample.</param>
    /// <param name="depthwiseKernel">The kernel, if the layer was used before.</param>
    /// <exception cref="ShapeException">The input does not fit.</exception>
    private protected (int Height, int Width) OutputOf(Shape input, Parameter? depthwiseKernel)
    {
        if (input.Rank != 3)
        {
            throw UnexpectedInput("[n, height, width, channels]", input, input.Rank == 2
                ? $"Where there is one channel only, add a Reshape({input[0]}, {input[1]}, 1) before it."
                : "The samples must have 3 axes, the channels last.");
        }

        if (depthwiseKernel is not null && depthwiseKernel.Shape[2] != input[2])
        {
            throw UnexpectedInput(
                $"[n, height, width, {depthwiseKernel.Shape[2]}]", input,
                "A layer that is used twice must see the same number of channels.");
        }

        int height = WindowAxis.OutputLength(input[0], KernelSize.Height, Strides.Height, Dilation.Height, Padding);
        int width = WindowAxis.OutputLength(input[1], KernelSize.Width, Strides.Width, Dilation.Width, Padding);
        if (height < 1 || width < 1)
        {
            (int Height, int Width) extent =
                (((KernelSize.Height - 1) * Dilation.Height) + 1, ((KernelSize.Width - 1) * Dilation.Width) + 1);
            throw UnexpectedInput(
                $"of at least [n, {extent.Height}, {extent.Width}, channels]", input,
                $"The window of {extent} must fit; pad with Padding.Same, or take a smaller one.");
        }

        return (height, width);
    }

    /// <summary>The gradient before relu: dy itself, or in <paramref name="scratch"/> where relu was applied.</summary>
    private protected ReadOnlySpan<T> BeforeRelu<T>(ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> scratch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!IsRelu)
        {
            return dy;
        }

        ActivationFunction.ReLU.Backward([], y, dy, scratch[..dy.Length], 1);
        return scratch[..dy.Length];
    }

    /// <summary>The values of the bias; empty without one.</summary>
    private protected ReadOnlySpan<T> BiasValues<T>(in Pass<T> pass)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Bias is null ? [] : pass.Values(Bias);

    /// <summary>The gradient of the bias, where it is wanted: db = Σ dz over samples and positions.</summary>
    private protected void BiasBackward<T>(ReadOnlySpan<T> dz, in Pass<T> pass)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<T> gradient = Bias is null ? [] : pass.Gradient(Bias);
        if (!gradient.IsEmpty)
        {
            Reductions.ColumnSums(dz, gradient);
        }
    }

    private (int Height, int Width) Checked((int Height, int Width) numbers, string what, string name) =>
        numbers.Height >= 1 && numbers.Width >= 1 ? numbers : throw new ArgumentOutOfRangeException(
            name, $"{Kind}: expected {what} of at least 1, got {numbers}.");
}
