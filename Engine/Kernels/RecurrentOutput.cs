using System.Numerics;

namespace Engine.Kernels;

/// <summary>
/// What becomes of the hidden states: the output of a recurrent layer, in the order in which it goes through the steps. At a
/// step that does not count the output is the previous one again, zeros if there was none yet; a sample none of whose steps
/// count gives zeros, whatever its initial state, as in Keras.
/// </summary>
internal readonly ref struct RecurrentOutput<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Span<T> _y;
    private readonly int _steps;
    private readonly int _units;
    private readonly bool _sequences;
    private readonly bool _zeros;
    private readonly bool _backwards;

    /// <summary>Makes it.</summary>
    /// <param name="y">[batch, steps, units], or the last one only, [batch, units]; its gradient in backward.</param>
    /// <param name="steps">The number of steps.</param>
    /// <param name="units">The length of a hidden state.</param>
    /// <param name="sequences">Whether there is an output for each step.</param>
    /// <param name="zeros">Whether steps that do not count give zeros.</param>
    /// <param name="backwards">Whether the last step is the first to be gone through, and so the first of the outputs.</param>
    public RecurrentOutput(Span<T> y, int steps, int units, bool sequences, bool zeros, bool backwards)
    {
        _y = y;
        _steps = steps;
        _units = units;
        _sequences = sequences;
        _zeros = zeros;
        _backwards = backwards;
    }

    /// <summary>Writes the outputs of one step.</summary>
    public void Write(ReadOnlySpan<SequenceRow> samples, ReadOnlySpan<T> hidden)
    {
        for (int i = 0; i < samples.Length && _sequences; i++)
        {
            hidden.Slice(i * _units, _units).CopyTo(At(samples[i].Sample, NumberOf(samples[i].Time)));
        }
    }

    /// <summary>Writes what is left when a block has gone through its steps.</summary>
    public void Finish(in SequenceOrder order, int block, ReadOnlySpan<T> hidden)
    {
        for (int place = order.FirstPlace(block); place < order.FirstPlace(block + 1); place++)
        {
            int sample = order.Samples[place];
            ReadOnlySpan<int> times = order.TimesOf(place);
            if (!_sequences)
            {
                Span<T> y = _y.Slice(sample * _units, _units);
                if (times.IsEmpty)
                {
                    y.Clear();
                }
                else
                {
                    hidden.Slice(place * _units, _units).CopyTo(y);
                }
            }
            else if (times.Length < _steps)
            {
                Repeat(sample, times);
            }
        }
    }

    /// <summary>
    /// Adds the gradients of a step's outputs, this being the outputs' gradient, to those of its hidden states.
    /// </summary>
    public void AddGradient(in SequenceOrder order, ReadOnlySpan<SequenceRow> samples, Span<T> hiddenGradient)
    {
        for (int i = 0; i < samples.Length && _sequences; i++)
        {
            Span<T> gradient = hiddenGradient.Slice(i * _units, _units);
            SequenceRow row = samples[i];
            int number = NumberOf(row.Time);
            RecurrentRows.Add(At(row.Sample, number), gradient);
            ReadOnlySpan<int> times = order.TimesOf(row.Place);
            if (times.Length == _steps || _zeros)
            {
                continue;
            }

            // Up to the next step that counts the output was repeated.
            int next = order.IsLast(row) ? _steps : NumberOf(times[row.Number + 1]);
            for (number++; number < next; number++)
            {
                RecurrentRows.Add(At(row.Sample, number), gradient);
            }
        }
    }

    /// <summary>Adds the gradients of the last outputs, where only those are given, to those of a block's final states.</summary>
    public void AddLastGradient(in SequenceOrder order, int block, Span<T> hiddenGradient)
    {
        for (int place = order.FirstPlace(block); !_sequences && place < order.FirstPlace(block + 1); place++)
        {
            if (order.Lengths[place] > 0)
            {
                RecurrentRows.Add(
                    _y.Slice(order.Samples[place] * _units, _units), hiddenGradient.Slice(place * _units, _units));
            }
        }
    }

    // Fills the steps that do not count.
    private void Repeat(int sample, ReadOnlySpan<int> times)
    {
        int next = 0;
        for (int number = 0; number < _steps; number++)
        {
            if (next < times.Length && NumberOf(times[next]) == number)
            {
                next++;
            }
            else if (number == 0 || _zeros)
            {
                At(sample, number).Clear();
            }
            else
            {
                At(sample, number - 1).CopyTo(At(sample, number));
            }
        }
    }

    // As the how manieth a step is gone through.
    private int NumberOf(int time) => _backwards ? _steps - 1 - time : time;

    private Span<T> At(int sample, int number) => _y.Slice(((sample * _steps) + number) * _units, _units);
}
