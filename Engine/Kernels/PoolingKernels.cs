using System.Numerics;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>
/// Pooling over up to three axes of channels-last data, whatever is done with the cells of a window: see
/// <see cref="IPoolingOperation{T}"/>. Padding is not there: neither a value nor a cell that counts.
/// </summary>
internal static class PoolingKernels
{
    // A part is what a thread takes at a time: some microseconds of work. It follows from the shapes alone.
    private const int PartLength = 32 * 1024;

    /// <summary>y = pool(x).</summary>
    /// <param name="x">[n, depth, height, width, channels].</param>
    /// <param name="y">[n, depth, height, width, channels] of the windows; overwritten, apart from x.</param>
    /// <param name="geometry">As many filters as channels; no dilation.</param>
    /// <param name="threads">How many threads may work: no effect on the result.</param>
    public static void Forward<T, TPool>(ReadOnlySpan<T> x, Span<T> y, in ConvolutionGeometry geometry, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TPool : struct, IPoolingOperation<T>
    {
        int batch = Batch(x.Length, y.Length, geometry);
        int rowsAPart = RowsAPart(geometry);
        var body = new PoolingBody<T, TPool>(x, y, geometry, batch, rowsAPart);
        ParallelLoop.Run(ref body, body.Parts, threads);
    }

    /// <summary>dx = the share of each cell in the gradients of its windows.</summary>
    /// <param name="x">As in forward; not read unless the operation reads values.</param>
    /// <param name="dy">The gradient of y.</param>
    /// <param name="dx">[n, depth, height, width, channels]; overwritten, apart from the others.</param>
    /// <param name="geometry">As in forward.</param>
    /// <param name="threads">How many threads may work: no effect on the result.</param>
    public static void Backward<T, TPool>(
        ReadOnlySpan<T> x, ReadOnlySpan<T> dy, Span<T> dx, in ConvolutionGeometry geometry, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TPool : struct, IPoolingOperation<T>
    {
        int batch = Batch(dx.Length, dy.Length, geometry);
        if (TPool.BackwardReadsValues)
        {
            Elementwise.ThrowIfLengthsDiffer(x.Length, dx.Length);
        }

        // Where windows overlap, a cell belongs to several rows of the output: one thread does all rows of a sample.
        bool areDisjoint = PoolingWindow.AreDisjoint(geometry.Depth) && PoolingWindow.AreDisjoint(geometry.Height)
            && PoolingWindow.AreDisjoint(geometry.Width);
        int rowsAPart = areDisjoint ? RowsAPart(geometry) : geometry.Depth.Output * geometry.Height.Output;
        var body = new PoolingGradientBody<T, TPool>(x, dy, dx, geometry, batch, rowsAPart, areDisjoint);
        ParallelLoop.Run(ref body, body.Parts, threads);
    }

    // The number of rows of the output, [width, channels] each, that make a part.
    private static int RowsAPart(in ConvolutionGeometry geometry)
    {
        long row = (long)geometry.Depth.Window * geometry.Height.Window * geometry.Width.Input * geometry.Channels;
        return (int)Math.Max(1, PartLength / row);
    }

    private static int Batch(int inputLength, int outputLength, in ConvolutionGeometry geometry)
    {
        int batch = inputLength / geometry.InputSize;
        Elementwise.ThrowIfLengthsDiffer(inputLength, batch * geometry.InputSize);
        Elementwise.ThrowIfLengthsDiffer(outputLength, batch * geometry.OutputSize);
        return batch;
    }
}
