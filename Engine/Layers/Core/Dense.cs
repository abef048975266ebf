using Engine.Activations;
using Engine.Constraints;
using Engine.Initializers;
using Engine.Kernels;
using Engine.Regularizers;

namespace Engine.Layers;

/// <summary>A fully connected layer: y = activation(x·W + b), over the last axis.</summary>
/// <remarks>Input <c>[n, ..., in]</c>, output <c>[n, ..., units]</c>; kernel <c>[in, units]</c>, bias <c>[units]</c>.</remarks>
public sealed class Dense : SimpleLayer
{
    private readonly bool _isRelu;
    private Parameter? _kernel;
    private Parameter? _bias;

    /// <summary>Makes a fully connected layer.</summary>
    /// <param name="units">The length of the output's last axis; at least 1.</param>
    /// <param name="activation">What follows the product; linear if null.</param>
    /// <param name="useBias">Whether a bias is added.</param>
    /// <param name="kernelInitializer">First values of the kernel; Glorot uniform if null.</param>
    /// <param name="biasInitializer">First values of the bias; zeros if null.</param>
    /// <param name="kernelRegularizer">A penalty on the kernel.</param>
    /// <param name="biasRegularizer">A penalty on the bias.</param>
    /// <param name="kernelConstraint">What the kernel must satisfy after each step.</param>
    /// <param name="biasConstraint">What the bias must satisfy after each step.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="units"/> is below 1.</exception>
    public Dense(
        int units,
        ActivationFunction? activation = null,
        bool useBias = true,
        Initializer? kernelInitializer = null,
        Initializer? biasInitializer = null,
        Regularizer? kernelRegularizer = null,
        Regularizer? biasRegularizer = null,
        Constraint? kernelConstraint = null,
        Constraint? biasConstraint = null)
    {
        if (units < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(units), $"Dense: expected at least 1 unit, got {units}.");
        }

        Units = units;
        Activation = activation ?? ActivationFunction.Linear;
        UseBias = useBias;
        KernelInitializer = kernelInitializer ?? Initializer.GlorotUniform;
        BiasInitializer = biasInitializer ?? Initializer.Zeros;
        KernelRegularizer = kernelRegularizer;
        BiasRegularizer = biasRegularizer;
        KernelConstraint = kernelConstraint;
        BiasConstraint = biasConstraint;
        _isRelu = ReferenceEquals(Activation, ActivationFunction.ReLU);
    }

    /// <summary>The length of the output's last axis.</summary>
    public int Units { get; }

    /// <summary>What follows the product.</summary>
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

    /// <summary>The weights, <c>[in, units]</c>; null before the layer is used.</summary>
    public Parameter? Kernel => _kernel;

    /// <summary>The bias, <c>[units]</c>; null before the layer is used, or without a bias.</summary>
    public Parameter? Bias => _bias;

    /// <inheritdoc/>
    public override Reads BackwardReads => _isRelu ? Reads.Input | Reads.Output : Reads.Input;

    /// <summary>relu is applied in the product's registers; every other activation follows as a step of its own.</summary>
    public override ActivationFunction? TrailingActivation =>
        _isRelu || ReferenceEquals(Activation, ActivationFunction.Linear) ? null : Activation;

    /// <inheritdoc/>
    public override BufferNeeds Needs(ReadOnlySpan<Shape> inputs, int batch) =>
        _isRelu ? new BufferNeeds(Scratch: batch * (inputs[0].Size / inputs[0][^1]) * Units) : default;

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write("units", Units);
        writer.Write("activation", Activation);
        writer.Write("use_bias", UseBias);
        writer.Write("kernel_initializer", KernelInitializer);
        writer.Write("bias_initializer", BiasInitializer);
        writer.Write("kernel_regularizer", KernelRegularizer);
        writer.Write("bias_regularizer", BiasRegularizer);
        writer.Write("kernel_constraint", KernelConstraint);
        writer.Write("bias_constraint", BiasConstraint);
    }

    /// <inheritdoc/>
    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        // y = relu?(x W + b)   [rows, units] = [rows, in][in, units]
        int rows = y.Length / Units;
        ReadOnlySpan<T> bias = _bias is null ? [] : pass.Values(_bias);
        Gemm.MultiplyAddBias(
            new ReadOnlyMatrixView<T>(x, rows, _kernel!.Shape[0]),
            KernelView(pass),
            bias,
            new MatrixView<T>(y, rows, Units),
            _isRelu,
            pass.Threads);
    }

    /// <inheritdoc/>
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        int rows = dy.Length / Units;
        int inputs = _kernel!.Shape[0];
        ReadOnlySpan<T> dz = dy;
        if (_isRelu)
        {
            Span<T> masked = pass.Scratch[..dy.Length];
            ActivationFunction.ReLU.Backward([], y, dy, masked, Units);
            dz = masked;
        }

        // dW = xᵀ dz   [in, units] = [in, rows][rows, units]
        ReadOnlyMatrixView<T> dzView = new(dz, rows, Units);
        Span<T> kernelGradient = pass.Gradient(_kernel);
        if (!kernelGradient.IsEmpty)
        {
            Gemm.Multiply(
                new ReadOnlyMatrixView<T>(x, rows, inputs).Transposed, dzView, new MatrixView<T>(kernelGradient, inputs, Units),
                pass.Threads);
        }

        // db = Σ dz over rows   [units]
        Span<T> biasGradient = _bias is null ? [] : pass.Gradient(_bias);
        if (!biasGradient.IsEmpty)
        {
            Reductions.ColumnSums(dz, biasGradient);
        }

        // dx = dz Wᵀ   [rows, in] = [rows, units][units, in]
        if (!dx.IsEmpty)
        {
            Gemm.Multiply(dzView, KernelView(pass).Transposed, new MatrixView<T>(dx, rows, inputs), pass.Threads);
        }
    }

    /// <inheritdoc/>
    protected override Shape Build(Shape input, ParameterFactory parameters)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(parameters);
        if (input.Rank == 0)
        {
            throw UnexpectedInput("[n, ..., features]", input, "Give the samples at least one axis.");
        }

        if (_kernel is not null && _kernel.Shape[0] != input[^1])
        {
            Shape expected = Shape.Create([.. input.AsSpan()[..^1], _kernel.Shape[0]]);
            throw UnexpectedInput(expected.BatchText, input, "A layer that is used twice must see the same last axis.", expected);
        }

        _kernel = parameters.Add("kernel", [input[^1], Units], KernelInitializer, KernelRegularizer, KernelConstraint);
        _bias = UseBias ? parameters.Add("bias", [Units], BiasInitializer, BiasRegularizer, BiasConstraint) : null;
        return Shape.Create([.. input.AsSpan()[..^1], Units]);
    }

    private ReadOnlyMatrixView<T> KernelView<T>(in Pass<T> pass)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> =>
        new(pass.Values(_kernel!), _kernel!.Shape[0], Units);
}
