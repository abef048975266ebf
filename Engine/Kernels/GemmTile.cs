using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>What all micro-kernels share: how sums get from registers to C.</summary>
internal static class GemmTile
{
    /// <summary>The height of the tiles of <see cref="GemmKernel6x2{T, TVector, TVectors}"/>.</summary>
    public const int Rows = 6;

    /// <summary>How many rows ahead B is asked for while it is packed: a hundred cycles or more.</summary>
    public const int PrefetchRows = 16;

    /// <summary>
    /// Whether a product of so many columns is computed with vectors of 512 bits: where the hardware has them, and a tile of
    /// <see cref="Vector{T}"/> would not hold them all.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsWide<T>(int columns) => Vector512.IsHardwareAccelerated && columns > 2 * Vector<T>.Count;

    /// <summary>The width of the strips into which so many columns of B are packed: two vectors of one width or the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int StripWidth<T>(int columns) => IsWide<T>(columns) ? 2 * Vector512<T>.Count : 2 * Vector<T>.Count;

    /// <summary>Finishes one row of a tile, two vectors wide.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Finish<T, TVector, TVectors>(ref T c, TVector sum0, TVector sum1, ref T bias, GemmFinish finish)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct
        where TVectors : struct, IVectors<TVector, T>
    {
        ref T next = ref Unsafe.Add(ref c, TVectors.Count);
        if (finish != GemmFinish.None)
        {
            sum0 = Finish<T, TVector, TVectors>(ref c, sum0, ref bias, finish);
            sum1 = Finish<T, TVector, TVectors>(ref next, sum1, ref Unsafe.Add(ref bias, TVectors.Count), finish);
        }

        TVectors.Store(sum0, ref c);
        TVectors.Store(sum1, ref next);
    }

    /// <summary>Finishes a row of any length, whose sums lie in memory.</summary>
    public static void Finish<T>(ref T c, ref T sums, int length, ref T bias, GemmFinish finish)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int j = 0;
        for (; j <= length - Vector<T>.Count; j += Vector<T>.Count)
        {
            Vector<T> sum = Vector.LoadUnsafe(ref sums, (nuint)j);
            Finish(ref Unsafe.Add(ref c, j), sum, ref Unsafe.Add(ref bias, j), finish).StoreUnsafe(ref c, (nuint)j);
        }

        for (; j < length; j++)
        {
            T sum = Unsafe.Add(ref sums, j);
            sum = (finish & GemmFinish.AddC) != 0 ? Unsafe.Add(ref c, j) + sum : sum;
            sum = (finish & GemmFinish.AddBias) != 0 ? sum + Unsafe.Add(ref bias, j) : sum;
            Unsafe.Add(ref c, j) = (finish & GemmFinish.Relu) != 0 ? Simd.Relu(sum) : sum;
        }
    }

    /// <summary>Finishes one vector of sums; the caller stores it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Finish<T>(ref T c, Vector<T> sum, ref T bias, GemmFinish finish)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Finish<T, Vector<T>, NativeVectors<T>>(ref c, sum, ref bias, finish);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Finish<T, TVector, TVectors>(ref T c, TVector sum, ref T bias, GemmFinish finish)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct
        where TVectors : struct, IVectors<TVector, T>
    {
        if ((finish & GemmFinish.AddC) != 0)
        {
            sum = TVectors.Add(TVectors.Load(ref c), sum);
        }

        if ((finish & GemmFinish.AddBias) != 0)
        {
            sum = TVectors.Add(sum, TVectors.Load(ref bias));
        }

        return (finish & GemmFinish.Relu) != 0 ? TVectors.Relu(sum) : sum;
    }
}
