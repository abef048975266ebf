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
        T one = T.CreateChecked(1.0001);
        for (int i = 0; i < _values.Length; i++)
        {
            if (!(_values[i] >= T.Zero && _values[i] <= one))
            {
                throw new ArgumentException(
                    string.Create(
                        System.Globalization.CultureInfo.InvariantCulture,
                        $"Calibration: expected probabilities from 0 to 1, got {_values[i]} in row {i / Classes}. ")
                    + "Apply softmax to logits.",
                    nameof(probabilities));
            }
        }
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
}
