using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>
/// The backward of pooling, a few rows of the output a part. Windows that do not overlap write their cells, others add to
/// them; a part clears its band of the input first where cells may be left over.
/// </summary>
internal readonly ref struct PoolingGradientBody<T, TPool> : IBody
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TPool : struct, IPoolingOperation<T>
{
    private readonly ReadOnlySpan<T> _x;
    private readonly ReadOnlySpan<T> _dy;
    private readonly Span<T> _dx;
    private readonly ConvolutionGeometry _geometry;
    private readonly int _rows;
    private readonly int _rowsAPart;
    private readonly bool _areDisjoint;
    private readonly bool _tile;

    public PoolingGradientBody(
        ReadOnlySpan<T> x,
        ReadOnlySpan<T> dy,
        Span<T> dx,
        in ConvolutionGeometry geometry,
        int batch,
        int rowsAPart,
        bool areDisjoint)
    {
        _x = x;
        _dy = dy;
        _dx = dx;
        _geometry = geometry;
        _rows = batch * geometry.Depth.Output * geometry.Height.Output;
        _rowsAPart = rowsAPart;
        _areDisjoint = areDisjoint;
        _tile = PoolingWindow.Tile(geometry.Depth) && PoolingWindow.Tile(geometry.Height) && PoolingWindow.Tile(geometry.Width);
    }

    public int Parts => (_rows + _rowsAPart - 1) / _rowsAPart;

    public void Run(int part)
    {
        // Overlapping windows: the part is a sample.
        if (!_areDisjoint)
        {
            _dx.Slice(part * _geometry.InputSize, _geometry.InputSize).Clear();
        }

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
        if (_areDisjoint && !_tile)
        {
            ClearBand(sample, d, h);
        }

        PoolingWindow depth = PoolingWindow.Of(_geometry.Depth, d);
        PoolingWindow height = PoolingWindow.Of(_geometry.Height, h);
        int channels = _geometry.Channels;
        int first = (((depth.First * _geometry.Height.Input) + height.First) * _geometry.Width.Input * channels)
            + (sample * _geometry.InputSize);
        int output = row * _geometry.Width.Output * channels;
        int padded = PoolingLanes.Padded<T>(channels);
        int rowLength = _geometry.Width.Input * channels;
        int writableCells = PoolingWindow.ConnectedCells(_geometry.Width);
        for (int w = 0; w < _geometry.Width.Output; w++, output += channels)
        {
            PoolingWindow width = PoolingWindow.Of(_geometry.Width, w);
            int input = first + (width.First * channels);
            if (_areDisjoint && depth.Count == 1 && height.Count == 2 && width.Count == 2)
            {
                // What is written beyond the last channel is overwritten by the windows behind; they have to be there.
                int lastCell = (width.First + 1) * channels;
                bool isWhole = lastCell + padded <= writableCells * channels
                    && first + rowLength + lastCell + padded <= _dx.Length
                    && output + padded <= _dy.Length;
                RunTwoByTwo(input, output, isWhole ? padded : channels);
            }
            else
            {
                RunWindow(input, output, depth.Count, height.Count, width.Count, 0);
            }
        }
    }

    private void ClearBand(int sample, int d, int h)
    {
        PoolingWindow depth = PoolingWindow.BandOf(_geometry.Depth, d);
        PoolingWindow height = PoolingWindow.BandOf(_geometry.Height, h);
        int rowLength = _geometry.Width.Input * _geometry.Channels;
        for (int i = 0; i < depth.Count; i++)
        {
            int row = ((depth.First + i) * _geometry.Height.Input) + height.First;
            _dx.Slice((sample * _geometry.InputSize) + (row * rowLength), height.Count * rowLength).Clear();
        }
    }

    /// <summary>Two rows of two cells that belong to this window alone.</summary>
    /// <param name="input">The first cell.</param>
    /// <param name="output">The window's gradient.</param>
    /// <param name="writable">How many channels may be written: those there are, or whole vectors.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void RunTwoByTwo(int input, int output, int writable)
    {
        int channels = _geometry.Channels;
        int rowLength = _geometry.Width.Input * channels;
        ref T dy = ref Unsafe.Add(ref MemoryMarshal.GetReference(_dy), output);
        ref T dx = ref Unsafe.Add(ref MemoryMarshal.GetReference(_dx), input);
        ref T dxBelow = ref Unsafe.Add(ref dx, rowLength);
        Vector<T> cells = VectorMath.Constant<T>(4);

        // The last vector first: what it writes beyond the left cell's channels is in the right cell's first vectors.
        int whole = writable / Vector<T>.Count * Vector<T>.Count;
        for (int c = whole - Vector<T>.Count; c >= 0; c -= Vector<T>.Count)
        {
            nuint left = (nuint)c, right = (nuint)(channels + c);
            Vector<T> offered = TPool.Divide(Vector.LoadUnsafe(ref dy, left), cells);
            Vector<T> y = default, x0 = default, x1 = default, x2 = default, x3 = default;
            if (TPool.BackwardReadsValues)
            {
                ref T x = ref Unsafe.Add(ref MemoryMarshal.GetReference(_x), input);
                ref T below = ref Unsafe.Add(ref x, rowLength);
                x0 = Vector.LoadUnsafe(ref x, left);
                x1 = Vector.LoadUnsafe(ref x, right);
                x2 = Vector.LoadUnsafe(ref below, left);
                x3 = Vector.LoadUnsafe(ref below, right);
                y = TPool.Combine(TPool.Combine(TPool.Combine(x0, x1), x2), x3);
            }

            TPool.Claim(x0, y, ref offered).StoreUnsafe(ref dx, left);
            TPool.Claim(x1, y, ref offered).StoreUnsafe(ref dx, right);
            TPool.Claim(x2, y, ref offered).StoreUnsafe(ref dxBelow, left);
            TPool.Claim(x3, y, ref offered).StoreUnsafe(ref dxBelow, right);
        }

        if (whole < channels)
        {
            RunWindow(input, output, 1, 2, 2, whole);
        }
    }

    /// <summary>All channels of one window, from <paramref name="firstChannel"/>.</summary>
    private void RunWindow(int input, int output, int depth, int height, int width, int firstChannel)
    {
        int channels = _geometry.Channels;
        int rowLength = _geometry.Width.Input * channels;
        Vector<T> cells = VectorMath.Constant<T>(depth * height * width);
        ref T x = ref MemoryMarshal.GetReference(_x);
        ref T dx = ref MemoryMarshal.GetReference(_dx);
        for (int c = firstChannel; c < channels; c += Vector<T>.Count)
        {
            int lanes = Math.Min(Vector<T>.Count, channels - c);
            Vector<T> offered = TPool.Divide(Lanes.Load(ref Unsafe.Add(ref MemoryMarshal.GetReference(_dy), output + c), lanes), cells);

            // The value of the window again, so that the output of forward need not be kept.
            Vector<T> y = TPool.BackwardReadsValues
                ? PoolingLanes.Combine<T, TPool>(ref Unsafe.Add(ref x, input + c), lanes, _geometry, depth, height, width)
                : default;
            for (int d = 0; d < depth; d++)
            {
                for (int h = 0; h < height; h++)
                {
                    int cell = input + (((d * _geometry.Height.Input) + h) * rowLength) + c;
                    for (int w = 0; w < width; w++, cell += channels)
                    {
                        Vector<T> value = TPool.BackwardReadsValues ? Lanes.Load(ref Unsafe.Add(ref x, cell), lanes) : default;
                        Vector<T> share = TPool.Claim(value, y, ref offered);
                        ref T target = ref Unsafe.Add(ref dx, cell);
                        Lanes.Store(_areDisjoint ? share : Lanes.Load(ref target, lanes) + share, ref target, lanes);
                    }
                }
            }
        }
    }
}
