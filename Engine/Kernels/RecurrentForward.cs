using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>
/// The loop of a recurrent layer over its steps: a part is a block, which goes through all its steps by itself.
/// </summary>
internal ref struct RecurrentForward<T, TCell> : IBody
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TCell : IRecurrentCell<T>, allows ref struct
{
    private readonly RecurrentBuffers<T> _buffers;
    private readonly ReadOnlySpan<T> _x;
    private readonly RecurrentOutput<T> _output;
    private readonly int _steps;
    private readonly TCell _cell;

    /// <summary>Makes the body.</summary>
    /// <param name="buffers">The states are the initial ones, and become the final ones.</param>
    /// <param name="cell">The cell.</param>
    /// <param name="x">[batch, steps, inputs].</param>
    /// <param name="output">Takes the hidden states.</param>
    /// <param name="steps">The number of steps.</param>
    public RecurrentForward(
        scoped in RecurrentBuffers<T> buffers, TCell cell, ReadOnlySpan<T> x, scoped in RecurrentOutput<T> output, int steps)
    {
        _buffers = buffers;
        _cell = cell;
        _x = x;
        _output = output;
        _steps = steps;
    }

    /// <inheritdoc/>
    public void Run(int block)
    {
        SequenceOrder order = _buffers.Order;
        ReadOnlySpan<int> lanes = order.LanesOf(block);
        int slot = order.FirstSlot(block);
        int row = order.Start(block);
        int rows = lanes.Length;
        for (int s = 0; s < lanes[0]; s++)
        {
            while (lanes[rows - 1] <= s)
            {
                rows--;
            }

            ReadOnlySpan<SequenceRow> samples = order.RowsAt(row, rows);
            _buffers.Begin(samples, slot, isBackward: false);
            RecurrentStep<T> step = _buffers.Step(row, slot, rows);
            Join(step, samples);
            if (!step.PreviousHidden.IsEmpty && (_buffers.KeepsRows || _buffers.HiddenZoneout.IsOn))
            {
                step.Hidden.CopyTo(step.PreviousHidden);
            }

            if (!step.PreviousCell.IsEmpty && (_buffers.KeepsRows || _buffers.CellZoneout.IsOn))
            {
                step.Cell.CopyTo(step.PreviousCell);
            }

            _cell.Forward(step);
            Mix(step, row);
            _output.Write(samples, step.Hidden);
            _buffers.End(samples, slot, isBackward: false);
            row += rows;
        }

        _output.Finish(order, block, _buffers.Hidden);
    }

    // Puts the inputs of this step and the hidden states side by side; with their masks, where all gates share them.
    private readonly void Join(in RecurrentStep<T> step, ReadOnlySpan<SequenceRow> samples)
    {
        RecurrentWidths widths = _buffers.Widths;
        int inputs = widths.Inputs, units = widths.Units;
        bool isTied = widths.Copies == 1;
        ref T to = ref MemoryMarshal.GetReference(step.Inputs);
        for (int i = 0; i < samples.Length; i++)
        {
            ReadOnlySpan<T> x = _x.Slice(((samples[i].Sample * _steps) + samples[i].Time) * inputs, inputs);
            ReadOnlySpan<T> h = step.Hidden.Slice(i * units, units);
            RecurrentRows.Mask(x, isTied ? step.InputMasks : [], i, ref to);
            RecurrentRows.Mask(h, isTied ? step.HiddenMasks : [], i, ref Unsafe.Add(ref to, inputs));
            to = ref Unsafe.Add(ref to, inputs + units);
        }
    }

    private readonly void Mix(in RecurrentStep<T> step, int row)
    {
        int units = _buffers.Widths.Units;
        if (_buffers.HiddenZoneout.IsOn)
        {
            _buffers.HiddenZoneout.Slice(row * units, step.Hidden.Length).Mix(step.PreviousHidden, step.Hidden);
        }

        if (_buffers.CellZoneout.IsOn)
        {
            _buffers.CellZoneout.Slice(row * units, step.Cell.Length).Mix(step.PreviousCell, step.Cell);
        }
    }
}
