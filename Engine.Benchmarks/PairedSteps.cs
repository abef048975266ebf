using System.Globalization;

namespace Engine.Benchmarks;

/// <summary>
/// Training steps of two models in turn: what disturbs the machine for a while disturbs both. Who comes first alternates, too.
/// </summary>
internal static class PairedSteps
{
    // Pairs are measured for ten seconds, 400 pairs at least and 2,000 at most.
    private const int Seconds = 10, MinPairs = 400, MaxPairs = 2000;

    /// <summary>What a table says of it.</summary>
    public static string Duration { get; } = string.Create(
        CultureInfo.InvariantCulture,
        $"take turns for {Seconds} seconds, {MinPairs} pairs of steps at least and {MaxPairs:N0} at most");

    /// <summary>
    /// The cells of a table: the median times of the second and the first, what the first costs more, and its quarters.
    /// </summary>
    public static string Compare(Stepper with, Stepper without)
    {
        double pair = 0;
        for (int i = 0; i < 2; i++)
        {
            pair = with.Run(MinPairs / 4) + without.Run(MinPairs / 4);
        }

        int pairs = (int)Math.Clamp(1000 * Seconds / pair, MinPairs, MaxPairs);
        double[] ratios = new double[pairs], first = new double[pairs], second = new double[pairs];
        for (int i = 0; i < pairs; i++)
        {
            (Stepper a, Stepper b) = i % 2 == 0 ? (with, without) : (without, with);
            double timeA = a.Run(1), timeB = b.Run(1);
            (first[i], second[i]) = i % 2 == 0 ? (timeA, timeB) : (timeB, timeA);
            ratios[i] = first[i] / second[i];
        }

        Array.Sort(ratios);
        Array.Sort(first);
        Array.Sort(second);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{second[pairs / 2]:F3} | {first[pairs / 2]:F3} | {100 * (ratios[pairs / 2] - 1):+0.0;−0.0} % "
            + $"| {100 * (ratios[pairs / 4] - 1):+0.0;−0.0} to {100 * (ratios[3 * pairs / 4] - 1):+0.0;−0.0} %");
    }
}
