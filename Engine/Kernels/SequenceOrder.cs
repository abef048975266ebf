using System.Numerics;

namespace Engine.Kernels;

/// <summary>
/// The order in which a recurrent layer goes through a batch of sequences of different lengths: packed, so that each costs its
/// own steps only. Samples are put in places, those with the most steps that count first; at its s-th step a layer works on the
/// first places only, those that have an s-th step left.
/// </summary>
/// <remarks>
/// Places are cut into blocks of <see cref="BlockRows"/>, each of which goes through its steps by itself, whatever the number of
/// threads. A block's rows lie one behind the other: those of its step 0, of its step 1, and so on. The tables are whole numbers
/// in memory of the caller's, so that a backward finds again what forward made.
/// </remarks>
internal readonly ref struct SequenceOrder
{
    /// <summary>
    /// The places of a block. Enough for the product's tiles; few enough for a step's gates to stay in the first-level cache.
    /// </summary>
    public const int BlockRows = 16;

    private readonly Span<int> _samples;
    private readonly Span<int> _lengths;
    private readonly Span<int> _starts;
    private readonly Span<int> _times;
    private readonly int _steps;

    private SequenceOrder(int batch, int steps, bool backwards, Span<int> memory)
    {
        int blocks = BlocksOf(batch);
        _steps = steps;
        IsBackwards = backwards;
        _samples = memory[..batch];
        _lengths = memory.Slice(batch, batch);
        _starts = memory.Slice(2 * batch, blocks + 1);
        _times = memory.Slice((2 * batch) + blocks + 1, batch * steps);
    }

    /// <summary>Whether the last step is the first to be gone through.</summary>
    public bool IsBackwards { get; }

    /// <summary>The number of samples.</summary>
    public int Batch => _samples.Length;

    /// <summary>The number of blocks.</summary>
    public int Blocks => _starts.Length - 1;

    /// <summary>All steps that count, of all samples.</summary>
    public int Rows => _starts[^1];

    /// <summary>The sample at each place.</summary>
    public ReadOnlySpan<int> Samples => _samples;

    /// <summary>The number of steps that count, at each place: never rising.</summary>
    public ReadOnlySpan<int> Lengths => _lengths;

    /// <summary>How many whole numbers the tables take.</summary>
    public static int Length(int batch, int steps) =>
        checked((2 * batch) + BlocksOf(batch) + 1 + (batch * steps) + steps + 1);

    /// <summary>Makes the tables.</summary>
    /// <param name="mask">[batch, steps]: 0 where a step does not count; empty where all do.</param>
    /// <param name="batch">The number of samples.</param>
    /// <param name="steps">The number of steps.</param>
    /// <param name="backwards">Whether the last step is the first to be gone through.</param>
    /// <param name="memory">As <see cref="Length"/> says.</param>
    public static SequenceOrder Create<T>(ReadOnlySpan<T> mask, int batch, int steps, bool backwards, Span<int> memory)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        SequenceOrder order = new(batch, steps, backwards, memory);

        // Sorted by counting; samples of equal length stay in their order. places[l]: the next free place for length l.
        Span<int> places = memory.Slice(Length(batch, steps) - steps - 1, steps + 1);
        places.Clear();
        for (int sample = 0; sample < batch; sample++)
        {
            places[CountOf(mask, sample, steps)]++;
        }

        int place = 0;
        for (int length = steps; length >= 0; length--)
        {
            (places[length], place) = (place, place + places[length]);
        }

        for (int sample = 0; sample < batch; sample++)
        {
            int length = CountOf(mask, sample, steps);
            place = places[length]++;
            order._samples[place] = sample;
            order._lengths[place] = length;
            order.FillTimes(mask, sample, place);
        }

        int rows = 0;
        for (int block = 0; block < order.Blocks; block++)
        {
            order._starts[block] = rows;
            foreach (int length in order.LengthsOf(block))
            {
                rows += length;
            }
        }

        order._starts[order.Blocks] = rows;
        return order;
    }

    /// <summary>The tables that <see cref="Create"/> made in this memory.</summary>
    public static SequenceOrder Read(int batch, int steps, bool backwards, Span<int> memory) =>
        new(batch, steps, backwards, memory);

    /// <summary>The row of a block's first step and place.</summary>
    public int Start(int block) => _starts[block];

    /// <summary>The first place of a block.</summary>
    public static int FirstPlace(int block) => block * BlockRows;

    /// <summary>How many steps the places of a block have.</summary>
    public ReadOnlySpan<int> LengthsOf(int block) =>
        _lengths.Slice(FirstPlace(block), Math.Min(BlockRows, Batch - FirstPlace(block)));

    /// <summary>Which of the sample's steps are gone through, in this order: as many as its length.</summary>
    public ReadOnlySpan<int> TimesOf(int place) => _times.Slice(place * _steps, _lengths[place]);

    private static int BlocksOf(int batch) => (batch + BlockRows - 1) / BlockRows;

    private static int CountOf<T>(ReadOnlySpan<T> mask, int sample, int steps)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (mask.IsEmpty)
        {
            return steps;
        }

        int count = 0;
        foreach (T value in mask.Slice(sample * steps, steps))
        {
            count += value == T.Zero ? 0 : 1;
        }

        return count;
    }

    private void FillTimes<T>(ReadOnlySpan<T> mask, int sample, int place)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<int> times = _times.Slice(place * _steps, _steps);
        int next = 0;
        for (int i = 0; i < _steps; i++)
        {
            int time = IsBackwards ? _steps - 1 - i : i;
            if (mask.IsEmpty || mask[(sample * _steps) + time] != T.Zero)
            {
                times[next++] = time;
            }
        }
    }
}
