using System.Globalization;

namespace Engine.Benchmarks;

/// <summary>
/// Training steps of two models in turn: what disturbs the machine for a while disturbs both. Who comes first alternates, too.
/// </summary>
internal static class PairedSteps
{
    /// <summary>How many pairs of steps are measured.</summary>
    public const int Pairs = 400;

    /// <summary>
    /// The cells of a table: the median times of the second and the first, what the first costs more, and its quarters.
    /// </summary>
    public static string Compare(Stepper with, Stepper without)
    {
        for (int i = 0; i < 2; i++)
        {
            with.Run(Pairs / 4);
            without.Run(Pairs / 4);
        }

        double[] ratios = new double[Pairs], first = new double[Pairs], second = new double[Pairs];
        for (int i = 0; i < Pairs; i++)
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
            $"{second[Pairs / 2]:F3} | {first[Pairs / 2]:F3} | {100 * (ratios[Pairs / 2] - 1):+0.0;−0.0} % "
            + $"| {100 * (ratios[Pairs / 4] - 1):+0.0;−0.0} to {100 * (ratios[3 * Pairs / 4] - 1):+0.0;−0.0} %");
    }
}
