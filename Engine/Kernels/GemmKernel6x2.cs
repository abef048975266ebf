using System.Numerics;
using System.Runtime.CompilerServices;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>
/// The micro-kernel of 6 rows × 2 vectors: 12 accumulators, 2 vectors of B and 1 element of A fill 15 of 16 registers.
/// </summary>
/// <remarks>
/// Over vectors of 256 bits it serves machines with 32 registers, too: on a Zen 4 it reaches 87 to 94 % of the multiply-add peak
/// from n = 64 on (benchmarks/amd-epyc-zen4/gemm.md), where one of 8 rows reached 74 to 81 %.
/// The accumulators are single locals because the compiler keeps those in registers, and neither arrays nor larger structs. Hence
/// a file for each height of the tile; all of them do the same to each element, in the same order, whatever the vectors.
/// </remarks>
internal readonly struct GemmKernel6x2<T, TVector, TVectors> : IGemmKernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TVector : struct
    where TVectors : struct, IVectors<TVector, T>
{
    /// <inheritdoc/>
    public static int Rows => GemmTile.Rows;

    /// <inheritdoc/>
    public static int LowRows => 4;

    /// <inheritdoc/>
    public static int Width
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2 * TVectors.Count;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void RunLow(
        ref T a, nint aRow, nint aStep, ref T b, nint bStep, int k, ref T c, nint cRow, int rows, ref T bias, GemmFinish finish) =>
        GemmKernel4x2<T, TVector, TVectors>.Run(ref a, aRow, aStep, ref b, bStep, k, ref c, cRow, rows, ref bias, finish);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Run<TMode>(
        ref T a, nint aRow, nint aStep, ref T b, nint bStep, int k, ref T c, nint cRow, int rows, ref T bias, GemmFinish finish,
        ref T packed)
        where TMode : IGemmMode
    {
        ref T a1 = ref Unsafe.Add(ref a, aRow * Math.Min(1, rows - 1));
        ref T a2 = ref Unsafe.Add(ref a, aRow * Math.Min(2, rows - 1));
        ref T a3 = ref Unsafe.Add(ref a, aRow * Math.Min(3, rows - 1));
        ref T a4 = ref Unsafe.Add(ref a, aRow * Math.Min(4, rows - 1));
        ref T a5 = ref Unsafe.Add(ref a, aRow * Math.Min(5, rows - 1));

        TVector zero = TVectors.Constant(0, 0);
        TVector c00 = zero, c01 = zero;
        TVector c10 = zero, c11 = zero;
        TVector c20 = zero, c21 = zero;
        TVector c30 = zero, c31 = zero;
        TVector c40 = zero, c41 = zero;
        TVector c50 = zero, c51 = zero;

        Simd.Prefetch(ref c);
        Simd.Prefetch(ref Unsafe.Add(ref c, 1 * cRow));
        Simd.Prefetch(ref Unsafe.Add(ref c, 2 * cRow));
        Simd.Prefetch(ref Unsafe.Add(ref c, 3 * cRow));
        Simd.Prefetch(ref Unsafe.Add(ref c, 4 * cRow));
        Simd.Prefetch(ref Unsafe.Add(ref c, 5 * cRow));

        nint offset = 0;
        for (int p = k; p > 0; p--)
        {
            TVector b0 = TVectors.Load(ref b);
            TVector b1 = TVectors.Load(ref b, (nuint)TVectors.Count);
            if (TMode.PacksB)
            {
                Simd.Prefetch(ref Unsafe.Add(ref b, GemmTile.PrefetchRows * bStep));
                TVectors.Store(b0, ref packed);
                TVectors.Store(b1, ref packed, (nuint)TVectors.Count);
                packed = ref Unsafe.Add(ref packed, 2 * TVectors.Count);
            }

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

            x = TVectors.Create(Unsafe.Add(ref a4, offset));
            c40 = TVectors.MultiplyAdd(x, b0, c40);
            c41 = TVectors.MultiplyAdd(x, b1, c41);

            x = TVectors.Create(Unsafe.Add(ref a5, offset));
            c50 = TVectors.MultiplyAdd(x, b0, c50);
            c51 = TVectors.MultiplyAdd(x, b1, c51);

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

        if (rows > 4)
        {
            GemmTile.Finish<T, TVector, TVectors>(ref Unsafe.Add(ref c, 4 * cRow), c40, c41, ref bias, finish);
        }

        if (rows > 5)
        {
            GemmTile.Finish<T, TVector, TVectors>(ref Unsafe.Add(ref c, 5 * cRow), c50, c51, ref bias, finish);
        }
    }
}
