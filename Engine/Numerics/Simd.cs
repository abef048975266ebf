using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Engine.Numerics;

/// <summary>
/// What <see cref="Vector{T}"/> does not offer for a generic element type. Only types of this namespace ask which type T is.
/// </summary>
internal static class Simd
{
    /// <summary>Whether the multiply-adds of vectors are rounded once.</summary>
    public static bool RoundsOnce
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Fma.IsSupported || AdvSimd.IsSupported;
    }

    /// <summary>
    /// a·b + c, rounded once where the hardware has such an instruction and twice elsewhere. Never emulated: a fused
    /// multiply-add done in software is fifty times slower.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> MultiplyAdd<T>(Vector<T> a, Vector<T> b, Vector<T> c)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (typeof(T) == typeof(float))
        {
            return Vector.MultiplyAddEstimate(a.As<T, float>(), b.As<T, float>(), c.As<T, float>()).As<float, T>();
        }

        if (typeof(T) == typeof(double))
        {
            return Vector.MultiplyAddEstimate(a.As<T, double>(), b.As<T, double>(), c.As<T, double>()).As<double, T>();
        }

        return (a * b) + c;
    }

    /// <summary>The scalar twin of the vector method: the same bits as one of its lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MultiplyAdd<T>(T a, T b, T c)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => T.MultiplyAddEstimate(a, b, c);

    /// <summary>max(x, 0), lane by lane, where NaN stays NaN and −0 stays −0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Relu<T>(Vector<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Vector.AndNot(x, Vector.LessThan(x, Vector<T>.Zero));

    /// <summary>max(x, 0), where NaN stays NaN and −0 stays −0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Relu<T>(T x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x < T.Zero ? T.Zero : x;

    /// <summary>
    /// Writes the transpose of a 4 × 4 block: <c>destination[j, i] = source[i, j]</c>.
    /// </summary>
    /// <param name="source">The first element of the block that is read.</param>
    /// <param name="sourceRow">The distance of its rows, in elements.</param>
    /// <param name="destination">The first element of the block that is written; must not overlap the source.</param>
    /// <param name="destinationRow">The distance of its rows, in elements.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transpose4x4<T>(ref T source, nint sourceRow, ref T destination, nint destinationRow)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (typeof(T) == typeof(float) && (Sse.IsSupported || AdvSimd.Arm64.IsSupported))
        {
            ref float from = ref Unsafe.As<T, float>(ref source);
            ref float to = ref Unsafe.As<T, float>(ref destination);
            Vector128<float> r0 = Vector128.LoadUnsafe(ref from);
            Vector128<float> r1 = Vector128.LoadUnsafe(ref Unsafe.Add(ref from, sourceRow));
            Vector128<float> r2 = Vector128.LoadUnsafe(ref Unsafe.Add(ref from, 2 * sourceRow));
            Vector128<float> r3 = Vector128.LoadUnsafe(ref Unsafe.Add(ref from, 3 * sourceRow));
            Vector128<float> even01 = ZipLow(r0, r2);
            Vector128<float> odd01 = ZipLow(r1, r3);
            Vector128<float> even23 = ZipHigh(r0, r2);
            Vector128<float> odd23 = ZipHigh(r1, r3);
            ZipLow(even01, odd01).StoreUnsafe(ref to);
            ZipHigh(even01, odd01).StoreUnsafe(ref Unsafe.Add(ref to, destinationRow));
            ZipLow(even23, odd23).StoreUnsafe(ref Unsafe.Add(ref to, 2 * destinationRow));
            ZipHigh(even23, odd23).StoreUnsafe(ref Unsafe.Add(ref to, 3 * destinationRow));
            return;
        }

        for (int row = 0; row < 4; row++)
        {
            ref T from = ref Unsafe.Add(ref source, row * sourceRow);
            ref T to = ref Unsafe.Add(ref destination, row);
            to = from;
            Unsafe.Add(ref to, destinationRow) = Unsafe.Add(ref from, 1);
            Unsafe.Add(ref to, 2 * destinationRow) = Unsafe.Add(ref from, 2);
            Unsafe.Add(ref to, 3 * destinationRow) = Unsafe.Add(ref from, 3);
        }
    }

    /// <summary>
    /// Asks for the cache line of an element that is used some hundred cycles later. A hint without any effect on values; the
    /// element need not exist.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Prefetch<T>(ref T element)
        where T : unmanaged
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(Unsafe.AsPointer(ref element));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> ZipLow(Vector128<float> left, Vector128<float> right) =>
        Sse.IsSupported ? Sse.UnpackLow(left, right) : AdvSimd.Arm64.ZipLow(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> ZipHigh(Vector128<float> left, Vector128<float> right) =>
        Sse.IsSupported ? Sse.UnpackHigh(left, right) : AdvSimd.Arm64.ZipHigh(left, right);
}
