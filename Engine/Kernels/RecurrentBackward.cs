using System.Numerics;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>The way back through the steps: a part is a block.</summary>
internal ref struct RecurrentBackward<T, TCell> : IBody
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TCell : IRecurrentCell<T>, allows ref struct
{
    /// <summary>
    /// Gradients fade on their way back through a few hundred steps. Looking at them every so many steps of a lane is enough: few
    /// fade by more than 2⁻²² in between. Below 2⁻¹⁰⁰ a sample's gradient so depends on its place in a lane, never on threads.
    /// </summary>
    private const int FlushInterval = 8;

    private readonly RecurrentBuffers<T> _buffers;
    private readonly RecurrentOutput<T> _outputGradient;
    private readonly Span<T> _dx;
    private readonly Span<T> _rests;
    private readonly int _steps;
    private readonly int _truncation;
    private readonly TCell _cell;

    /// <summary>Makes the body.</summary>
    /// <param name="buffers">The states are the gradients of the final ones, and become those of the initial ones.</param>
    /// <param name="cell">The cell.</param>
    /// <param name="outputGradient">The gradients of the outputs.</param>
    /// <param name="dx">[batch, steps, inputs]: where steps count it is overwritten; empty if it is not wanted.</param>
    /// <param name="rests">[slots, inputs + 2 · units]: memory for a step.</param>
    /// <param name="steps">The number of steps.</param>
    /// <param name="truncation">
    /// No gradient flows to before a step whose number is a multiple of this; 0: it flows everywhere.
    /// </param>
    public RecurrentBackward(
        scoped in RecurrentBuffers<T> buffers,
        TCell cell,
        scoped in RecurrentOutput<T> outputGradient,
        Span<T> dx,
        Span<T> rests,
        int steps,
        int truncation)
    {
        _buffers = buffers;
        _cell = cell;
        _outputGradient = outputGradient;
        _dx = dx;
        _rests = rests;
        _steps = steps;
        _truncation = truncation;
    }

    /// <inheritdoc/>
    public void Run(int block)
    {
        SequenceOrder order = _buffers.Order;
        RecurrentWidths widths = _buffers.Widths;
        ReadOnlySpan<int> lanes = order.LanesOf(block);
        int slot = order.FirstSlot(block);
        int end = order.Start(block + 1);
        int rows = 0;
        Span<T> sums = _buffers.SumsOf(block);
        sums.Clear();
        _outputGradient.AddLastGradient(order, block, _buffers.Hidden);
        for (int s = lanes[0] - 1; s >= 0; s--)
        {
            while (rows < lanes.Length && lanes[rows] > s)
            {
                rows++;
            }

            end -= rows;
            ReadOnlySpan<SequenceRow> samples = order.RowsAt(end, rows);
            _buffers.Begin(samples, slot, isBackward: true);
            RecurrentStep<T> step = _buffers.Step(end, slot, rows);
            int length = rows * widths.Units;
            int restWidth = widths.Inputs + (2 * widths.Units);
            Span<T> rests = _rests.Slice(slot * restWidth, rows * restWidth);
            Span<T> hiddenRest = rests[..length], cellRest = rests.Slice(length, length);
            _outputGradient.AddGradient(order, samples, step.Hidden);
            if (s % FlushInterval == 0)
            {
                Subnormals.Flush(step.Hidden);
                Subnormals.Flush(step.Cell);
            }

            if (_buffers.HiddenZoneout.IsOn)
            {
                _buffers.HiddenZoneout.Slice(end * widths.Units, length).Split(step.Hidden, hiddenRest);
            }

            if (_buffers.CellZoneout.IsOn)
            {
                _buffers.CellZoneout.Slice(end * widths.Units, length).Split(step.Cell, cellRest);
            }

            _cell.Backward(step);
            RecurrentRows.AddRows(step.Gates, sums);
            if (_buffers.HiddenZoneout.IsOn)
            {
                RecurrentRows.Add(hiddenRest, step.Hidden);
            }

            if (_buffers.CellZoneout.IsOn)
            {
                RecurrentRows.Add(cellRest, step.Cell);
            }

            if (_truncation > 0)
            {
                Truncate(samples, step);
            }

            _buffers.End(samples, slot, isBackward: true);
            if (!_dx.IsEmpty)
            {
                Span<T> gradient = rests[(2 * length)..];
                _cell.InputGradient(step, gradient);
                Scatter(samples, gradient);
            }
        }
    }

    private readonly void Truncate(ReadOnlySpan<SequenceRow> samples, in RecurrentStep<T> step)
    {
        int units = _buffers.Widths.Units;
        for (int i = 0; i < samples.Length; i++)
        {
            if (samples[i].Number > 0 && samples[i].Number % _truncation == 0)
            {
                step.Hidden.Slice(i * units, units).Clear();
                if (!step.Cell.IsEmpty)
                {
                    step.Cell.Slice(i * units, units).Clear();
                }
            }
        }
    }

    private readonly void Scatter(ReadOnlySpan<SequenceRow> samples, ReadOnlySpan<T> gradient)
    {
        int inputs = _buffers.Widths.Inputs;
        for (int i = 0; i < samples.Length; i++)
        {
            int row = (samples[i].Sample * _steps) + samples[i].Time;
            gradient.Slice(i * inputs, inputs).CopyTo(_dx.Slice(row * inputs, inputs));
        }
    }
}
