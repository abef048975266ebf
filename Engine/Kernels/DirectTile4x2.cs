using System.Numerics;
using System.Runtime.CompilerServices;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>The tile of 4 rows × 2 vectors of a <see cref="DirectTile{T}"/>.</summary>
internal static class DirectTile4x2
{
    /// <summary>Computes one tile of up to 4 rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Run<T, TOperand>(in DirectTile<T> tile, int rows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperand : IDirectOperand
    {
        ref T x0 = ref Unsafe.Add(ref tile.X, tile.Rows);
        ref T x1 = ref Unsafe.Add(ref tile.X, Unsafe.Add(ref tile.Rows, 1));
        ref T x2 = ref Unsafe.Add(ref tile.X, Unsafe.Add(ref tile.Rows, 2));
        ref T x3 = ref Unsafe.Add(ref tile.X, Unsafe.Add(ref tile.Rows, 3));

        Vector<T> start0 = DirectTileParts.Start(tile, 0);
        Vector<T> start1 = DirectTileParts.Start(tile, tile.CSecond);
        Vector<T> c00 = start0, c01 = start1;
        Vector<T> c10 = start0, c11 = start1;
        Vector<T> c20 = start0, c21 = start1;
        Vector<T> c30 = start0, c31 = start1;

        ref T b = ref tile.B;
        ref int steps = ref tile.Steps;
        nint bStep = tile.BStep;
        nint bSecond = tile.BSecond;
        nint xSecond = TOperand.IsBroadcast ? 0 : tile.XSecond;
        for (int s = tile.StepCount; s > 0; s--)
        {
            nint step = steps;
            nint second = step + xSecond;
            Vector<T> b0 = Vector.LoadUnsafe(ref b);
            Vector<T> b1 = Vector.LoadUnsafe(ref Unsafe.Add(ref b, bSecond));

            Vector<T> x = DirectTileParts.First<T, TOperand>(ref x0, step);
            c00 = Simd.MultiplyAdd(x, b0, c00);
            c01 = Simd.MultiplyAdd(DirectTileParts.Second<T, TOperand>(ref x0, second, x), b1, c01);

            x = DirectTileParts.First<T, TOperand>(ref x1, step);
            c10 = Simd.MultiplyAdd(x, b0, c10);
            c11 = Simd.MultiplyAdd(DirectTileParts.Second<T, TOperand>(ref x1, second, x), b1, c11);

            x = DirectTileParts.First<T, TOperand>(ref x2, step);
            c20 = Simd.MultiplyAdd(x, b0, c20);
            c21 = Simd.MultiplyAdd(DirectTileParts.Second<T, TOperand>(ref x2, second, x), b1, c21);

            x = DirectTileParts.First<T, TOperand>(ref x3, step);
            c30 = Simd.MultiplyAdd(x, b0, c30);
            c31 = Simd.MultiplyAdd(DirectTileParts.Second<T, TOperand>(ref x3, second, x), b1, c31);

            steps = ref Unsafe.Add(ref steps, 1);
            b = ref Unsafe.Add(ref b, bStep);
        }

        DirectTileParts.Finish(tile, 0, c00, c01);
        if (rows > 1)
        {
            DirectTileParts.Finish(tile, 1, c10, c11);
        }

        if (rows > 2)
        {
            DirectTileParts.Finish(tile, 2, c20, c21);
        }

        if (rows > 3)
        {
            DirectTileParts.Finish(tile, 3, c30, c31);
        }
    }
}
