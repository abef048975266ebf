using System.Numerics;

namespace Engine.Kernels;

/// <summary>All rows of a recurrent layer after the loop of backward, for the gradients of its weights.</summary>
internal readonly ref struct RecurrentRowsView<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>
    /// How many rows are masked at a time: with the gates that belong to them, and the gradient, they stay in the second-level
    /// cache. Twice as many do not leave room for it: measured, 2 % of a step of LSTM(64).
    /// </summary>
    public const int Chunk = 128;

    private readonly RecurrentBuffers<T> _buffers;
    private readonly Span<T> _side;

    /// <summary>Makes the view.</summary>
    /// <param name="buffers">The memory of the loop.</param>
    /// <param name="side">As <see cref="SideLength"/> says.</param>
    public RecurrentRowsView(scoped in RecurrentBuffers<T> buffers, Span<T> side)
    {
        _buffers = buffers;
        _side = side;
    }

    /// <summary>The widths of the rows.</summary>
    public RecurrentWidths Widths => _buffers.Widths;

    /// <summary>The number of rows.</summary>
    public int Count => _buffers.Order.Rows;

    /// <summary>The memory for masked rows and the masks of a block's lanes, of each copy: none for one copy.</summary>
    public static int SideLength(in RecurrentWidths widths) =>
        checked(widths.Copies * ((Chunk * widths.Masked) + LaneMasksLength(widths)));

    /// <summary>Columns of the joined inputs, as they were kept.</summary>
    public ReadOnlyMatrixView<T> Inputs(int column, int columns) =>
        new(Behind(_buffers.Inputs, column), Count, columns, _buffers.Widths.Joined);

    /// <summary>Columns of the gates' gradients.</summary>
    public ReadOnlyMatrixView<T> Gates(int column, int columns) =>
        new(Behind(_buffers.Gates, column), Count, columns, _buffers.Widths.Gates);

    /// <summary>
    /// gradient = Σ over rows of [x, h]ᵀ · dg for some neighbouring gates, each with the masks of its copy, some rows at a time.
    /// </summary>
    /// <param name="copy">Whose masks the first gate has.</param>
    /// <param name="count">The number of gates.</param>
    /// <param name="column">The first of the columns of [x, h].</param>
    /// <param name="gate">The first column of the gates' gradients.</param>
    /// <param name="gradient">[columns of [x, h], count · units]; overwritten.</param>
    public void Multiply(int copy, int count, int column, int gate, MatrixView<T> gradient)
    {
        for (int row = 0; row < gradient.Rows; row++)
        {
            gradient.Values.Slice(row * gradient.RowStride, gradient.Columns).Clear();
        }

        // Other gates may be on other threads, and ahead: their lanes have other masks by then.
        RecurrentBuffers<T> buffers = _buffers;
        Span<T> laneMasks = _side.Slice((Widths.Copies * Chunk * Widths.Masked) + (copy * LaneMasksLength(Widths)), LaneMasksLength(Widths));
        buffers.LaneInputMasks = laneMasks[..(SequenceOrder.BlockLanes * Widths.Copies * Widths.Inputs)];
        buffers.LaneHiddenMasks = laneMasks[buffers.LaneInputMasks.Length..];

        int start = 0, filled = 0;
        SequenceOrder order = buffers.Order;
        for (int block = 0; block < order.Blocks; block++)
        {
            ReadOnlySpan<int> lanes = order.LanesOf(block);
            int rows = lanes.Length;
            for (int s = 0; s < lanes[0]; s++)
            {
                while (lanes[rows - 1] <= s)
                {
                    rows--;
                }

                int row = start + filled;
                buffers.BeginMasks(order.RowsAt(row, rows), slot: 0);
                RecurrentStep<T> step = buffers.Step(row, slot: 0, rows);
                for (int c = copy; c < copy + count; c++)
                {
                    step.MaskRows(Widths.Inputs, Widths.Units, Widths.Copies, c, ref MaskedRows(c)[filled * Widths.Joined]);
                }

                filled += rows;
                if (filled > Chunk - SequenceOrder.BlockLanes)
                {
                    Flush(start, filled, copy, count, column, gate, gradient);
                    (start, filled) = (start + filled, 0);
                }
            }
        }

        Flush(start, filled, copy, count, column, gate, gradient);
    }

    private static int LaneMasksLength(in RecurrentWidths widths) => checked(SequenceOrder.BlockLanes * widths.Copies * widths.Masked);

    private static ReadOnlySpan<T> Behind(ReadOnlySpan<T> values, int count) => values[Math.Min(count, values.Length)..];

    private Span<T> MaskedRows(int copy) => _side.Slice(copy * Chunk * Widths.Joined, Chunk * Widths.Joined);

    private void Flush(int start, int rows, int copy, int count, int column, int gate, MatrixView<T> gradient)
    {
        int units = gradient.Columns / count;
        for (int i = 0; i < count && rows > 0; i++)
        {
            Gemm.MultiplyAccumulate(
                new ReadOnlyMatrixView<T>(MaskedRows(copy + i)[column..], rows, gradient.Rows, Widths.Joined).Transposed,
                new ReadOnlyMatrixView<T>(
                    _buffers.Gates[((start * Widths.Gates) + gate + (i * units))..], rows, units, Widths.Gates),
                new MatrixView<T>(gradient.Values[(i * units)..], gradient.Rows, units, gradient.RowStride));
        }
    }
}
