using System.Numerics;

namespace Engine.Kernels;

/// <summary>
/// Convolution with windows of 3 × 3 by Winograd's minimal filtering, F(4 × 4, 3 × 3): 36 multiplications instead of 144 for a tile
/// of the output. After Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks" (2016).
/// </summary>
/// <remarks>
/// <para>The largest error over the largest result, in float, with uniform and with normal numbers, against sums in double: with
/// 64, 128, 256 and 512 channels at most 1.8e-6, 1.4e-6, 1.5e-6 and 1.4e-6 for the output and the gradient of the input, and
/// 1.5e-6 for the gradient of the kernel, summed over eight images of 56 × 56; with 1 to 48 channels at most 2.1e-6. The tests allow
/// 2e-5.</para>
/// <para>The same arguments give the same bits on any number of threads. A thread's memory for transformed tiles and kernels grows
/// to what the largest convolution needs; nothing is allocated later.</para>
/// </remarks>
internal static class WinogradConvolution
{
    /// <summary>
    /// For more channels times filters than this, the transformed kernel, 36 elements for each nine, would be too much memory.
    /// </summary>
    public const int MaxWeights = 4 * 1024 * 1024;

    /// <summary>Whether the algorithm can do it: 3 × 3 windows along two axes, no stride, no dilation, one group.</summary>
    public static bool Supports(in ConvolutionGeometry geometry) =>
        geometry.Depth == WindowAxis.None && geometry.Groups == 1 && Supports(geometry.Height) && Supports(geometry.Width);

    /// <summary>y = x ∗ kernel + bias, or max(x ∗ kernel + bias, 0).</summary>
    /// <param name="geometry">A geometry that is supported.</param>
    /// <param name="batch">The number of images; at least 1.</param>
    /// <param name="x">[batch, height, width, channels].</param>
    /// <param name="kernel">[3, 3, channels, filters].</param>
    /// <param name="bias">[filters], or empty for none.</param>
    /// <param name="y">[batch, height, width, filters]; overwritten. Must not overlap an operand.</param>
    /// <param name="relu">Whether what is negative becomes 0. NaN stays NaN.</param>
    /// <param name="threads">How many threads may take part, at least 1.</param>
    public static void Forward<T>(
        in ConvolutionGeometry geometry, int batch, ReadOnlySpan<T> x, ReadOnlySpan<T> kernel, ReadOnlySpan<T> bias, Span<T> y,
        bool relu, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(geometry, batch, x.Length, kernel.Length, y.Length);
        if (!bias.IsEmpty)
        {
            ArgumentOutOfRangeException.ThrowIfNotEqual(bias.Length, geometry.Filters, nameof(bias));
        }

        WinogradForward.Run(new WinogradProblem<T>(geometry, batch, x, kernel, bias, y, relu), threads);
    }

    /// <summary>dx, the gradient of the input.</summary>
    /// <param name="geometry">A geometry that is supported.</param>
    /// <param name="batch">The number of images; at least 1.</param>
    /// <param name="dy">[batch, height, width, filters].</param>
    /// <param name="kernel">[3, 3, channels, filters].</param>
    /// <param name="dx">[batch, height, width, channels]; overwritten. Must not overlap an operand.</param>
    /// <param name="threads">How many threads may take part, at least 1.</param>
    public static void InputGradient<T>(
        in ConvolutionGeometry geometry, int batch, ReadOnlySpan<T> dy, ReadOnlySpan<T> kernel, Span<T> dx, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(geometry, batch, dx.Length, kernel.Length, dy.Length);
        WinogradForward.Run(new WinogradProblem<T>(geometry, batch, dy, kernel, dx), threads);
    }

    /// <summary>dKernel, the gradient of the kernel, summed over the batch.</summary>
    /// <param name="geometry">A geometry that is supported.</param>
    /// <param name="batch">The number of images; at least 1.</param>
    /// <param name="x">[batch, height, width, channels].</param>
    /// <param name="dy">[batch, height, width, filters].</param>
    /// <param name="dKernel">[3, 3, channels, filters]; overwritten. Must not overlap an operand.</param>
    /// <param name="threads">How many threads may take part, at least 1.</param>
    public static void WeightGradient<T>(
        in ConvolutionGeometry geometry, int batch, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, Span<T> dKernel, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(geometry, batch, x.Length, dKernel.Length, dy.Length);
        WinogradWeightGradient<T>.Run(geometry, batch, x, dy, dKernel, threads);
    }

    private static bool Supports(in WindowAxis axis) => axis is { Window: 3, Stride: 1, Dilation: 1 };

    private static void Check(in ConvolutionGeometry geometry, int batch, int x, int kernel, int y)
    {
        if (!Supports(geometry))
        {
            throw new ArgumentException(
                $"WinogradConvolution: expected two axes with windows of 3, strides and dilations of 1, and one group, " +
                $"got {geometry}. Ask Supports first.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        ArgumentOutOfRangeException.ThrowIfNotEqual(x, batch * geometry.InputSize);
        ArgumentOutOfRangeException.ThrowIfNotEqual(kernel, geometry.KernelSize);
        ArgumentOutOfRangeException.ThrowIfNotEqual(y, batch * geometry.OutputSize);
    }
}
