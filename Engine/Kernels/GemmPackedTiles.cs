using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>The tiles of <see cref="GemmPacked"/>, for vectors of one width and 32 registers.</summary>
/// <remarks>
/// The accumulators are single locals because the compiler keeps those in registers. Each element is one chain of multiply-adds
/// in the order of the summed axis, in any tile.
/// </remarks>
internal static class GemmPackedTiles<T, TVector, TVectors>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TVector : struct
    where TVectors : struct, IVectors<TVector, T>
{
    private const int Rows = 8;

    /// <summary>A block whose B is packed by <see cref="GemmPacking.PackB"/>; its rows of A are contiguous.</summary>
    /// <param name="block">The block; its B is not looked at.</param>
    /// <param name="packed">The strips of B, of the height of the summed axis.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Run(in GemmProblem<T> block, ref T packed)
    {
        int strip = 2 * Vector<T>.Count;
        int width = 2 * TVectors.Count;
        for (int column = 0; column < block.N; column += width)
        {
            // A vector may be half of a strip's width, or all of it.
            int second = column + TVectors.Count < block.N ? column + TVectors.Count : column;
            ref T b0 = ref Unsafe.Add(ref packed, ((nint)(column / strip) * strip * block.K) + (column % strip));
            ref T b1 = ref Unsafe.Add(ref packed, ((nint)(second / strip) * strip * block.K) + (second % strip));
            ref T bias = ref (block.Finish & GemmFinish.AddBias) != 0 ? ref Unsafe.Add(ref block.Bias, column) : ref block.Bias;
            int columns = Math.Min(width, block.N - column);
            for (int row = 0; row < block.M; row += Rows)
            {
                int rows = Math.Min(Rows, block.M - row);
                ref T a = ref Unsafe.Add(ref block.A, row * block.ARow);
                ref T c = ref Unsafe.Add(ref block.C, (row * block.CRow) + column);
                if (columns < width)
                {
                    Edge(block, ref a, ref b0, ref b1, ref c, rows, columns, ref bias);
                }
                else
                {
                    Tile(ref a, block.ARow, ref b0, ref b1, strip, block.K, ref c, block.CRow, rows, ref bias, block.Finish);
                }
            }
        }
    }

    // A tile of fewer columns than two vectors: computed whole, to the side, and finished from there.
    [SkipLocalsInit]
    private static void Edge(
        in GemmProblem<T> block, ref T a, ref T b0, ref T b1, ref T c, int rows, int columns, ref T bias)
    {
        int width = 2 * TVectors.Count;
        Span<T> sums = stackalloc T[Rows * width];
        ref T tile = ref MemoryMarshal.GetReference(sums);
        Tile(ref a, block.ARow, ref b0, ref b1, 2 * Vector<T>.Count, block.K, ref tile, width, rows, ref tile, GemmFinish.None);
        for (int row = 0; row < rows; row++)
        {
            GemmTile.Finish(
                ref Unsafe.Add(ref c, row * block.CRow), ref Unsafe.Add(ref tile, row * width), columns, ref bias, block.Finish);
        }
    }

    private static void Tile(
        ref T a, nint aRow, ref T b0, ref T b1, nint bStep, int k, ref T c, nint cRow, int rows, ref T bias, GemmFinish finish)
    {
        if (rows > 4)
        {
            Tile8(ref a, aRow, ref b0, ref b1, bStep, k, ref c, cRow, rows, ref bias, finish);
        }
        else
        {
            Tile4(ref a, aRow, ref b0, ref b1, bStep, k, ref c, cRow, rows, ref bias, finish);
        }
    }

    /// <summary>Up to 8 rows × 2 vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Tile8(
        ref T a, nint aRow, ref T b0, ref T b1, nint bStep, int k, ref T c, nint cRow, int rows, ref T bias, GemmFinish finish)
    {
        ref T a1 = ref Unsafe.Add(ref a, aRow * Math.Min(1, rows - 1));
        ref T a2 = ref Unsafe.Add(ref a, aRow * Math.Min(2, rows - 1));
        ref T a3 = ref Unsafe.Add(ref a, aRow * Math.Min(3, rows - 1));
        ref T a4 = ref Unsafe.Add(ref a, aRow * Math.Min(4, rows - 1));
        ref T a5 = ref Unsafe.Add(ref a, aRow * Math.Min(5, rows - 1));
        ref T a6 = ref Unsafe.Add(ref a, aRow * Math.Min(6, rows - 1));
        ref T a7 = ref Unsafe.Add(ref a, aRow * Math.Min(7, rows - 1));
        TVector zero = TVectors.Constant(0, 0);
        TVector c00 = zero, c01 = zero;
        TVector c10 = zero, c11 = zero;
        TVector c20 = zero, c21 = zero;
        TVector c30 = zero, c31 = zero;
        TVector c40 = zero, c41 = zero;
        TVector c50 = zero, c51 = zero;
        TVector c60 = zero, c61 = zero;
        TVector c70 = zero, c71 = zero;
        for (nint p = 0; p < k; p++)
        {
            TVector x0 = TVectors.Load(ref b0), x1 = TVectors.Load(ref b1);
            TVector y = TVectors.Create(Unsafe.Add(ref a, p));
            c00 = TVectors.MultiplyAdd(y, x0, c00);
            c01 = TVectors.MultiplyAdd(y, x1, c01);
            y = TVectors.Create(Unsafe.Add(ref a1, p));
            c10 = TVectors.MultiplyAdd(y, x0, c10);
            c11 = TVectors.MultiplyAdd(y, x1, c11);
            y = TVectors.Create(Unsafe.Add(ref a2, p));
            c20 = TVectors.MultiplyAdd(y, x0, c20);
            c21 = TVectors.MultiplyAdd(y, x1, c21);
            y = TVectors.Create(Unsafe.Add(ref a3, p));
            c30 = TVectors.MultiplyAdd(y, x0, c30);
            c31 = TVectors.MultiplyAdd(y, x1, c31);
            y = TVectors.Create(Unsafe.Add(ref a4, p));
            c40 = TVectors.MultiplyAdd(y, x0, c40);
            c41 = TVectors.MultiplyAdd(y, x1, c41);
            y = TVectors.Create(Unsafe.Add(ref a5, p));
            c50 = TVectors.MultiplyAdd(y, x0, c50);
            c51 = TVectors.MultiplyAdd(y, x1, c51);
            y = TVectors.Create(Unsafe.Add(ref a6, p));
            c60 = TVectors.MultiplyAdd(y, x0, c60);
            c61 = TVectors.MultiplyAdd(y, x1, c61);
            y = TVectors.Create(Unsafe.Add(ref a7, p));
            c70 = TVectors.MultiplyAdd(y, x0, c70);
            c71 = TVectors.MultiplyAdd(y, x1, c71);
            b0 = ref Unsafe.Add(ref b0, bStep);
            b1 = ref Unsafe.Add(ref b1, bStep);
        }

        Finish(ref c, c00, c01, ref bias, finish);
        if (rows > 1)
        {
            Finish(ref Unsafe.Add(ref c, 1 * cRow), c10, c11, ref bias, finish);
        }

        if (rows > 2)
        {
            Finish(ref Unsafe.Add(ref c, 2 * cRow), c20, c21, ref bias, finish);
        }

        if (rows > 3)
        {
            Finish(ref Unsafe.Add(ref c, 3 * cRow), c30, c31, ref bias, finish);
        }

        if (rows > 4)
        {
            Finish(ref Unsafe.Add(ref c, 4 * cRow), c40, c41, ref bias, finish);
        }

        if (rows > 5)
        {
            Finish(ref Unsafe.Add(ref c, 5 * cRow), c50, c51, ref bias, finish);
        }

        if (rows > 6)
        {
            Finish(ref Unsafe.Add(ref c, 6 * cRow), c60, c61, ref bias, finish);
        }

        if (rows > 7)
        {
            Finish(ref Unsafe.Add(ref c, 7 * cRow), c70, c71, ref bias, finish);
        }
    }

    /// <summary>Up to 4 rows × 2 vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Tile4(
        ref T a, nint aRow, ref T b0, ref T b1, nint bStep, int k, ref T c, nint cRow, int rows, ref T bias, GemmFinish finish)
    {
        ref T a1 = ref Unsafe.Add(ref a, aRow * Math.Min(1, rows - 1));
        ref T a2 = ref Unsafe.Add(ref a, aRow * Math.Min(2, rows - 1));
        ref T a3 = ref Unsafe.Add(ref a, aRow * Math.Min(3, rows - 1));
        TVector zero = TVectors.Constant(0, 0);
        TVector c00 = zero, c01 = zero;
        TVector c10 = zero, c11 = zero;
        TVector c20 = zero, c21 = zero;
        TVector c30 = zero, c31 = zero;
        for (nint p = 0; p < k; p++)
        {
            TVector x0 = TVectors.Load(ref b0), x1 = TVectors.Load(ref b1);
            TVector y = TVectors.Create(Unsafe.Add(ref a, p));
            c00 = TVectors.MultiplyAdd(y, x0, c00);
            c01 = TVectors.MultiplyAdd(y, x1, c01);
            y = TVectors.Create(Unsafe.Add(ref a1, p));
            c10 = TVectors.MultiplyAdd(y, x0, c10);
            c11 = TVectors.MultiplyAdd(y, x1, c11);
            y = TVectors.Create(Unsafe.Add(ref a2, p));
            c20 = TVectors.MultiplyAdd(y, x0, c20);
            c21 = TVectors.MultiplyAdd(y, x1, c21);
            y = TVectors.Create(Unsafe.Add(ref a3, p));
            c30 = TVectors.MultiplyAdd(y, x0, c30);
            c31 = TVectors.MultiplyAdd(y, x1, c31);
            b0 = ref Unsafe.Add(ref b0, bStep);
            b1 = ref Unsafe.Add(ref b1, bStep);
        }

        Finish(ref c, c00, c01, ref bias, finish);
        if (rows > 1)
        {
            Finish(ref Unsafe.Add(ref c, 1 * cRow), c10, c11, ref bias, finish);
        }

        if (rows > 2)
        {
            Finish(ref Unsafe.Add(ref c, 2 * cRow), c20, c21, ref bias, finish);
        }

        if (rows > 3)
        {
            Finish(ref Unsafe.Add(ref c, 3 * cRow), c30, c31, ref bias, finish);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(ref T c, TVector sum0, TVector sum1, ref T bias, GemmFinish finish)
    {
        nuint next = (nuint)TVectors.Count;
        if ((finish & GemmFinish.AddC) != 0)
        {
            sum0 = TVectors.Add(TVectors.Load(ref c), sum0);
            sum1 = TVectors.Add(TVectors.Load(ref c, next), sum1);
        }

        if ((finish & GemmFinish.AddBias) != 0)
        {
            sum0 = TVectors.Add(sum0, TVectors.Load(ref bias));
            sum1 = TVectors.Add(sum1, TVectors.Load(ref bias, next));
        }

        TVectors.Store(sum0, ref c);
        TVectors.Store(sum1, ref c, next);
    }
}
