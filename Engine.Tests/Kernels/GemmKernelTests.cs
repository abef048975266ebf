using System.Numerics;
using System.Runtime.Intrinsics;
using Engine.Kernels;
using Engine.Numerics;

namespace Engine.Tests.Kernels;

/// <summary>Every micro-kernel on every machine.</summary>
[Category("Kernels")]
public sealed class GemmKernelTests
{
    [Test]
    public void InFloat() => CheckKernel<float, GemmKernel6x2<float, Vector<float>, NativeVectors<float>>>();

    [Test]
    public void InDouble() => CheckKernel<double, GemmKernel6x2<double, Vector<double>, NativeVectors<double>>>();

    // Without the hardware in software: slow, but the same.
    [Test]
    public void WideInFloat() => CheckKernel<float, GemmKernel6x2<float, Vector512<float>, WideVectors<float>>>();

    [Test]
    public void WideInDouble() => CheckKernel<double, GemmKernel6x2<double, Vector512<double>, WideVectors<double>>>();

    [Test]
    public void EightRowsInFloat() => CheckKernel<float, GemmKernel8x2<float, Vector512<float>, WideVectors<float>>>();

    [Test]
    public void EightRowsInDouble() => CheckKernel<double, GemmKernel8x2<double, Vector512<double>, WideVectors<double>>>();

    [Test]
    public void FourRowsOfTwoStrips([Values(1, 2, 3, 4)] int rows, [Values] bool transposeA, [Values] bool accumulate)
    {
        FourRowsOfTwoStrips<float>(rows, transposeA, accumulate);
        FourRowsOfTwoStrips<double>(rows, transposeA, accumulate);
    }

    private static void FourRowsOfTwoStrips<T>(int rows, bool transposeA, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const int K = 37;
        int strip = 2 * Vector512<T>.Count, n = 2 * strip, cRow = n + 3;
        Random random = new(rows);
        T[] a = Numbers(rows * K), strips = Numbers(K * n), bias = Numbers(n), c = Numbers(5 * cRow), expected = [.. c];
        (int aRow, int aStep) = transposeA ? (1, rows) : (K, 1);
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < n; j++)
            {
                T sum = accumulate ? c[(i * cRow) + j] : bias[j];
                for (int p = 0; p < K; p++)
                {
                    sum += a[(i * aRow) + (p * aStep)] * strips[(j / strip * K * strip) + (p * strip) + (j % strip)];
                }

                expected[(i * cRow) + j] = sum;
            }
        }

        GemmKernel4x4<T, Vector512<T>, WideVectors<T>>.Run(
            ref a[0], aRow, aStep, ref strips[0], K, ref c[0], cRow, rows, ref bias[0],
            accumulate ? GemmFinish.AddC : GemmFinish.AddBias);

        // What lies beside the tile and below its rows stays.
        Assert.That(c, Is.EqualTo(expected));

        T[] Numbers(int length) => [.. Enumerable.Range(0, length).Select(_ => T.CreateChecked(random.Next(-4, 5)))];
    }

    // Each element is one chain in the order of the summed axis, whatever the vectors and the tile it is in.
    [Test]
    public void TheWidthOfVectorsDoesNotChangeABit()
    {
        Random random = new(4);
        foreach ((int m, int n, int k) in ((int, int, int)[])[(1, 33, 7), (9, 80, 300), (65, 131, 600)])
        {
            float[] a = Numbers(m * k), b = Numbers(k * n), native = new float[m * n], wide = new float[m * n];
            GemmBlocking.Run<float, GemmKernel6x2<float, Vector<float>, NativeVectors<float>>>(Problem(native));
            GemmBlocking.Run<float, GemmKernel6x2<float, Vector512<float>, WideVectors<float>>>(Problem(wide));
            Assert.That(wide, Is.EqualTo(native), $"[{m}, {n}, {k}]");
            float[] high = new float[m * n];
            GemmBlocking.Run<float, GemmKernel8x2<float, Vector512<float>, WideVectors<float>>>(Problem(high));
            Assert.That(high, Is.EqualTo(native), $"8 rows, [{m}, {n}, {k}]");

            float[] Numbers(int length) => [.. Enumerable.Range(0, length).Select(_ => random.NextSingle() - 0.5f)];
            GemmProblem<float> Problem(float[] c) => new(
                new ReadOnlyMatrixView<float>(a, m, k), new ReadOnlyMatrixView<float>(b, k, n), new MatrixView<float>(c, m, n), [],
                GemmFinish.None);
        }
    }

    private static void CheckKernel<T, TKernel>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TKernel : IGemmKernel<T>
    {
        (int, int, int)[] sizes = [(1, 3, 2), (7, 33, 5), (19, 70, 300), (75, 131, 260), (TKernel.Rows * 40, 97, 520)];
        foreach ((int m, int n, int k) in sizes)
        {
            foreach (bool transposeA in new[] { false, true })
            {
                Check<T, TKernel>(m, n, k, transposeA);
            }
        }
    }

    private static void Check<T, TKernel>(int m, int n, int k, bool transposeA)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TKernel : IGemmKernel<T>
    {
        Random random = new(m + n + k);
        T[] a = Enumerable.Range(0, m * k).Select(_ => T.CreateChecked(random.Next(-4, 5))).ToArray();
        T[] b = Enumerable.Range(0, k * n).Select(_ => T.CreateChecked(random.Next(-4, 5))).ToArray();
        T[] bias = Enumerable.Range(0, n).Select(_ => T.CreateChecked(random.Next(-4, 5))).ToArray();
        T[] c = new T[m * n];
        c.AsSpan().Fill(T.NaN);
        ReadOnlyMatrixView<T> view = transposeA ? new ReadOnlyMatrixView<T>(a, k, m).Transposed : new(a, m, k);
        GemmBlocking.Run<T, TKernel>(new GemmProblem<T>(
            view, new ReadOnlyMatrixView<T>(b, k, n), new MatrixView<T>(c, m, n), bias, GemmFinish.AddBias | GemmFinish.Relu));
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
            {
                T sum = bias[j];
                for (int p = 0; p < k; p++)
                {
                    sum += a[transposeA ? (p * m) + i : (i * k) + p] * b[(p * n) + j];
                }

                string element = $"[{m}, {n}, {k}], A transposed: {transposeA}, [{i}, {j}]";
                Assert.That(c[(i * n) + j], Is.EqualTo(T.Max(sum, T.Zero)), element);
            }
        }
    }
}
