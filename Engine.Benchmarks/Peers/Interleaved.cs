using System.Diagnostics;

namespace Engine.Benchmarks.Peers;

/// <summary>The seconds of one run of a work: the best and the median of several blocks.</summary>
internal readonly record struct Timing(double Best, double Median);

/// <summary>
/// Times works of several libraries in turn: a block of runs of the first, of the second, of the first again. What disturbs the
/// machine for a while disturbs all of them, and clocks and caches are the same for all.
/// </summary>
internal static class Interleaved
{
    private const double WarmUpSeconds = 1.0;      // long enough for tiered compilation to settle
    private const double BlockSeconds = 0.15;

    /// <summary>Times each work in <paramref name="rounds"/> blocks, in turn with the others.</summary>
    public static Timing[] Measure(ReadOnlySpan<Action> works, int rounds)
    {
        int[] runs = new int[works.Length];
        double[][] seconds = new double[works.Length][];
        for (int w = 0; w < works.Length; w++)
        {
            runs[w] = WarmUp(works[w]);
            seconds[w] = new double[rounds];
        }

        for (int round = 0; round < rounds; round++)
        {
            for (int w = 0; w < works.Length; w++)
            {
                works[w](); // alone, not timed: another library's data is in the caches, its threads may still spin
                long start = Stopwatch.GetTimestamp();
                for (int run = 0; run < runs[w]; run++)
                {
                    works[w]();
                }

                seconds[w][round] = Stopwatch.GetElapsedTime(start).TotalSeconds / runs[w];
            }
        }

        var timings = new Timing[works.Length];
        for (int w = 0; w < works.Length; w++)
        {
            Array.Sort(seconds[w]);
            timings[w] = new Timing(seconds[w][0], (seconds[w][(rounds - 1) / 2] + seconds[w][rounds / 2]) / 2);
        }

        return timings;
    }

    // Returns how many runs make a block: by the fastest run seen, so that a slow first one does not count.
    private static int WarmUp(Action work)
    {
        double fastest = double.PositiveInfinity;
        long start = Stopwatch.GetTimestamp();
        do
        {
            long before = Stopwatch.GetTimestamp();
            work();
            fastest = Math.Min(fastest, Stopwatch.GetElapsedTime(before).TotalSeconds);
        }
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < WarmUpSeconds);

        return Math.Max(1, (int)(BlockSeconds / Math.Max(fastest, 1e-7)));
    }
}
