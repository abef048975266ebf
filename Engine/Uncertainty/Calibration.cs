using System.Numerics;
using System.Numerics.Tensors;

namespace Engine.Uncertainty;

/// <summary>How far to trust the probabilities of a classifier: all of it from its probabilities and the true classes.</summary>
/// <remarks>
/// Probabilities are <c>[n, classes]</c>; each row sums to 1. Labels are class numbers from 0. Whoever has one-hot targets takes
/// <see cref="Data.Dataset.GetLabels"/>.
/// </remarks>
public static class Calibration
{
    /// <summary>The share of predictions whose most probable class is the true one.</summary>
    /// <param name="probabilities">The probabilities, <c>[n, classes]</c>.</param>
    /// <param name="labels">The true class of each, <c>[n]</c>.</param>
    /// <exception cref="ArgumentException">Lengths do not fit, a label is no class, or a number is no probability.</exception>
    public static double Accuracy<T>(Tensor<T> probabilities, ReadOnlySpan<int> labels)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ClassProbabilities<T> p = new(probabilities, labels);
        int right = 0;
        for (int i = 0; i < p.Count; i++)
        {
            right += p.Top(i).Class == labels[i] ? 1 : 0;
        }

        return (double)right / p.Count;
    }

    /// <summary>The mean of −log p(true class), in nats. At least 0; infinite where a true class has probability 0.</summary>
    /// <inheritdoc cref="Accuracy{T}(Tensor{T}, ReadOnlySpan{int})"/>
    public static double NegativeLogLikelihood<T>(Tensor<T> probabilities, ReadOnlySpan<int> labels)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ClassProbabilities<T> p = new(probabilities, labels);
        double sum = 0;
        for (int i = 0; i < p.Count; i++)
        {
            sum -= Math.Log(double.CreateTruncating(p.Row(i)[labels[i]]));
        }

        return sum / p.Count;
    }

    /// <summary>
    /// The mean over predictions of Σ (p − y)² over classes, y being 1 for the true class: 0 to 2. Brier, "Verification of
    /// forecasts expressed in terms of probability", Monthly Weather Review 78 (1950), equation 2.
    /// </summary>
    /// <inheritdoc cref="Accuracy{T}(Tensor{T}, ReadOnlySpan{int})"/>
    public static double BrierScore<T>(Tensor<T> probabilities, ReadOnlySpan<int> labels)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ClassProbabilities<T> p = new(probabilities, labels);
        double sum = 0;
        for (int i = 0; i < p.Count; i++)
        {
            ReadOnlySpan<T> row = p.Row(i);
            for (int c = 0; c < row.Length; c++)
            {
                double difference = double.CreateTruncating(row[c]) - (c == labels[i] ? 1 : 0);
                sum += difference * difference;
            }
        }

        return sum / p.Count;
    }

    /// <summary>
    /// The expected calibration error: over bins of confidence, the mean of |accuracy − confidence|, weighted by their counts.
    /// Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural networks", ICML 2017, equation 3.
    /// </summary>
    /// <param name="probabilities">The probabilities, <c>[n, classes]</c>.</param>
    /// <param name="labels">The true class of each, <c>[n]</c>.</param>
    /// <param name="bins">The number of bins, 15 as in the paper.</param>
    /// <exception cref="ArgumentException">Lengths do not fit, a label is no class, or a number is no probability.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than 1 bin.</exception>
    public static double ExpectedCalibrationError<T>(Tensor<T> probabilities, ReadOnlySpan<int> labels, int bins = 15)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => ExpectedCalibrationError(Reliability(probabilities, labels, bins));

    /// <summary>The expected calibration error of a reliability diagram.</summary>
    /// <param name="bins">All bins of the diagram.</param>
    public static double ExpectedCalibrationError(IReadOnlyList<ReliabilityBin> bins)
    {
        ArgumentNullException.ThrowIfNull(bins);
        double sum = 0;
        int count = 0;
        foreach (ReliabilityBin bin in bins)
        {
            sum += bin.Count * Math.Abs(bin.Accuracy - bin.Confidence);
            count += bin.Count;
        }

        return count == 0 ? 0 : sum / count;
    }

    /// <summary>
    /// The reliability diagram: predictions in bins of equal width by the probability of their most probable class, (0, 1/m],
    /// (1/m, 2/m], ... Guo et al. 2017, section 2.
    /// </summary>
    /// <inheritdoc cref="ExpectedCalibrationError{T}(Tensor{T}, ReadOnlySpan{int}, int)"/>
    /// <returns>All bins from left to right, empty ones among them.</returns>
    public static IReadOnlyList<ReliabilityBin> Reliability<T>(Tensor<T> probabilities, ReadOnlySpan<int> labels, int bins = 15)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (bins < 1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(bins), FormattableString.Invariant($"Calibration: expected at least 1 bin, got {bins}."));
        }

        ClassProbabilities<T> p = new(probabilities, labels);
        int[] counts = new int[bins], right = new int[bins];
        double[] confidence = new double[bins];
        for (int i = 0; i < p.Count; i++)
        {
            (int top, double probability) = p.Top(i);
            int bin = Math.Clamp((int)Math.Ceiling(probability * bins) - 1, 0, bins - 1);
            counts[bin]++;
            right[bin] += top == labels[i] ? 1 : 0;
            confidence[bin] += probability;
        }

        return [.. Enumerable.Range(0, bins).Select(bin => new ReliabilityBin(
            (double)bin / bins,
            (double)(bin + 1) / bins,
            counts[bin],
            counts[bin] == 0 ? 0 : confidence[bin] / counts[bin],
            counts[bin] == 0 ? 0 : (double)right[bin] / counts[bin]))];
    }

    /// <summary>
    /// Accuracy against the retained fraction: what remains right if the least certain predictions are left to somebody else. The
    /// better the uncertainty, the faster it rises to 1.
    /// </summary>
    /// <param name="probabilities">The probabilities, <c>[n, classes]</c>.</param>
    /// <param name="labels">The true class of each, <c>[n]</c>.</param>
    /// <param name="uncertainty">How uncertain each is, <c>[n]</c>: an entropy, say. Among equals the first are kept.</param>
    /// <param name="points">How many fractions: 1/points, 2/points, ... 1.</param>
    /// <exception cref="ArgumentException">Lengths do not fit, a label is no class, or a number is no probability.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is less than 1 point.</exception>
    public static IReadOnlyList<RetainedAccuracy> AccuracyWhenRetaining<T>(
        Tensor<T> probabilities, ReadOnlySpan<int> labels, Tensor<T> uncertainty, int points = 20)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (points < 1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(points), FormattableString.Invariant($"Calibration: expected at least 1 point, got {points}."));
        }

        ClassProbabilities<T> p = new(probabilities, labels);
        int[] order = Acquisition.Order(uncertainty, p.Count, descending: false);
        RetainedAccuracy[] result = new RetainedAccuracy[points];
        int kept = 0, right = 0;
        for (int k = 0; k < points; k++)
        {
            double fraction = (k + 1.0) / points;
            int until = Math.Max(1, (int)Math.Round(fraction * p.Count));
            for (; kept < until; kept++)
            {
                right += p.Top(order[kept]).Class == labels[order[kept]] ? 1 : 0;
            }

            result[k] = new RetainedAccuracy(fraction, (double)right / kept);
        }

        return result;
    }
}
