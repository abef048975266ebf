using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Engine.Kernels;

/// <summary>All rows of a recurrent layer after the loop of backward, for the gradients of its weights.</summary>
internal readonly ref struct RecurrentRowsView<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>
    /// How many rows are masked at a time: with the gates that belong to them they stay in the second-level cache.
    /// </summary>
    public const int Chunk = 256;

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

    /// <summary>The memory for masked rows: none for one copy.</summary>
    public static int SideLength(in RecurrentWidths widths) => Chunk * widths.Masked;

    /// <summary>Columns of the joined inputs, as they were kept.</summary>
    public ReadOnlyMatrixView<T> Inputs(int column, int columns) =>
        new(Behind(_buffers.Inputs, column), Count, columns, _buffers.Widths.Joined);

    /// <summary>Columns of the gates' gradients.</summary>
    public ReadOnlyMatrixView<T> Gates(int column, int columns) =>
        new(Behind(_buffers.Gates, column), Count, columns, _buffers.Widths.Gates);

    /// <summary>gradient = Σ over rows of [x, h]ᵀ · dg with the masks of one copy, some rows at a time.</summary>
    /// <param name="copy">Whose masks.</param>
    /// <param name="column">The first of the columns of [x, h].</param>
    /// <param name="gate">The first column of the gates' gradients.</param>
    /// <param name="gradient">[columns of [x, h], columns of the gates]; overwritten.</param>
    public void Multiply(int copy, int column, int gate, MatrixView<T> gradient)
    {
        RecurrentWidths widths = _buffers.Widths;
        Span<T> masked = _side.Slice(copy * Chunk * widths.Joined, Chunk * widths.Joined);
        for (int row = 0; row < gradient.Rows; row++)
        {
            gradient.Values.Slice(row * gradient.RowStride, gradient.Columns).Clear();
        }

        int start = 0, filled = 0;
        SequenceOrder order = _buffers.Order;
        for (int block = 0; block < order.Blocks; block++)
        {
            ReadOnlySpan<int> lengths = order.LengthsOf(block);
            int rows = lengths.Length;
            for (int s = 0; s < lengths[0]; s++)
            {
                while (lengths[rows - 1] <= s)
                {
                    rows--;
                }

                Mask(start + filled, SequenceOrder.FirstPlace(block), rows, copy, masked[(filled * widths.Joined)..]);
                filled += rows;
                if (filled > Chunk - SequenceOrder.BlockRows)
                {
                    Flush(start, filled, column, gate, masked, gradient);
                    (start, filled) = (start + filled, 0);
                }
            }
        }

        Flush(start, filled, column, gate, masked, gradient);
    }

    private static ReadOnlySpan<T> Behind(ReadOnlySpan<T> values, int count) => values[Math.Min(count, values.Length)..];

    private void Flush(int start, int count, int column, int gate, ReadOnlySpan<T> masked, MatrixView<T> gradient)
    {
        if (count > 0)
        {
            RecurrentWidths widths = _buffers.Widths;
            Gemm.MultiplyAccumulate(
                new ReadOnlyMatrixView<T>(masked[column..], count, gradient.Rows, widths.Joined).Transposed,
                new ReadOnlyMatrixView<T>(
                    _buffers.Gates[((start * widths.Gates) + gate)..], count, gradient.Columns, widths.Gates),
                gradient);
        }
    }

    // The rows of one step, with the masks of one copy.
    private void Mask(int row, int place, int rows, int copy, Span<T> masked)
    {
        RecurrentStep<T> step = _buffers.Step(row, place, rows);
        RecurrentWidths widths = _buffers.Widths;
        ref T to = ref MemoryMarshal.GetReference(masked);
        for (int i = 0; i < rows; i++)
        {
            ReadOnlySpan<T> inputs = step.Inputs.Slice(i * widths.Joined, widths.Joined);
            int mask = (i * widths.Copies) + copy;
            RecurrentRows.Mask(inputs[..widths.Inputs], step.InputMasks, mask, ref to);
            RecurrentRows.Mask(inputs[widths.Inputs..], step.HiddenMasks, mask, ref Unsafe.Add(ref to, widths.Inputs));
            to = ref Unsafe.Add(ref to, widths.Joined);
        }
    }
}
