using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using Engine.Kernels;

namespace Engine.Benchmarks;

/// <summary>
/// The matrix product's speed in a minute, for squares and for the shapes of training a multilayer perceptron.
/// </summary>
public static class GemmTable
{
    private const int Slices = 15;

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
        TableHead.Write(output, "Matrix products", "gemm");
        output.WriteLine($"""
            Median (best) of {Slices} slices. In each slice the multiply-add peak of one core, the product on one thread and the
            product on two threads are measured one after the other; percentages and factors are those of a slice.

            | product | m | n | k | type | one thread, GFLOP/s | of the peak | two threads, GFLOP/s | times one thread |
            |---|--:|--:|--:|---|--:|--:|--:|--:|
            """);
        foreach (int n in s_squares)
        {
            Line<float>(output, "square", n, n, n, false, false);
            Line<double>(output, "square", n, n, n, false, false);
        }

        foreach ((string name, int m, int n, int k, bool transposeA, bool transposeB) in s_shapes)
        {
            Line<float>(output, name, m, n, k, transposeA, transposeB);
        }
    }

    private static void Line<T>(TextWriter output, string name, int m, int n, int k, bool transposeA, bool transposeB)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Random random = new(1);
        Span<T> a = AlignedValues<T>(m * k, random);
        Span<T> b = AlignedValues<T>(k * n, random);
        Span<T> c = AlignedValues<T>(m * n, random);
        ReadOnlyMatrixView<T> viewA = transposeA ? new ReadOnlyMatrixView<T>(a, k, m).Transposed : new(a, m, k);
        ReadOnlyMatrixView<T> viewB = transposeB ? new ReadOnlyMatrixView<T>(b, n, k).Transposed : new(b, k, n);
        MatrixView<T> viewC = new(c, m, n);

        double[] one = new double[Slices], share = new double[Slices], two = new double[Slices], factor = new double[Slices];

        // Until the compiler's tiers have settled.
        for (long begin = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begin).TotalSeconds < 0.5;)
        {
            Gflops(viewA, viewB, viewC, 1);
            Gflops(viewA, viewB, viewC, 2);
        }

        for (int slice = 0; slice < Slices; slice++)
        {
            double peak = PeakMeasurement.Slice<T>();
            double single = Gflops(viewA, viewB, viewC, 1);
            double both = Gflops(viewA, viewB, viewC, 2);
            (one[slice], share[slice], two[slice], factor[slice]) = (single, single / peak, both, both / single);
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {m} | {n} | {k} | {(typeof(T) == typeof(float) ? "float" : "double")} "
            + $"| {Median(one):F1} ({one.Max():F1}) | {Median(share):P0} ({share.Max():P0}) "
            + $"| {Median(two):F1} ({two.Max():F1}) | {Median(factor):F2} ({factor.Max():F2}) |"));
    }

    // The mean speed over some milliseconds.
    private static double Gflops<T>(in ReadOnlyMatrixView<T> a, in ReadOnlyMatrixView<T> b, in MatrixView<T> c, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        long start = Stopwatch.GetTimestamp();
        int runs = 0;
        do
        {
            Gemm.Multiply(a, b, c, threads);
            runs++;
        }
        while (Stopwatch.GetElapsedTime(start).TotalMilliseconds < 4);

        return 2.0 * a.Rows * a.Columns * b.Columns * runs / Stopwatch.GetElapsedTime(start).TotalSeconds * 1e-9;
    }

    private static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);

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
