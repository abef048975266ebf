using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Engine.Numerics;

/// <summary>
/// <see cref="Threefry"/> on vectors: one block a lane, two vectors interleaved, since one alone would wait for its own results.
/// Holds what is the same for all blocks of one key and step.
/// </summary>
/// <remarks>
/// Of the counter (block, row, step, step) only the block differs between lanes. So the first round's work on words 2 and 3, and
/// the rotations of words that have not met the block yet, are done once, in the constructor and in <see cref="Row"/>.
/// </remarks>
internal readonly ref struct ThreefryVectors<TVector, TWords>
    where TVector : struct
    where TWords : struct, IWordVectors<TVector>
{
    private readonly uint _key0, _key1;
    private readonly TVector _k0, _k1, _k2, _k3, _k4;

    // Word 3 gets the number of the injection besides its key.
    private readonly TVector _k4s1, _k0s2, _k1s3, _k2s4, _k3s5;

    // Words 2 and 3 after round 0, and word 3 rotated for round 1.
    private readonly TVector _start2, _start3, _start3Rotated;

    /// <summary>For counters whose words 2 and 3 are <paramref name="c2"/> and <paramref name="c3"/>.</summary>
    public ThreefryVectors((uint K0, uint K1, uint K2, uint K3) key, uint c2, uint c3)
    {
        (uint k0, uint k1, uint k2, uint k3) = key;
        uint k4 = Threefry.Parity ^ k0 ^ k1 ^ k2 ^ k3;
        _key0 = k0;
        _key1 = k1;
        _k0 = TWords.Create(k0);
        _k1 = TWords.Create(k1);
        _k2 = TWords.Create(k2);
        _k3 = TWords.Create(k3);
        _k4 = TWords.Create(k4);
        _k4s1 = TWords.Create(k4 + 1);
        _k0s2 = TWords.Create(k0 + 2);
        _k1s3 = TWords.Create(k1 + 3);
        _k2s4 = TWords.Create(k2 + 4);
        _k3s5 = TWords.Create(k3 + 5);

        uint x3 = c3 + k3;
        uint x2 = c2 + k2 + x3;
        x3 = BitOperations.RotateLeft(x3, 26) ^ x2;
        _start2 = TWords.Create(x2);
        _start3 = TWords.Create(x3);
        _start3Rotated = TWords.Create(BitOperations.RotateLeft(x3, 11));
    }

    /// <summary>What is the same for all blocks of a row: counters whose word 1 is <paramref name="c1"/>.</summary>
    public RowStart Row(uint c1)
    {
        uint x1 = c1 + _key1;
        return new RowStart(TWords.Create(_key0 + x1), TWords.Create(BitOperations.RotateLeft(x1, 10)));
    }

    /// <summary>The random words of the blocks in the lanes of a (of row a) and of b (of row b).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Draw(
        RowStart rowA, TVector a, out TVector a0, out TVector a1, out TVector a2, out TVector a3,
        RowStart rowB, TVector b, out TVector b0, out TVector b1, out TVector b2, out TVector b3)
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
        RowStart row, TVector block, out TVector x0, out TVector x1, out TVector x2, out TVector x3)
    {
        x0 = TWords.Add(block, row.Word0);
        x1 = TWords.Xor(row.Word1Rotated, x0);
        x0 = TWords.Add(x0, _start3);
        x3 = TWords.Xor(_start3Rotated, x0);
        x2 = _start2;
        TWords.Mix(ref x2, ref x1, 21);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Even(
        ref TVector a0, ref TVector a1, ref TVector a2, ref TVector a3,
        ref TVector b0, ref TVector b1, ref TVector b2, ref TVector b3,
        [ConstantExpected] byte left, [ConstantExpected] byte right)
    {
        TWords.Mix(ref a0, ref a1, left);
        TWords.Mix(ref a2, ref a3, right);
        TWords.Mix(ref b0, ref b1, left);
        TWords.Mix(ref b2, ref b3, right);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Odd(
        ref TVector a0, ref TVector a1, ref TVector a2, ref TVector a3,
        ref TVector b0, ref TVector b1, ref TVector b2, ref TVector b3,
        [ConstantExpected] byte left, [ConstantExpected] byte right)
    {
        TWords.Mix(ref a0, ref a3, left);
        TWords.Mix(ref a2, ref a1, right);
        TWords.Mix(ref b0, ref b3, left);
        TWords.Mix(ref b2, ref b1, right);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Inject(
        ref TVector a0, ref TVector a1, ref TVector a2, ref TVector a3,
        ref TVector b0, ref TVector b1, ref TVector b2, ref TVector b3,
        TVector k0, TVector k1, TVector k2, TVector k3)
    {
        a0 = TWords.Add(a0, k0);
        a1 = TWords.Add(a1, k1);
        a2 = TWords.Add(a2, k2);
        a3 = TWords.Add(a3, k3);
        b0 = TWords.Add(b0, k0);
        b1 = TWords.Add(b1, k1);
        b2 = TWords.Add(b2, k2);
        b3 = TWords.Add(b3, k3);
    }

    /// <summary>Round 0 of a row, but for the block: what to add to it for word 0, and word 1, rotated.</summary>
    internal readonly struct RowStart(TVector word0, TVector word1Rotated)
    {
        public readonly TVector Word0 = word0;
        public readonly TVector Word1Rotated = word1Rotated;
    }
}
