using System.Numerics;
using System.Runtime.CompilerServices;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>What the tiles of all heights share.</summary>
internal static class DirectTileParts
{
    /// <summary>The elements of x for the first vector of columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> First<T, TOperand>(ref T x, nint step)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperand : IDirectOperand =>
        TOperand.IsBroadcast ? Vector.Create(Unsafe.Add(ref x, step)) : Vector.LoadUnsafe(ref x, (nuint)step);

    /// <summary>The elements of x for the second vector of columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Second<T, TOperand>(ref T x, nint step, Vector<T> first)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperand : IDirectOperand =>
        TOperand.IsBroadcast ? first : Vector.LoadUnsafe(ref x, (nuint)step);

    /// <summary>What a sum begins with: the bias, or zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Start<T>(in DirectTile<T> tile, nint column)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        (tile.Finish & GemmFinish.AddBias) != 0 ? Vector.LoadUnsafe(ref Unsafe.Add(ref tile.Bias, column)) : Vector<T>.Zero;

    /// <summary>Finishes one row of one vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Finish<T>(in DirectTile<T> tile, int row, Vector<T> sum)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ref T c = ref Unsafe.Add(ref tile.C, row * tile.CRow);
        Finish(ref c, sum, tile.Finish).StoreUnsafe(ref c);
    }

    /// <summary>Finishes one row of two vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Finish<T>(in DirectTile<T> tile, int row, Vector<T> sum0, Vector<T> sum1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // Both before either is stored, since they may overlap.
        ref T c = ref Unsafe.Add(ref tile.C, row * tile.CRow);
        ref T second = ref Unsafe.Add(ref c, tile.CSecond);
        sum0 = Finish(ref c, sum0, tile.Finish);
        sum1 = Finish(ref second, sum1, tile.Finish);
        sum0.StoreUnsafe(ref c);
        sum1.StoreUnsafe(ref second);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<T> Finish<T>(ref T c, Vector<T> sum, GemmFinish finish)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if ((finish & GemmFinish.AddC) != 0)
        {
            sum += Vector.LoadUnsafe(ref c);
        }

        return (finish & GemmFinish.Relu) != 0 ? Simd.Relu(sum) : sum;
    }
}
