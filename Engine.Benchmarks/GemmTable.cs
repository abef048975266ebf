using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using Engine.Kernels;

namespace Engine.Benchmarks;

/// <summary>
/// The matrix product's speed in a minute: best of many runs, for squares and for the shapes of training a multilayer perceptron.
/// </summary>
public static class GemmTable
{
    private static readonly int[] s_squares = [32, 64, 96, 128, 256, 384, 512, 768, 1024, 2048];

    private static readonly (string Name, int M, int N, int K, bool TransposeA, bool TransposeB)[] s_shapes =
    [
        ("y = x w, batch 32", 32, 1024, 784, false, false),
        ("y = x w, batch 32", 32, 1024, 1024, false, false),
        ("y = x w, batch 128", 128, 1024, 1024, false, false),
        ("y = x w, batch 128", 128, 64, 784, false, false),
        ("y = x w, batch 128", 128, 10, 512, false, false),
        ("dx = dy wᵀ, batch 32", 32, 1024, 1024, false, true),
        ("dx = dy wᵀ, batch 128", 128, 1024, 1024, false, true),
        ("dx = dy wᵀ, batch 128", 128, 512, 10, false, true),
        ("dw = xᵀ dy, batch 32", 1024, 1024, 32, true, false),
        ("dw = xᵀ dy, batch 128", 1024, 1024, 128, true, false),
        ("dw = xᵀ dy, batch 128", 784, 64, 128, true, false),
        ("dw = xᵀ dy, batch 128", 512, 10, 128, true, false),
        ("y = x w, batch 1", 1, 1024, 1024, false, false),
        ("y = x w, batch 3", 3, 1024, 1024, false, false),
        ("dx = dy wᵀ, batch 1", 1, 1024, 1024, false, true),
        ("dx = dy wᵀ, batch 3", 3, 1024, 1024, false, true),
        ("dw = xᵀ dy, batch 1", 1024, 1024, 1, true, false),
        ("one output, batch 128", 128, 1, 512, false, false),
    ];

    /// <summary>Measures and prints, as a Markdown table.</summary>
    /// <param name="output">Where the table goes.</param>
    public static void Run(TextWriter output)
    {
        output.WriteLine("Best of many runs. The peak of one core is measured before and after each product.");
        output.WriteLine();
        output.WriteLine("| product | m | n | k | threads | float GFLOP/s | of peak | double GFLOP/s | of peak |");
        output.WriteLine("|---|--:|--:|--:|--:|--:|--:|--:|--:|");
        foreach (int n in s_squares)
        {
            Line(output, "square", n, n, n, false, false, 1);
            if (n >= 256)
            {
                Line(output, "square", n, n, n, false, false, 2);
            }
        }

        foreach ((string name, int m, int n, int k, bool transposeA, bool transposeB) in s_shapes)
        {
            Line(output, name, m, n, k, transposeA, transposeB, 1);
            Line(output, name, m, n, k, transposeA, transposeB, 2);
        }
    }

    private static void Line(TextWriter output, string name, int m, int n, int k, bool transposeA, bool transposeB, int threads)
    {
        (double inFloat, double floatPeak) = Measure<float>(m, n, k, transposeA, transposeB, threads);
        (double inDouble, double doublePeak) = Measure<double>(m, n, k, transposeA, transposeB, threads);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {m} | {n} | {k} | {threads} | {inFloat:F1} | {inFloat / floatPeak:P0} of {floatPeak:F1} | " +
            $"{inDouble:F1} | {inDouble / doublePeak:P0} of {doublePeak:F1} |"));
    }

    private static (double Gflops, double Peak) Measure<T>(int m, int n, int k, bool transposeA, bool transposeB, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Random random = new(1);
        Span<T> a = AlignedValues<T>(m * k, random);
        Span<T> b = AlignedValues<T>(k * n, random);
        Span<T> c = AlignedValues<T>(m * n, random);
        ReadOnlyMatrixView<T> viewA = transposeA ? new ReadOnlyMatrixView<T>(a, k, m).Transposed : new(a, m, k);
        ReadOnlyMatrixView<T> viewB = transposeB ? new ReadOnlyMatrixView<T>(b, n, k).Transposed : new(b, k, n);
        MatrixView<T> viewC = new(c, m, n);

        double operations = 2.0 * m * n * k;
        int inner = (int)Math.Clamp(1e6 / operations, 1, 1000);
        double peak = PeakMeasurement.Measure<T>();
        double best = double.MaxValue;
        long begin = Stopwatch.GetTimestamp();
        for (int run = 0; run < 5 || Stopwatch.GetElapsedTime(begin).TotalSeconds < 0.25; run++)
        {
            long start = Stopwatch.GetTimestamp();
            for (int repetition = 0; repetition < inner; repetition++)
            {
                Gemm.Multiply(viewA, viewB, viewC, threads);
            }

            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds / inner);
        }

        return (operations / best * 1e-9, Math.Max(peak, PeakMeasurement.Measure<T>()));
    }

    /// <summary>Values that begin at a cache line, as those in the arenas of a model do.</summary>
    private static unsafe Span<T> AlignedValues<T>(int count, Random random)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] values = GC.AllocateUninitializedArray<T>(count + (64 / sizeof(T)), pinned: true);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = T.CreateChecked(random.NextDouble() - 0.5);
        }

        fixed (T* first = values)
        {
            return values.AsSpan((int)(-(nint)first & 63) / sizeof(T), count);
        }
    }
}
