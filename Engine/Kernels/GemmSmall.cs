using System.Numerics;
using System.Runtime.CompilerServices;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>
/// Products of few rows or with a short summed axis: every element of the large matrix is read once or a few times, so memory is
/// the limit, packing cannot pay, and what counts is to walk along the rows of the large matrices as they lie.
/// </summary>
internal static class GemmSmall
{
    /// <summary>The largest number of rows for which this beats the blocked way.</summary>
    public const int MaxRows = 4;

    /// <summary>The longest summed axis for which this beats the blocked way.</summary>
    public const int MaxDepth = 4;

    /// <summary>
    /// How many bytes of a row are done at a time: they, and four such pieces of B, stay in the first-level cache.
    /// </summary>
    private const int PieceBytes = 4096;

    /// <summary>A product without a summed axis: sums of nothing, finished.</summary>
    public static void FinishNothing<T>(in GemmProblem<T> problem)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int row = 0; row < problem.M; row++)
        {
            ref T c = ref Unsafe.Add(ref problem.C, row * problem.CRow);
            for (int column = 0; column < problem.N; column++)
            {
                T sum = T.Zero;
                ref T bias = ref Unsafe.Add(ref problem.Bias, (problem.Finish & GemmFinish.AddBias) != 0 ? column : 0);
                GemmTile.Finish(ref Unsafe.Add(ref c, column), ref sum, 1, ref bias, problem.Finish);
            }
        }
    }

    /// <summary>
    /// c[i, :] = Σ a[i, p]·b[p, :], a few rows of B at a time. Rows of B must be contiguous. Each element is one chain of
    /// multiply-adds in the order of the summed axis.
    /// </summary>
    public static void AddRows<T>(in GemmProblem<T> problem)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int pieceLength = PieceBytes / Unsafe.SizeOf<T>();
        for (int column = 0; column < problem.N; column += pieceLength)
        {
            GemmProblem<T> piece = problem.Part(0, problem.M, column, Math.Min(pieceLength, problem.N - column));
            if (problem.K <= MaxDepth)
            {
                for (int row = 0; row < problem.M; row++)
                {
                    for (int p = 0; p < problem.K;)
                    {
                        p += AddSomeRows(piece, row, p);
                    }
                }
            }
            else
            {
                for (int p = 0; p < problem.K;)
                {
                    int done = 0;
                    for (int row = 0; row < problem.M; row++)
                    {
                        done = AddSomeRows(piece, row, p);
                    }

                    p += done;
                }
            }
        }
    }

    /// <summary>
    /// c[i, j] = a[i, :] · b[:, j] where columns of B and rows of A are contiguous. Each element is a sum of two vectors of
    /// chains, in an order that depends on the length only.
    /// </summary>
    public static void Dots<T>(in GemmProblem<T> problem)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int column = 0; column < problem.N; column += 4)
        {
            GemmProblem<T> few = problem.Part(0, problem.M, column, Math.Min(4, problem.N - column));
            for (int row = 0; row < problem.M; row++)
            {
                FourDots(few, row);
            }
        }
    }

    /// <summary>Adds four rows of B, or one where fewer than four are left, to a row of C; says how many.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static int AddSomeRows<T>(in GemmProblem<T> problem, int row, int p)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int count = problem.K - p >= 4 ? 4 : 1;
        bool continues = p > 0 || (problem.Finish & GemmFinish.AddC) != 0;
        GemmFinish finish = p + count == problem.K ? problem.Finish & ~GemmFinish.AddC : GemmFinish.None;
        ref T bias = ref problem.Bias;
        ref T c = ref Unsafe.Add(ref problem.C, row * problem.CRow);
        ref T b0 = ref Unsafe.Add(ref problem.B, p * problem.BRow);
        ref T b1 = ref Unsafe.Add(ref b0, problem.BRow);
        ref T b2 = ref Unsafe.Add(ref b1, problem.BRow);
        ref T b3 = ref Unsafe.Add(ref b2, problem.BRow);
        ref T a = ref Unsafe.Add(ref problem.A, (row * problem.ARow) + (p * problem.AColumn));
        T a0 = a;
        T a1 = count == 4 ? Unsafe.Add(ref a, problem.AColumn) : default;
        T a2 = count == 4 ? Unsafe.Add(ref a, 2 * problem.AColumn) : default;
        T a3 = count == 4 ? Unsafe.Add(ref a, 3 * problem.AColumn) : default;
        Vector<T> x0 = new(a0), x1 = new(a1), x2 = new(a2), x3 = new(a3);

        nint j = 0;
        for (; j <= problem.N - Vector<T>.Count; j += Vector<T>.Count)
        {
            Vector<T> sum = continues ? Vector.LoadUnsafe(ref c, (nuint)j) : Vector<T>.Zero;
            sum = Simd.MultiplyAdd(x0, Vector.LoadUnsafe(ref b0, (nuint)j), sum);
            if (count == 4)
            {
                sum = Simd.MultiplyAdd(x1, Vector.LoadUnsafe(ref b1, (nuint)j), sum);
                sum = Simd.MultiplyAdd(x2, Vector.LoadUnsafe(ref b2, (nuint)j), sum);
                sum = Simd.MultiplyAdd(x3, Vector.LoadUnsafe(ref b3, (nuint)j), sum);
            }

            if (finish != GemmFinish.None)
            {
                sum = GemmTile.Finish(ref c, sum, ref Unsafe.Add(ref bias, j), finish);
            }

            sum.StoreUnsafe(ref c, (nuint)j);
        }

        for (; j < problem.N; j++)
        {
            T sum = Simd.MultiplyAdd(a0, Unsafe.Add(ref b0, j), continues ? Unsafe.Add(ref c, j) : T.Zero);
            if (count == 4)
            {
                sum = Simd.MultiplyAdd(a1, Unsafe.Add(ref b1, j), sum);
                sum = Simd.MultiplyAdd(a2, Unsafe.Add(ref b2, j), sum);
                sum = Simd.MultiplyAdd(a3, Unsafe.Add(ref b3, j), sum);
            }

            sum = (finish & GemmFinish.AddBias) != 0 ? sum + Unsafe.Add(ref bias, j) : sum;
            Unsafe.Add(ref c, j) = (finish & GemmFinish.Relu) != 0 ? Simd.Relu(sum) : sum;
        }

        return count;
    }

    /// <summary>
    /// Up to four dot products of one row of A. Where there are fewer columns the last one stands in for the missing.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void FourDots<T>(in GemmProblem<T> problem, int row)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int columns = problem.N;
        nint k = problem.K;
        nint width = Vector<T>.Count;
        ref T a = ref Unsafe.Add(ref problem.A, row * problem.ARow);
        ref T b0 = ref problem.B;
        ref T b1 = ref Unsafe.Add(ref b0, Math.Min(1, columns - 1) * problem.BColumn);
        ref T b2 = ref Unsafe.Add(ref b0, Math.Min(2, columns - 1) * problem.BColumn);
        ref T b3 = ref Unsafe.Add(ref b0, Math.Min(3, columns - 1) * problem.BColumn);
        Vector<T> even0 = Vector<T>.Zero, even1 = Vector<T>.Zero, even2 = Vector<T>.Zero, even3 = Vector<T>.Zero;
        Vector<T> odd0 = Vector<T>.Zero, odd1 = Vector<T>.Zero, odd2 = Vector<T>.Zero, odd3 = Vector<T>.Zero;
        nint p = 0;
        for (; p <= k - (2 * width); p += 2 * width)
        {
            Vector<T> x = Vector.LoadUnsafe(ref a, (nuint)p);
            even0 = Simd.MultiplyAdd(x, Vector.LoadUnsafe(ref b0, (nuint)p), even0);
            even1 = Simd.MultiplyAdd(x, Vector.LoadUnsafe(ref b1, (nuint)p), even1);
            even2 = Simd.MultiplyAdd(x, Vector.LoadUnsafe(ref b2, (nuint)p), even2);
            even3 = Simd.MultiplyAdd(x, Vector.LoadUnsafe(ref b3, (nuint)p), even3);
            x = Vector.LoadUnsafe(ref a, (nuint)(p + width));
            odd0 = Simd.MultiplyAdd(x, Vector.LoadUnsafe(ref b0, (nuint)(p + width)), odd0);
            odd1 = Simd.MultiplyAdd(x, Vector.LoadUnsafe(ref b1, (nuint)(p + width)), odd1);
            odd2 = Simd.MultiplyAdd(x, Vector.LoadUnsafe(ref b2, (nuint)(p + width)), odd2);
            odd3 = Simd.MultiplyAdd(x, Vector.LoadUnsafe(ref b3, (nuint)(p + width)), odd3);
        }

        T sum0 = Vector.Sum(even0 + odd0), sum1 = Vector.Sum(even1 + odd1);
        T sum2 = Vector.Sum(even2 + odd2), sum3 = Vector.Sum(even3 + odd3);
        for (; p < k; p++)
        {
            T x = Unsafe.Add(ref a, p);
            sum0 = Simd.MultiplyAdd(x, Unsafe.Add(ref b0, p), sum0);
            sum1 = Simd.MultiplyAdd(x, Unsafe.Add(ref b1, p), sum1);
            sum2 = Simd.MultiplyAdd(x, Unsafe.Add(ref b2, p), sum2);
            sum3 = Simd.MultiplyAdd(x, Unsafe.Add(ref b3, p), sum3);
        }

        Span<T> sums = [sum0, sum1, sum2, sum3];
        GemmTile.Finish(
            ref Unsafe.Add(ref problem.C, row * problem.CRow), ref sums[0], columns, ref problem.Bias, problem.Finish);
    }
}
