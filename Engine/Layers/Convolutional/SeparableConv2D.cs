using Engine.Activations;
using Engine.Constraints;
using Engine.Initializers;
using Engine.Kernels;
using Engine.Regularizers;

namespace Engine.Layers;

/// <summary>
/// A separable convolution over images: a depthwise one, then one of 1 × 1 that mixes the channels. A convolution with far fewer
/// weights (Chollet, "Xception: Deep Learning with Depthwise Separable Convolutions", 2017).
/// </summary>
/// <remarks>
/// Input <c>[n, height, width, in]</c>, output <c>[n, height, width, filters]</c>; depthwise kernel <c>[kh, kw, in, multiplier]</c>,
/// pointwise kernel <c>[1, 1, in · multiplier, filters]</c>, bias <c>[filters]</c>. Bias and activation follow the second one only.
/// </remarks>
public sealed class SeparableConv2D : DepthwiseLayer
{
    private Parameter? _depthwiseKernel;
    private Parameter? _pointwiseKernel;

    /// <summary>Makes the layer.</summary>
    /// <param name="filters">The number of channels of the output; at least 1.</param>
    /// <param name="kernelSize">The size of the window; at least 1 each.</param>
    /// <param name="activation">What follows; linear if null.</param>
    /// <param name="strides">From one window to the next; at least 1 each, 1 if null.</param>
    /// <param name="padding">Valid or Same.</param>
    /// <param name="dilation">From one position of a window to the next; at least 1 each, 1 if null.</param>
    /// <param name="depthMultiplier">Depthwise filters of each channel; at least 1.</param>
    /// <param name="useBias">Whether a bias is added.</param>
    /// <param name="depthwiseInitializer">First values of the depthwise kernel; Glorot uniform if null.</param>
    /// <param name="pointwiseInitializer">First values of the pointwise kernel; Glorot uniform if null.</param>
    /// <param name="biasInitializer">First values of the bias; zeros if null.</param>
    /// <param name="depthwiseRegularizer">A penalty on the depthwise kernel.</param>
    /// <param name="pointwiseRegularizer">A penalty on the pointwise kernel.</param>
    /// <param name="biasRegularizer">A penalty on the bias.</param>
    /// <param name="depthwiseConstraint">What the depthwise kernel must satisfy after each step.</param>
    /// <param name="pointwiseConstraint">What the pointwise kernel must satisfy after each step.</param>
    /// <param name="biasConstraint">What the bias must satisfy after each step.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range, or the padding is none of those.</exception>
    public SeparableConv2D(
        int filters,
        (int Height, int Width) kernelSize,
        ActivationFunction? activation = null,
        (int Height, int Width)? strides = null,
        Padding padding = Padding.Valid,
        (int Height, int Width)? dilation = null,
        int depthMultiplier = 1,
        bool useBias = true,
        Initializer? depthwiseInitializer = null,
        Initializer? pointwiseInitializer = null,
        Initializer? biasInitializer = null,
        Regularizer? depthwiseRegularizer = null,
        Regularizer? pointwiseRegularizer = null,
        Regularizer? biasRegularizer = null,
        Constraint? depthwiseConstraint = null,
        Constraint? pointwiseConstraint = null,
        Constraint? biasConstraint = null)
        : base(
            kernelSize,
            activation,
            strides,
            padding,
            depthMultiplier,
            dilation,
            useBias,
            depthwiseInitializer,
            biasInitializer,
            depthwiseRegularizer,
            biasRegularizer,
            depthwiseConstraint,
            biasConstraint)
    {
        if (filters < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(filters), $"SeparableConv2D: expected at least 1 filter, got {filters}.");
        }

        Filters = filters;
        PointwiseInitializer = pointwiseInitializer ?? Initializer.GlorotUniform;
        PointwiseRegularizer = pointwiseRegularizer;
        PointwiseConstraint = pointwiseConstraint;
    }

    /// <summary>The number of channels of the output.</summary>
    public int Filters { get; }

    /// <summary>First values of the pointwise kernel.</summary>
    public Initializer PointwiseInitializer { get; }

    /// <summary>The penalty on the pointwise kernel, if any.</summary>
    public Regularizer? PointwiseRegularizer { get; }

    /// <summary>What the pointwise kernel must satisfy after each step, if anything.</summary>
    public Constraint? PointwiseConstraint { get; }

    /// <summary>The weights of the windows, <c>[kh, kw, in, multiplier]</c>; null before the layer is used.</summary>
    public Parameter? DepthwiseKernel => _depthwiseKernel;

    /// <summary>The weights that mix the channels, <c>[1, 1, in · multiplier, filters]</c>; null before the layer is used.</summary>
    public Parameter? PointwiseKernel => _pointwiseKernel;

    /// <inheritdoc/>
    public override BufferNeeds Needs(ReadOnlySpan<Shape> inputs, int batch)
    {
        // Kept: the depthwise result. Scratch: its gradient, and that before relu.
        ConvolutionGeometry geometry = GeometryOf(inputs[0]);
        int masked = IsRelu ? geometry.OutputPositions * Filters : 0;
        return new BufferNeeds(Kept: batch * geometry.OutputSize, Scratch: batch * (geometry.OutputSize + masked));
    }

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        base.Describe(writer);
        writer.Write("filters", Filters);
        writer.Write("pointwise_initializer", PointwiseInitializer);
        writer.Write("pointwise_regularizer", PointwiseRegularizer);
        writer.Write("pointwise_constraint", PointwiseConstraint);
    }

    /// <inheritdoc/>
    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        // u[o, c m] = Σ over w of x[o + w, c] D[w, c, m]
        ConvolutionGeometry geometry = GeometryOf(pass.InputShape());
        Span<T> u = pass.Kept[..(pass.Batch * geometry.OutputSize)];
        DepthwiseConvolution.Forward(
            geometry, pass.Batch, x, pass.Values(_depthwiseKernel!), [], u, relu: false, pass.Threads);

        // y = relu?(u P + b)   [rows, filters] = [rows, in · multiplier][in · multiplier, filters]
        int rows = pass.Batch * geometry.OutputPositions;
        Gemm.MultiplyAddBias(
            new ReadOnlyMatrixView<T>(u, rows, geometry.Filters),
            new ReadOnlyMatrixView<T>(pass.Values(_pointwiseKernel!), geometry.Filters, Filters),
            BiasValues(pass),
            new MatrixView<T>(y, rows, Filters),
            IsRelu,
            pass.Threads);
    }

    /// <inheritdoc/>
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        ConvolutionGeometry geometry = GeometryOf(pass.InputShape());
        int rows = pass.Batch * geometry.OutputPositions;
        int length = pass.Batch * geometry.OutputSize;
        ReadOnlySpan<T> dz = BeforeRelu(y, dy, pass.Scratch[length..]);
        ReadOnlyMatrixView<T> dzView = new(dz, rows, Filters);
        BiasBackward(dz, pass);

        // dP = uᵀ dz   [in · multiplier, filters] = [in · multiplier, rows][rows, filters]
        Span<T> pointwiseGradient = pass.Gradient(_pointwiseKernel!);
        if (!pointwiseGradient.IsEmpty)
        {
            Gemm.Multiply(
                new ReadOnlyMatrixView<T>(pass.Kept[..length], rows, geometry.Filters).Transposed,
                dzView,
                new MatrixView<T>(pointwiseGradient, geometry.Filters, Filters),
                pass.Threads);
        }

        Span<T> depthwiseGradient = pass.Gradient(_depthwiseKernel!);
        if (depthwiseGradient.IsEmpty && dx.IsEmpty)
        {
            return;
        }

        // du = dz Pᵀ   [rows, in · multiplier] = [rows, filters][filters, in · multiplier]
        Span<T> du = pass.Scratch[..length];
        Gemm.Multiply(
            dzView,
            new ReadOnlyMatrixView<T>(pass.Values(_pointwiseKernel!), geometry.Filters, Filters).Transposed,
            new MatrixView<T>(du, rows, geometry.Filters),
            pass.Threads);

        // dD[w, c, m] = Σ over o of x[o + w, c] du[o, c m]
        if (!depthwiseGradient.IsEmpty)
        {
            DepthwiseConvolution.WeightGradient<T>(geometry, pass.Batch, x, du, depthwiseGradient, pass.Threads);
        }

        // dx[i, c] = Σ over w, m of du[i − w, c m] D[w, c, m]
        if (!dx.IsEmpty)
        {
            DepthwiseConvolution.InputGradient(geometry, pass.Batch, du, pass.Values(_depthwiseKernel!), dx, pass.Threads);
        }
    }

    /// <inheritdoc/>
    protected override Shape Build(Shape input, ParameterFactory parameters)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(parameters);
        (int height, int width) = OutputOf(input, _depthwiseKernel);
        _depthwiseKernel = parameters.Add(
            "depthwise_kernel", [KernelSize.Height, KernelSize.Width, input[2], DepthMultiplier], DepthwiseInitializer,
            DepthwiseRegularizer, DepthwiseConstraint);
        _pointwiseKernel = parameters.Add(
            "pointwise_kernel", [1, 1, input[2] * DepthMultiplier, Filters], PointwiseInitializer, PointwiseRegularizer,
            PointwiseConstraint);
        Bias = UseBias ? parameters.Add("bias", [Filters], BiasInitializer, BiasRegularizer, BiasConstraint) : null;
        return [height, width, Filters];
    }
}
