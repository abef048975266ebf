using System.Numerics;

namespace Engine.Numerics;

/// <summary>Random words one after the other, for what cannot say beforehand how many it needs.</summary>
/// <param name="source">Where they come from.</param>
/// <param name="row">The row: another row, other words.</param>
/// <param name="buffer">Room for words drawn ahead: a multiple of 128.</param>
internal ref struct RandomWords(RandomSource source, uint row, Span<uint> buffer)
{
    private readonly ThreefryVectors<Vector<uint>, NativeWords> _vectors = source.Vectors();
    private readonly uint _row = row;
    private readonly Span<uint> _buffer = buffer;
    private uint _block;
    private int _next = buffer.Length;

    /// <summary>The next 32 random bits.</summary>
    public uint Next()
    {
        if (_next == _buffer.Length)
        {
            RandomSource.FillWords(_vectors, _row, RandomKind.Sequence, _block, _buffer);
            _block += (uint)_buffer.Length / 4;
            _next = 0;
        }

        return _buffer[_next++];
    }

    /// <summary>A number from 0 to <paramref name="bound"/> − 1, each equally likely; the bound must not be 0.</summary>
    public uint NextBelow(uint bound)
    {
        // The high word of word·bound, where 2³² mod bound of the low words are rejected, so that every result has equally many
        // words left. Lemire, "Fast random integer generation in an interval", 2019, algorithm 5.
        ulong product = (ulong)Next() * bound;
        if ((uint)product < bound)
        {
            uint surplus = (0u - bound) % bound;
            while ((uint)product < surplus)
            {
                product = (ulong)Next() * bound;
            }
        }

        return (uint)(product >> 32);
    }
}
