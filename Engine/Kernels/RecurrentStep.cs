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

    /// <summary>[rows, inputs + units]: the same with the masks of one gate, in forward; empty where all share theirs.</summary>
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

    /// <summary>What the products of forward read: <see cref="Inputs"/>, or what was last masked.</summary>
    public readonly ReadOnlySpan<T> Operand => Masked.IsEmpty ? Inputs : Masked;

    /// <summary>Puts the masks of one gate on inputs and hidden states, for <see cref="Operand"/>; nothing where all share theirs.</summary>
    /// <param name="inputs">The features.</param>
    /// <param name="units">The length of a state.</param>
    /// <param name="copies">The number of gates with masks of their own.</param>
    /// <param name="copy">Which of them.</param>
    public readonly void Mask(int inputs, int units, int copies, int copy)
    {
        if (!Masked.IsEmpty)
        {
            MaskRows(inputs, units, copies, copy, ref MemoryMarshal.GetReference(Masked));
        }
    }

    /// <summary>Inputs and hidden states with the masks of one gate.</summary>
    /// <param name="inputs">The features.</param>
    /// <param name="units">The length of a state.</param>
    /// <param name="copies">The number of gates with masks of their own.</param>
    /// <param name="copy">Which of them.</param>
    /// <param name="to">[rows, inputs + units].</param>
    public readonly void MaskRows(int inputs, int units, int copies, int copy, ref T to)
    {
        int joined = inputs + units;
        ref T x = ref MemoryMarshal.GetReference(Inputs);
        ref T h = ref Unsafe.Add(ref x, inputs), maskedH = ref Unsafe.Add(ref to, inputs);
        RecurrentRows.MaskRows(ref x, joined, InputMasks, copies, copy, Rows, inputs, ref to, joined);
        RecurrentRows.MaskRows(ref h, joined, HiddenMasks, copies, copy, Rows, units, ref maskedH, joined);
    }
}
