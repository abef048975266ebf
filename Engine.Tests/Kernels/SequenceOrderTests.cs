using Engine.Kernels;

namespace Engine.Tests.Kernels;

/// <summary>The order of a recurrent layer's steps: everything that counts exactly once, in lanes that fill the products.</summary>
public sealed class SequenceOrderTests
{
    private static IEnumerable<TestCaseData> Batches
    {
        get
        {
            Random random = new(3);
            yield return Of("all whole", 37, 6, (_, _) => true);
            yield return Of("nothing", 5, 4, (_, _) => false);
            yield return Of("one step", 1, 1, (_, _) => true);
            yield return Of("one sample", 1, 9, (_, t) => t % 3 != 1);
            yield return Of("evenly padded", 37, 6, (sample, t) => t < sample % 7);
            yield return Of("one long", 40, 20, (sample, t) => sample == 17 || t < 2);
            yield return Of("two kinds", 33, 50, (sample, t) => t >= (sample % 5 == 0 ? 0 : 40));
            yield return Of("little more than half", 32, 50, (sample, t) => sample == 0 || t < 26);
            yield return Of("random gaps", 70, 11, (_, _) => random.Next(3) == 0);
            yield return Of("random lengths", 200, 30, Shorter(200, 30, random));
            yield return Of("random short ones", 300, 30, Shorter(300, 4, random));

            static TestCaseData Of(string name, int batch, int steps, Func<int, int, bool> counts) =>
                new TestCaseData(Enumerable.Range(0, batch * steps).Select(i => counts(i / steps, i % steps)).ToArray(), batch, steps)
                    .SetArgDisplayNames(name);

            static Func<int, int, bool> Shorter(int batch, int longest, Random random)
            {
                int[] lengths = [.. Enumerable.Range(0, batch).Select(_ => random.Next(longest + 1))];
                return (sample, t) => t < lengths[sample];
            }
        }
    }

    /// <summary>The tables of an order, as arrays; the lanes, first rows and first places of each block.</summary>
    private sealed record Tables(
        int[] Samples, int[][] Times, SequenceRow[] Rows, bool[] IsLast, int[][] Lanes, int[] Starts, int[] Places);

    [TestCaseSource(nameof(Batches))]
    public void EachStepThatCountsIsGoneThroughOnce(bool[] counts, int batch, int steps)
    {
        foreach (bool backwards in (bool[])[false, true])
        {
            Tables order = Read(counts, batch, steps, backwards);
            Assert.That(order.Samples, Is.EquivalentTo(Enumerable.Range(0, batch)));
            foreach ((int sample, int[] actual) in order.Samples.Zip(order.Times))
            {
                IEnumerable<int> times = Enumerable.Range(0, steps).Where(t => counts[(sample * steps) + t]);
                Assert.That(actual, Is.EqualTo(backwards ? times.Reverse() : times));
            }

            // In each lane one sample after the other, each from its first step to its last.
            int row = 0;
            List<SequenceRow> taken = [];
            for (int block = 0; block < order.Lanes.Length; block++)
            {
                int[] lanes = order.Lanes[block];
                Assert.That(lanes, Is.Ordered.Descending);
                Assert.That(order.Starts[block], Is.EqualTo(row));
                List<SequenceRow>[] ofLanes = [.. lanes.Select(_ => new List<SequenceRow>())];
                for (int s = 0; s < lanes[0]; s++)
                {
                    for (int lane = 0; lane < lanes.Length && lanes[lane] > s; lane++)
                    {
                        ofLanes[lane].Add(order.Rows[row++]);
                    }
                }

                SequenceRow[] ofBlock = [.. ofLanes.SelectMany(lane => lane)];
                Assert.That(ofBlock.Select(step => step.Place), Is.All.InRange(order.Places[block], order.Places[block + 1] - 1));
                taken.AddRange(ofBlock);
            }

            IEnumerable<SequenceRow> expected =
                from place in Enumerable.Range(0, batch)
                from number in Enumerable.Range(0, order.Times[place].Length)
                select new SequenceRow(order.Samples[place], order.Times[place][number], place, number);
            Assert.That(taken, Is.EqualTo(expected));
            Assert.That(order.IsLast, Is.EqualTo(order.Rows.Select(step => step.Number == order.Times[step.Place].Length - 1)));
            Assert.That((order.Starts[^1], order.Places[0], order.Places[^1]), Is.EqualTo((row, 0, batch)));
        }
    }

    // As many lanes as whole tiles of four, none longer than the longest sequence by more than an eighth; or no lane is shared.
    [TestCaseSource(nameof(Batches))]
    public void LanesAreAboutAsLongAsTheLongestSequence(bool[] counts, int batch, int steps)
    {
        Tables order = Read(counts, batch, steps, backwards: false);
        int[] lengths = [.. order.Times.Select(times => times.Length)], lanes = [.. order.Lanes.SelectMany(lane => lane)];
        Assert.That(lanes.Sum(), Is.EqualTo(counts.Count(step => step)));
        if (lanes.Length < batch)
        {
            Assert.That(lanes.Length % 4, Is.Zero);
            Assert.That(lanes.Max(), Is.AtMost(lengths.Max() + (lengths.Max() / 8)));
        }
        else
        {
            Assert.That(lanes, Is.EqualTo(lengths));
        }
    }

    [TestCase(16, 8, 4, TestName = "A batch of 16 of 1 to 50 steps is as 8 lanes of 50, in two blocks for two threads")]
    [TestCase(32, 16, 8, TestName = "A batch of 32 of 1 to 50 steps is as 16 lanes of 50, in two blocks for two threads")]
    [TestCase(64, 32, 8, TestName = "A batch of 64 of 1 to 50 steps is as 32 lanes of 50, in four blocks")]
    [TestCase(128, 64, 16, TestName = "A batch of 128 of 1 to 50 steps is as 64 lanes of 50, in four whole blocks")]
    public void EvenlySpreadLengthsFillTheLanes(int batch, int lanes, int lanesOfBlock)
    {
        bool[] counts = [.. Enumerable.Range(0, batch * 50).Select(i => i % 50 <= i / 50 * 49 / (batch - 1))];
        Tables order = Read(counts, batch, 50, backwards: false);
        Assert.That(order.Lanes.Select(lane => lane.Length), Is.EqualTo(Enumerable.Repeat(lanesOfBlock, lanes / lanesOfBlock)));
        Assert.That(order.Lanes.SelectMany(lane => lane), Is.All.InRange(49, 51));
    }

    [TestCase(3, ExpectedResult = new[] { 3 })]
    [TestCase(5, ExpectedResult = new[] { 4, 1 })]
    [TestCase(8, ExpectedResult = new[] { 4, 4 })]
    [TestCase(12, ExpectedResult = new[] { 8, 4 })]
    [TestCase(17, ExpectedResult = new[] { 8, 4, 4, 1 })]
    [TestCase(24, ExpectedResult = new[] { 8, 8, 4, 4 })]
    [TestCase(32, ExpectedResult = new[] { 8, 8, 8, 8 })]
    [TestCase(61, ExpectedResult = new[] { 16, 16, 16, 13 })]
    [TestCase(65, ExpectedResult = new[] { 12, 8, 8, 8, 8, 8, 8, 5 })]
    [TestCase(192, ExpectedResult = new[] { 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16 })]
    public int[] LanesAreSpreadOverBlocks(int batch) =>
        [.. Read([.. Enumerable.Repeat(true, batch)], batch, 1, backwards: false).Lanes.Select(lanes => lanes.Length)];

    [Test]
    public void BlocksHaveSlotsAGapApart([Values(1, 4, 7, 16, 36, 50, 200)] int batch)
    {
        int[] memory = new int[SequenceOrder.Length(batch, 1)];
        SequenceOrder order = SequenceOrder.Create<float>([], batch, 1, backwards: false, memory);
        int end = 0;
        for (int block = 0; block < order.Blocks; block++)
        {
            Assert.That(order.FirstSlot(block), Is.EqualTo(block == 0 ? 0 : end + SequenceOrder.GapSlots));
            end = order.FirstSlot(block) + order.LanesOf(block).Length;
        }

        Assert.That(end, Is.AtMost(SequenceOrder.MostSlots(batch)));
    }

    [Test]
    public void WholeSequencesStandAsTheyCame()
    {
        Tables order = Read([.. Enumerable.Repeat(true, 63 * 5)], 63, 5, backwards: true);
        Assert.That(order.Samples, Is.EqualTo(Enumerable.Range(0, 63)));
        Assert.That(order.Rows[SequenceOrder.BlockLanes + 3], Is.EqualTo(new SequenceRow(3, Time: 3, Place: 3, Number: 1)));
    }

    // What was in the memory before does not matter, and what a reader finds there is what was made.
    private static Tables Read(bool[] counts, int batch, int steps, bool backwards)
    {
        int[] memory = new int[SequenceOrder.Length(batch, steps)];
        memory.AsSpan().Fill(-7);
        SequenceOrder.Create<float>([.. counts.Select(step => step ? 1f : 0f)], batch, steps, backwards, memory);
        SequenceOrder order = SequenceOrder.Read(batch, steps, backwards, memory);
        int[][] times = new int[batch][], lanes = new int[order.Blocks][];
        int[] starts = new int[order.Blocks + 1], places = new int[order.Blocks + 1];
        for (int place = 0; place < batch; place++)
        {
            times[place] = order.TimesOf(place).ToArray();
            Assert.That(order.Lengths[place], Is.EqualTo(times[place].Length));
        }

        for (int block = 0; block <= order.Blocks; block++)
        {
            (starts[block], places[block]) = (order.Start(block), order.FirstPlace(block));
            if (block < order.Blocks)
            {
                lanes[block] = order.LanesOf(block).ToArray();
            }
        }

        Assert.That(order.Lanes, Is.EqualTo(lanes.Sum(ofBlock => ofBlock.Length)));
        SequenceRow[] rows = order.RowsAt(0, order.Rows).ToArray();
        bool[] isLast = new bool[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            isLast[i] = order.IsLast(rows[i]);
        }

        return new Tables(order.Samples.ToArray(), times, rows, isLast, lanes, starts, places);
    }
}
