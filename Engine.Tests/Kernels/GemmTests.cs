using System.Numerics;
using System.Runtime.InteropServices;
using Engine.Kernels;

namespace Engine.Tests.Kernels;

/// <summary>
/// The matrix product against its naive twin, in every combination of sizes, strides, transpositions and endings.
/// </summary>
[Category("Kernels")]
[TestFixture(TypeArgs = [typeof(float)])]
[TestFixture(TypeArgs = [typeof(double)])]
public sealed class GemmTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly bool[] s_either = [false, true];

    /// <summary>One beyond two tiles of the tallest and widest kind, at any width of vectors up to 512 bits.</summary>
    private static readonly int[] s_rows = [0, 1, 2, 4, 5, 6, 7, 8, 9, 12, 13, 17];

    private static readonly int[] s_columns = [0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 24, 31, 32, 33, 49, 65];

    private static readonly int[] s_depths = [0, 1, 2, 4, 5, 9];

    private static readonly (int M, int N, int K)[] s_beyondBlocks =
    [
        (19, 21, 255), (13, 23, 512), (7, 18, 513), (14, 34, 384), (16, 35, 385), (50, 37, 771), (21, 35, 1030),    // blocks of the summed axis
        (201, 19, 260), (411, 33, 61), (1551, 17, 29),                // blocks of rows
        (17, 1031, 259), (9, 2053, 131), (11, 521, 500), (7, 270, 1027),              // blocks of columns
        (1, 70, 530), (1, 2051, 37), (2, 67, 300), (3, 1100, 21), (4, 515, 19), (5, 64, 260),
        (300, 1, 70), (70, 2, 300), (530, 3, 9), (1025, 66, 1), (513, 77, 2), (65, 1030, 3), (97, 35, 4), (33, 1027, 6),
        (5, 530, 64), (33, 1999, 70), (127, 513, 559), (6, 12000, 65), // swapped, several pieces
        (64, 64, 64), (61, 63, 65), (127, 129, 128), (130, 66, 131),
    ];

    [Test]
    public void SmallIntegersAreExactAtEverySizeAroundTheTile()
    {
        foreach (int m in s_rows)
        {
            foreach (int n in s_columns)
            {
                foreach (int k in s_depths)
                {
                    CheckEveryKind(m, n, k, threads: 1);
                }
            }
        }
    }

    [TestCaseSource(nameof(s_beyondBlocks), Category = "Large")]
    public void SmallIntegersAreExactBeyondEveryBlock((int M, int N, int K) size)
    {
        CheckEveryKind(size.M, size.N, size.K, threads: 1);
        CheckEveryKind(size.M, size.N, size.K, threads: 3);
    }

    [TestCase(23, 37, 300)]
    [TestCase(128, 65, 784)]
    [TestCase(1, 130, 1000)]
    [TestCase(3, 129, 1000)]
    [TestCase(700, 1, 300)]
    public void RandomNumbersAreWithinRounding(int m, int n, int k)
    {
        Random random = new(7);
        foreach (bool transposeA in s_either)
        {
            foreach (bool transposeB in s_either)
            {
                Matrix a = Matrix.Filled(m, k, transposeA, gap: 0, () => (random.NextDouble() * 2) - 1);
                Matrix b = Matrix.Filled(k, n, transposeB, gap: 0, () => (random.NextDouble() * 2) - 1);
                T[] c = new T[m * n];
                Gemm.Multiply(a.View, b.View, new MatrixView<T>(c, m, n));
                for (int i = 0; i < m; i++)
                {
                    for (int j = 0; j < n; j++)
                    {
                        double sum = 0;
                        double sumOfAbsolutes = 0;
                        for (int p = 0; p < k; p++)
                        {
                            double product = double.CreateChecked(a[i, p]) * double.CreateChecked(b[p, j]);
                            sum += product;
                            sumOfAbsolutes += Math.Abs(product);
                        }

                        // The bound of a sum of k rounded products in any order, for both sides.
                        double bound = 2 * (k + 1) * double.CreateChecked(T.BitIncrement(T.One) - T.One) * sumOfAbsolutes;
                        Assert.That(double.CreateChecked(c[(i * n) + j]), Is.EqualTo(sum).Within(bound), $"[{i}, {j}]");
                    }
                }
            }
        }
    }

    [TestCase(64, 64, 64)]
    [TestCase(131, 257, 300)]
    [TestCase(515, 130, 270)]
    [TestCase(33, 1100, 784)]
    [TestCase(30, 3000, 101)]
    [TestCase(51, 40, 1100)] // on two threads one part has 3 rows: it must not take the way of a product of 3 rows
    [TestCase(1, 1500, 1100)]
    [TestCase(3, 1027, 1030)]
    [TestCase(1030, 1027, 2)]
    [TestCase(5000, 1, 400)]
    [Category("Large")]
    public void AnyNumberOfThreadsGivesTheSameBits(int m, int n, int k)
    {
        Random random = new(11);
        foreach (bool transposeA in s_either)
        {
            foreach (bool transposeB in s_either)
            {
                Matrix a = Matrix.Filled(m, k, transposeA, gap: 0, () => random.NextDouble() - 0.5);
                Matrix b = Matrix.Filled(k, n, transposeB, gap: 0, () => random.NextDouble() - 0.5);
                T[] bias = new T[n];
                for (int j = 0; j < n; j++)
                {
                    bias[j] = T.CreateChecked(random.NextDouble() - 0.5);
                }

                T[] expected = new T[m * n];
                Gemm.MultiplyAddBias(a.View, b.View, bias, new MatrixView<T>(expected, m, n), relu: true);
                foreach (int threads in new[] { 2, 3, 4, 7 })
                {
                    T[] c = new T[m * n];
                    c.AsSpan().Fill(T.NaN);
                    Gemm.MultiplyAddBias(a.View, b.View, bias, new MatrixView<T>(c, m, n), relu: true, threads);
                    Assert.That(
                        MemoryMarshal.AsBytes<T>(c).SequenceEqual(MemoryMarshal.AsBytes<T>(expected)),
                        $"{threads} threads, A transposed: {transposeA}, B transposed: {transposeB}");
                }
            }
        }
    }

    [TestCase(1, 4)]
    [TestCase(13, 4)]
    [TestCase(13, 600)]
    [TestCase(13, 0)]
    public void ReluKeepsNaNOfTheBias(int m, int k)
    {
        const int n = 35;
        T[] a = new T[m * k];
        T[] b = new T[k * n];
        T[] bias = new T[n];
        for (int j = 0; j < n; j++)
        {
            bias[j] = (j % 3) switch { 0 => T.NaN, 1 => -T.One, _ => T.One };
        }

        T[] c = new T[m * n];
        Gemm.MultiplyAddBias(
            new ReadOnlyMatrixView<T>(a, m, k), new ReadOnlyMatrixView<T>(b, k, n), bias, new MatrixView<T>(c, m, n), relu: true);
        for (int i = 0; i < c.Length; i++)
        {
            T expected = (i % n % 3) switch { 0 => T.NaN, 1 => T.Zero, _ => T.One };
            Assert.That(c[i], Is.EqualTo(expected), $"element {i}");
        }
    }

    [TestCase(1, 37, 5)]
    [TestCase(3, 37, 300)]
    [TestCase(14, 37, 5)]
    [TestCase(14, 37, 600)]
    [TestCase(40, 37, 1)]
    public void NaNAndInfinityOfAnOperandReachTheirRowAndColumnAndNoOther(int m, int n, int k)
    {
        foreach (bool transposeA in s_either)
        {
            foreach (bool transposeB in s_either)
            {
                Matrix a = Matrix.Filled(m, k, transposeA, gap: 0, () => 1);
                Matrix b = Matrix.Filled(k, n, transposeB, gap: 0, () => 1);
                a[m - 1, k / 2] = T.NaN;
                b[k - 1, n - 1] = T.PositiveInfinity;
                T[] c = new T[m * n];
                Gemm.Multiply(a.View, b.View, new MatrixView<T>(c, m, n));
                for (int i = 0; i < m; i++)
                {
                    for (int j = 0; j < n; j++)
                    {
                        T expected = i == m - 1 ? T.NaN : j == n - 1 ? T.PositiveInfinity : T.CreateChecked(k);
                        Assert.That(c[(i * n) + j], Is.EqualTo(expected), $"[{i}, {j}]");
                    }
                }
            }
        }
    }

    [TestCase(64, 64, 64)]
    [TestCase(33, 130, 300)]
    [TestCase(1, 130, 300)]
    public void NothingIsAllocatedAfterTheFirstCall(int m, int n, int k)
    {
        T[] a = new T[m * k];
        T[] b = new T[k * n];
        T[] c = new T[m * n];
        foreach (bool transposeB in s_either)
        {
            long before = 0;
            for (int call = 0; call < 3; call++)
            {
                before = call == 1 ? GC.GetAllocatedBytesForCurrentThread() : before;
                ReadOnlyMatrixView<T> view = transposeB ? new ReadOnlyMatrixView<T>(b, n, k).Transposed : new(b, k, n);
                Gemm.Multiply(new ReadOnlyMatrixView<T>(a, m, k), view, new MatrixView<T>(c, m, n));
            }

            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        }
    }

    /// <summary>All four transpositions; overwriting, accumulating, bias, relu; with gaps between the rows and without.</summary>
    private static void CheckEveryKind(int m, int n, int k, int threads)
    {
        Random random = new((m * 7919) + (n * 104729) + k);
        foreach (bool transposeA in s_either)
        {
            foreach (bool transposeB in s_either)
            {
                int gap = (m + n + k) % 2 * 3;
                Matrix a = Matrix.Filled(m, k, transposeA, gap, () => random.Next(-4, 5));
                Matrix b = Matrix.Filled(k, n, transposeB, gap, () => random.Next(-4, 5));
                T[] bias = new T[n];
                for (int j = 0; j < n; j++)
                {
                    bias[j] = T.CreateChecked(random.Next(-9, 10));
                }

                T[] sums = Naive(a, b, m, n, k);
                string size = $"[{m}, {n}, {k}], A transposed: {transposeA}, B transposed: {transposeB}, " +
                    $"gap {gap}, {threads} threads";
                Check(m, n, gap, T.NaN, c => Gemm.Multiply(a.View, b.View, c, threads), (i, j) => sums[(i * n) + j], size);
                Check(
                    m, n, gap, T.CreateChecked(3), c => Gemm.MultiplyAccumulate(a.View, b.View, c, threads),
                    (i, j) => sums[(i * n) + j] + T.CreateChecked(3), "Accumulate " + size);
                Check(
                    m, n, gap, T.NaN, c => Gemm.MultiplyAddBias(a.View, b.View, bias, c, relu: false, threads),
                    (i, j) => sums[(i * n) + j] + bias[j], "AddBias " + size);
                Check(
                    m, n, gap, T.NaN, c => Gemm.MultiplyAddBias(a.View, b.View, bias, c, relu: true, threads),
                    (i, j) => T.Max(sums[(i * n) + j] + bias[j], T.Zero), "AddBias, relu " + size);
                Check(
                    m, n, gap, T.NaN, c => Gemm.MultiplyAddBias(a.View, b.View, [], c, relu: true, threads),
                    (i, j) => T.Max(sums[(i * n) + j], T.Zero), "relu " + size);
            }
        }
    }

    private static void Check(
        int m, int n, int gap, T poison, Action<MatrixView<T>> product, Func<int, int, T> expected, string what)
    {
        T untouched = T.CreateChecked(-77);
        int stride = n + gap;
        T[] c = new T[(m * stride) + 5];
        c.AsSpan().Fill(untouched);
        for (int i = 0; i < m; i++)
        {
            c.AsSpan(i * stride, n).Fill(poison);
        }

        product(new MatrixView<T>(c, m, n, stride));
        for (int at = 0; at < c.Length; at++)
        {
            (int i, int j) = stride == 0 ? (m, 0) : (at / stride, at % stride);
            T wanted = i < m && j < n ? expected(i, j) : untouched;
            if (c[at] != wanted)
            {
                Assert.Fail($"{what}: element [{i}, {j}]: expected {wanted}, got {c[at]}.");
            }
        }
    }

    private static T[] Naive(Matrix a, Matrix b, int m, int n, int k)
    {
        T[] c = new T[m * n];
        for (int i = 0; i < m; i++)
        {
            for (int p = 0; p < k; p++)
            {
                for (int j = 0; j < n; j++)
                {
                    c[(i * n) + j] += a[i, p] * b[p, j];
                }
            }
        }

        return c;
    }

    /// <summary>A matrix that can be stored transposed, with gaps of NaN between the rows.</summary>
    private sealed class Matrix(int rows, int columns, bool transposed, int gap)
    {
        private readonly int _stride = (transposed ? rows : columns) + gap;
        private readonly T[] _values = new T[(transposed ? columns : rows) * ((transposed ? rows : columns) + gap)];

        public ReadOnlyMatrixView<T> View => transposed
            ? new ReadOnlyMatrixView<T>(_values, columns, rows, _stride).Transposed
            : new ReadOnlyMatrixView<T>(_values, rows, columns, _stride);

        public T this[int row, int column]
        {
            get => _values[Index(row, column)];
            set => _values[Index(row, column)] = value;
        }

        public static Matrix Filled(int rows, int columns, bool transposed, int gap, Func<double> next)
        {
            Matrix matrix = new(rows, columns, transposed, gap);
            matrix._values.AsSpan().Fill(T.NaN);
            for (int i = 0; i < rows; i++)
            {
                for (int j = 0; j < columns; j++)
                {
                    matrix[i, j] = T.CreateChecked(next());
                }
            }

            return matrix;
        }

        private int Index(int row, int column) => transposed ? (column * _stride) + row : (row * _stride) + column;
    }
}
