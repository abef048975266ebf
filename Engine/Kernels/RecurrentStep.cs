using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Engine.Kernels;

/// <summary>One step of some rows of a block, as a cell sees it. Everything is contiguous.</summary>
internal ref struct RecurrentStep<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The number of rows.</summary>
    public int Rows;

    /// <summary>
    /// [rows, inputs + units]: the input and the hidden state before the step; with their masks, unless gates have masks of
    /// their own.
    /// </summary>
    public Span<T> Inputs;

    /// <summary>[rows, copies, inputs + units]: the same with the masks of each gate, in forward; empty for one copy.</summary>
    public Span<T> Masked;

    /// <summary>[rows, gates]: their values after forward, the gradients of their arguments after backward.</summary>
    public Span<T> Gates;

    /// <summary>[rows, ...]: whatever else the cell keeps from forward for backward.</summary>
    public Span<T> Kept;

    /// <summary>[rows, units]: the hidden state, before and after; in backward its gradient, after and before.</summary>
    public Span<T> Hidden;

    /// <summary>[rows, units]: the same for the cell's state; empty where there is none.</summary>
    public Span<T> Cell;

    /// <summary>[rows, units]: the hidden state before the step, in backward; empty where it was not kept.</summary>
    public Span<T> PreviousHidden;

    /// <summary>[rows, units]: the cell's state before the step, in backward.</summary>
    public Span<T> PreviousCell;

    /// <summary>[rows, copies, inputs]: the masks of the input; empty where there are none.</summary>
    public ReadOnlySpan<T> InputMasks;

    /// <summary>[rows, copies, units]: the masks of the hidden state; empty where there are none.</summary>
    public ReadOnlySpan<T> HiddenMasks;

    /// <summary>[rows, ...]: memory for the step only.</summary>
    public Span<T> Side;

    /// <summary>What the products of forward read: see <see cref="Inputs"/> and <see cref="Masked"/>.</summary>
    public readonly ReadOnlySpan<T> Operand => Masked.IsEmpty ? Inputs : Masked;

    /// <summary>Inputs and hidden states with the masks of one copy.</summary>
    /// <param name="widths">The widths.</param>
    /// <param name="copy">Which copy.</param>
    /// <param name="to">The first of the masked rows.</param>
    /// <param name="stride">From a masked row to the next.</param>
    public readonly void MaskRows(in RecurrentWidths widths, int copy, ref T to, int stride)
    {
        ref T x = ref MemoryMarshal.GetReference(Inputs);
        ref T h = ref Unsafe.Add(ref x, widths.Inputs);
        ref T maskedH = ref Unsafe.Add(ref to, widths.Inputs);
        RecurrentRows.MaskRows(ref x, widths.Joined, InputMasks, widths.Copies, copy, Rows, widths.Inputs, ref to, stride);
        RecurrentRows.MaskRows(ref h, widths.Joined, HiddenMasks, widths.Copies, copy, Rows, widths.Units, ref maskedH, stride);
    }
}
