using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Engine.Numerics;

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
