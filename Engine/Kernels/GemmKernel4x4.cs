using System.Numerics;
using System.Runtime.CompilerServices;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>
/// The micro-kernel of 4 rows × 4 vectors, two strips of a packed B at a time, for 32 registers: a product of 4 rows alone has
/// twice as many sums under way as in a tile two vectors wide, where each has to wait for the one before.
/// </summary>
/// <remarks>As <see cref="GemmKernel6x2{T, TVector, TVectors}"/>, which says why there is a file for each height.</remarks>
internal static class GemmKernel4x4<T, TVector, TVectors>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TVector : struct
    where TVectors : struct, IVectors<TVector, T>
{
    /// <summary>The height of the tile.</summary>
    public const int Rows = 4;

    /// <summary>As <see cref="IGemmKernel{T}.RunLow"/> says, for the columns of two strips.</summary>
    /// <param name="a">Element [0, 0] of A, [rows, k].</param>
    /// <param name="aRow">The distance from an element of A to the one below it.</param>
    /// <param name="aStep">The distance from an element of A to the one right of it.</param>
    /// <param name="b">Two strips, packed: one behind the other.</param>
    /// <param name="k">The length of the summed axis, at least 0.</param>
    /// <param name="c">Element [0, 0] of [rows, four vectors].</param>
    /// <param name="cRow">The distance between two rows of C.</param>
    /// <param name="rows">1 to 4.</param>
    /// <param name="bias">Four vectors, read only with <see cref="GemmFinish.AddBias"/>.</param>
    /// <param name="finish">What happens to the sums.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Run(
        ref T a, nint aRow, nint aStep, ref T b, int k, ref T c, nint cRow, int rows, ref T bias, GemmFinish finish)
    {
        int width = 2 * TVectors.Count;
        ref T a1 = ref Unsafe.Add(ref a, aRow * Math.Min(1, rows - 1));
        ref T a2 = ref Unsafe.Add(ref a, aRow * Math.Min(2, rows - 1));
        ref T a3 = ref Unsafe.Add(ref a, aRow * Math.Min(3, rows - 1));
        ref T next = ref Unsafe.Add(ref b, k * width);

        TVector zero = TVectors.Constant(0, 0);
        TVector c00 = zero, c01 = zero, c02 = zero, c03 = zero;
        TVector c10 = zero, c11 = zero, c12 = zero, c13 = zero;
        TVector c20 = zero, c21 = zero, c22 = zero, c23 = zero;
        TVector c30 = zero, c31 = zero, c32 = zero, c33 = zero;

        nint offset = 0;
        for (int p = k; p > 0; p--)
        {
            TVector b0 = TVectors.Load(ref b);
            TVector b1 = TVectors.Load(ref b, (nuint)TVectors.Count);
            TVector b2 = TVectors.Load(ref next);
            TVector b3 = TVectors.Load(ref next, (nuint)TVectors.Count);
            TVector x = TVectors.Create(Unsafe.Add(ref a, offset));
            c00 = TVectors.MultiplyAdd(x, b0, c00);
            c01 = TVectors.MultiplyAdd(x, b1, c01);
            c02 = TVectors.MultiplyAdd(x, b2, c02);
            c03 = TVectors.MultiplyAdd(x, b3, c03);

            x = TVectors.Create(Unsafe.Add(ref a1, offset));
            c10 = TVectors.MultiplyAdd(x, b0, c10);
            c11 = TVectors.MultiplyAdd(x, b1, c11);
            c12 = TVectors.MultiplyAdd(x, b2, c12);
            c13 = TVectors.MultiplyAdd(x, b3, c13);

            x = TVectors.Create(Unsafe.Add(ref a2, offset));
            c20 = TVectors.MultiplyAdd(x, b0, c20);
            c21 = TVectors.MultiplyAdd(x, b1, c21);
            c22 = TVectors.MultiplyAdd(x, b2, c22);
            c23 = TVectors.MultiplyAdd(x, b3, c23);

            x = TVectors.Create(Unsafe.Add(ref a3, offset));
            c30 = TVectors.MultiplyAdd(x, b0, c30);
            c31 = TVectors.MultiplyAdd(x, b1, c31);
            c32 = TVectors.MultiplyAdd(x, b2, c32);
            c33 = TVectors.MultiplyAdd(x, b3, c33);

            offset += aStep;
            b = ref Unsafe.Add(ref b, width);
            next = ref Unsafe.Add(ref next, width);
        }

        Finish(ref c, c00, c01, c02, c03, ref bias, finish);

        if (rows > 1)
        {
            Finish(ref Unsafe.Add(ref c, 1 * cRow), c10, c11, c12, c13, ref bias, finish);
        }

        if (rows > 2)
        {
            Finish(ref Unsafe.Add(ref c, 2 * cRow), c20, c21, c22, c23, ref bias, finish);
        }

        if (rows > 3)
        {
            Finish(ref Unsafe.Add(ref c, 3 * cRow), c30, c31, c32, c33, ref bias, finish);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(
        ref T c, TVector sum0, TVector sum1, TVector sum2, TVector sum3, ref T bias, GemmFinish finish)
    {
        int width = 2 * TVectors.Count;
        GemmTile.Finish<T, TVector, TVectors>(ref c, sum0, sum1, ref bias, finish);
        GemmTile.Finish<T, TVector, TVectors>(ref Unsafe.Add(ref c, width), sum2, sum3, ref Unsafe.Add(ref bias, width), finish);
    }
}
