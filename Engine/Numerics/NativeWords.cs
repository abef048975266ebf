using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Engine.Numerics;

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
