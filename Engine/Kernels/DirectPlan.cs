using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Engine.Kernels;

/// <summary>
/// How a direct convolution is cut: into bands of outputs, and for depthwise ones into blocks of channels, so that what a band sees
/// of the source fits the caches. A function of shapes, element size and vector width only.
/// </summary>
internal readonly struct DirectPlan
{
    /// <summary>The wanted size of a padded block of the source, well within the second-level cache.</summary>
    private const int BlockBytes = 48 * 1024;

    /// <summary>Narrower bands than this are not cut further, whatever the size of the block.</summary>
    private const int MinColumns = 8;

    private readonly DirectAxis _depth;
    private readonly DirectAxis _height;
    private readonly DirectAxis _width;
    private readonly DirectChannels _channels;
    private readonly int _sourceChannels;
    private readonly int _multiplier;
    private readonly int _blockColumns;
    private readonly int _blockRows;

    /// <summary>Plans.</summary>
    /// <param name="depth">The first axis.</param>
    /// <param name="height">The second axis.</param>
    /// <param name="width">The last axis.</param>
    /// <param name="channels">How channels get into the block.</param>
    /// <param name="sourceChannels">Channels of the source.</param>
    /// <param name="multiplier">Filters of a channel, in a depthwise convolution; 1 otherwise.</param>
    /// <param name="filters">Columns of the result.</param>
    /// <param name="maxPositions">The most outputs of a band.</param>
    /// <param name="elementSize">Bytes of an element.</param>
    /// <param name="lanes">Elements of a vector.</param>
    public DirectPlan(
        in DirectAxis depth,
        in DirectAxis height,
        in DirectAxis width,
        DirectChannels channels,
        int sourceChannels,
        int multiplier,
        int filters,
        int maxPositions,
        int elementSize,
        int lanes)
    {
        (_depth, _height, _width) = (depth, height, width);
        (_channels, _sourceChannels, _multiplier) = (channels, sourceChannels, multiplier);
        (Filters, Lanes) = (filters, lanes);
        int wanted = BlockBytes / elementSize;
        if (channels == DirectChannels.All)
        {
            (FilterBlock, FilterBlocks) = (filters, 1);
            (Inner, InnerStep, PositionSize) = (sourceChannels, 1, sourceChannels);
        }
        else
        {
            // Blocks of two vectors at least; the last also takes what remains.
            Inner = channels == DirectChannels.Gathered ? multiplier : 1;
            long sample = (long)depth.Window * height.PositionsUnder(height.Output) * width.PositionsUnder(width.Output) * Inner;
            int pairs = (int)Math.Max(wanted / sample / (2 * lanes), 1);
            FilterBlock = Math.Min(pairs * 2 * lanes, filters);
            FilterBlocks = filters / FilterBlock;
            InnerStep = filters - ((FilterBlocks - 1) * FilterBlock);
            PositionSize = Inner * InnerStep;
        }

        int perRow = Math.Min(width.Output, maxPositions);
        while (perRow > MinColumns && BlockLength(1, perRow) > wanted)
        {
            perRow = (perRow + 1) / 2;
        }

        // Equal bands rather than a short last one.
        BandColumns = Even(width.Output, perRow);
        int rows = 1;
        if (BandColumns == width.Output)
        {
            while (rows < height.Output && (rows + 1) * BandColumns <= maxPositions && BlockLength(rows + 1, BandColumns) <= wanted)
            {
                rows++;
            }
        }

        BandRows = Even(height.Output, rows);
        _blockRows = height.PositionsUnder(BandRows);
        _blockColumns = width.PositionsUnder(BandColumns);
    }

    /// <summary>Columns of the result.</summary>
    public int Filters { get; }

    /// <summary>Elements of a vector.</summary>
    public int Lanes { get; }

    /// <summary>Columns of the result that a block of the source serves; the last block serves what remains, too.</summary>
    public int FilterBlock { get; }

    /// <summary>The number of such blocks.</summary>
    public int FilterBlocks { get; }

    /// <summary>Elements that a filter sees at each position of the window.</summary>
    public int Inner { get; }

    /// <summary>From one of them to the next.</summary>
    public int InnerStep { get; }

    /// <summary>Elements of the block for each position.</summary>
    public int PositionSize { get; }

    /// <summary>Rows of outputs of a band.</summary>
    public int BandRows { get; }

    /// <summary>Outputs of a band in each row; all of a row unless it has one row only.</summary>
    public int BandColumns { get; }

    /// <summary>The most outputs of a band.</summary>
    public int BandPositions => BandRows * BandColumns;

    /// <summary>The number of bands of a sample.</summary>
    public int Bands => _depth.Output * RowBands * ColumnBands;

    /// <summary>Elements that a filter sees in all: rows of the kernel as a matrix.</summary>
    public int PatchLength => _depth.Window * _height.Window * _width.Window * Inner;

    /// <summary>Vectors of columns, the last possibly beginning within the one before.</summary>
    public int Vectors => (Filters + Lanes - 1) / Lanes;

    /// <summary>Elements of the padded block of the source, and the rest of a vector.</summary>
    public int BlockSize => checked((int)BlockLength()) + (2 * Lanes);

    private int RowBands => (_height.Output + BandRows - 1) / BandRows;

    private int ColumnBands => (_width.Output + BandColumns - 1) / BandColumns;

    /// <summary>Elements of the padded block of the source, copied for each band.</summary>
    public long BlockLength() => BlockLength(BandRows, BandColumns);

    /// <summary>The first column of a vector. The last ends with the last column, unless there are too few for one vector.</summary>
    public int VectorStart(int vector) => Math.Min(vector * Lanes, Math.Max(Filters - Lanes, 0));

    /// <summary>The vectors of a block of columns.</summary>
    public (int First, int End) VectorsOf(int filterBlock) =>
        (filterBlock * FilterBlock / Lanes, filterBlock == FilterBlocks - 1 ? Vectors : (filterBlock + 1) * FilterBlock / Lanes);

    /// <summary>The band of an index: its place, and how many outputs it has in how many rows.</summary>
    public DirectBand Band(int sample, int index)
    {
        int column = index % ColumnBands * BandColumns;
        int row = index / ColumnBands % RowBands * BandRows;
        int depth = index / (ColumnBands * RowBands);
        int position = (((((sample * _depth.Output) + depth) * _height.Output) + row) * _width.Output) + column;
        return new DirectBand(
            sample, depth, row, column, Math.Min(BandRows, _height.Output - row), Math.Min(BandColumns, _width.Output - column),
            position);
    }

    /// <summary>Where in the block the windows begin, in the order of the outputs; a smaller band uses the first of them.</summary>
    /// <param name="places">[<see cref="BandPositions"/>, or more: the rest become 0].</param>
    public void FillWindows(Span<int> places)
    {
        for (int i = 0; i < BandPositions; i++)
        {
            int row = i / BandColumns * _height.Stride;
            int column = i % BandColumns * _width.Stride;
            places[i] = ((row * _blockColumns) + column) * PositionSize;
        }

        places[BandPositions..].Clear();
    }

    /// <summary>Where a window's elements lie, from its beginning, in the order of the kernel.</summary>
    /// <param name="places">[<see cref="PatchLength"/>, or more: the rest become 0].</param>
    public void FillPatch(Span<int> places)
    {
        int i = 0;
        for (int depth = 0; depth < _depth.Window; depth++)
        {
            for (int row = 0; row < _height.Window; row++)
            {
                for (int column = 0; column < _width.Window; column++)
                {
                    int line = (depth * _blockRows) + (row * _height.Dilation);
                    int place = ((line * _blockColumns) + (column * _width.Dilation)) * PositionSize;
                    for (int inner = 0; inner < Inner; inner++)
                    {
                        places[i++] = place + (inner * InnerStep);
                    }
                }
            }
        }

        places[i..].Clear();
    }

    /// <summary>Copies what a band sees of the source, with zeros for the padding: no loop over a window asks for borders.</summary>
    /// <param name="source">All samples, channels last.</param>
    /// <param name="band">The band.</param>
    /// <param name="filterBlock">The block of columns.</param>
    /// <param name="block">[<see cref="BlockSize"/>].</param>
    public void CopyBlock<T>(ReadOnlySpan<T> source, in DirectBand band, int filterBlock, Span<T> block)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int rows = _height.PositionsUnder(band.Rows);
        int rowLength = _blockColumns * PositionSize;
        int sourceRow = _width.Source * _sourceChannels;
        for (int d = 0; d < _depth.Window; d++)
        {
            int depth = Element(_depth, (band.Depth * _depth.Stride) + (d * _depth.Dilation));
            for (int r = 0; r < rows; r++)
            {
                int row = Element(_height, (band.Row * _height.Stride) + r);
                Span<T> destination = block.Slice(((d * _blockRows) + r) * rowLength, rowLength);
                if (depth < 0 || row < 0)
                {
                    destination.Clear();
                    continue;
                }

                int line = (((band.Sample * _depth.Source) + depth) * _height.Source) + row;
                CopyRow(source.Slice(line * sourceRow, sourceRow), band.Column, filterBlock, destination);
            }
        }
    }

    /// <summary>The element of the source at a position of the padded axis; −1 for none.</summary>
    private static int Element(in DirectAxis axis, int position)
    {
        int place = position - axis.PadBefore;
        return place >= 0 && place % axis.Spread == 0 && place / axis.Spread < axis.Source ? place / axis.Spread : -1;
    }

    private static int Even(int length, int most)
    {
        int bands = (length + most - 1) / most;
        return (length + bands - 1) / bands;
    }

    private long BlockLength(int rows, int columns) =>
        (long)_depth.Window * _height.PositionsUnder(rows) * _width.PositionsUnder(columns) * PositionSize;

    private void CopyRow<T>(ReadOnlySpan<T> source, int column, int filterBlock, Span<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // Columns [first, end) of the source are seen; the first of them lies so many positions after the begin of the block.
        int begin = (column * _width.Stride) - _width.PadBefore;
        int first = Math.Max((begin + _width.Spread - 1) / _width.Spread, 0);
        int end = Math.Min((begin + _blockColumns - 1 + _width.Spread) / _width.Spread, _width.Source);
        if (end <= first)
        {
            destination.Clear();
            return;
        }

        int before = ((first * _width.Spread) - begin) * PositionSize;
        if (_width.Spread == 1 && (_channels == DirectChannels.All || (_multiplier == 1 && PositionSize == _sourceChannels)))
        {
            int length = (end - first) * PositionSize;
            destination[..before].Clear();
            source.Slice(first * PositionSize, length).CopyTo(destination[before..]);
            destination[(before + length)..].Clear();
            return;
        }

        if (_width.Spread > 1)
        {
            destination.Clear();
        }
        else
        {
            destination[..before].Clear();
            destination[(before + ((end - first) * PositionSize))..].Clear();
        }

        int filter = filterBlock * FilterBlock;
        int count = filterBlock == FilterBlocks - 1 ? Filters - filter : FilterBlock;
        if (_channels != DirectChannels.All && _multiplier == 1 && count >= Vector<T>.Count)
        {
            CopyLanes(
                ref Unsafe.Add(ref MemoryMarshal.GetReference(source), (first * _sourceChannels) + filter), _sourceChannels,
                ref Unsafe.Add(ref MemoryMarshal.GetReference(destination), before), _width.Spread * PositionSize, end - first, count);
            return;
        }

        for (int i = first; i < end; i++)
        {
            CopyPosition(
                source.Slice(i * _sourceChannels, _sourceChannels), filter, count,
                destination.Slice(before + ((i - first) * _width.Spread * PositionSize), PositionSize));
        }
    }

    /// <summary>Copies some channels of neighbouring positions; a call of Span.CopyTo for each would take longer than the copy.</summary>
    private static void CopyLanes<T>(ref T source, nint sourceStep, ref T destination, nint destinationStep, int positions, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int last = count - Vector<T>.Count;
        for (int i = 0; i < positions; i++)
        {
            for (int lane = 0; lane < last; lane += Vector<T>.Count)
            {
                Vector.LoadUnsafe(ref source, (nuint)lane).StoreUnsafe(ref destination, (nuint)lane);
            }

            Vector.LoadUnsafe(ref source, (nuint)last).StoreUnsafe(ref destination, (nuint)last);
            source = ref Unsafe.Add(ref source, sourceStep);
            destination = ref Unsafe.Add(ref destination, destinationStep);
        }
    }

    private void CopyPosition<T>(ReadOnlySpan<T> source, int filter, int count, Span<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (_channels == DirectChannels.All)
        {
            source.CopyTo(destination);
        }
        else if (_multiplier == 1)
        {
            source.Slice(filter, count).CopyTo(destination);
        }
        else if (_channels == DirectChannels.Repeated)
        {
            int channel = filter / _multiplier;
            int repeat = filter % _multiplier;
            for (int i = 0; i < count; i++)
            {
                destination[i] = source[channel];
                if (++repeat == _multiplier)
                {
                    (repeat, channel) = (0, channel + 1);
                }
            }
        }
        else
        {
            for (int m = 0; m < _multiplier; m++)
            {
                Span<T> plane = destination.Slice(m * InnerStep, count);
                for (int i = 0; i < plane.Length; i++)
                {
                    plane[i] = source[((filter + i) * _multiplier) + m];
                }
            }
        }
    }
}
