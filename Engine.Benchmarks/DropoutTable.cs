using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using Engine.Kernels;
using Engine.Numerics;

namespace Engine.Benchmarks;

/// <summary>Dropout, fork and join, and random fills in some seconds: many short runs each.</summary>
internal static class DropoutTable
{
    private const int Runs = 200;

    private static readonly RandomSource s_random = new(seed: 1, stream: 2, step: 3);

    public static void Run(TextWriter output)
    {
        TableHead.Write(output, "Dropout, random numbers, fork and join", "dropout");
        output.WriteLine($"""
            Median (best) of {Runs} short runs; backward runs in place, as in a model.

            | dropout(0.5) | type | threads | forward, ns an element | backward, ns an element |
            |---|---|--:|--:|--:|
            """);
        (int, int)[] shapes = [(1, 1 << 20), (1024, 1024), (128, 512), (128, 100), (128, 64), (32, 64), (128, 32), (128, 10)];
        foreach (var (rows, rowLength) in shapes)
        {
            Row<float>(output, rows, rowLength, 1);
        }

        Row<float>(output, 1, 1 << 20, 2);
        Row<double>(output, 1, 1 << 20, 1);

        output.WriteLine();
        output.WriteLine("| other | median (best) |");
        output.WriteLine("|---|--:|");
        long[] counts = new long[64];
        foreach (int threads in new[] { 2, 4 })
        {
            (double Median, double Best) fork = Measure(1000, () =>
            {
                for (int i = 0; i < 1000; i++)
                {
                    var body = new CountBody(counts);
                    ParallelLoop.Run(ref body, threads, threads);
                }
            });
            Line(output, $"| fork and join, {threads} threads, µs (workers may come too late for so little) | {Text(fork, 1e-3)} |");
        }

        // Each part waits for the other, so the worker does its half.
        (double Median, double Best) meeting = Measure(100, () =>
        {
            for (int i = 0; i < 100; i++)
            {
                var body = new MeetBody();
                ParallelLoop.Run(ref body, 2, 2);
            }
        });
        Line(output, $"| fork and join, both threads taking part, µs | {Text(meeting, 1e-3)} |");

        float[] numbers = new float[1 << 16];
        int[] permutation = new int[1 << 16];
        Line(output, $"| uniform, ns an element | {Text(Measure(numbers.Length, () => s_random.FillUniform<float>(numbers)))} |");
        Line(output, $"| normal, ns an element | {Text(Measure(numbers.Length, () => s_random.FillNormal<float>(numbers)))} |");
        foreach (int rowLength in new[] { numbers.Length, 64 })
        {
            (double Median, double Best) noise = Measure(
                numbers.Length, () => NoiseKernels.Add<float>(numbers, numbers, rowLength, 0, s_random, [], threads: 1));
            Line(output, $"| normal noise of layers, rows of {rowLength}, ns an element | {Text(noise)} |");
        }

        Line(output, $"| permutation, ns an element | {Text(Measure(permutation.Length, () => s_random.FillPermutation(permutation)))} |");
    }

    private static void Row<T>(TextWriter output, int rows, int rowLength, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // Memory as a model's: it begins on a cache line.
        AlignedMemory x = new(AlignedMemory.PrecisionOf<T>(), rows * rowLength), y = new(x.Precision, x.Length);
        s_random.FillNormal(x.Span<T>());
        var rate = new DropoutRate(0.5);
        int length = rows * rowLength;
        int repeats = Math.Max(1, (1 << 18) / length);
        (double Median, double Best) forward = Measure(length * repeats, () => Repeat(x));
        x.Span<T>().CopyTo(y.Span<T>());
        (double Median, double Best) backward = Measure(length * repeats, () => Repeat(y));
        Line(output, $"| [{rows}, {rowLength}] | {typeof(T).Name} | {threads} | {Text(forward)} | {Text(backward)} |");

        // In place the numbers double or vanish every time: both are as fast as any others, infinity included.
        void Repeat(AlignedMemory source)
        {
            for (int i = 0; i < repeats; i++)
            {
                DropoutKernels.Apply(source.Span<T>(), y.Span<T>(), rowLength, rate, s_random, [], threads);
            }
        }
    }

    private static (double Median, double Best) Measure(int count, Action action)
    {
        double[] runs = new double[Runs];

        // Until the compiler's tiers have settled.
        for (long begin = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begin).TotalSeconds < 0.5;)
        {
            action();
        }

        for (int run = 0; run < Runs; run++)
        {
            long start = Stopwatch.GetTimestamp();
            action();
            runs[run] = Stopwatch.GetElapsedTime(start).TotalNanoseconds / count;
        }

        Array.Sort(runs);
        return (runs[Runs / 2], runs[0]);
    }

    private static string Text((double Median, double Best) time, double factor = 1) =>
        string.Create(CultureInfo.InvariantCulture, $"{time.Median * factor:F2} ({time.Best * factor:F2})");

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
