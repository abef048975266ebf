using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Engine.Numerics;

/// <summary>
/// <see cref="Threefry"/> on vectors: one block a lane, two vectors interleaved, since one alone would wait for its own results.
/// Holds what is the same for all blocks of one key and step.
/// </summary>
/// <remarks>
/// Of the counter (block, row, step, step) only the block differs between lanes. So the first round's work on words 2 and 3, and
/// the rotations of words that have not met the block yet, are done once, in the constructor and in <see cref="Row"/>.
/// </remarks>
internal readonly ref struct ThreefryVectors
{
    private readonly uint _key0, _key1;
    private readonly Vector<uint> _k0, _k1, _k2, _k3, _k4;

    // Word 3 gets the number of the injection besides its key.
    private readonly Vector<uint> _k4s1, _k0s2, _k1s3, _k2s4, _k3s5;

    // Words 2 and 3 after round 0, and word 3 rotated for round 1.
    private readonly Vector<uint> _start2, _start3, _start3Rotated;

    /// <summary>For counters whose words 2 and 3 are <paramref name="c2"/> and <paramref name="c3"/>.</summary>
    public ThreefryVectors((uint K0, uint K1, uint K2, uint K3) key, uint c2, uint c3)
    {
        (uint k0, uint k1, uint k2, uint k3) = key;
        uint k4 = Threefry.Parity ^ k0 ^ k1 ^ k2 ^ k3;
        _key0 = k0;
        _key1 = k1;
        _k0 = new Vector<uint>(k0);
        _k1 = new Vector<uint>(k1);
        _k2 = new Vector<uint>(k2);
        _k3 = new Vector<uint>(k3);
        _k4 = new Vector<uint>(k4);
        _k4s1 = new Vector<uint>(k4 + 1);
        _k0s2 = new Vector<uint>(k0 + 2);
        _k1s3 = new Vector<uint>(k1 + 3);
        _k2s4 = new Vector<uint>(k2 + 4);
        _k3s5 = new Vector<uint>(k3 + 5);

        uint x3 = c3 + k3;
        uint x2 = c2 + k2 + x3;
        x3 = BitOperations.RotateLeft(x3, 26) ^ x2;
        _start2 = new Vector<uint>(x2);
        _start3 = new Vector<uint>(x3);
        _start3Rotated = new Vector<uint>(BitOperations.RotateLeft(x3, 11));
    }

    /// <summary>What is the same for all blocks of a row: counters whose word 1 is <paramref name="c1"/>.</summary>
    public RowStart Row(uint c1)
    {
        uint x1 = c1 + _key1;
        return new RowStart(new Vector<uint>(_key0 + x1), new Vector<uint>(BitOperations.RotateLeft(x1, 10)));
    }

    /// <summary>The random words of the blocks in the lanes of a (of row a) and of b (of row b).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Draw(
        RowStart rowA, Vector<uint> a, out Vector<uint> a0, out Vector<uint> a1, out Vector<uint> a2, out Vector<uint> a3,
        RowStart rowB, Vector<uint> b, out Vector<uint> b0, out Vector<uint> b1, out Vector<uint> b2, out Vector<uint> b3)
    {
        Start(rowA, a, out a0, out a1, out a2, out a3);
        Start(rowB, b, out b0, out b1, out b2, out b3);
        Even(ref a0, ref a1, ref a2, ref a3, ref b0, ref b1, ref b2, ref b3, 13, 27);
        Odd(ref a0, ref a1, ref a2, ref a3, ref b0, ref b1, ref b2, ref b3, 23, 5);
        Inject(ref a0, ref a1, ref a2, ref a3, ref b0, ref b1, ref b2, ref b3, _k1, _k2, _k3, _k4s1);
        Even(ref a0, ref a1, ref a2, ref a3, ref b0, ref b1, ref b2, ref b3, 6, 20);
        Odd(ref a0, ref a1, ref a2, ref a3, ref b0, ref b1, ref b2, ref b3, 17, 11);
        Even(ref a0, ref a1, ref a2, ref a3, ref b0, ref b1, ref b2, ref b3, 25, 10);
        Odd(ref a0, ref a1, ref a2, ref a3, ref b0, ref b1, ref b2, ref b3, 18, 20);
        Inject(ref a0, ref a1, ref a2, ref a3, ref b0, ref b1, ref b2, ref b3, _k2, _k3, _k4, _k0s2);
        Even(ref a0, ref a1, ref a2, ref a3, ref b0, ref b1, ref b2, ref b3, 10, 26);
        Odd(ref a0, ref a1, ref a2, ref a3, ref b0, ref b1, ref b2, ref b3, 11, 21);
        Even(ref a0, ref a1, ref a2, ref a3, ref b0, ref b1, ref b2, ref b3, 13, 27);
        Odd(ref a0, ref a1, ref a2, ref a3, ref b0, ref b1, ref b2, ref b3, 23, 5);
        Inject(ref a0, ref a1, ref a2, ref a3, ref b0, ref b1, ref b2, ref b3, _k3, _k4, _k0, _k1s3);
        Even(ref a0, ref a1, ref a2, ref a3, ref b0, ref b1, ref b2, ref b3, 6, 20);
        Odd(ref a0, ref a1, ref a2, ref a3, ref b0, ref b1, ref b2, ref b3, 17, 11);
        Even(ref a0, ref a1, ref a2, ref a3, ref b0, ref b1, ref b2, ref b3, 25, 10);
        Odd(ref a0, ref a1, ref a2, ref a3, ref b0, ref b1, ref b2, ref b3, 18, 20);
        Inject(ref a0, ref a1, ref a2, ref a3, ref b0, ref b1, ref b2, ref b3, _k4, _k0, _k1, _k2s4);
        Even(ref a0, ref a1, ref a2, ref a3, ref b0, ref b1, ref b2, ref b3, 10, 26);
        Odd(ref a0, ref a1, ref a2, ref a3, ref b0, ref b1, ref b2, ref b3, 11, 21);
        Even(ref a0, ref a1, ref a2, ref a3, ref b0, ref b1, ref b2, ref b3, 13, 27);
        Odd(ref a0, ref a1, ref a2, ref a3, ref b0, ref b1, ref b2, ref b3, 23, 5);
        Inject(ref a0, ref a1, ref a2, ref a3, ref b0, ref b1, ref b2, ref b3, _k0, _k1, _k2, _k3s5);
    }

    /// <summary>Rounds 0 and 1, with what the constructor and the row have done of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Start(
        RowStart row, Vector<uint> block, out Vector<uint> x0, out Vector<uint> x1, out Vector<uint> x2, out Vector<uint> x3)
    {
        x0 = block + row.Word0;
        x1 = row.Word1Rotated ^ x0;
        x0 += _start3;
        x3 = _start3Rotated ^ x0;
        x2 = _start2 + x1;
        x1 = Rotate(x1, 21) ^ x2;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Even(
        ref Vector<uint> a0, ref Vector<uint> a1, ref Vector<uint> a2, ref Vector<uint> a3,
        ref Vector<uint> b0, ref Vector<uint> b1, ref Vector<uint> b2, ref Vector<uint> b3,
        [ConstantExpected] byte left, [ConstantExpected] byte right)
    {
        Mix(ref a0, ref a1, left);
        Mix(ref a2, ref a3, right);
        Mix(ref b0, ref b1, left);
        Mix(ref b2, ref b3, right);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Odd(
        ref Vector<uint> a0, ref Vector<uint> a1, ref Vector<uint> a2, ref Vector<uint> a3,
        ref Vector<uint> b0, ref Vector<uint> b1, ref Vector<uint> b2, ref Vector<uint> b3,
        [ConstantExpected] byte left, [ConstantExpected] byte right)
    {
        Mix(ref a0, ref a3, left);
        Mix(ref a2, ref a1, right);
        Mix(ref b0, ref b3, left);
        Mix(ref b2, ref b1, right);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(ref Vector<uint> x, ref Vector<uint> y, [ConstantExpected] byte bits)
    {
        x += y;
        y = Rotate(y, bits) ^ x;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Inject(
        ref Vector<uint> a0, ref Vector<uint> a1, ref Vector<uint> a2, ref Vector<uint> a3,
        ref Vector<uint> b0, ref Vector<uint> b1, ref Vector<uint> b2, ref Vector<uint> b3,
        Vector<uint> k0, Vector<uint> k1, Vector<uint> k2, Vector<uint> k3)
    {
        a0 += k0;
        a1 += k1;
        a2 += k2;
        a3 += k3;
        b0 += k0;
        b1 += k1;
        b2 += k2;
        b3 += k3;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<uint> Rotate(Vector<uint> x, [ConstantExpected] byte bits)
    {
        // One instruction for three, which the compiler does not find by itself.
        if (Vector<uint>.Count == 8 && Avx512F.VL.IsSupported)
        {
            return Avx512F.VL.RotateLeft(x.AsVector256(), bits).AsVector();
        }

        return Vector<uint>.Count == 16 && Avx512F.IsSupported
            ? Avx512F.RotateLeft(x.AsVector512(), bits).AsVector()
            : (x << bits) | (x >>> (32 - bits));
    }

    /// <summary>Round 0 of a row, but for the block: what to add to it for word 0, and word 1, rotated.</summary>
    internal readonly struct RowStart(Vector<uint> word0, Vector<uint> word1Rotated)
    {
        public readonly Vector<uint> Word0 = word0;
        public readonly Vector<uint> Word1Rotated = word1Rotated;
    }
}
