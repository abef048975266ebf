using System.Numerics;
using System.Runtime.CompilerServices;

namespace Engine.Kernels;

/// <summary>
/// Convolution, as networks have it: a correlation, the kernel is not flipped. <see cref="ConvolutionChoice"/> says how it is
/// computed.
/// </summary>
/// <remarks>
/// Data is channels-last, as <see cref="ConvolutionGeometry"/> says. No destination may overlap an operand. Nothing is allocated
/// but what a thread that takes part allocates for packed blocks when it does so for the first time: see <see cref="Gemm"/>.
/// </remarks>
internal static class Convolution
{
    /// <summary>The elements of scratch that the functions of this class need, the largest of all.</summary>
    /// <param name="geometry">The shapes.</param>
    /// <param name="batch">The number of samples; fewer need no more.</param>
    public static int ScratchLength(in ConvolutionGeometry geometry, int batch) => ImplicitGemm.WeightScratch(geometry, batch);

    /// <summary>y = x ∗ kernel + bias, or max(that, 0).</summary>
    /// <param name="geometry">The shapes.</param>
    /// <param name="batch">The number of samples.</param>
    /// <param name="x">[batch, input positions, channels].</param>
    /// <param name="kernel">[window positions, channels / groups, filters].</param>
    /// <param name="bias">[filters], or empty for none.</param>
    /// <param name="y">[batch, output positions, filters]; overwritten.</param>
    /// <param name="relu">Whether what is negative becomes 0. NaN stays NaN.</param>
    /// <param name="allowWinograd">Whether a way with a larger error of rounding may be taken.</param>
    /// <param name="threads">How many threads may take part, at least 1.</param>
    public static void Forward<T>(
        in ConvolutionGeometry geometry,
        int batch,
        ReadOnlySpan<T> x,
        ReadOnlySpan<T> kernel,
        ReadOnlySpan<T> bias,
        Span<T> y,
        bool relu,
        bool allowWinograd,
        int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(geometry, batch, x.Length, kernel.Length, y.Length);
        ThrowIfUnequal(bias.Length, bias.IsEmpty ? 0 : geometry.Filters);
        if (batch == 0)
        {
            return;
        }

        switch (ConvolutionChoice.Forward(geometry, allowWinograd))
        {
            case ConvolutionWay.Pointwise:
                for (int group = 0; group < geometry.Groups; group++)
                {
                    int filter = group * geometry.GroupFilters;
                    Gemm.MultiplyAddBias(
                        Inputs(geometry, batch, x, group),
                        Kernel(geometry, kernel, group),
                        bias.IsEmpty ? [] : bias.Slice(filter, geometry.GroupFilters),
                        new MatrixView<T>(y[filter..], batch * geometry.OutputPositions, geometry.GroupFilters, geometry.Filters),
                        relu,
                        threads);
                }

                break;
            case ConvolutionWay.Depthwise:
                DepthwiseConvolution.Forward(geometry, batch, x, kernel, bias, y, relu, threads);
                break;
            case ConvolutionWay.Direct:
                DirectConvolution.Forward(geometry, batch, x, kernel, bias, y, relu, threads);
                break;
            case ConvolutionWay.Winograd:
                WinogradConvolution.Forward(geometry, batch, x, kernel, bias, y, relu, threads);
                break;
            default:
                ImplicitGemm.Forward(geometry, batch, x, kernel, bias, y, relu, threads);
                break;
        }
    }

    /// <summary>dx from dy: the gradient of x where y = x ∗ kernel.</summary>
    /// <param name="geometry">The shapes.</param>
    /// <param name="batch">The number of samples.</param>
    /// <param name="dy">[batch, output positions, filters].</param>
    /// <param name="kernel">[window positions, channels / groups, filters].</param>
    /// <param name="dx">[batch, input positions, channels]; overwritten.</param>
    /// <param name="allowWinograd">Whether a way with a larger error of rounding may be taken.</param>
    /// <param name="threads">How many threads may take part, at least 1.</param>
    public static void InputGradient<T>(
        in ConvolutionGeometry geometry,
        int batch,
        ReadOnlySpan<T> dy,
        ReadOnlySpan<T> kernel,
        Span<T> dx,
        bool allowWinograd,
        int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(geometry, batch, dx.Length, kernel.Length, dy.Length);
        if (batch == 0)
        {
            return;
        }

        switch (ConvolutionChoice.InputGradient(geometry, batch, allowWinograd))
        {
            case ConvolutionWay.Depthwise:
                DepthwiseConvolution.InputGradient(geometry, batch, dy, kernel, dx, threads);
                break;
            case ConvolutionWay.Direct:
                DirectConvolution.InputGradient(geometry, batch, dy, kernel, dx, threads);
                break;
            case ConvolutionWay.Winograd:
                WinogradConvolution.InputGradient(geometry, batch, dy, kernel, dx, threads);
                break;
            default:
                Transposed(geometry, batch, dy, kernel, [], dx, relu: false, threads);
                break;
        }
    }

    /// <summary>
    /// The transposed convolution: x = yᵀ ∗ kernel + bias, or max(that, 0), with the geometry of the convolution whose input
    /// gradient it is.
    /// </summary>
    /// <param name="geometry">The shapes of the convolution from <paramref name="x"/> to <paramref name="y"/>.</param>
    /// <param name="batch">The number of samples.</param>
    /// <param name="y">[batch, output positions, filters]; only read.</param>
    /// <param name="kernel">[window positions, channels / groups, filters].</param>
    /// <param name="bias">[channels], or empty for none.</param>
    /// <param name="x">[batch, input positions, channels]; overwritten.</param>
    /// <param name="relu">Whether what is negative becomes 0. NaN stays NaN.</param>
    /// <param name="threads">How many threads may take part, at least 1.</param>
    public static void Transposed<T>(
        in ConvolutionGeometry geometry,
        int batch,
        ReadOnlySpan<T> y,
        ReadOnlySpan<T> kernel,
        ReadOnlySpan<T> bias,
        Span<T> x,
        bool relu,
        int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(geometry, batch, x.Length, kernel.Length, y.Length);
        ThrowIfUnequal(bias.Length, bias.IsEmpty ? 0 : geometry.Channels);
        switch (ConvolutionChoice.IsPointwise(geometry) ? ConvolutionWay.Pointwise : ConvolutionWay.ImplicitGemm)
        {
            case ConvolutionWay.Pointwise:
                for (int group = 0; group < geometry.Groups; group++)
                {
                    int channel = group * geometry.GroupChannels;
                    Gemm.MultiplyAddBias(
                        Outputs(geometry, batch, y, group),
                        Kernel(geometry, kernel, group).Transposed,
                        bias.IsEmpty ? [] : bias.Slice(channel, geometry.GroupChannels),
                        new MatrixView<T>(
                            x[channel..], batch * geometry.InputPositions, geometry.GroupChannels, geometry.Channels),
                        relu,
                        threads);
                }

                break;
            default:
                ImplicitGemm.InputGradient(geometry, batch, y, kernel, bias, x, relu, threads);
                break;
        }
    }

    /// <summary>dKernel from x and dy: the gradient of the kernel where y = x ∗ kernel.</summary>
    /// <param name="geometry">The shapes.</param>
    /// <param name="batch">The number of samples.</param>
    /// <param name="x">[batch, input positions, channels].</param>
    /// <param name="dy">[batch, output positions, filters].</param>
    /// <param name="kernelGradient">[window positions, channels / groups, filters]; overwritten; zeros for an empty batch.</param>
    /// <param name="allowWinograd">Whether a way with a larger error of rounding may be taken.</param>
    /// <param name="scratch">At least <see cref="ScratchLength"/> elements, of undefined content.</param>
    /// <param name="threads">How many threads may take part, at least 1.</param>
    public static void WeightGradient<T>(
        in ConvolutionGeometry geometry,
        int batch,
        ReadOnlySpan<T> x,
        ReadOnlySpan<T> dy,
        Span<T> kernelGradient,
        bool allowWinograd,
        Span<T> scratch,
        int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(geometry, batch, x.Length, kernelGradient.Length, dy.Length);
        if (batch == 0)
        {
            kernelGradient.Clear();
            return;
        }

        switch (ConvolutionChoice.WeightGradient(geometry, batch, allowWinograd))
        {
            case ConvolutionWay.Depthwise:
                DepthwiseConvolution.WeightGradient(geometry, batch, x, dy, kernelGradient, threads);
                break;
            case ConvolutionWay.Direct:
                DirectConvolution.WeightGradient(geometry, batch, x, dy, kernelGradient, threads);
                break;
            case ConvolutionWay.Winograd:
                WinogradConvolution.WeightGradient(geometry, batch, x, dy, kernelGradient, threads);
                break;
            default:
                ImplicitGemm.WeightGradient(geometry, batch, x, dy, kernelGradient, scratch, threads);
                break;
        }
    }

    private static ReadOnlyMatrixView<T> Inputs<T>(in ConvolutionGeometry geometry, int batch, ReadOnlySpan<T> x, int group) =>
        new(x[(group * geometry.GroupChannels)..], batch * geometry.InputPositions, geometry.GroupChannels, geometry.Channels);

    private static ReadOnlyMatrixView<T> Outputs<T>(in ConvolutionGeometry geometry, int batch, ReadOnlySpan<T> y, int group) =>
        new(y[(group * geometry.GroupFilters)..], batch * geometry.OutputPositions, geometry.GroupFilters, geometry.Filters);

    private static ReadOnlyMatrixView<T> Kernel<T>(in ConvolutionGeometry geometry, ReadOnlySpan<T> kernel, int group) =>
        new(kernel[(group * geometry.GroupFilters)..], geometry.GroupChannels, geometry.GroupFilters, geometry.Filters);

    // The levels below go by references: nothing beyond the spans may be reached.
    private static void Check(in ConvolutionGeometry geometry, int batch, int x, int kernel, int y)
    {
        ThrowIfUnequal(x, batch * geometry.InputSize);
        ThrowIfUnequal(kernel, geometry.KernelSize);
        ThrowIfUnequal(y, batch * geometry.OutputSize);
    }

    private static void ThrowIfUnequal(int length, int expected, [CallerArgumentExpression(nameof(length))] string name = "")
    {
        if (length != expected)
        {
            throw new ArgumentException($"Convolution: expected {expected} elements of {name}, got {length}.", name);
        }
    }
}
