using System.Numerics;
using System.Runtime.InteropServices;

namespace Engine.Kernels;

/// <summary>
/// The order in which a recurrent layer goes through a batch of sequences of different lengths, so that each costs its own steps
/// only. Samples are chained into lanes (<see cref="SequenceLanes"/>), which take their steps side by side: where a sample ends the
/// next one begins, and the rows of a step stay as many as the product's tiles have.
/// </summary>
/// <remarks>
/// Lanes are cut into blocks, each of which goes through its steps by itself, whatever the number of threads. A block's rows lie
/// one behind the other: those of its step 0, of its step 1, and so on. Samples have places, numbered along the lanes. A lane's slot is
/// its row in what is written anew at each step. The tables are whole numbers in memory of the caller's, so that a backward finds again
/// what forward made.
/// </remarks>
internal readonly ref struct SequenceOrder
{
    /// <summary>
    /// The lanes of a block, at most. Enough for the product's tiles; few enough for a step's gates to stay in the first-level
    /// cache.
    /// </summary>
    public const int BlockLanes = 16;

    /// <summary>
    /// The slots between two blocks: another thread may be at work in the next one, and processors fetch lines ahead.
    /// </summary>
    public const int GapSlots = 8;

    // Blocks are made of whole tiles of the product, or halves of one.
    private const int UnitLanes = 4;

    private const int RowInts = 4;

    private readonly Span<int> _samples;
    private readonly Span<int> _lengths;
    private readonly Span<int> _lanes;
    private readonly Span<int> _places;
    private readonly Span<int> _starts;
    private readonly Span<int> _times;
    private readonly Span<SequenceRow> _rows;
    private readonly Span<int> _laneCount;
    private readonly int _steps;

    private SequenceOrder(int batch, int steps, bool backwards, Span<int> memory)
    {
        _steps = steps;
        IsBackwards = backwards;
        _laneCount = Cut(ref memory, 1);
        _samples = Cut(ref memory, batch);
        _lengths = Cut(ref memory, batch);
        _lanes = Cut(ref memory, batch);
        _places = Cut(ref memory, batch + 1);
        _starts = Cut(ref memory, BlocksOf(batch) + 1);
        _times = Cut(ref memory, batch * steps);
        _rows = MemoryMarshal.Cast<int, SequenceRow>(Cut(ref memory, RowInts * batch * steps));
    }

    /// <summary>Whether the last step is the first to be gone through.</summary>
    public bool IsBackwards { get; }

    /// <summary>The number of samples.</summary>
    public int Batch => _samples.Length;

    /// <summary>The number of lanes.</summary>
    public int Lanes => _laneCount[0];

    /// <summary>The number of blocks.</summary>
    public int Blocks => BlocksOf(Lanes);

    /// <summary>All steps that count, of all samples.</summary>
    public int Rows => _starts[Blocks];

    /// <summary>The sample at each place.</summary>
    public ReadOnlySpan<int> Samples => _samples;

    /// <summary>The number of steps that count, at each place.</summary>
    public ReadOnlySpan<int> Lengths => _lengths;

    /// <summary>
    /// How many blocks so many lanes make: two up to 16 lanes, and else a multiple of four, so that two or four threads have as many lanes
    /// each, or nearly. Never fewer for more lanes: of a batch it is the most that its samples can make.
    /// </summary>
    /// <remarks>
    /// Measured with LSTM(64), 16 lanes as two blocks of 8 rather than one of 16 take 1 % longer on one thread and 0.6 of the time on two; 8
    /// lanes as two of 4 take 6 % longer, and 0.65. The number of threads must not decide: with other blocks sums of gradients are
    /// rounded otherwise.
    /// </remarks>
    public static int BlocksOf(int lanes) =>
        lanes <= UnitLanes ? 1 : lanes <= BlockLanes ? 2 : 4 * ((lanes + (4 * BlockLanes) - 1) / (4 * BlockLanes));

    /// <summary>How many slots a batch has, at most: the lanes, and the gaps between blocks.</summary>
    public static int MostSlots(int batch) => checked(batch + ((BlocksOf(batch) - 1) * GapSlots));

    /// <summary>How many whole numbers the tables take.</summary>
    public static int Length(int batch, int steps) => checked(
        1 + (4 * batch) + 1 + BlocksOf(batch) + 1 + ((1 + RowInts) * batch * steps) + SideLength(batch, steps));

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
        Span<int> side = memory[^SideLength(batch, steps)..];
        Span<int> sorted = Cut(ref side, batch), lengths = Cut(ref side, batch), laneOf = Cut(ref side, batch);
        SortByLength(mask, steps, sorted, lengths, laneOf, side);
        Span<int> totals = Cut(ref side, batch), ranks = Cut(ref side, batch);
        order._laneCount[0] = SequenceLanes.Assign(lengths, laneOf, totals);
        order.PlaceLanes(totals[..order.Lanes], ranks[..order.Lanes]);
        order.PlaceSamples(sorted, lengths, laneOf, ranks);
        order.FillTimes(mask);
        order.FillRows();
        return order;
    }

    /// <summary>The tables that <see cref="Create"/> made in this memory.</summary>
    public static SequenceOrder Read(int batch, int steps, bool backwards, Span<int> memory) =>
        new(batch, steps, backwards, memory);

    /// <summary>A block's first row; for the number of blocks the end of the last one's.</summary>
    public int Start(int block) => _starts[block];

    /// <summary>The slot of a block's first lane; those of its other lanes follow.</summary>
    public int FirstSlot(int block) => FirstLane(block) + (block * GapSlots);

    /// <summary>A block's first place; for the number of blocks the end of the last one's.</summary>
    public int FirstPlace(int block) => _places[FirstLane(block)];

    /// <summary>How many steps the lanes of a block have: never rising.</summary>
    public ReadOnlySpan<int> LanesOf(int block) => _lanes[FirstLane(block)..FirstLane(block + 1)];

    /// <summary>Some rows.</summary>
    public ReadOnlySpan<SequenceRow> RowsAt(int row, int count) => _rows.Slice(row, count);

    /// <summary>Whether a row is the last one of its sample.</summary>
    public bool IsLast(in SequenceRow row) => row.Number + 1 == _lengths[row.Place];

    /// <summary>Which of the sample's steps are gone through, in this order: as many as its length.</summary>
    public ReadOnlySpan<int> TimesOf(int place) => _times.Slice(place * _steps, _lengths[place]);

    // What is needed to make the tables: five numbers a sample, and one for each length that a sample may have.
    private static int SideLength(int batch, int steps) => checked((5 * batch) + steps + 1);

    // By counting, the longest first; samples of equal length stay in their order.
    private static void SortByLength<T>(
        ReadOnlySpan<T> mask, int steps, Span<int> sorted, Span<int> lengths, Span<int> counted, Span<int> places)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        places = places[..(steps + 1)];
        places.Clear();
        for (int sample = 0; sample < counted.Length; sample++)
        {
            counted[sample] = CountOf(mask, sample, steps);
            places[counted[sample]]++;
        }

        int place = 0;
        for (int length = steps; length >= 0; length--)
        {
            (places[length], place) = (place, place + places[length]);
        }

        for (int sample = 0; sample < counted.Length; sample++)
        {
            place = places[counted[sample]]++;
            (sorted[place], lengths[place]) = (sample, counted[sample]);
        }
    }

    // The span's own count does not use vectors for floating-point numbers.
    private static int CountOf<T>(ReadOnlySpan<T> mask, int sample, int steps)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (mask.IsEmpty)
        {
            return steps;
        }

        mask = mask.Slice(sample * steps, steps);
        Vector<T> zeros = Vector<T>.Zero;
        int i = 0;
        for (; i <= mask.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            zeros += Vector.ConditionalSelect(Vector.Equals(Vector.Create(mask[i..]), Vector<T>.Zero), Vector<T>.One, Vector<T>.Zero);
        }

        return steps - int.CreateTruncating(Vector.Sum(zeros)) - mask[i..].Count(T.Zero);
    }

    private static Span<int> Cut(scoped ref Span<int> memory, int length)
    {
        Span<int> piece = memory[..length];
        memory = memory[length..];
        return piece;
    }

    // A block's first lane; for the number of blocks the end of the last one's. The higher blocks come first: threads take them in turn.
    private int FirstLane(int block)
    {
        (int units, int rest) = Math.DivRem((Lanes + UnitLanes - 1) / UnitLanes, Blocks);
        return Math.Min(((block * units) + Math.Min(block, rest)) * UnitLanes, Lanes);
    }

    // The longest lanes first: ranks[lane] is what becomes of a lane's number. They are nearly sorted.
    private void PlaceLanes(ReadOnlySpan<int> totals, Span<int> ranks)
    {
        Span<int> byRank = _places;
        for (int lane = 0; lane < totals.Length; lane++)
        {
            int rank = lane;
            for (; rank > 0 && _lanes[rank - 1] < totals[lane]; rank--)
            {
                (_lanes[rank], byRank[rank]) = (_lanes[rank - 1], byRank[rank - 1]);
            }

            (_lanes[rank], byRank[rank]) = (totals[lane], lane);
        }

        for (int rank = 0; rank < totals.Length; rank++)
        {
            ranks[byRank[rank]] = rank;
        }
    }

    // By counting again: the places of the first lane, those of the second, and so on.
    private void PlaceSamples(
        ReadOnlySpan<int> sorted, ReadOnlySpan<int> lengths, ReadOnlySpan<int> laneOf, ReadOnlySpan<int> ranks)
    {
        _places.Clear();
        foreach (int lane in laneOf)
        {
            _places[ranks[lane]]++;
        }

        int place = 0;
        for (int rank = 0; rank <= Lanes; rank++)
        {
            (_places[rank], place) = (place, place + _places[rank]);
        }

        for (int i = 0; i < sorted.Length; i++)
        {
            ref int next = ref _places[ranks[laneOf[i]]];
            (_samples[next], _lengths[next]) = (sorted[i], lengths[i]);
            next++;
        }

        // Each has become the end of its lane, which is where the next one begins.
        _places[..Lanes].CopyTo(_places[1..]);
        _places[0] = 0;
    }

    private void FillTimes<T>(ReadOnlySpan<T> mask)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int place = 0; place < Batch; place++)
        {
            ReadOnlySpan<T> counts = mask.IsEmpty ? mask : mask.Slice(_samples[place] * _steps, _steps);
            Span<int> times = _times.Slice(place * _steps, _lengths[place]);
            int time = IsBackwards ? _steps - 1 : 0, direction = IsBackwards ? -1 : 1;
            for (int next = 0; next < times.Length; time += direction)
            {
                if (counts.IsEmpty || counts[time] != T.Zero)
                {
                    times[next++] = time;
                }
            }
        }
    }

    private void FillRows()
    {
        Span<int> places = stackalloc int[BlockLanes], numbers = stackalloc int[BlockLanes];
        int row = 0;
        for (int block = 0; block < Blocks; block++)
        {
            _starts[block] = row;
            ReadOnlySpan<int> lanes = LanesOf(block);
            _places.Slice(FirstLane(block), lanes.Length).CopyTo(places);
            numbers.Clear();
            for (int s = 0; s < lanes[0]; s++)
            {
                for (int lane = 0; lane < lanes.Length && lanes[lane] > s; lane++)
                {
                    int place = places[lane], number = numbers[lane]++;
                    _rows[row++] = new SequenceRow(_samples[place], _times[(place * _steps) + number], place, number);
                    if (number + 1 == _lengths[place])
                    {
                        places[lane]++;
                        numbers[lane] = 0;
                    }
                }
            }
        }

        _starts[Blocks] = row;
    }
}
