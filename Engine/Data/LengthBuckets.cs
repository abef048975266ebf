using Engine.Numerics;

namespace Engine.Data;

/// <summary>
/// Puts a shuffled order of samples into batches of sequences of similar lengths: pools of many batches are sorted by length, then
/// the batches are shuffled. A function of the order, the lengths and the random source alone.
/// </summary>
/// <param name="lengths">The length of each sample.</param>
/// <param name="count">How many of the samples take part: the first ones.</param>
/// <param name="batch">The samples of a batch.</param>
internal sealed class LengthBuckets(IReadOnlyList<int> lengths, int count, int batch)
{
    // Sorting within pools only: large enough for equal lengths in a batch, and each epoch still puts others together.
    private const int PoolBatches = 64;

    private readonly long[] _keys = new long[count];
    private readonly int[] _sorted = new int[count];
    private readonly int[] _batches = new int[count / batch];

    /// <summary>Rearranges the order; a short batch at its end stays at the end. Allocates nothing.</summary>
    /// <param name="order">The samples, shuffled; rearranged in place.</param>
    /// <param name="random">Shuffles the batches.</param>
    /// <param name="row">The row of the random source that nobody else uses.</param>
    public void Arrange(Span<int> order, in RandomSource random, uint row)
    {
        order.CopyTo(_sorted);
        int pool = PoolBatches * batch;
        for (int start = 0; start < order.Length; start += pool)
        {
            int length = Math.Min(pool, order.Length - start);
            for (int i = start; i < start + length; i++)
            {
                // The place in the low half: equal lengths keep their shuffled order.
                _keys[i] = ((long)lengths[_sorted[i]] << 32) | (uint)i;
            }

            _keys.AsSpan(start, length).Sort(_sorted.AsSpan(start, length));
        }

        random.FillPermutation(_batches, row);
        for (int b = 0; b < _batches.Length; b++)
        {
            _sorted.AsSpan(_batches[b] * batch, batch).CopyTo(order[(b * batch)..]);
        }

        int rest = _batches.Length * batch;
        _sorted.AsSpan(rest).CopyTo(order[rest..]);
    }
}
