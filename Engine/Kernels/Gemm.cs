using System.Numerics;

namespace Engine.Kernels;

/// <summary>
/// The matrix product, for matrices of any size and stride, transposed or not.
/// </summary>
/// <remarks>
/// <para>The destination must not overlap an operand or the bias: the result would be undefined.</para>
/// <para>The same arguments give the same bits on any number of threads. Where a matrix is cut depends on the threads, but the
/// order in which one element adds up depends on the shapes, the strides and the width of the machine's vectors only.</para>
/// <para>Each thread that takes part allocates memory for packed blocks, 1.5 MB, when it does so for the first time; nothing is
/// allocated later.</para>
/// </remarks>
public static class Gemm
{
    /// <summary>C = A·B. What was in C is never read.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="a">A, [m, k].</param>
    /// <param name="b">B, [k, n].</param>
    /// <param name="c">C, [m, n]. Without a summed axis, k = 0, it becomes 0.</param>
    /// <param name="threads">How many threads may take part, at least 1. Small products use fewer.</param>
    /// <exception cref="ShapeException">The shapes do not fit together.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Threads are fewer than 1.</exception>
    public static void Multiply<T>(ReadOnlyMatrixView<T> a, ReadOnlyMatrixView<T> b, MatrixView<T> c, int threads = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Run("Gemm.Multiply", a, b, [], c, GemmFinish.None, threads);

    /// <summary>C += A·B.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="a">A, [m, k].</param>
    /// <param name="b">B, [k, n].</param>
    /// <param name="c">C, [m, n].</param>
    /// <param name="threads">How many threads may take part, at least 1. Small products use fewer.</param>
    /// <exception cref="ShapeException">The shapes do not fit together.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Threads are fewer than 1.</exception>
    public static void MultiplyAccumulate<T>(ReadOnlyMatrixView<T> a, ReadOnlyMatrixView<T> b, MatrixView<T> c, int threads = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Run("Gemm.MultiplyAccumulate", a, b, [], c, GemmFinish.AddC, threads);

    /// <summary>C = A·B + bias, or max(A·B + bias, 0), in one pass over C. What was in C is never read.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="a">A, [m, k].</param>
    /// <param name="b">B, [k, n].</param>
    /// <param name="bias">[n], added to each row; or empty for none.</param>
    /// <param name="c">C, [m, n].</param>
    /// <param name="relu">Whether what is negative becomes 0. NaN stays NaN.</param>
    /// <param name="threads">How many threads may take part, at least 1. Small products use fewer.</param>
    /// <exception cref="ShapeException">The shapes do not fit together.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Threads are fewer than 1.</exception>
    public static void MultiplyAddBias<T>(
        ReadOnlyMatrixView<T> a, ReadOnlyMatrixView<T> b, ReadOnlySpan<T> bias, MatrixView<T> c, bool relu, int threads = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!bias.IsEmpty && bias.Length != b.Columns)
        {
            throw new ShapeException(
                $"Gemm.MultiplyAddBias: expected a bias of length {b.Columns}, one a column of B, or an empty one, " +
                $"got {bias.Length}.");
        }

        GemmFinish finish = bias.IsEmpty ? GemmFinish.None : GemmFinish.AddBias;
        Run("Gemm.MultiplyAddBias", a, b, bias, c, relu ? finish | GemmFinish.Relu : finish, threads);
    }

    private static void Run<T>(
        string where,
        ReadOnlyMatrixView<T> a,
        ReadOnlyMatrixView<T> b,
        ReadOnlySpan<T> bias,
        MatrixView<T> c,
        GemmFinish finish,
        int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (a.Columns != b.Rows || c.Rows != a.Rows || c.Columns != b.Columns)
        {
            ThrowShapes(where, a, b, c);
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        if (c.Rows == 0 || c.Columns == 0)
        {
            return;
        }

        GemmProblem<T> problem = new(a, b, c, bias, finish);
        GemmDriver.Run(problem, threads);
    }

    private static void ThrowShapes<T>(string where, ReadOnlyMatrixView<T> a, ReadOnlyMatrixView<T> b, MatrixView<T> c)
    {
        string came = $"got A {Text(a)}, B {Text(b)} and C {Text<T>(c)}";
        string advice = a.Columns == b.Rows
            ? $"C must be [{a.Rows}, {b.Columns}]."
            : "The columns of A must be as many as the rows of B; use Transposed where a matrix is stored the other way around.";
        throw new ShapeException($"{where}: expected A [m, k], B [k, n] and C [m, n], {came}. {advice}");
    }

    private static string Text<T>(ReadOnlyMatrixView<T> view) => $"[{view.Rows}, {view.Columns}]";
}
