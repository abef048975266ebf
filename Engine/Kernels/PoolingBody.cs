using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>The forward of pooling, a few rows of the output a part. Lanes are channels.</summary>
internal readonly ref struct PoolingBody<T, TPool> : IBody
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TPool : struct, IPoolingOperation<T>
{
    private readonly ReadOnlySpan<T> _x;
    private readonly Span<T> _y;
    private readonly ConvolutionGeometry _geometry;
    private readonly int _rows;
    private readonly int _rowsAPart;

    public PoolingBody(ReadOnlySpan<T> x, Span<T> y, in ConvolutionGeometry geometry, int batch, int rowsAPart)
    {
        _x = x;
        _y = y;
        _geometry = geometry;
        _rows = batch * geometry.Depth.Output * geometry.Height.Output;
        _rowsAPart = rowsAPart;
    }

    public int Parts => (_rows + _rowsAPart - 1) / _rowsAPart;

    public void Run(int part)
    {
        int end = Math.Min((part + 1) * _rowsAPart, _rows);
        for (int row = part * _rowsAPart; row < end; row++)
        {
            RunRow(row);
        }
    }

    private void RunRow(int row)
    {
        (int plane, int h) = Math.DivRem(row, _geometry.Height.Output);
        (int sample, int d) = Math.DivRem(plane, _geometry.Depth.Output);
        PoolingWindow depth = PoolingWindow.Of(_geometry.Depth, d);
        PoolingWindow height = PoolingWindow.Of(_geometry.Height, h);
        int channels = _geometry.Channels;
        int outputs = _geometry.Width.Output;
        int first = (((depth.First * _geometry.Height.Input) + height.First) * _geometry.Width.Input * channels)
            + (sample * _geometry.InputSize);
        ref T x = ref Unsafe.Add(ref MemoryMarshal.GetReference(_x), first);
        ref T y = ref Unsafe.Add(ref MemoryMarshal.GetReference(_y), row * outputs * channels);
        int padded = PoolingLanes.Padded<T>(channels);
        int rowLength = _geometry.Width.Input * channels;
        for (int w = 0; w < outputs; w++, y = ref Unsafe.Add(ref y, channels))
        {
            PoolingWindow width = PoolingWindow.Of(_geometry.Width, w);
            ref T corner = ref Unsafe.Add(ref x, width.First * channels);
            if (depth.Count == 1 && height.Count == 2 && width.Count == 2)
            {
                // What is written beyond the last channel is overwritten by the windows behind; they have to be there.
                int lastCell = first + rowLength + ((width.First + 1) * channels);
                bool isWhole = (w * channels) + padded <= outputs * channels && lastCell + padded <= _x.Length;
                RunTwoByTwo(ref corner, ref y, isWhole ? padded : channels);
            }
            else
            {
                RunWindow(ref corner, ref y, depth.Count, height.Count, width.Count);
            }
        }
    }

    /// <summary>The window that nearly every network has: two rows of two cells.</summary>
    /// <param name="x">The first cell.</param>
    /// <param name="y">The result.</param>
    /// <param name="writable">How many channels may be written: those there are, or whole vectors.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void RunTwoByTwo(ref T x, ref T y, int writable)
    {
        int channels = _geometry.Channels;
        ref T below = ref Unsafe.Add(ref x, _geometry.Width.Input * channels);
        Vector<T> cells = VectorMath.Constant<T>(4);
        int c = 0;
        for (; c <= writable - Vector<T>.Count; c += Vector<T>.Count)
        {
            Vector<T> value = TPool.Combine(Vector.LoadUnsafe(ref x, (nuint)c), Vector.LoadUnsafe(ref x, (nuint)(channels + c)));
            value = TPool.Combine(value, Vector.LoadUnsafe(ref below, (nuint)c));
            value = TPool.Combine(value, Vector.LoadUnsafe(ref below, (nuint)(channels + c)));
            TPool.Divide(value, cells).StoreUnsafe(ref y, (nuint)c);
        }

        if (c < channels)
        {
            RunLanes(ref Unsafe.Add(ref x, c), ref Unsafe.Add(ref y, c), 1, 2, 2, channels - c, cells);
        }
    }

    private void RunWindow(ref T x, ref T y, int depth, int height, int width)
    {
        int channels = _geometry.Channels;
        Vector<T> cells = VectorMath.Constant<T>(depth * height * width);
        for (int c = 0; c < channels; c += Vector<T>.Count)
        {
            RunLanes(ref Unsafe.Add(ref x, c), ref Unsafe.Add(ref y, c), depth, height, width, channels - c, cells);
        }
    }

    /// <summary>One vector of channels of one window.</summary>
    private void RunLanes(ref T x, ref T y, int depth, int height, int width, int channelsLeft, Vector<T> cells)
    {
        int lanes = Math.Min(Vector<T>.Count, channelsLeft);
        Vector<T> value = PoolingLanes.Combine<T, TPool>(ref x, lanes, _geometry, depth, height, width);
        Lanes.Store(TPool.Divide(value, cells), ref y, lanes);
    }
}
