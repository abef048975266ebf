using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>Matrix products of transformed tiles, whose operands lie ready in the caches.</summary>
internal static class WinogradProduct
{
    /// <summary>C = A·B or C += A·B for one strip of B: all rows of A, whatever their number.</summary>
    /// <param name="a">Element [0, 0] of A, [rows, k].</param>
    /// <param name="aRow">The distance from an element of A to the one below it.</param>
    /// <param name="aStep">The distance from an element of A to the one right of it.</param>
    /// <param name="b">The strip, [k, width], packed.</param>
    /// <param name="k">The length of the summed axis.</param>
    /// <param name="width">The strip's width.</param>
    /// <param name="c">Element [0, 0] of C; whole vectors of each row are written, up to the strip's width.</param>
    /// <param name="cRow">The distance of the rows of C.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="columns">How many columns are wanted: the strip's width, if there are more.</param>
    /// <param name="finish">Whether what was in C is added.</param>
    public static void Strip<T>(
        ref T a, nint aRow, nint aStep, ref T b, int k, int width, ref T c, nint cRow, int rows, int columns, GemmFinish finish)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (width > 2 * Vector<T>.Count && columns > 2 * Vector<T>.Count)
        {
            Strip<T, GemmKernel6x2<T, Vector512<T>, WideVectors<T>>>(ref a, aRow, aStep, ref b, k, width, ref c, cRow, rows, finish);
        }
        else
        {
            Strip<T, GemmKernel6x2<T, Vector<T>, NativeVectors<T>>>(ref a, aRow, aStep, ref b, k, width, ref c, cRow, rows, finish);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Strip<T, TKernel>(
        ref T a, nint aRow, nint aStep, ref T b, int k, nint width, ref T c, nint cRow, int rows, GemmFinish finish)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TKernel : IGemmKernel<T>
    {
        while (rows > TKernel.LowRows)
        {
            int height = Math.Min(rows, TKernel.Rows);
            TKernel.Run<GemmPlain>(ref a, aRow, aStep, ref b, width, k, ref c, cRow, height, ref c, finish, ref b);
            rows -= height;
            if (rows == 0)
            {
                return;
            }

            a = ref Unsafe.Add(ref a, height * aRow);
            c = ref Unsafe.Add(ref c, height * cRow);
        }

        TKernel.RunLow(ref a, aRow, aStep, ref b, width, k, ref c, cRow, rows, ref c, finish);
    }
}
