using Engine.Activations;
using Engine.Constraints;
using Engine.Initializers;
using Engine.Kernels;
using Engine.Regularizers;

namespace Engine.Layers;

/// <summary>
/// A transposed convolution over images: what the input gradient of a convolution computes, with a bias and an activation. Makes
/// images larger by its strides.
/// </summary>
/// <remarks>
/// Input <c>[n, height, width, in]</c>, output <c>[n, height, width, filters]</c>; kernel <c>[kh, kw, filters, in]</c>, bias
/// <c>[filters]</c>. An axis becomes length · stride + max(extent − stride, 0), or with <see cref="Padding.Same"/> length ·
/// stride; the extent of a window is (kernel − 1) · dilation + 1. Dumoulin and Visin, "A guide to convolution arithmetic for deep
/// learning" (2016), chapter 4.
/// </remarks>
public sealed class Conv2DTranspose : ConvolutionLayer
{
    /// <summary>Makes the layer.</summary>
    /// <param name="filters">The number of channels of the output; at least 1.</param>
    /// <param name="kernelSize">The size of the window; at least 1 each.</param>
    /// <param name="activation">What follows; linear if null.</param>
    /// <param name="strides">From one window to the next; at least 1 each, 1 if null.</param>
    /// <param name="padding">Valid or Same.</param>
    /// <param name="dilation">From one position of a window to the next; at least 1 each, 1 if null.</param>
    /// <param name="useBias">Whether a bias is added.</param>
    /// <param name="kernelInitializer">First values of the kernel; Glorot uniform if null.</param>
    /// <param name="biasInitializer">First values of the bias; zeros if null.</param>
    /// <param name="kernelRegularizer">A penalty on the kernel.</param>
    /// <param name="biasRegularizer">A penalty on the bias.</param>
    /// <param name="kernelConstraint">What the kernel must satisfy after each step.</param>
    /// <param name="biasConstraint">What the bias must satisfy after each step.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range, or the padding is none of those.</exception>
    public Conv2DTranspose(
        int filters,
        (int Height, int Width) kernelSize,
        ActivationFunction? activation = null,
        (int Height, int Width)? strides = null,
        Padding padding = Padding.Valid,
        (int Height, int Width)? dilation = null,
        bool useBias = true,
        Initializer? kernelInitializer = null,
        Initializer? biasInitializer = null,
        Regularizer? kernelRegularizer = null,
        Regularizer? biasRegularizer = null,
        Constraint? kernelConstraint = null,
        Constraint? biasConstraint = null)
        : base(
            filters,
            new ConvolutionWindow(
                2,
                ConvolutionWindow.Of(kernelSize),
                ConvolutionWindow.Of(strides),
                ConvolutionWindow.Of(dilation),
                padding,
                Groups: 1),
            new ConvolutionOptions(
                activation,
                useBias,
                kernelInitializer,
                biasInitializer,
                kernelRegularizer,
                biasRegularizer,
                kernelConstraint,
                biasConstraint))
    {
        KernelSize = kernelSize;
        Strides = strides ?? (1, 1);
        Dilation = dilation ?? (1, 1);
    }

    /// <summary>The size of the window.</summary>
    public (int Height, int Width) KernelSize { get; }

    /// <summary>From one window to the next.</summary>
    public (int Height, int Width) Strides { get; }

    /// <summary>From one position of a window to the next.</summary>
    public (int Height, int Width) Dilation { get; }

    /// <inheritdoc/>
    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        // y[o] = relu?(Σ x[i] Kᵀ + b) over the windows that see o   [n, positions, filters]
        ConvolutionGeometry geometry = GeometryOf(pass.InputShape());
        Convolution.Transposed(geometry, pass.Batch, x, pass.Values(Kernel!), BiasValues(pass), y, IsRelu, pass.Threads);
    }

    private protected override void BackwardProducts<T>(
        in ConvolutionGeometry geometry,
        ReadOnlySpan<T> x,
        ReadOnlySpan<T> dz,
        Span<T> kernelGradient,
        Span<T> dx,
        Span<T> scratch,
        in Pass<T> pass)
    {
        // dK = Σ patches(dz)ᵀ x   [window, filters, in]
        if (!kernelGradient.IsEmpty)
        {
            Convolution.WeightGradient(geometry, pass.Batch, dz, x, kernelGradient, AllowsWinograd, scratch, pass.Threads);
        }

        // dx = dz ∗ K   [n, positions, in]
        if (!dx.IsEmpty)
        {
            Convolution.Forward(
                geometry, pass.Batch, dz, pass.Values(Kernel!), [], dx, relu: false, AllowsWinograd, pass.Threads);
        }
    }

    private protected override bool AllowsWinograd => false;

    private protected override Shape KernelShape(int channels) => Sample(Window.Size, Filters, channels);

    private protected override int ChannelsOf(Shape kernel) => kernel[^1];

    private protected override Shape OutputOf(Shape input) => Sample(Window.TransposedOf(Window.LengthsOf(input)), Filters);

    /// <summary>That of the convolution from the output to the input.</summary>
    private protected override ConvolutionGeometry GeometryOf(Shape input) =>
        Window.Geometry(Window.TransposedOf(Window.LengthsOf(input)), Filters, input[^1]);
}
