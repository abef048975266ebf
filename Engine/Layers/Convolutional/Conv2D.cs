using Engine.Activations;
using Engine.Constraints;
using Engine.Initializers;
using Engine.Regularizers;

namespace Engine.Layers;

/// <summary>A convolution over images: y = activation(x ∗ kernel + bias).</summary>
/// <remarks>
/// Input <c>[n, height, width, in]</c>, output <c>[n, height, width, filters]</c>; kernel <c>[kh, kw, in / groups, filters]</c>,
/// bias <c>[filters]</c>. The kernel is not flipped. An axis becomes (length − extent) / stride + 1, rounded down, or with
/// <see cref="Padding.Same"/> length / stride, rounded up; the extent of a window is (kernel − 1) · dilation + 1.
/// </remarks>
public sealed class Conv2D : Conv
{
    /// <summary>Makes the layer.</summary>
    /// <param name="filters">The number of channels of the output; at least 1.</param>
    /// <param name="kernelSize">The size of the window; at least 1 each.</param>
    /// <param name="activation">What follows; linear if null.</param>
    /// <param name="strides">From one window to the next; at least 1 each, 1 if null.</param>
    /// <param name="padding">Valid or Same.</param>
    /// <param name="dilation">From one position of a window to the next; at least 1 each, 1 if null.</param>
    /// <param name="groups">Filters of a group see the channels of their group only; divides channels and filters.</param>
    /// <param name="useBias">Whether a bias is added.</param>
    /// <param name="kernelInitializer">First values of the kernel; Glorot uniform if null.</param>
    /// <param name="biasInitializer">First values of the bias; zeros if null.</param>
    /// <param name="kernelRegularizer">A penalty on the kernel.</param>
    /// <param name="biasRegularizer">A penalty on the bias.</param>
    /// <param name="kernelConstraint">What the kernel must satisfy after each step.</param>
    /// <param name="biasConstraint">What the bias must satisfy after each step.</param>
    /// <param name="useWinograd">Whether 3 × 3 windows may be computed by Winograd's way: see <see cref="UseWinograd"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range, or the padding is none of those.</exception>
    public Conv2D(
        int filters,
        (int Height, int Width) kernelSize,
        ActivationFunction? activation = null,
        (int Height, int Width)? strides = null,
        Padding padding = Padding.Valid,
        (int Height, int Width)? dilation = null,
        int groups = 1,
        bool useBias = true,
        Initializer? kernelInitializer = null,
        Initializer? biasInitializer = null,
        Regularizer? kernelRegularizer = null,
        Regularizer? biasRegularizer = null,
        Constraint? kernelConstraint = null,
        Constraint? biasConstraint = null,
        bool useWinograd = true)
        : base(
            filters,
            new ConvolutionWindow(
                2,
                ConvolutionWindow.Of(kernelSize),
                ConvolutionWindow.Of(strides),
                ConvolutionWindow.Of(dilation),
                padding,
                groups),
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
        UseWinograd = useWinograd;
    }

    /// <summary>The size of the window.</summary>
    public (int Height, int Width) KernelSize { get; }

    /// <summary>From one window to the next.</summary>
    public (int Height, int Width) Strides { get; }

    /// <summary>From one position of a window to the next.</summary>
    public (int Height, int Width) Dilation { get; }

    /// <summary>
    /// Whether 3 × 3 windows of stride 1 may be computed by Winograd's way, with fewer multiplications and a larger error of
    /// rounding (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016); it is taken where it is faster.
    /// </summary>
    public bool UseWinograd { get; init; } = true;

    private protected override bool AllowsWinograd => UseWinograd;

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        base.Describe(writer);
        writer.Write("use_winograd", UseWinograd);
    }
}
