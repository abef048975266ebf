using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using Engine.Kernels;
using Engine.Numerics;

namespace Engine.Benchmarks;

/// <summary>Dropout, fork and join, and random fills in half a minute: the best of many short runs, which others disturb least.</summary>
internal static class DropoutTable
{
    private const int Runs = 200;

    private static readonly RandomSource s_random = new(seed: 1, stream: 2, step: 3);

    public static void Run(TextWriter output)
    {
        output.WriteLine("dropout(0.5), ns an element    type    threads  forward  backward (in place)");
        foreach (var (rows, rowLength) in new[] { (1, 1 << 20), (1024, 1024), (128, 512), (128, 100), (128, 64), (128, 32), (128, 10) })
        {
            Row<float>(output, rows, rowLength, 1);
        }

        Row<float>(output, 1, 1 << 20, 2);
        Row<double>(output, 1, 1 << 20, 1);

        long[] counts = new long[64];
        foreach (int threads in new[] { 2, 4 })
        {
            double best = Best(1000, () =>
            {
                for (int i = 0; i < 1000; i++)
                {
                    var body = new CountBody(counts);
                    ParallelLoop.Run(ref body, threads, threads);
                }
            });
            Line(output, $"fork and join, {threads} threads: {best / 1000:F2} µs (workers may come too late for so little)");
        }

        // Each part waits for the other, so the worker does its half.
        double meeting = Best(100, () =>
        {
            for (int i = 0; i < 100; i++)
            {
                var body = new MeetBody();
                ParallelLoop.Run(ref body, 2, 2);
            }
        });
        Line(output, $"fork and join, both threads taking part: {meeting / 1000:F2} µs");

        float[] numbers = new float[1 << 16];
        int[] permutation = new int[1 << 16];
        Line(output, $"uniform {Best(numbers.Length, () => s_random.FillUniform<float>(numbers)):F2} ns");
        Line(output, $"normal {Best(numbers.Length, () => s_random.FillNormal<float>(numbers)):F2} ns");
        Line(output, $"permutation {Best(permutation.Length, () => s_random.FillPermutation(permutation)):F2} ns");
    }

    private static void Row<T>(TextWriter output, int rows, int rowLength, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] x = new T[rows * rowLength], y = new T[x.Length];
        s_random.FillNormal(x.AsSpan());
        var rate = new DropoutRate(0.5);
        int repeats = Math.Max(1, (1 << 18) / x.Length);
        double forward = Best(x.Length * repeats, () => Repeat(x));
        Array.Copy(x, y, x.Length);
        double backward = Best(x.Length * repeats, () => Repeat(y));
        Line(output, $"{$"[{rows}, {rowLength}]",-30} {typeof(T).Name,-7} {threads,7}  {forward,7:F2}  {backward,7:F2}");

        // In place the numbers double or vanish every time: both are as fast as any others, infinity included.
        void Repeat(T[] source)
        {
            for (int i = 0; i < repeats; i++)
            {
                DropoutKernels.Apply(source, y, rowLength, rate, s_random, [], threads);
            }
        }
    }

    private static double Best(int count, Action action)
    {
        double best = double.MaxValue;
        for (int run = 0; run < Runs; run++)
        {
            long start = Stopwatch.GetTimestamp();
            action();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalNanoseconds / count);
        }

        return best;
    }

    private static void Line(TextWriter output, FormattableString line) => output.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private readonly struct CountBody(long[] counts) : IBody
    {
        public void Run(int part) => counts[part * 8]++;
    }

    private struct MeetBody : IBody
    {
        private int _arrived;

        public void Run(int part)
        {
            Interlocked.Increment(ref _arrived);
            SpinWait wait = default;
            while (Volatile.Read(ref _arrived) < 2)
            {
                wait.SpinOnce(sleep1Threshold: -1);
            }
        }
    }
}
