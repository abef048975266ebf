using System.Numerics;

namespace Engine.Kernels;

/// <summary>The memory of a recurrent layer's loop over the steps. Rows, places and slots are those of the order.</summary>
internal ref struct RecurrentBuffers<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The order.</summary>
    public SequenceOrder Order;

    /// <summary>The widths.</summary>
    public RecurrentWidths Widths;

    /// <summary>
    /// Whether each row has memory of its own in what is kept, for a backward. Without one all steps of a block use the slots of
    /// its lanes, and what is said to be by rows is by slots, masks excepted.
    /// </summary>
    public bool KeepsRows;

    /// <summary>
    /// [rows, inputs + units]: input and hidden state before the step; with their masks, unless gates have masks of their own.
    /// </summary>
    public Span<T> Inputs;

    /// <summary>[slots, inputs + units]: the same with the masks of a gate, for its product only; empty for one copy.</summary>
    public Span<T> Masked;

    /// <summary>[blocks, gates and a gap]: Σ over a block's rows of the gates' gradients, in backward.</summary>
    public Span<T> Sums;

    /// <summary>[rows, gates].</summary>
    public Span<T> Gates;

    /// <summary>[rows, ...]: what else the cell keeps.</summary>
    public Span<T> Kept;

    /// <summary>[rows, units]: the states before each step; empty where nobody needs them.</summary>
    public Span<T> PreviousHidden, PreviousCell;

    /// <summary>
    /// [places, units]: the states before the first step of a sample, and then those after its last; in backward their gradients,
    /// the other way round.
    /// </summary>
    public Span<T> Hidden, Cell;

    /// <summary>[slots, units]: the states between the steps, in backward their gradients.</summary>
    public Span<T> LaneHidden, LaneCell;

    /// <summary>[slots, ...]: memory for a step only.</summary>
    public Span<T> Side;

    /// <summary>
    /// [places or rows, copies, inputs] and [places or rows, copies, units]: masks; empty where there are none.
    /// </summary>
    public ReadOnlySpan<T> InputMasks, HiddenMasks;

    /// <summary>[slots, copies, inputs] and [slots, copies, units]: those of the samples that are gone through.</summary>
    public Span<T> LaneInputMasks, LaneHiddenMasks;

    /// <summary>Whether masks differ from step to step: they are then by rows.</summary>
    public bool MasksByRow;

    /// <summary>Zoneout of the hidden state and of the cell's, over all rows.</summary>
    public Zoneout<T> HiddenZoneout, CellZoneout;

    /// <summary>Before a step of forward, or of backward: samples of which it is the first bring their states and masks.</summary>
    /// <param name="samples">The rows of the step.</param>
    /// <param name="slot">That of the block's first lane.</param>
    /// <param name="isBackward">Whether samples begin with their last row.</param>
    public readonly void Begin(ReadOnlySpan<SequenceRow> samples, int slot, bool isBackward)
    {
        for (int i = 0; i < samples.Length; i++)
        {
            if (isBackward ? Order.IsLast(samples[i]) : samples[i].IsFirst)
            {
                CopyRow(Hidden, samples[i].Place, LaneHidden, slot + i, Widths.Units);
                CopyRow(Cell, samples[i].Place, LaneCell, slot + i, Widths.Units);
                CopyMasks(samples[i].Place, slot + i);
            }
        }
    }

    /// <summary>After a step of forward, or of backward: samples of which it was the last take their states away.</summary>
    /// <param name="samples">The rows of the step.</param>
    /// <param name="slot">That of the block's first lane.</param>
    /// <param name="isBackward">Whether samples end with their first row.</param>
    public readonly void End(ReadOnlySpan<SequenceRow> samples, int slot, bool isBackward)
    {
        for (int i = 0; i < samples.Length; i++)
        {
            if (isBackward ? samples[i].IsFirst : Order.IsLast(samples[i]))
            {
                CopyRow(LaneHidden, slot + i, Hidden, samples[i].Place, Widths.Units);
                CopyRow(LaneCell, slot + i, Cell, samples[i].Place, Widths.Units);
            }
        }
    }

    /// <summary>Before a step of forward: samples of which it is the first bring their masks.</summary>
    /// <param name="samples">The rows of the step.</param>
    /// <param name="slot">That of the block's first lane.</param>
    public readonly void BeginMasks(ReadOnlySpan<SequenceRow> samples, int slot)
    {
        for (int i = 0; i < samples.Length; i++)
        {
            if (samples[i].IsFirst)
            {
                CopyMasks(samples[i].Place, slot + i);
            }
        }
    }

    /// <summary>A block's sums of the gates' gradients.</summary>
    public readonly Span<T> SumsOf(int block) => Sums.Slice(block * Widths.Sums, Widths.Gates);

    /// <summary>One step of a block.</summary>
    /// <param name="row">The first of its rows.</param>
    /// <param name="slot">That of the block's first lane.</param>
    /// <param name="rows">How many rows the step has.</param>
    public readonly RecurrentStep<T> Step(int row, int slot, int rows)
    {
        int at = KeepsRows ? row : slot;
        return new RecurrentStep<T>
        {
            Rows = rows,
            Inputs = Inputs.Slice(at * Widths.Joined, rows * Widths.Joined),
            Masked = Part(Masked, slot, rows, Widths.Masked),
            Gates = Gates.Slice(at * Widths.Gates, rows * Widths.Gates),
            Kept = Kept.Slice(at * Widths.Kept, rows * Widths.Kept),
            Hidden = LaneHidden.Slice(slot * Widths.Units, rows * Widths.Units),
            Cell = Part(LaneCell, slot, rows, Widths.Units),
            PreviousHidden = Part(PreviousHidden, at, rows, Widths.Units),
            PreviousCell = Part(PreviousCell, at, rows, Widths.Units),
            InputMasks = MasksOf(InputMasks, LaneInputMasks, row, slot, rows, Widths.Copies * Widths.Inputs),
            HiddenMasks = MasksOf(HiddenMasks, LaneHiddenMasks, row, slot, rows, Widths.Copies * Widths.Units),
            Side = Side.Slice(slot * Widths.Side, rows * Widths.Side),
        };
    }

    private static Span<T> Part(Span<T> all, int row, int rows, int width) =>
        all.IsEmpty ? [] : all.Slice(row * width, rows * width);

    private static void CopyRow(ReadOnlySpan<T> from, int row, Span<T> to, int toRow, int width)
    {
        if (!from.IsEmpty)
        {
            from.Slice(row * width, width).CopyTo(to.Slice(toRow * width, width));
        }
    }

    private readonly void CopyMasks(int place, int slot)
    {
        if (!MasksByRow)
        {
            CopyRow(InputMasks, place, LaneInputMasks, slot, Widths.Copies * Widths.Inputs);
            CopyRow(HiddenMasks, place, LaneHiddenMasks, slot, Widths.Copies * Widths.Units);
        }
    }

    private readonly ReadOnlySpan<T> MasksOf(
        ReadOnlySpan<T> masks, ReadOnlySpan<T> laneMasks, int row, int slot, int rows, int width) =>
        masks.IsEmpty ? [] : MasksByRow ? masks.Slice(row * width, rows * width) : laneMasks.Slice(slot * width, rows * width);
}
