using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>
/// Enlarges images by whole factors, between the cells' centers: position o of the output lies at (o + ½) / factor − ½ of the
/// input, and what lies before the first center or behind the last has their value.
/// </summary>
internal static class BilinearKernels
{
    private const int PartLength = 32 * 1024;

    /// <summary>y = x, enlarged.</summary>
    /// <param name="x">[n, height, width, channels].</param>
    /// <param name="y">[n, height · factor, width · factor, channels]; overwritten, apart from x.</param>
    /// <param name="geometry">The shapes.</param>
    /// <param name="threads">How many threads may work.</param>
    public static void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in BilinearGeometry geometry, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int rows = Batch(x.Length, y.Length, geometry) * geometry.OutputHeight;
        int rowsAPart = Math.Max(1, PartLength / (geometry.OutputWidth * geometry.Channels));
        var body = new ForwardBody<T>(x, y, geometry, rows, rowsAPart);
        ParallelLoop.Run(ref body, (rows + rowsAPart - 1) / rowsAPart, threads);
    }

    /// <summary>dx = the gradient of x: each dy goes to its four cells by the same weights.</summary>
    /// <param name="dy">The gradient of y.</param>
    /// <param name="dx">As x; overwritten, apart from dy.</param>
    /// <param name="geometry">The shapes.</param>
    /// <param name="threads">How many threads may work; a sample is one thread's.</param>
    public static void Backward<T>(ReadOnlySpan<T> dy, Span<T> dx, in BilinearGeometry geometry, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int batch = Batch(dx.Length, dy.Length, geometry);
        var body = new BackwardBody<T>(dy, dx, geometry);
        ParallelLoop.Run(ref body, batch, threads);
    }

    private static int Batch(int input, int output, in BilinearGeometry geometry)
    {
        int batch = input / geometry.InputSize;
        Elementwise.ThrowIfLengthsDiffer(input, batch * geometry.InputSize);
        Elementwise.ThrowIfLengthsDiffer(output, batch * geometry.OutputSize);
        return batch;
    }

    private readonly ref struct ForwardBody<T>(
        ReadOnlySpan<T> x, Span<T> y, BilinearGeometry geometry, int rows, int rowsAPart) : IBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly ReadOnlySpan<T> _x = x;
        private readonly Span<T> _y = y;

        public void Run(int part)
        {
            int end = Math.Min((part + 1) * rowsAPart, rows);
            for (int row = part * rowsAPart; row < end; row++)
            {
                RunRow(row);
            }
        }

        private void RunRow(int row)
        {
            (int sample, int h) = Math.DivRem(row, geometry.OutputHeight);
            BilinearPlace place = BilinearPlace.Of(h, geometry.HeightFactor, geometry.Height);
            int channels = geometry.Channels;
            int start = sample * geometry.InputSize;
            ref T above = ref Unsafe.Add(
                ref MemoryMarshal.GetReference(_x), start + (place.First * geometry.Width * channels));
            ref T below = ref Unsafe.Add(
                ref MemoryMarshal.GetReference(_x), start + (place.Second * geometry.Width * channels));
            ref T y = ref Unsafe.Add(ref MemoryMarshal.GetReference(_y), row * geometry.OutputWidth * channels);
            Vector<T> down = VectorMath.Constant<T>(place.Weight), up = VectorMath.Constant<T>(1 - place.Weight);
            for (int w = 0; w < geometry.OutputWidth; w++, y = ref Unsafe.Add(ref y, channels))
            {
                BilinearPlace column = BilinearPlace.Of(w, geometry.WidthFactor, geometry.Width);
                Vector<T> right = VectorMath.Constant<T>(column.Weight), left = VectorMath.Constant<T>(1 - column.Weight);
                int first = column.First * channels, second = column.Second * channels;
                for (int c = 0; c < channels; c += Vector<T>.Count)
                {
                    int lanes = Math.Min(Vector<T>.Count, channels - c);
                    Vector<T> top = (left * Lanes.Load(ref Unsafe.Add(ref above, first + c), lanes))
                        + (right * Lanes.Load(ref Unsafe.Add(ref above, second + c), lanes));
                    Vector<T> bottom = (left * Lanes.Load(ref Unsafe.Add(ref below, first + c), lanes))
                        + (right * Lanes.Load(ref Unsafe.Add(ref below, second + c), lanes));
                    Lanes.Store((up * top) + (down * bottom), ref Unsafe.Add(ref y, c), lanes);
                }
            }
        }
    }

    private readonly ref struct BackwardBody<T>(ReadOnlySpan<T> dy, Span<T> dx, BilinearGeometry geometry) : IBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly ReadOnlySpan<T> _dy = dy;
        private readonly Span<T> _dx = dx;

        public void Run(int sample)
        {
            Span<T> dx = _dx.Slice(sample * geometry.InputSize, geometry.InputSize);
            dx.Clear();
            ref T dy = ref Unsafe.Add(ref MemoryMarshal.GetReference(_dy), sample * geometry.OutputSize);
            int rowLength = geometry.Width * geometry.Channels;
            for (int h = 0; h < geometry.OutputHeight; h++)
            {
                BilinearPlace place = BilinearPlace.Of(h, geometry.HeightFactor, geometry.Height);
                ref T above = ref Unsafe.Add(ref MemoryMarshal.GetReference(dx), place.First * rowLength);
                ref T below = ref Unsafe.Add(ref MemoryMarshal.GetReference(dx), place.Second * rowLength);
                for (int w = 0; w < geometry.OutputWidth; w++, dy = ref Unsafe.Add(ref dy, geometry.Channels))
                {
                    BilinearPlace column = BilinearPlace.Of(w, geometry.WidthFactor, geometry.Width);
                    RunColumn(ref dy, ref above, 1 - place.Weight, column);
                    RunColumn(ref dy, ref below, place.Weight, column);
                }
            }
        }

        // The two cells of one row; they may be one cell, which is then added to twice.
        private void RunColumn(ref T dy, ref T row, double weight, BilinearPlace column)
        {
            Vector<T> scale = VectorMath.Constant<T>(weight);
            Vector<T> right = VectorMath.Constant<T>(column.Weight), left = VectorMath.Constant<T>(1 - column.Weight);
            for (int c = 0; c < geometry.Channels; c += Vector<T>.Count)
            {
                int lanes = Math.Min(Vector<T>.Count, geometry.Channels - c);
                Vector<T> share = scale * Lanes.Load(ref Unsafe.Add(ref dy, c), lanes);
                ref T first = ref Unsafe.Add(ref row, (column.First * geometry.Channels) + c);
                Lanes.Store(Lanes.Load(ref first, lanes) + (left * share), ref first, lanes);
                ref T second = ref Unsafe.Add(ref row, (column.Second * geometry.Channels) + c);
                Lanes.Store(Lanes.Load(ref second, lanes) + (right * share), ref second, lanes);
            }
        }
    }
}
