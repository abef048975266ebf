using System.Numerics;
using System.Runtime.CompilerServices;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>The tile of 8 rows × 1 vector of a <see cref="DirectTile{T}"/>.</summary>
internal static class DirectTile8x1
{
    /// <summary>Computes one tile of up to 8 rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Run<T, TOperand>(in DirectTile<T> tile, int rows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperand : IDirectOperand
    {
        ref T x0 = ref Unsafe.Add(ref tile.X, tile.Rows);
        ref T x1 = ref Unsafe.Add(ref tile.X, Unsafe.Add(ref tile.Rows, 1));
        ref T x2 = ref Unsafe.Add(ref tile.X, Unsafe.Add(ref tile.Rows, 2));
        ref T x3 = ref Unsafe.Add(ref tile.X, Unsafe.Add(ref tile.Rows, 3));
        ref T x4 = ref Unsafe.Add(ref tile.X, Unsafe.Add(ref tile.Rows, 4));
        ref T x5 = ref Unsafe.Add(ref tile.X, Unsafe.Add(ref tile.Rows, 5));
        ref T x6 = ref Unsafe.Add(ref tile.X, Unsafe.Add(ref tile.Rows, 6));
        ref T x7 = ref Unsafe.Add(ref tile.X, Unsafe.Add(ref tile.Rows, 7));

        Vector<T> start = DirectTileParts.Start(tile, 0);
        Vector<T> c0 = start, c1 = start, c2 = start, c3 = start, c4 = start, c5 = start, c6 = start, c7 = start;

        ref T b = ref tile.B;
        ref int steps = ref tile.Steps;
        nint bStep = tile.BStep;
        for (int s = tile.StepCount; s > 0; s--)
        {
            nint step = steps;
            Vector<T> b0 = Vector.LoadUnsafe(ref b);
            c0 = Simd.MultiplyAdd(DirectTileParts.First<T, TOperand>(ref x0, step), b0, c0);
            c1 = Simd.MultiplyAdd(DirectTileParts.First<T, TOperand>(ref x1, step), b0, c1);
            c2 = Simd.MultiplyAdd(DirectTileParts.First<T, TOperand>(ref x2, step), b0, c2);
            c3 = Simd.MultiplyAdd(DirectTileParts.First<T, TOperand>(ref x3, step), b0, c3);
            c4 = Simd.MultiplyAdd(DirectTileParts.First<T, TOperand>(ref x4, step), b0, c4);
            c5 = Simd.MultiplyAdd(DirectTileParts.First<T, TOperand>(ref x5, step), b0, c5);
            c6 = Simd.MultiplyAdd(DirectTileParts.First<T, TOperand>(ref x6, step), b0, c6);
            c7 = Simd.MultiplyAdd(DirectTileParts.First<T, TOperand>(ref x7, step), b0, c7);
            steps = ref Unsafe.Add(ref steps, 1);
            b = ref Unsafe.Add(ref b, bStep);
        }

        DirectTileParts.Finish(tile, 0, c0);
        if (rows > 1)
        {
            DirectTileParts.Finish(tile, 1, c1);
        }

        if (rows > 2)
        {
            DirectTileParts.Finish(tile, 2, c2);
        }

        if (rows > 3)
        {
            DirectTileParts.Finish(tile, 3, c3);
        }

        if (rows > 4)
        {
            DirectTileParts.Finish(tile, 4, c4);
        }

        if (rows > 5)
        {
            DirectTileParts.Finish(tile, 5, c5);
        }

        if (rows > 6)
        {
            DirectTileParts.Finish(tile, 6, c6);
        }

        if (rows > 7)
        {
            DirectTileParts.Finish(tile, 7, c7);
        }
    }
}
