using System.Numerics;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>
/// Convolution as a matrix product of patches and kernel, any stride, dilation, groups and padding, over up to three axes. The
/// patches are read while blocks of them are packed for the product, so there is no matrix of patches: working memory is that of
/// a product, 1.5 MB a thread.
/// </summary>
internal static class ImplicitGemm
{
    /// <summary>y = x ∗ kernel + bias, or max(that, 0). See <see cref="Convolution.Forward"/>.</summary>
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
        threads = GemmDriver.ThreadsFor(Work(geometry, batch), threads);
        PatchProduct<T> product = new(
            geometry,
            PatchAxis.Forward(geometry.Depth),
            PatchAxis.Forward(geometry.Height),
            PatchAxis.Forward(geometry.Width),
            batch,
            x,
            kernel,
            bias,
            y,
            relu,
            isGradient: false,
            threads);
        ParallelLoop.Run(ref product, product.Parts, threads);
    }

    /// <summary>
    /// dx from dy, or what a transposed convolution gives: each element of dx gathers the outputs that saw it, so that no two
    /// threads write to one. With a stride, inputs of equal remainders are done together: the same positions of the kernel belong
    /// to them. See <see cref="Convolution.InputGradient"/>.
    /// </summary>
    public static void InputGradient<T>(
        in ConvolutionGeometry geometry,
        int batch,
        ReadOnlySpan<T> dy,
        ReadOnlySpan<T> kernel,
        ReadOnlySpan<T> bias,
        Span<T> dx,
        bool relu,
        int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int remainders = geometry.Depth.Stride * geometry.Height.Stride * geometry.Width.Stride;
        threads = GemmDriver.ThreadsFor(Work(geometry, batch) / remainders, threads);
        for (int remainder = 0; remainder < remainders; remainder++)
        {
            int lines = remainder / geometry.Width.Stride;
            PatchProduct<T> product = new(
                geometry,
                PatchAxis.Gradient(geometry.Depth, lines / geometry.Height.Stride),
                PatchAxis.Gradient(geometry.Height, lines % geometry.Height.Stride),
                PatchAxis.Gradient(geometry.Width, remainder % geometry.Width.Stride),
                batch,
                dy,
                kernel,
                bias,
                dx,
                relu,
                isGradient: true,
                threads);
            ParallelLoop.Run(ref product, product.Parts, threads);
        }
    }

    /// <summary>dKernel from x and dy. See <see cref="Convolution.WeightGradient"/>.</summary>
    public static void WeightGradient<T>(
        in ConvolutionGeometry geometry,
        int batch,
        ReadOnlySpan<T> x,
        ReadOnlySpan<T> dy,
        Span<T> kernelGradient,
        Span<T> scratch,
        int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        threads = GemmDriver.ThreadsFor(Work(geometry, batch), threads);
        PatchGradient<T> gradient = new(geometry, batch, x, dy, kernelGradient, scratch, threads);
        ParallelLoop.Run(ref gradient, gradient.Parts, threads);
        for (int chunk = 1; chunk < PatchGradient<T>.Chunks(geometry, batch); chunk++)
        {
            Span<T> sums = scratch.Slice((chunk - 1) * geometry.KernelSize, geometry.KernelSize);
            Elementwise.Map(kernelGradient, sums, kernelGradient, default(SumOperation<T>));
        }
    }

    /// <summary>
    /// The elements of scratch that <see cref="WeightGradient"/> needs: a few times a small kernel, or nothing.
    /// </summary>
    public static int WeightScratch(in ConvolutionGeometry geometry, int batch) =>
        (PatchGradient<float>.Chunks(geometry, batch) - 1) * geometry.KernelSize;

    private static long Work(in ConvolutionGeometry geometry, int batch) =>
        (long)batch * geometry.OutputPositions * geometry.PatchLength * geometry.GroupFilters * geometry.Groups;

    private readonly struct SumOperation<T> : IBinaryOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public Vector<T> Invoke(Vector<T> x1, Vector<T> x2) => x1 + x2;
    }
}
