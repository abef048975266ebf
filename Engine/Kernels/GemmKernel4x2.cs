using System.Numerics;
using System.Runtime.CompilerServices;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>The micro-kernel of 4 rows × 2 vectors: for the last rows of a matrix, whatever the number of registers.</summary>
/// <remarks>
/// The accumulators are single locals because the compiler keeps those in registers, and neither arrays nor larger structs. Hence
/// a file for each height of the tile; all of them do the same to each element, in the same order.
/// </remarks>
internal static class GemmKernel4x2<T, TVector, TVectors>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TVector : struct
    where TVectors : struct, IVectors<TVector, T>
{
    /// <summary>As <see cref="IGemmKernel{T}.RunLow"/> says.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Run(
        ref T a, nint aRow, nint aStep, ref T b, nint bStep, int k, ref T c, nint cRow, int rows, ref T bias, GemmFinish finish)
    {
        ref T a1 = ref Unsafe.Add(ref a, aRow * Math.Min(1, rows - 1));
        ref T a2 = ref Unsafe.Add(ref a, aRow * Math.Min(2, rows - 1));
        ref T a3 = ref Unsafe.Add(ref a, aRow * Math.Min(3, rows - 1));

        TVector zero = TVectors.Constant(0, 0);
        TVector c00 = zero, c01 = zero;
        TVector c10 = zero, c11 = zero;
        TVector c20 = zero, c21 = zero;
        TVector c30 = zero, c31 = zero;

        Simd.Prefetch(ref c);
        Simd.Prefetch(ref Unsafe.Add(ref c, 1 * cRow));
        Simd.Prefetch(ref Unsafe.Add(ref c, 2 * cRow));
        Simd.Prefetch(ref Unsafe.Add(ref c, 3 * cRow));

        nint offset = 0;
        for (int p = k; p > 0; p--)
        {
            TVector b0 = TVectors.Load(ref b);
            TVector b1 = TVectors.Load(ref b, (nuint)TVectors.Count);
            TVector x = TVectors.Create(Unsafe.Add(ref a, offset));
            c00 = TVectors.MultiplyAdd(x, b0, c00);
            c01 = TVectors.MultiplyAdd(x, b1, c01);

            x = TVectors.Create(Unsafe.Add(ref a1, offset));
            c10 = TVectors.MultiplyAdd(x, b0, c10);
            c11 = TVectors.MultiplyAdd(x, b1, c11);

            x = TVectors.Create(Unsafe.Add(ref a2, offset));
            c20 = TVectors.MultiplyAdd(x, b0, c20);
            c21 = TVectors.MultiplyAdd(x, b1, c21);

            x = TVectors.Create(Unsafe.Add(ref a3, offset));
            c30 = TVectors.MultiplyAdd(x, b0, c30);
            c31 = TVectors.MultiplyAdd(x, b1, c31);

            offset += aStep;
            b = ref Unsafe.Add(ref b, bStep);
        }

        GemmTile.Finish<T, TVector, TVectors>(ref c, c00, c01, ref bias, finish);
        if (rows > 1)
        {
            GemmTile.Finish<T, TVector, TVectors>(ref Unsafe.Add(ref c, 1 * cRow), c10, c11, ref bias, finish);
        }

        if (rows > 2)
        {
            GemmTile.Finish<T, TVector, TVectors>(ref Unsafe.Add(ref c, 2 * cRow), c20, c21, ref bias, finish);
        }

        if (rows > 3)
        {
            GemmTile.Finish<T, TVector, TVectors>(ref Unsafe.Add(ref c, 3 * cRow), c30, c31, ref bias, finish);
        }
    }
}
