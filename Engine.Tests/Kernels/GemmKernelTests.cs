using System.Numerics;
using Engine.Kernels;

namespace Engine.Tests.Kernels;

/// <summary>Every micro-kernel on every machine: the blocks' own, and the one for fewer rows.</summary>
[Category("Kernels")]
public sealed class GemmKernelTests
{
    [Test]
    public void FourRowsInFloat() => CheckKernel<float, GemmKernel4x2>();

    [Test]
    public void FourRowsInDouble() => CheckKernel<double, GemmKernel4x2>();

    [Test]
    public void SixRowsInFloat() => CheckKernel<float, GemmKernel6x2>();

    [Test]
    public void SixRowsInDouble() => CheckKernel<double, GemmKernel6x2>();

    private static void CheckKernel<T, TKernel>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TKernel : IGemmKernel
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
        where TKernel : IGemmKernel
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
