using System.Numerics;

namespace Engine.Numerics;

/// <summary>
/// Threefry-4x32 with 20 rounds: a bijection of 128-bit counters for every 128-bit key, whose outputs pass every statistical
/// test they were put to. Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
/// </summary>
/// <remarks>
/// This is one block at a time, as in the paper; <see cref="ThreefryVectors{TVector, TWords}"/> does as many as a vector has lanes.
/// </remarks>
internal static class Threefry
{
    /// <summary>The fifth key word is this, combined with the other four; from Skein, which Threefry comes from.</summary>
    public const uint Parity = 0x1BD11BDA;

    /// <summary>Rotations of rounds 0 to 7, for the pairs (0, 1), (2, 3) in even and (0, 3), (2, 1) in odd rounds.</summary>
    private static ReadOnlySpan<byte> Rotations => [10, 26, 11, 21, 13, 27, 23, 5, 6, 20, 17, 11, 25, 10, 18, 20];

    /// <summary>The four random words of one counter under one key.</summary>
    public static (uint X0, uint X1, uint X2, uint X3) Block(
        (uint K0, uint K1, uint K2, uint K3) key, uint c0, uint c1, uint c2, uint c3)
    {
        ReadOnlySpan<uint> k = [key.K0, key.K1, key.K2, key.K3, Parity ^ key.K0 ^ key.K1 ^ key.K2 ^ key.K3];
        uint x0 = c0 + k[0];
        uint x1 = c1 + k[1];
        uint x2 = c2 + k[2];
        uint x3 = c3 + k[3];
        for (int round = 0; round < 20; round++)
        {
            int left = Rotations[(round & 7) * 2];
            int right = Rotations[((round & 7) * 2) + 1];
            if ((round & 1) == 0)
            {
                x0 += x1;
                x1 = BitOperations.RotateLeft(x1, left) ^ x0;
                x2 += x3;
                x3 = BitOperations.RotateLeft(x3, right) ^ x2;
            }
            else
            {
                x0 += x3;
                x3 = BitOperations.RotateLeft(x3, left) ^ x0;
                x2 += x1;
                x1 = BitOperations.RotateLeft(x1, right) ^ x2;
            }

            if ((round & 3) == 3)
            {
                int s = (round >> 2) + 1;
                x0 += k[s % 5];
                x1 += k[(s + 1) % 5];
                x2 += k[(s + 2) % 5];
                x3 += k[(s + 3) % 5] + (uint)s;
            }
        }

        return (x0, x1, x2, x3);
    }
}
