using System.Numerics;
using System.Runtime.CompilerServices;

namespace Engine.Kernels;

/// <summary>Matrix products of transformed tiles, whose operands lie ready in the caches.</summary>
internal static class WinogradProduct
{
    /// <summary>C = A·B or C += A·B for one strip of two vectors of B: all rows of A, whatever their number.</summary>
    /// <param name="a">Element [0, 0] of A, [rows, k].</param>
    /// <param name="aRow">The distance from an element of A to the one below it.</param>
    /// <param name="aStep">The distance from an element of A to the one right of it.</param>
    /// <param name="b">The strip, [k, two vectors], packed.</param>
    /// <param name="k">The length of the summed axis.</param>
    /// <param name="c">Element [0, 0] of C; two vectors of each row are written.</param>
    /// <param name="cRow">The distance of the rows of C.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="finish">Whether what was in C is added.</param>
    public static void Strip<T>(
        ref T a, nint aRow, nint aStep, ref T b, int k, ref T c, nint cRow, int rows, GemmFinish finish)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Strip<T, GemmKernel6x2>(ref a, aRow, aStep, ref b, k, ref c, cRow, rows, finish);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Strip<T, TKernel>(
        ref T a, nint aRow, nint aStep, ref T b, int k, ref T c, nint cRow, int rows, GemmFinish finish)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TKernel : IGemmKernel
    {
        nint width = 2 * Vector<T>.Count;
        while (rows > GemmKernel4x2.Rows)
        {
            int height = Math.Min(rows, TKernel.Rows);
            TKernel.Run<T, GemmPlain>(ref a, aRow, aStep, ref b, width, k, ref c, cRow, height, ref c, finish, ref b);
            rows -= height;
            if (rows == 0)
            {
                return;
            }

            a = ref Unsafe.Add(ref a, height * aRow);
            c = ref Unsafe.Add(ref c, height * cRow);
        }

        GemmKernel4x2.Run<T, GemmPlain>(ref a, aRow, aStep, ref b, width, k, ref c, cRow, rows, ref c, finish, ref b);
    }
}
