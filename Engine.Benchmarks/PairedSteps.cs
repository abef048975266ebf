using System.Globalization;

namespace Engine.Benchmarks;

/// <summary>
/// Training steps of two models in turn, A B B A: what disturbs the machine for a while disturbs both, and each comes once after
/// itself, when the caches hold what it needs, and once after the other.
/// </summary>
internal static class PairedSteps
{
    // Rounds are measured for ten seconds, 200 rounds of four steps at least and 1,000 at most.
    private const int Seconds = 10, MinRounds = 200, MaxRounds = 1000;

    /// <summary>What a table says of it.</summary>
    public static string Duration { get; } = string.Create(
        CultureInfo.InvariantCulture,
        $"take turns, A B B A, for {Seconds} seconds, {MinRounds} such rounds at least and {MaxRounds:N0} at most");

    /// <summary>
    /// The cells of a table: the median times without and with something, what it costs, and the quarters of that.
    /// </summary>
    public static string Compare(Stepper with, Stepper without)
    {
        double pair = 0;
        for (int i = 0; i < 2; i++)
        {
            pair = with.Run(MinRounds / 2) + without.Run(MinRounds / 2);
        }

        int rounds = (int)Math.Clamp(1000 * Seconds / (2 * pair), MinRounds, MaxRounds);
        double[] ratios = new double[rounds], timesWith = new double[rounds], timesWithout = new double[rounds];
        for (int i = 0; i < rounds; i++)
        {
            double first = with.Run(1);
            timesWithout[i] = (without.Run(1) + without.Run(1)) / 2;
            timesWith[i] = (first + with.Run(1)) / 2;
            ratios[i] = timesWith[i] / timesWithout[i];
        }

        Array.Sort(ratios);
        Array.Sort(timesWith);
        Array.Sort(timesWithout);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{timesWithout[rounds / 2]:F3} | {timesWith[rounds / 2]:F3} | {100 * (ratios[rounds / 2] - 1):+0.0;−0.0} % "
            + $"| {100 * (ratios[rounds / 4] - 1):+0.0;−0.0} to {100 * (ratios[3 * rounds / 4] - 1):+0.0;−0.0} %");
    }
}
