using System.Numerics;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>Copies a box into a larger one with zeros around it, or out of it again: each is the other's gradient.</summary>
internal static class MarginKernels
{
    private const int PartLength = 32 * 1024;

    /// <summary>outer = inner, with zeros in the margins.</summary>
    /// <param name="inner">[n, depth, height, width, channels].</param>
    /// <param name="outer">The same with margins; overwritten, apart from the other.</param>
    /// <param name="geometry">Both boxes.</param>
    /// <param name="threads">How many threads may work.</param>
    public static void Pad<T>(ReadOnlySpan<T> inner, Span<T> outer, in MarginGeometry geometry, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int rows = Rows(inner.Length, outer.Length, geometry) * geometry.OuterRows;
        var body = new PadBody<T>(inner, outer, geometry, rows, Math.Max(1, PartLength / geometry.OuterRow));
        ParallelLoop.Run(ref body, body.Parts, threads);
    }

    /// <summary>inner = outer without its margins.</summary>
    /// <param name="outer">[n, depth, height, width, channels], with margins.</param>
    /// <param name="inner">The same without; overwritten, apart from the other.</param>
    /// <param name="geometry">Both boxes.</param>
    /// <param name="threads">How many threads may work.</param>
    public static void Crop<T>(ReadOnlySpan<T> outer, Span<T> inner, in MarginGeometry geometry, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int rows = Rows(inner.Length, outer.Length, geometry) * geometry.InnerRows;
        var body = new CropBody<T>(outer, inner, geometry, rows, Math.Max(1, PartLength / geometry.InnerRow));
        ParallelLoop.Run(ref body, body.Parts, threads);
    }

    private static int Rows(int inner, int outer, in MarginGeometry geometry)
    {
        int batch = inner / (geometry.InnerRows * geometry.InnerRow);
        Elementwise.ThrowIfLengthsDiffer(inner, batch * geometry.InnerRows * geometry.InnerRow);
        Elementwise.ThrowIfLengthsDiffer(outer, batch * geometry.OuterRows * geometry.OuterRow);
        return batch;
    }

    private readonly ref struct PadBody<T>(
        ReadOnlySpan<T> inner, Span<T> outer, MarginGeometry geometry, int rows, int rowsAPart) : IBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly ReadOnlySpan<T> _inner = inner;
        private readonly Span<T> _outer = outer;

        public int Parts => (rows + rowsAPart - 1) / rowsAPart;

        public void Run(int part)
        {
            int before = geometry.Width.Before * geometry.Channels;
            int end = Math.Min((part + 1) * rowsAPart, rows);
            for (int row = part * rowsAPart; row < end; row++)
            {
                (int plane, int h) = Math.DivRem(row, geometry.Height.Outer);
                (int sample, int d) = Math.DivRem(plane, geometry.Depth.Outer);
                Span<T> target = _outer.Slice(row * geometry.OuterRow, geometry.OuterRow);
                h -= geometry.Height.Before;
                d -= geometry.Depth.Before;
                if ((uint)h >= (uint)geometry.Height.Inner || (uint)d >= (uint)geometry.Depth.Inner)
                {
                    target.Clear();
                    continue;
                }

                int source = (((sample * geometry.Depth.Inner) + d) * geometry.Height.Inner) + h;
                target[..before].Clear();
                _inner.Slice(source * geometry.InnerRow, geometry.InnerRow).CopyTo(target[before..]);
                target[(before + geometry.InnerRow)..].Clear();
            }
        }
    }

    private readonly ref struct CropBody<T>(
        ReadOnlySpan<T> outer, Span<T> inner, MarginGeometry geometry, int rows, int rowsAPart) : IBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly ReadOnlySpan<T> _outer = outer;
        private readonly Span<T> _inner = inner;

        public int Parts => (rows + rowsAPart - 1) / rowsAPart;

        public void Run(int part)
        {
            int before = geometry.Width.Before * geometry.Channels;
            int end = Math.Min((part + 1) * rowsAPart, rows);
            for (int row = part * rowsAPart; row < end; row++)
            {
                (int plane, int h) = Math.DivRem(row, geometry.Height.Inner);
                (int sample, int d) = Math.DivRem(plane, geometry.Depth.Inner);
                int source = (((sample * geometry.Depth.Outer) + d + geometry.Depth.Before) * geometry.Height.Outer)
                    + h + geometry.Height.Before;
                _outer.Slice((source * geometry.OuterRow) + before, geometry.InnerRow)
                    .CopyTo(_inner.Slice(row * geometry.InnerRow, geometry.InnerRow));
            }
        }
    }
}
