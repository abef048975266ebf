using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>
/// The middle level of the matrix product, on one thread: cuts it into blocks that stay in the caches, packs what would otherwise
/// be read with large strides again and again, and calls the micro-kernel. The five loops are those of Goto and van de Geijn,
/// "Anatomy of High-Performance Matrix Multiplication" (2008).
/// </summary>
internal static class GemmBlocking
{
    /// <summary>
    /// The longest block of the summed axis. Longer ones read and write C less often, shorter ones keep more of a strip of B in the
    /// first-level cache.
    /// </summary>
    private const int MaxBlockK = 384;

    /// <summary>A whole B of at most this many bytes stays in the first-level cache and is read where it lies.</summary>
    private const int UnpackedBytes = 32 * 1024;

    /// <summary>
    /// With more columns than this A is packed: it is then read so often that rows a page apart, which compete for the same lines
    /// of the cache, would cost more than a copy. A transposed A suffers sooner.
    /// </summary>
    private const int PackAFrom = 256, PackTransposedAFrom = 64;

    private enum StripState
    {
        /// <summary>They stay where they lie, but for a part of one at the end.</summary>
        Unpacked,

        /// <summary>The first tile of each packs it.</summary>
        ToBePacked,

        /// <summary>They are packed.</summary>
        Packed,
    }

    /// <summary>Computes the product. K must not be 0.</summary>
    public static void Run<T, TKernel>(in GemmProblem<T> problem)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TKernel : IGemmKernel<T>
    {
        GemmScratch.Get(out Span<T> scratchA, out Span<T> scratchB);
        int width = TKernel.Width;
        int blockK = BlockK(problem.K);
        int blockN = scratchB.Length / blockK / width * width;
        int blockM = scratchA.Length / blockK / TKernel.Rows * TKernel.Rows;
        bool fits = problem.BColumn == 1 && (long)problem.K * problem.N * Unsafe.SizeOf<T>() <= UnpackedBytes;
        bool packA = problem.N > (problem.AColumn == 1 ? PackAFrom : PackTransposedAFrom);
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

                // A part of a strip at the end cannot be read whole where it lies.
                int whole = problem.BColumn == 1 ? columns / width * width : 0;
                GemmPacking.PackB<T, TKernel>(
                    ref Unsafe.Add(ref block.B, whole * problem.BColumn), problem.BRow, problem.BColumn, k, columns - whole, k,
                    ref Unsafe.Add(ref packedB, (nint)whole * k));
                for (int row = 0; row < problem.M; row += blockM)
                {
                    GemmProblem<T> rows = block.Part(row, Math.Min(blockM, problem.M - row), 0, columns);
                    nint panel = TKernel.Rows * rows.ARow;
                    if (packA && problem.AColumn == 1)
                    {
                        GemmPacking.PackA(ref rows.A, rows.ARow, rows.M, k, ref packedA);
                        rows.A = ref packedA;
                        rows.ARow = k;
                        panel = TKernel.Rows * k;
                    }
                    else if (packA)
                    {
                        GemmPacking.PackTransposedA<T, TKernel>(ref rows.A, rows.AColumn, rows.M, k, ref packedA);
                        rows.A = ref packedA;
                        (rows.ARow, rows.AColumn) = (1, TKernel.Rows);
                        panel = TKernel.Rows * k;
                    }

                    StripState state = fits ? StripState.Unpacked
                        : problem.BColumn == 1 && row == 0 ? StripState.ToBePacked : StripState.Packed;
                    Strips<T, TKernel>(rows, panel, ref packedB, state);
                }
            }
        }
    }

    /// <summary>Computes a block whose B is packed, and whose A is packed or stays where it lies.</summary>
    /// <param name="block">The block; its B is not looked at.</param>
    /// <param name="packedB">The strips of B, of the height of the summed axis.</param>
    public static void RunPacked<T, TKernel>(in GemmProblem<T> block, ref T packedB)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TKernel : IGemmKernel<T> =>
        Strips<T, TKernel>(block, TKernel.Rows * block.ARow, ref packedB, StripState.Packed);

    /// <summary>
    /// The length of the blocks of the summed axis: equal ones rather than a short last one. A function of this length alone, so
    /// that a product cut between threads adds up in the same order.
    /// </summary>
    public static int BlockK(int k)
    {
        if (k > MaxBlockK)
        {
            int blocks = (k + MaxBlockK - 1) / MaxBlockK;
            k = (k + blocks - 1) / blocks;
        }

        return (k + 3) / 4 * 4;
    }

    /// <summary>What happens to the sums of one block of the summed axis.</summary>
    public static GemmFinish FinishOf(GemmFinish finish, bool isFirst, bool isLast)
    {
        GemmFinish addC = isFirst ? finish & GemmFinish.AddC : GemmFinish.AddC;
        return isLast ? addC | (finish & ~GemmFinish.AddC) : addC;
    }

    /// <summary>All tiles of a block.</summary>
    /// <param name="block">The block; its A packed or not, its B where it lies.</param>
    /// <param name="panel">The distance from the rows of A for one tile to those for the next.</param>
    /// <param name="packedB">The strips of B.</param>
    /// <param name="state">Which of the strips are packed, and whether those that are not should be.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Strips<T, TKernel>(in GemmProblem<T> block, nint panel, ref T packedB, StripState state)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TKernel : IGemmKernel<T>
    {
        int width = TKernel.Width;
        for (int column = 0; column < block.N; column += width)
        {
            int columns = Math.Min(width, block.N - column);
            bool isPacked = state == StripState.Packed || columns < width;
            ref T strip = ref Unsafe.Add(ref packedB, (nint)column * block.K);
            ref T b = ref isPacked ? ref strip : ref Unsafe.Add(ref block.B, column);
            nint bStep = isPacked ? width : block.BRow;
            bool packs = !isPacked && state == StripState.ToBePacked;
            ref T a = ref block.A;
            ref T c = ref Unsafe.Add(ref block.C, column);
            ref T bias = ref (block.Finish & GemmFinish.AddBias) != 0 ? ref Unsafe.Add(ref block.Bias, column) : ref block.Bias;
            for (int row = 0; row < block.M; row += TKernel.Rows)
            {
                int rows = Math.Min(TKernel.Rows, block.M - row);
                if (columns < width)
                {
                    Edge<T, TKernel>(block, ref a, ref b, bStep, ref c, rows, columns, ref bias);
                }
                else if (packs)
                {
                    TKernel.Run<GemmPacksB>(
                        ref a, block.ARow, block.AColumn, ref b, bStep, block.K, ref c, block.CRow, rows, ref bias, block.Finish,
                        ref strip);
                    packs = false;
                    b = ref strip;
                    bStep = width;
                }
                else if (rows <= TKernel.LowRows)
                {
                    TKernel.RunLow(
                        ref a, block.ARow, block.AColumn, ref b, bStep, block.K, ref c, block.CRow, rows, ref bias, block.Finish);
                }
                else
                {
                    TKernel.Run<GemmPlain>(
                        ref a, block.ARow, block.AColumn, ref b, bStep, block.K, ref c, block.CRow, rows, ref bias, block.Finish,
                        ref strip);
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
        where TKernel : IGemmKernel<T>
    {
        Span<T> sums = stackalloc T[TKernel.Rows * TKernel.Width];
        ref T tile = ref MemoryMarshal.GetReference(sums);
        if (columns <= 2 * Vector<T>.Count)
        {
            WholeTiles<T, GemmKernel6x2<T, Vector<T>, NativeVectors<T>>>(block, ref a, ref b, bStep, ref tile, TKernel.Width, rows);
        }
        else
        {
            WholeTiles<T, TKernel>(block, ref a, ref b, bStep, ref tile, TKernel.Width, rows);
        }

        for (int row = 0; row < rows; row++)
        {
            ref T sumsOfRow = ref Unsafe.Add(ref tile, row * TKernel.Width);
            GemmTile.Finish(ref Unsafe.Add(ref c, row * block.CRow), ref sumsOfRow, columns, ref bias, block.Finish);
        }
    }

    // Rows of some kernel's tile by tiles of this one, which may be lower.
    private static void WholeTiles<T, TKernel>(
        in GemmProblem<T> block, ref T a, ref T b, nint bStep, ref T tile, nint tileRow, int rows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TKernel : IGemmKernel<T>
    {
        for (; rows > 0; rows -= TKernel.Rows)
        {
            if (rows <= TKernel.LowRows)
            {
                TKernel.RunLow(
                    ref a, block.ARow, block.AColumn, ref b, bStep, block.K, ref tile, tileRow, rows, ref tile, GemmFinish.None);
            }
            else
            {
                TKernel.Run<GemmPlain>(
                    ref a, block.ARow, block.AColumn, ref b, bStep, block.K, ref tile, tileRow, Math.Min(rows, TKernel.Rows), ref tile,
                    GemmFinish.None, ref tile);
            }

            a = ref Unsafe.Add(ref a, TKernel.Rows * block.ARow);
            tile = ref Unsafe.Add(ref tile, TKernel.Rows * tileRow);
        }
    }
}
