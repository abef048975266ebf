using Engine.Activations;
using Engine.Constraints;
using Engine.Initializers;
using Engine.Regularizers;

namespace Engine.Layers;

/// <summary>A convolution over sequences: y = activation(x ∗ kernel + bias).</summary>
/// <remarks>
/// Input <c>[n, steps, in]</c>, output <c>[n, steps, filters]</c>; kernel <c>[k, in / groups, filters]</c>, bias
/// <c>[filters]</c>. The kernel is not flipped. An axis becomes (length − extent) / stride + 1, rounded down, or with
/// <see cref="Padding.Same"/> length / stride, rounded up; the extent of a window is (kernel − 1) · dilation + 1. With causal
/// padding an output sees nothing that comes after it (van den Oord et al. 2016).
/// </remarks>
public sealed class Conv1D : Conv
{
    /// <summary>Makes the layer.</summary>
    /// <param name="filters">The number of channels of the output; at least 1.</param>
    /// <param name="kernelSize">The length of the window; at least 1.</param>
    /// <param name="activation">What follows; linear if null.</param>
    /// <param name="strides">From one window to the next; at least 1.</param>
    /// <param name="padding">Valid, Same or Causal.</param>
    /// <param name="dilation">From one position of a window to the next; at least 1.</param>
    /// <param name="groups">Filters of a group see the channels of their group only; divides channels and filters.</param>
    /// <param name="useBias">Whether a bias is added.</param>
    /// <param name="kernelInitializer">First values of the kernel; Glorot uniform if null.</param>
    /// <param name="biasInitializer">First values of the bias; zeros if null.</param>
    /// <param name="kernelRegularizer">A penalty on the kernel.</param>
    /// <param name="biasRegularizer">A penalty on the bias.</param>
    /// <param name="kernelConstraint">What the kernel must satisfy after each step.</param>
    /// <param name="biasConstraint">What the bias must satisfy after each step.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range, or the padding is none of those.</exception>
    public Conv1D(
        int filters,
        int kernelSize,
        ActivationFunction? activation = null,
        int strides = 1,
        Padding padding = Padding.Valid,
        int dilation = 1,
        int groups = 1,
        bool useBias = true,
        Initializer? kernelInitializer = null,
        Initializer? biasInitializer = null,
        Regularizer? kernelRegularizer = null,
        Regularizer? biasRegularizer = null,
        Constraint? kernelConstraint = null,
        Constraint? biasConstraint = null)
        : base(
            filters,
            new ConvolutionWindow(1, (1, 1, kernelSize), (1, 1, strides), (1, 1, dilation), padding, groups),
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
        Strides = strides;
        Dilation = dilation;
    }

    /// <summary>The length of the window.</summary>
    public int KernelSize { get; }

    /// <summary>From one window to the next.</summary>
    public int Strides { get; }

    /// <summary>From one position of a window to the next.</summary>
    public int Dilation { get; }
}
