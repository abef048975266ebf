using System.Numerics;

namespace Engine.Kernels;

/// <summary>The memory of a recurrent layer's loop over the steps. Rows are those of the order; places are its places.</summary>
internal ref struct RecurrentBuffers<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The order.</summary>
    public SequenceOrder Order;

    /// <summary>The widths.</summary>
    public RecurrentWidths Widths;

    /// <summary>
    /// Whether each row has a place of its own in what is kept, for a backward. Without one all steps of a block use the rows of
    /// its places.
    /// </summary>
    public bool KeepsRows;

    /// <summary>
    /// [rows, inputs + units]: input and hidden state before the step; with their masks, unless gates have masks of their own.
    /// </summary>
    public Span<T> Inputs;

    /// <summary>
    /// [places, copies, inputs + units]: the same with the masks of each gate, for a step only; empty for one copy.
    /// </summary>
    public Span<T> Masked;

    /// <summary>
    /// [blocks, gates]: Σ over a block's rows of the gates' gradients, in backward; empty where nobody needs it.
    /// </summary>
    public Span<T> Sums;

    /// <summary>[rows, gates].</summary>
    public Span<T> Gates;

    /// <summary>[rows, ...]: what else the cell keeps.</summary>
    public Span<T> Kept;

    /// <summary>[rows, units]: the states before each step; empty where nobody needs them.</summary>
    public Span<T> PreviousHidden, PreviousCell;

    /// <summary>[places, units]: the states, in backward their gradients. Initial ones at first, final ones at last.</summary>
    public Span<T> Hidden, Cell;

    /// <summary>[places, ...]: memory for a step only.</summary>
    public Span<T> Side;

    /// <summary>
    /// [places or rows, copies, inputs] and [places or rows, copies, units]: masks; empty where there are none.
    /// </summary>
    public ReadOnlySpan<T> InputMasks, HiddenMasks;

    /// <summary>Whether masks differ from step to step: they are then by rows.</summary>
    public bool MasksByRow;

    /// <summary>Zoneout of the hidden state and of the cell's, over all rows.</summary>
    public Zoneout<T> HiddenZoneout, CellZoneout;

    /// <summary>One step of a block.</summary>
    /// <param name="row">The first of its rows.</param>
    /// <param name="place">The block's first place.</param>
    /// <param name="rows">How many rows the step has.</param>
    public readonly RecurrentStep<T> Step(int row, int place, int rows)
    {
        int at = KeepsRows ? row : place;
        int mask = MasksByRow ? row : place;
        return new RecurrentStep<T>
        {
            Rows = rows,
            Inputs = Inputs.Slice(at * Widths.Joined, rows * Widths.Joined),
            Masked = Part(Masked, place, rows, Widths.Masked),
            Gates = Gates.Slice(at * Widths.Gates, rows * Widths.Gates),
            Kept = Kept.Slice(at * Widths.Kept, rows * Widths.Kept),
            Hidden = Hidden.Slice(place * Widths.Units, rows * Widths.Units),
            Cell = Part(Cell, place, rows, Widths.Units),
            PreviousHidden = Part(PreviousHidden, at, rows, Widths.Units),
            PreviousCell = Part(PreviousCell, at, rows, Widths.Units),
            InputMasks = Part(InputMasks, mask, rows, Widths.Copies * Widths.Inputs),
            HiddenMasks = Part(HiddenMasks, mask, rows, Widths.Copies * Widths.Units),
            Side = Side.Slice(place * Widths.Side, rows * Widths.Side),
        };
    }

    private static Span<T> Part(Span<T> all, int row, int rows, int width) =>
        all.IsEmpty ? [] : all.Slice(row * width, rows * width);

    private static ReadOnlySpan<T> Part(ReadOnlySpan<T> all, int row, int rows, int width) =>
        all.IsEmpty ? [] : all.Slice(row * width, rows * width);
}
