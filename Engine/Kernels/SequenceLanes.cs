using System.Numerics.Tensors;

namespace Engine.Kernels;

/// <summary>
/// How sequences are put one behind the other, so that all chains of them, the lanes, are about as long as the longest sequence.
/// </summary>
internal static class SequenceLanes
{
    /// <summary>Lanes fill whole tiles of the product, unless there are fewer sequences than that.</summary>
    private const int Unit = 4;

    /// <summary>Assigns a lane to each sequence: the next longest to the lane that is the shortest so far.</summary>
    /// <param name="lengths">The lengths of the sequences, never rising; at least one.</param>
    /// <param name="laneOf">The lane of each sequence.</param>
    /// <param name="totals">As many as sequences: the lengths of the lanes, then nothing of use.</param>
    /// <returns>The number of lanes. Where it is that of the sequences, each has the lane of its number.</returns>
    public static int Assign(ReadOnlySpan<int> lengths, Span<int> laneOf, Span<int> totals)
    {
        int longest = Math.Max(lengths[0], 1);
        long sum = 0;
        foreach (int length in lengths)
        {
            sum += length;
        }

        // Where lanes would become longer than the longest sequence by more than an eighth there have to be more.
        double units = Math.Round((double)sum / longest / Unit, MidpointRounding.AwayFromZero);
        int lanes = Unit * Math.Max(1, (int)units);
        while (lanes < lengths.Length && Chain(lengths, laneOf, totals[..lanes]) > longest + (longest / 8))
        {
            lanes += Unit * (1 + (lanes / (8 * Unit)));
        }

        if (lanes >= lengths.Length)
        {
            lanes = lengths.Length;
            Chain(lengths, laneOf, totals);
        }

        return lanes;
    }

    // Gives the length of the longest lane.
    private static int Chain(ReadOnlySpan<int> lengths, Span<int> laneOf, Span<int> totals)
    {
        totals.Clear();
        for (int i = 0; i < lengths.Length; i++)
        {
            int lane = i < totals.Length ? i : TensorPrimitives.IndexOfMin<int>(totals);
            laneOf[i] = lane;
            totals[lane] += lengths[i];
        }

        return TensorPrimitives.Max<int>(totals);
    }
}
