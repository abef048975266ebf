using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Engine.Numerics;

/// <summary>The operations on vectors of words of one width, as <see cref="IVectors{TVector, T}"/> has them for numbers.</summary>
internal interface IWordVectors<TVector>
{
    /// <summary>The word in every lane.</summary>
    static abstract TVector Create(uint value);

    /// <summary>a + b, without a carry out of the lane.</summary>
    static abstract TVector Add(TVector a, TVector b);

    /// <summary>a ^ b.</summary>
    static abstract TVector Xor(TVector a, TVector b);

    /// <summary>x += y; y = x ^ (y rotated to the left): one call, since the compiler's budget of inlining is nearly used up.</summary>
    static abstract void Mix(ref TVector x, ref TVector y, [ConstantExpected] byte bits);
}

/// <summary><see cref="Vector{T}"/> of words.</summary>
internal readonly struct NativeWords : IWordVectors<Vector<uint>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<uint> Create(uint value) => Vector.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<uint> Add(Vector<uint> a, Vector<uint> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<uint> Xor(Vector<uint> a, Vector<uint> b) => a ^ b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Mix(ref Vector<uint> x, ref Vector<uint> y, [ConstantExpected] byte bits)
    {
        x += y;

        // Rotating is one instruction for three, which the compiler does not find by itself.
        if (Vector<uint>.Count == 8 && Avx512F.VL.IsSupported)
        {
            y = Avx512F.VL.RotateLeft(y.AsVector256(), bits).AsVector() ^ x;
        }
        else if (Vector<uint>.Count == 16 && Avx512F.IsSupported)
        {
            y = Avx512F.RotateLeft(y.AsVector512(), bits).AsVector() ^ x;
        }
        else
        {
            y = ((y << bits) | (y >>> (32 - bits))) ^ x;
        }
    }
}

/// <summary>Vectors of 512 bits; only where <c>Vector512.IsHardwareAccelerated</c>.</summary>
internal readonly struct WideWords : IWordVectors<Vector512<uint>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Create(uint value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Add(Vector512<uint> a, Vector512<uint> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Xor(Vector512<uint> a, Vector512<uint> b) => a ^ b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Mix(ref Vector512<uint> x, ref Vector512<uint> y, [ConstantExpected] byte bits)
    {
        x += y;
        if (Avx512F.IsSupported)
        {
            y = Avx512F.RotateLeft(y, bits) ^ x;
        }
        else
        {
            y = ((y << bits) | (y >>> (32 - bits))) ^ x;
        }
    }
}
