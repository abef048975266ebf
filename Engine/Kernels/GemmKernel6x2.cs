using System.Numerics;
using System.Runtime.CompilerServices;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>
/// The micro-kernel of 6 rows × 2 vectors: 12 accumulators, 2 vectors of B and 1 element of A fill 15 of 16 registers.
/// </summary>
/// <remarks>
/// It serves machines with 32 registers, too: on a Zen 4 with AVX-512 it reaches 87 to 94 % of the multiply-add peak from n = 64
/// on, where one of 8 rows reached 74 to 81 % (benchmarks/amd-epyc-zen4/gemm.md).
/// The accumulators are single locals because the compiler keeps those in registers, and neither arrays nor larger structs. Hence
/// a file for each height of the tile; all of them do the same to each element, in the same order.
/// </remarks>
internal readonly struct GemmKernel6x2 : IGemmKernel
{
    /// <inheritdoc/>
    public static int Rows => 6;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Run<T, TMode>(
        ref T a, nint aRow, nint aStep, ref T b, nint bStep, int k, ref T c, nint cRow, int rows, ref T bias, GemmFinish finish,
        ref T packed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TMode : IGemmMode
    {
        ref T a1 = ref Unsafe.Add(ref a, aRow * Math.Min(1, rows - 1));
        ref T a2 = ref Unsafe.Add(ref a, aRow * Math.Min(2, rows - 1));
        ref T a3 = ref Unsafe.Add(ref a, aRow * Math.Min(3, rows - 1));
        ref T a4 = ref Unsafe.Add(ref a, aRow * Math.Min(4, rows - 1));
        ref T a5 = ref Unsafe.Add(ref a, aRow * Math.Min(5, rows - 1));

        Vector<T> c00 = Vector<T>.Zero, c01 = Vector<T>.Zero;
        Vector<T> c10 = Vector<T>.Zero, c11 = Vector<T>.Zero;
        Vector<T> c20 = Vector<T>.Zero, c21 = Vector<T>.Zero;
        Vector<T> c30 = Vector<T>.Zero, c31 = Vector<T>.Zero;
        Vector<T> c40 = Vector<T>.Zero, c41 = Vector<T>.Zero;
        Vector<T> c50 = Vector<T>.Zero, c51 = Vector<T>.Zero;

        Simd.Prefetch(ref c);
        Simd.Prefetch(ref Unsafe.Add(ref c, 1 * cRow));
        Simd.Prefetch(ref Unsafe.Add(ref c, 2 * cRow));
        Simd.Prefetch(ref Unsafe.Add(ref c, 3 * cRow));
        Simd.Prefetch(ref Unsafe.Add(ref c, 4 * cRow));
        Simd.Prefetch(ref Unsafe.Add(ref c, 5 * cRow));

        nint offset = 0;
        for (int p = k; p > 0; p--)
        {
            Vector<T> b0 = Vector.LoadUnsafe(ref b);
            Vector<T> b1 = Vector.LoadUnsafe(ref b, (nuint)Vector<T>.Count);
            if (TMode.PacksB)
            {
                Simd.Prefetch(ref Unsafe.Add(ref b, GemmTile.PrefetchRows * bStep));
                b0.StoreUnsafe(ref packed);
                b1.StoreUnsafe(ref packed, (nuint)Vector<T>.Count);
                packed = ref Unsafe.Add(ref packed, 2 * Vector<T>.Count);
            }

            Vector<T> x = Vector.Create(Unsafe.Add(ref a, offset));
            c00 = Simd.MultiplyAdd(x, b0, c00);
            c01 = Simd.MultiplyAdd(x, b1, c01);

            x = Vector.Create(Unsafe.Add(ref a1, offset));
            c10 = Simd.MultiplyAdd(x, b0, c10);
            c11 = Simd.MultiplyAdd(x, b1, c11);

            x = Vector.Create(Unsafe.Add(ref a2, offset));
            c20 = Simd.MultiplyAdd(x, b0, c20);
            c21 = Simd.MultiplyAdd(x, b1, c21);

            x = Vector.Create(Unsafe.Add(ref a3, offset));
            c30 = Simd.MultiplyAdd(x, b0, c30);
            c31 = Simd.MultiplyAdd(x, b1, c31);

            x = Vector.Create(Unsafe.Add(ref a4, offset));
            c40 = Simd.MultiplyAdd(x, b0, c40);
            c41 = Simd.MultiplyAdd(x, b1, c41);

            x = Vector.Create(Unsafe.Add(ref a5, offset));
            c50 = Simd.MultiplyAdd(x, b0, c50);
            c51 = Simd.MultiplyAdd(x, b1, c51);

            offset += aStep;
            b = ref Unsafe.Add(ref b, bStep);
        }

        GemmTile.Finish(ref c, c00, c01, ref bias, finish);
        if (rows > 1)
        {
            GemmTile.Finish(ref Unsafe.Add(ref c, 1 * cRow), c10, c11, ref bias, finish);
        }

        if (rows > 2)
        {
            GemmTile.Finish(ref Unsafe.Add(ref c, 2 * cRow), c20, c21, ref bias, finish);
        }

        if (rows > 3)
        {
            GemmTile.Finish(ref Unsafe.Add(ref c, 3 * cRow), c30, c31, ref bias, finish);
        }

        if (rows > 4)
        {
            GemmTile.Finish(ref Unsafe.Add(ref c, 4 * cRow), c40, c41, ref bias, finish);
        }

        if (rows > 5)
        {
            GemmTile.Finish(ref Unsafe.Add(ref c, 5 * cRow), c50, c51, ref bias, finish);
        }
    }
}
