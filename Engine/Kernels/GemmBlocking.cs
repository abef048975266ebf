using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Engine.Kernels;

/// <summary>
/// The middle level of the matrix product, on one thread: cuts it into blocks that stay in the caches, packs what would otherwise
/// be read with large strides again and again, and calls the micro-kernel. The five loops are those of Goto and van de Geijn,
/// "Anatomy of High-Performance Matrix Multiplication" (2008).
/// </summary>
internal static class GemmBlocking
{
    /// <summary>The longest block of the summed axis: a strip of B of this height takes half of a first-level cache of 32 KB.</summary>
    private const int MaxBlockK = 256;

    /// <summary>A whole B of at most this many bytes stays in the first-level cache and is read where it lies.</summary>
    private const int UnpackedBytes = 32 * 1024;

    /// <summary>Computes the product. K must not be 0.</summary>
    public static void Run<T, TKernel>(in GemmProblem<T> problem)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TKernel : IGemmKernel
    {
        GemmScratch.Get(out Span<T> scratchA, out Span<T> scratchB);
        int width = 2 * Vector<T>.Count;
        int blockK = BlockK(problem.K);
        int blockN = scratchB.Length / blockK / width * width;
        int blockM = scratchA.Length / blockK / TKernel.Rows * TKernel.Rows;
        bool packB = problem.BColumn != 1
            || (problem.M > TKernel.Rows && (long)problem.K * problem.N * Unsafe.SizeOf<T>() > UnpackedBytes);

        ref T packedA = ref MemoryMarshal.GetReference(scratchA);
        ref T packedB = ref MemoryMarshal.GetReference(scratchB);
        for (int column = 0; column < problem.N; column += blockN)
        {
            int columns = Math.Min(blockN, problem.N - column);
            for (int p = 0; p < problem.K; p += blockK)
            {
                int k = Math.Min(blockK, problem.K - p);
                GemmProblem<T> block = problem.Part(0, problem.M, column, columns);
                block.A = ref Unsafe.Add(ref block.A, p * problem.AColumn);
                block.B = ref Unsafe.Add(ref block.B, p * problem.BRow);
                block.K = k;
                block.Finish = FinishOf(problem.Finish, isFirst: p == 0, isLast: p + k == problem.K);

                // Strips of B that are read whole by the micro-kernel must be whole: a part of one at the end is always packed.
                int whole = packB ? 0 : columns / width * width;
                GemmPacking.PackB(
                    ref Unsafe.Add(ref block.B, whole * problem.BColumn), problem.BRow, problem.BColumn, k, columns - whole, ref packedB);
                for (int row = 0; row < problem.M; row += blockM)
                {
                    GemmProblem<T> rows = block.Part(row, Math.Min(blockM, problem.M - row), 0, columns);
                    nint panel = TKernel.Rows * rows.ARow;
                    if (problem.AColumn != 1)
                    {
                        GemmPacking.PackTransposedA(ref rows.A, rows.AColumn, rows.M, k, TKernel.Rows, ref packedA);
                        rows.A = ref packedA;
                        (rows.ARow, rows.AColumn) = (1, TKernel.Rows);
                        panel = TKernel.Rows * k;
                    }

                    Strips<T, TKernel>(rows, panel, ref packedB, whole);
                }
            }
        }
    }

    /// <summary>
    /// The length of the blocks of the summed axis: equal ones rather than a short last one. A function of this length alone, so
    /// that a product cut between threads adds up in the same order.
    /// </summary>
    private static int BlockK(int k)
    {
        int blocks = (k + MaxBlockK - 1) / MaxBlockK;
        return (((k + blocks - 1) / blocks) + 3) / 4 * 4;
    }

    private static GemmFinish FinishOf(GemmFinish finish, bool isFirst, bool isLast)
    {
        GemmFinish addC = isFirst ? finish & GemmFinish.AddC : GemmFinish.AddC;
        return isLast ? addC | (finish & ~GemmFinish.AddC) : addC;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Strips<T, TKernel>(in GemmProblem<T> block, nint panel, ref T packedB, int unpackedColumns)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TKernel : IGemmKernel
    {
        int width = 2 * Vector<T>.Count;
        for (int column = 0; column < block.N; column += width)
        {
            bool isPacked = column >= unpackedColumns;
            ref T b = ref isPacked
                ? ref Unsafe.Add(ref packedB, (nint)(column - unpackedColumns) * block.K)
                : ref Unsafe.Add(ref block.B, column);
            nint bStep = isPacked ? width : block.BRow;
            ref T a = ref block.A;
            ref T c = ref Unsafe.Add(ref block.C, column);
            ref T bias = ref (block.Finish & GemmFinish.AddBias) != 0 ? ref Unsafe.Add(ref block.Bias, column) : ref block.Bias;
            int columns = Math.Min(width, block.N - column);
            for (int row = 0; row < block.M; row += TKernel.Rows)
            {
                int rows = Math.Min(TKernel.Rows, block.M - row);
                if (columns < width)
                {
                    Edge<T, TKernel>(block, ref a, ref b, bStep, ref c, rows, columns, ref bias);
                }
                else if (rows <= GemmKernel4x2.Rows)
                {
                    GemmKernel4x2.Run(
                        ref a, block.ARow, block.AColumn, ref b, bStep, block.K, ref c, block.CRow, rows, ref bias, block.Finish);
                }
                else
                {
                    TKernel.Run(
                        ref a, block.ARow, block.AColumn, ref b, bStep, block.K, ref c, block.CRow, rows, ref bias, block.Finish);
                }

                a = ref Unsafe.Add(ref a, panel);
                c = ref Unsafe.Add(ref c, TKernel.Rows * block.CRow);
            }
        }
    }

    /// <summary>A tile with fewer columns than two vectors: computed whole, to the side, and finished from there.</summary>
    [SkipLocalsInit]
    private static void Edge<T, TKernel>(
        in GemmProblem<T> block, ref T a, ref T b, nint bStep, ref T c, int rows, int columns, ref T bias)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TKernel : IGemmKernel
    {
        int width = 2 * Vector<T>.Count;
        Span<T> sums = stackalloc T[GemmTile.MaxRows * 2 * Vector<T>.Count];
        ref T tile = ref MemoryMarshal.GetReference(sums);
        TKernel.Run(ref a, block.ARow, block.AColumn, ref b, bStep, block.K, ref tile, width, rows, ref tile, GemmFinish.None);
        for (int row = 0; row < rows; row++)
        {
            GemmTile.Finish(ref Unsafe.Add(ref c, row * block.CRow), ref Unsafe.Add(ref tile, row * width), columns, ref bias, block.Finish);
        }
    }
}
