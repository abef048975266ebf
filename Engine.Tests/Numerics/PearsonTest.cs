using MathNet.Numerics.Distributions;

namespace Engine.Tests.Numerics;

/// <summary>Pearson's chi-squared test. With fixed seeds an outcome is fixed too: the bounds say how lucky a seed may look.</summary>
internal static class PearsonTest
{
    /// <summary>How probable counts at least as far from the expected ones are.</summary>
    public static double PValue(ReadOnlySpan<long> counts, ReadOnlySpan<double> expected)
    {
        double sum = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            sum += (counts[i] - expected[i]) * (counts[i] - expected[i]) / expected[i];
        }

        return 1 - ChiSquared.CDF(counts.Length - 1, sum);
    }

    /// <summary>The same where all are equally likely.</summary>
    public static double PValue(ReadOnlySpan<long> counts)
    {
        long total = 0;
        foreach (long count in counts)
        {
            total += count;
        }

        double[] expected = new double[counts.Length];
        Array.Fill(expected, (double)total / counts.Length);
        return PValue(counts, expected);
    }

    /// <summary>Independence of two series of bits, from their two-by-two table: one degree of freedom.</summary>
    public static double Independence(ReadOnlySpan<bool> first, ReadOnlySpan<bool> second)
    {
        double both = 0, a = 0, b = 0, n = first.Length;
        for (int i = 0; i < first.Length; i++)
        {
            a += first[i] ? 1 : 0;
            b += second[i] ? 1 : 0;
            both += first[i] && second[i] ? 1 : 0;
        }

        double difference = both - (a * b / n);
        return 1 - ChiSquared.CDF(1, difference * difference * n / (a * b / n * (n - a) / n * (n - b)));
    }

    /// <summary>Neither far off, nor too good to be true.</summary>
    public static void AssertPlausible(double p, string what)
        => Assert.That(p, Is.InRange(1e-4, 1 - 1e-4), $"{what}: one random source in 5,000 looks like this.");
}
