using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Engine.Numerics;

/// <summary>
/// Keeps numbers below the smallest normal one, 2⁻¹²⁶ in float and 2⁻¹⁰²² in double, out of what is computed again and again.
/// </summary>
/// <remarks>
/// Some processors stop for a hundred cycles at every instruction that reads or makes such a number. What is too small to matter
/// becomes 0 instead, in arithmetic and not by a mode of the processor's, so that the bits are the same everywhere.
/// </remarks>
internal static class Subnormals
{
    private const double SmallestNormal = 2.2250738585072014e-308, SmallestNormalSingle = 1.1754943508222875e-38;

    /// <summary>2⁻¹⁰⁰ in float, 2⁻¹⁰⁰⁰ in double: what is larger can be multiplied by 2⁻²² and stays normal.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Floor<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        VectorMath.Constant<T>(typeof(T) == typeof(float) ? 7.888609052210118e-31 : 9.332636185032189e-302);

    /// <summary>The smallest number, but for a factor of two, whose square is normal also when multiplied by a gain.</summary>
    /// <param name="gain">Above 0, at most 1.</param>
    public static Vector<T> FloorOfSquared<T>(double gain)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        VectorMath.Constant<T>(2 * Math.Sqrt((typeof(T) == typeof(float) ? SmallestNormalSingle : SmallestNormal) / gain));

    /// <summary>x, and 0 where it is nearer to 0 than the floor. NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Flush<T>(Vector<T> x, Vector<T> floor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Vector.AndNot(x, Vector.LessThan(Vector.Abs(x), floor));

    /// <summary>A mean of squares, which is never below 0, and 0 below the smallest normal number. NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> FlushSquares<T>(Vector<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Vector.AndNot(x, Vector.LessThan(x, VectorMath.Constant<T>(typeof(T) == typeof(float) ? SmallestNormalSingle : SmallestNormal)));

    /// <summary>Sets to 0 what is nearer to 0 than <see cref="Floor"/>.</summary>
    public static void Flush<T>(Span<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ref T x = ref MemoryMarshal.GetReference(values);
        int i = 0;
        for (; i <= values.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            Flush(Vector.LoadUnsafe(ref x, (nuint)i), Floor<T>()).StoreUnsafe(ref x, (nuint)i);
        }

        for (; i < values.Length; i++)
        {
            T value = Unsafe.Add(ref x, i);
            Unsafe.Add(ref x, i) = T.Abs(value) < Floor<T>()[0] ? T.Zero : value;
        }
    }
}
