using System.Numerics;
using System.Runtime.CompilerServices;

namespace Engine.Kernels;

/// <summary>
/// Depthwise convolution: each channel has filters of its own, as many as the multiplier; filter <c>c · multiplier + m</c> sees
/// channel c. The geometry has as many groups as channels.
/// </summary>
/// <remarks>
/// Done by the tiles of <see cref="DirectConvolution"/>, with a lane of x for each filter instead of one element for all; what is
/// said there about memory and threads holds here.
/// </remarks>
internal static class DepthwiseConvolution
{
    /// <summary>Whether a geometry is depthwise: as many groups as channels.</summary>
    public static bool Supports(in ConvolutionGeometry geometry) => geometry.Groups == geometry.Channels;

    /// <summary>y = relu?(x ∗ kernel + bias).</summary>
    /// <param name="geometry">The shapes; as many groups as channels.</param>
    /// <param name="batch">The number of samples.</param>
    /// <param name="x">[batch, depth, height, width, channels].</param>
    /// <param name="kernel">[kd, kh, kw, channels, multiplier].</param>
    /// <param name="bias">[channels · multiplier], or empty for none.</param>
    /// <param name="y">[batch, depth, height, width, channels · multiplier].</param>
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
        DirectPlan plan = ForwardPlan<T>(geometry, DirectForward<T, LaneOperand>.MaxPositions);
        DirectKernelMatrix matrix = new(geometry.Filters, 0, 1, IsTurned: false);
        DirectForward<T, LaneOperand>.Run(plan, matrix, batch, x, kernel, bias, y, relu, threads);
    }

    /// <summary>The gradient of the kernel: dKernel[w, f] = Σ over outputs o of x[o, w, channel of f] · dy[o, f].</summary>
    /// <param name="geometry">The shapes; as many groups as channels.</param>
    /// <param name="batch">The number of samples.</param>
    /// <param name="x">[batch, depth, height, width, channels].</param>
    /// <param name="dy">[batch, depth, height, width, channels · multiplier].</param>
    /// <param name="dKernel">[kd, kh, kw, channels, multiplier]; zeros for an empty batch.</param>
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

        DirectPlan plan = ForwardPlan<T>(geometry, DirectForward<T, LaneOperand>.MaxPositions);
        DirectWeightGradient<T, LaneOperand>.Run(plan, batch, x, dy, dKernel, threads);
    }

    /// <summary>The gradient of the input. With strides the zeros between the gradients are multiplied, too.</summary>
    /// <param name="geometry">The shapes; as many groups as channels.</param>
    /// <param name="batch">The number of samples.</param>
    /// <param name="dy">[batch, depth, height, width, channels · multiplier].</param>
    /// <param name="kernel">[kd, kh, kw, channels, multiplier].</param>
    /// <param name="dx">[batch, depth, height, width, channels].</param>
    /// <param name="threads">How many threads may take part; at least 1.</param>
    public static void InputGradient<T>(
        in ConvolutionGeometry geometry, int batch, ReadOnlySpan<T> dy, ReadOnlySpan<T> kernel, Span<T> dx, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(geometry, batch, dx.Length, kernel.Length, dy.Length);
        int multiplier = geometry.GroupFilters;
        DirectPlan plan = new(
            DirectAxis.Backward(geometry.Depth),
            DirectAxis.Backward(geometry.Height),
            DirectAxis.Backward(geometry.Width),
            DirectChannels.Gathered,
            geometry.Filters,
            multiplier,
            geometry.Channels,
            DirectForward<T, LaneOperand>.MaxPositions,
            Unsafe.SizeOf<T>(),
            Vector<T>.Count);
        DirectKernelMatrix matrix = new(geometry.Filters, 1, multiplier, IsTurned: true);
        DirectForward<T, LaneOperand>.Run(plan, matrix, batch, dy, kernel, [], dx, relu: false, threads);
    }

    private static DirectPlan ForwardPlan<T>(in ConvolutionGeometry geometry, int maxPositions) =>
        new(
            DirectAxis.Forward(geometry.Depth),
            DirectAxis.Forward(geometry.Height),
            DirectAxis.Forward(geometry.Width),
            DirectChannels.Repeated,
            geometry.Channels,
            geometry.GroupFilters,
            geometry.Filters,
            maxPositions,
            Unsafe.SizeOf<T>(),
            Vector<T>.Count);

    private static void Check(in ConvolutionGeometry geometry, int batch, int x, int kernel, int y)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(geometry.Groups, geometry.Channels, nameof(geometry));
        Elementwise.ThrowIfLengthsDiffer(x, batch * geometry.InputSize);
        Elementwise.ThrowIfLengthsDiffer(kernel, geometry.KernelSize);
        Elementwise.ThrowIfLengthsDiffer(y, batch * geometry.OutputSize);
    }
}
