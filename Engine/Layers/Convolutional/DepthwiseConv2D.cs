using Engine.Activations;
using Engine.Constraints;
using Engine.Initializers;
using Engine.Kernels;
using Engine.Regularizers;

namespace Engine.Layers;

/// <summary>
/// A depthwise convolution over images: each channel has filters of its own, as many as the multiplier, and is seen by no other.
/// </summary>
/// <remarks>
/// Input <c>[n, height, width, in]</c>, output <c>[n, height, width, in · multiplier]</c>, filter m of channel c at
/// <c>c · multiplier + m</c>; kernel <c>[kh, kw, in, multiplier]</c>, bias <c>[in · multiplier]</c>. The lengths of the axes are those
/// of a convolution: (length − extent) / stride + 1, rounded down, or with <see cref="Padding.Same"/> length / stride, rounded up.
/// </remarks>
public sealed class DepthwiseConv2D : DepthwiseLayer
{
    private Parameter? _kernel;

    /// <summary>Makes the layer.</summary>
    /// <param name="kernelSize">The size of the window; at least 1 each.</param>
    /// <param name="activation">What follows; linear if null.</param>
    /// <param name="strides">From one window to the next; at least 1 each, 1 if null.</param>
    /// <param name="padding">Valid or Same.</param>
    /// <param name="depthMultiplier">Filters of each channel; at least 1.</param>
    /// <param name="dilation">From one position of a window to the next; at least 1 each, 1 if null.</param>
    /// <param name="useBias">Whether a bias is added.</param>
    /// <param name="depthwiseInitializer">First values of the kernel; Glorot uniform if null.</param>
    /// <param name="biasInitializer">First values of the bias; zeros if null.</param>
    /// <param name="depthwiseRegularizer">A penalty on the kernel.</param>
    /// <param name="biasRegularizer">A penalty on the bias.</param>
    /// <param name="depthwiseConstraint">What the kernel must satisfy after each step.</param>
    /// <param name="biasConstraint">What the bias must satisfy after each step.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range, or the padding is none of those.</exception>
    public DepthwiseConv2D(
        (int Height, int Width) kernelSize,
        ActivationFunction? activation = null,
        (int Height, int Width)? strides = null,
        Padding padding = Padding.Valid,
        int depthMultiplier = 1,
        (int Height, int Width)? dilation = null,
        bool useBias = true,
        Initializer? depthwiseInitializer = null,
        Initializer? biasInitializer = null,
        Regularizer? depthwiseRegularizer = null,
        Regularizer? biasRegularizer = null,
        Constraint? depthwiseConstraint = null,
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
    }

    /// <summary>The weights, <c>[kh, kw, in, multiplier]</c>; null before the layer is used.</summary>
    public Parameter? Kernel => _kernel;

    /// <inheritdoc/>
    public override BufferNeeds Needs(ReadOnlySpan<Shape> inputs, int batch) =>
        IsRelu ? new BufferNeeds(Scratch: batch * GeometryOf(inputs[0]).OutputSize) : default;

    /// <inheritdoc/>
    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        // y[o, c m] = relu?(Σ over w of x[o + w, c] K[w, c, m] + b[c m])
        DepthwiseConvolution.Forward(
            GeometryOf(pass.InputShape()), pass.Batch, x, pass.Values(_kernel!), BiasValues(pass), y, IsRelu, pass.Threads);
    }

    /// <inheritdoc/>
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        ConvolutionGeometry geometry = GeometryOf(pass.InputShape());
        ReadOnlySpan<T> dz = BeforeRelu(y, dy, pass.Scratch);
        BiasBackward(dz, pass);

        // dK[w, c, m] = Σ over o of x[o + w, c] dz[o, c m]
        Span<T> kernelGradient = pass.Gradient(_kernel!);
        if (!kernelGradient.IsEmpty)
        {
            DepthwiseConvolution.WeightGradient(geometry, pass.Batch, x, dz, kernelGradient, pass.Threads);
        }

        // dx[i, c] = Σ over w, m of dz[i − w, c m] K[w, c, m]
        if (!dx.IsEmpty)
        {
            DepthwiseConvolution.InputGradient(geometry, pass.Batch, dz, pass.Values(_kernel!), dx, pass.Threads);
        }
    }

    /// <inheritdoc/>
    protected override Shape Build(Shape input, ParameterFactory parameters)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(parameters);
        (int height, int width) = OutputOf(input, _kernel);
        int filters = input[2] * DepthMultiplier;
        _kernel = parameters.Add(
            "kernel", [KernelSize.Height, KernelSize.Width, input[2], DepthMultiplier], DepthwiseInitializer, DepthwiseRegularizer,
            DepthwiseConstraint);
        Bias = UseBias ? parameters.Add("bias", [filters], BiasInitializer, BiasRegularizer, BiasConstraint) : null;
        return [height, width, filters];
    }
}
