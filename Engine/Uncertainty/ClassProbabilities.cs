using System.Numerics;
using System.Numerics.Tensors;

namespace Engine.Uncertainty;

/// <summary>Probabilities of classes with their true classes, checked.</summary>
internal readonly ref struct ClassProbabilities<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ReadOnlySpan<T> _values;

    public ClassProbabilities(Tensor<T> probabilities, ReadOnlySpan<int> labels)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        if (probabilities.Rank != 2 || probabilities.Lengths[0] == 0 || probabilities.Lengths[1] == 0)
        {
            throw new ArgumentException(
                $"Calibration: expected probabilities [n, classes], got {probabilities.ShapeText()}.", nameof(probabilities));
        }

        Count = checked((int)probabilities.Lengths[0]);
        Classes = checked((int)probabilities.Lengths[1]);
        if (labels.Length != Count)
        {
            throw new ArgumentException(
                $"Calibration: expected a label for each of {Count} predictions, got {labels.Length}.", nameof(labels));
        }

        for (int i = 0; i < labels.Length; i++)
        {
            if ((uint)labels[i] >= (uint)Classes)
            {
                throw new ArgumentException(
                    $"Calibration: expected labels from 0 to {Classes - 1}, got {labels[i]} at {i}.", nameof(labels));
            }
        }

        _values = probabilities.ToDense().AsDenseSpan();
        Check(_values, Classes, nameof(Calibration));
    }

    public int Count { get; }

    public int Classes { get; }

    public ReadOnlySpan<T> Row(int index) => _values.Slice(index * Classes, Classes);

    /// <summary>The most probable class of a row, the first among equals, and its probability.</summary>
    public (int Class, double Probability) Top(int index)
    {
        ReadOnlySpan<T> row = Row(index);
        int best = 0;
        for (int c = 1; c < row.Length; c++)
        {
            best = row[c] > row[best] ? c : best;
        }

        return (best, double.CreateTruncating(row[best]));
    }

    /// <summary>Checks that each row is a distribution.</summary>
    /// <param name="values">[n, classes].</param>
    /// <param name="classes">The length of a row.</param>
    /// <param name="where">What the message begins with.</param>
    /// <exception cref="ArgumentException">A number is no probability, or a row does not sum to 1.</exception>
    public static void Check(ReadOnlySpan<T> values, int classes, string where)
    {
        // What a softmax of float, or the mean of many, leaves of 1.
        const double Roundings = 1e-3;
        for (int start = 0; start < values.Length; start += classes)
        {
            double sum = 0;
            foreach (T value in values.Slice(start, classes))
            {
                if (!(value >= T.Zero && value <= T.CreateChecked(1 + Roundings)))
                {
                    throw new ArgumentException(FormattableString.Invariant(
                        $"{where}: expected probabilities from 0 to 1, got {value} in row {start / classes}. Apply softmax to logits."));
                }

                sum += double.CreateTruncating(value);
            }

            if (Math.Abs(sum - 1) > Roundings)
            {
                throw new ArgumentException(FormattableString.Invariant(
                    $"{where}: expected probabilities that sum to 1 over the classes, got {sum:G6} in row {start / classes}. ")
                    + "Of a single probability of a yes make two columns, 1 − p and p.");
            }
        }
    }
}
