using System.Numerics;
using System.Runtime.CompilerServices;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>The micro-kernel of 4 rows × 2 vectors: for the last rows of a matrix, whatever the number of registers.</summary>
/// <remarks>
/// The accumulators are single locals because the compiler keeps those in registers, and neither arrays nor larger structs. Hence
/// a file for each height of the tile; all of them do the same to each element, in the same order.
/// </remarks>
internal readonly struct GemmKernel4x2 : IGemmKernel
{
    /// <inheritdoc/>
    public static int Rows => 4;

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

        Vector<T> c00 = Vector<T>.Zero, c01 = Vector<T>.Zero;
        Vector<T> c10 = Vector<T>.Zero, c11 = Vector<T>.Zero;
        Vector<T> c20 = Vector<T>.Zero, c21 = Vector<T>.Zero;
        Vector<T> c30 = Vector<T>.Zero, c31 = Vector<T>.Zero;

        Simd.Prefetch(ref c);
        Simd.Prefetch(ref Unsafe.Add(ref c, 1 * cRow));
        Simd.Prefetch(ref Unsafe.Add(ref c, 2 * cRow));
        Simd.Prefetch(ref Unsafe.Add(ref c, 3 * cRow));

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
    }
}
