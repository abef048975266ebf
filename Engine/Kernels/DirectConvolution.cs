using System.Numerics;
using System.Runtime.CompilerServices;

namespace Engine.Kernels;

/// <summary>
/// Convolution without a matrix product: x is read where it lies in a padded copy of a few rows, each element by all windows that
/// see it, so that nothing is packed. For few channels: where packing would cost as much as multiplying, or columns of the product's
/// tile would stand empty.
/// </summary>
/// <remarks>
/// Data is channels-last as in <see cref="ConvolutionGeometry"/>. Destinations are overwritten without being read and must not
/// overlap the sources. The same shapes give the same bits on any number of threads. The working memory of a thread is a block of
/// x of some 48 KB, more where five to eight columns of it are more, and in the calling thread a copy of the kernel or up to
/// 16 partial gradients of it, at most 256 K elements unless one alone is larger; it is kept for the next call.
/// </remarks>
internal static class DirectConvolution
{
    /// <summary>Longer patches, positions of the window times channels, were not measured: 5 × 5 times 128 was the longest.</summary>
    public const int MaxPatchLength = 3200;

    /// <summary>Elements of a block of x of which more would not stay in the second-level cache.</summary>
    public const int MaxBlockLength = 64 * 1024;

    /// <summary>Whether the kernels can do this shape: all but groups.</summary>
    public static bool Supports(in ConvolutionGeometry geometry) => geometry.Groups == 1;

    /// <summary>y = relu?(x ∗ kernel + bias).</summary>
    /// <param name="geometry">The shapes; one group.</param>
    /// <param name="batch">The number of samples.</param>
    /// <param name="x">[batch, depth, height, width, channels].</param>
    /// <param name="kernel">[kd, kh, kw, channels, filters].</param>
    /// <param name="bias">[filters], or empty for none.</param>
    /// <param name="y">[batch, depth, height, width, filters].</param>
    /// <param name="relu">Whether what is negative becomes 0. NaN stays NaN.</param>
    /// <param name="threads">How many threads may take part; at least 1.</param>
    public static void Forward<T>(
        in ConvolutionGeometry geometry,
        int batch,
        ReadOnlySpan<T> x,
        ReadOnlySpan<T> kernel,
        ReadOnlySpan<T> bias,
        Span<T> y,
        bool relu,
        int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(geometry, batch, x.Length, kernel.Length, y.Length);
        DirectPlan plan = PlanForward(geometry, Unsafe.SizeOf<T>(), Vector<T>.Count);
        DirectKernelMatrix matrix = new(geometry.Channels * geometry.Filters, geometry.Filters, 1, IsTurned: false);
        DirectForward<T, SharedOperand>.Run(plan, matrix, batch, x, kernel, bias, y, relu, threads);
    }

    /// <summary>The gradient of the kernel: dKernel[p, f] = Σ over outputs o of x[o, p] · dy[o, f].</summary>
    /// <param name="geometry">The shapes; one group.</param>
    /// <param name="batch">The number of samples.</param>
    /// <param name="x">[batch, depth, height, width, channels].</param>
    /// <param name="dy">[batch, depth, height, width, filters].</param>
    /// <param name="dKernel">[kd, kh, kw, channels, filters]; zeros for an empty batch.</param>
    /// <param name="threads">How many threads may take part; at least 1.</param>
    public static void WeightGradient<T>(
        in ConvolutionGeometry geometry, int batch, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, Span<T> dKernel, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(geometry, batch, x.Length, dKernel.Length, dy.Length);
        if (batch == 0)
        {
            dKernel.Clear();
            return;
        }

        DirectPlan plan = PlanWeightGradient(geometry, Unsafe.SizeOf<T>(), Vector<T>.Count);
        DirectWeightGradient<T, SharedOperand>.Run(plan, batch, x, dy, dKernel, threads);
    }

    /// <summary>
    /// The gradient of the input. With strides the zeros between the gradients are multiplied, too: s² times the work in two
    /// axes of stride s.
    /// </summary>
    /// <param name="geometry">The shapes; one group.</param>
    /// <param name="batch">The number of samples.</param>
    /// <param name="dy">[batch, depth, height, width, filters].</param>
    /// <param name="kernel">[kd, kh, kw, channels, filters].</param>
    /// <param name="dx">[batch, depth, height, width, channels].</param>
    /// <param name="threads">How many threads may take part; at least 1.</param>
    public static void InputGradient<T>(
        in ConvolutionGeometry geometry, int batch, ReadOnlySpan<T> dy, ReadOnlySpan<T> kernel, Span<T> dx, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(geometry, batch, dx.Length, kernel.Length, dy.Length);
        DirectPlan plan = PlanInputGradient(geometry, Unsafe.SizeOf<T>(), Vector<T>.Count);
        DirectKernelMatrix matrix = new(geometry.Channels * geometry.Filters, 1, geometry.Filters, IsTurned: true);
        DirectForward<T, SharedOperand>.Run(plan, matrix, batch, dy, kernel, [], dx, relu: false, threads);
    }

    /// <summary>How the forward pass is cut, for elements of so many bytes in vectors of so many lanes.</summary>
    public static DirectPlan PlanForward(in ConvolutionGeometry geometry, int elementSize, int lanes) =>
        PlanOutputs(geometry, DirectForward<float, SharedOperand>.MaxPositions, elementSize, lanes);

    /// <summary>How the gradient of the kernel is cut.</summary>
    public static DirectPlan PlanWeightGradient(in ConvolutionGeometry geometry, int elementSize, int lanes) =>
        PlanOutputs(geometry, DirectWeightGradient<float, SharedOperand>.MaxPositions(geometry.Filters), elementSize, lanes);

    /// <summary>How the gradient of the input is cut.</summary>
    public static DirectPlan PlanInputGradient(in ConvolutionGeometry geometry, int elementSize, int lanes) =>
        new(
            DirectAxis.Backward(geometry.Depth),
            DirectAxis.Backward(geometry.Height),
            DirectAxis.Backward(geometry.Width),
            DirectChannels.All,
            geometry.Filters,
            multiplier: 1,
            geometry.Channels,
            DirectForward<float, SharedOperand>.MaxPositions,
            elementSize,
            lanes);

    private static DirectPlan PlanOutputs(in ConvolutionGeometry geometry, int maxPositions, int elementSize, int lanes) =>
        new(
            DirectAxis.Forward(geometry.Depth),
            DirectAxis.Forward(geometry.Height),
            DirectAxis.Forward(geometry.Width),
            DirectChannels.All,
            geometry.Channels,
            multiplier: 1,
            geometry.Filters,
            maxPositions,
            elementSize,
            lanes);

    private static void Check(in ConvolutionGeometry geometry, int batch, int x, int kernel, int y)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(geometry.Groups, 1, nameof(geometry));
        Elementwise.ThrowIfLengthsDiffer(x, batch * geometry.InputSize);
        Elementwise.ThrowIfLengthsDiffer(kernel, geometry.KernelSize);
        Elementwise.ThrowIfLengthsDiffer(y, batch * geometry.OutputSize);
    }
}
