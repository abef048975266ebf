using System.Numerics;
using System.Numerics.Tensors;

namespace Engine.Uncertainty;

/// <summary>Active learning: which of the inputs without labels are worth asking about.</summary>
/// <remarks>
/// Gal, Islam and Ghahramani, "Deep Bayesian active learning with image data", ICML 2017: by mutual information (BALD) one asks
/// where the samples of the network disagree, not where the data themselves are ambiguous.
/// </remarks>
public static class Acquisition
{
    /// <summary>The inputs with the highest scores.</summary>
    /// <param name="scores">
    /// A score for each input, <c>[n]</c>: <see cref="MonteCarloPrediction{T}.MutualInformation"/>,
    /// <see cref="MonteCarloPrediction{T}.PredictiveEntropy"/>, <see cref="MonteCarloPrediction{T}.VariationRatio"/>.
    /// </param>
    /// <param name="count">How many: 1 to n.</param>
    /// <returns>Their numbers, the highest score first, among equals the smaller number.</returns>
    /// <exception cref="ArgumentException">The scores are no vector, or one is not a number.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are not as many.</exception>
    public static int[] TopBy<T>(Tensor<T> scores, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(scores);
        if (count < 1 || count > scores.FlattenedLength)
        {
            throw new ArgumentOutOfRangeException(nameof(count), FormattableString.Invariant(
                $"Acquisition.TopBy: expected to take 1 to {scores.FlattenedLength} inputs, got {count}."));
        }

        return Order(scores, (int)scores.FlattenedLength, descending: true)[..count];
    }

    /// <summary>The places of the scores in order, equal ones in the order in which they stand.</summary>
    internal static int[] Order<T>(Tensor<T> scores, int count, bool descending)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(scores);
        if (scores.Rank != 1 || scores.FlattenedLength != count)
        {
            throw new ArgumentException($"Acquisition: expected scores [{count}], got {scores.ShapeText()}.", nameof(scores));
        }

        T[] values = new T[count];
        scores.AsReadOnlyTensorSpan().CopyElementsTo(values);
        if (Array.FindIndex(values, T.IsNaN) is >= 0 and int at)
        {
            throw new ArgumentException($"Acquisition: expected numbers as scores, got NaN at {at}.", nameof(scores));
        }

        IEnumerable<int> places = Enumerable.Range(0, count);
        return [.. descending ? places.OrderByDescending(i => values[i]) : places.OrderBy(i => values[i])];
    }
}
