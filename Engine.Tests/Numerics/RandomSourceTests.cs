using Engine.Numerics;

namespace Engine.Tests.Numerics;

[Category("Kernels")]
public sealed class RandomSourceTests
{
    private static readonly RandomSource s_random = new(seed: 0x1234_5678_9ABC_DEF0, stream: 0xFEDC_BA98_7654_3210, step: 0x1_0000_0007);

    [Test]
    public void EveryElementOfAFillCanBeHadAlone([Values(0, 1, 2, 63, 64, 65, 301)] int length, [Values(0u, 5u, uint.MaxValue)] uint row)
    {
        double[] uniform = new double[length], normal = new double[length];
        float[] uniformFloat = new float[length], normalFloat = new float[length];

        s_random.FillUniform<double>(uniform, row);
        s_random.FillUniform<float>(uniformFloat, row);
        s_random.FillNormal<double>(normal, row);
        s_random.FillNormal<float>(normalFloat, row);

        for (int i = 0; i < length; i++)
        {
            double u = s_random.Uniform(i, row);
            Assert.That(uniform[i], Is.EqualTo(u));
            Assert.That(uniformFloat[i], Is.EqualTo((float)(Math.Floor(u * (1 << 24)) / (1 << 24))));
            Assert.That(normal[i], Is.EqualTo(s_random.Normal(i, row)));
            Assert.That(normalFloat[i], Is.EqualTo((float)normal[i]));
        }
    }

    // What a saved model goes on with, on another machine and in a later version: the way from the key and the counter, whose
    // blocks are checked against known answers, to the number must never change.
    [Test]
    public void TheNumbersOfASeedArePartOfTheFormat()
    {
        int[] permutation = new int[8], byHand = new int[8];
        s_random.FillPermutation(permutation, row: 3);
        for (int i = 0; i < 8; i++)
        {
            int j = (int)((Words(0xC000_0000 + (uint)(i / 4), 3)[i % 4] * (i + 1)) >> 32);
            (byHand[i], byHand[j]) = (byHand[j], i);
        }

        Assert.That(permutation, Is.EqualTo(byHand));
        foreach (var (element, row) in new[] { (0L, 0u), (12345L, 67u), ((1L << 31) - 1, uint.MaxValue) })
        {
            long[] words = Words(0x4000_0000 + (uint)(element / 2), row)[(element % 2 == 0 ? ..2 : 2..)];
            Assert.That(s_random.Uniform(element, row), Is.EqualTo(((words[0] << 21) + (words[1] >> 11)) / Math.Pow(2, 53)));
            words = Words(0x8000_0000 + (uint)(element / 2), row);
            double radius = Math.Sqrt(-2 * Math.Log(1 - (((words[0] << 21) + (words[1] >> 11)) / Math.Pow(2, 53))));
            double angle = 2 * Math.PI * (((words[2] << 21) + (words[3] >> 11)) / Math.Pow(2, 53));
            double expected = radius * (element % 2 == 0 ? Math.Cos(angle) : Math.Sin(angle));
            Assert.That(s_random.Normal(element, row), Is.EqualTo(expected).Within(1e-14), "sine and cosine to the last bits");
        }

        static long[] Words(uint block, uint row)
        {
            var (x0, x1, x2, x3) = Threefry.Block((0x9ABCDEF0, 0x12345678, 0x76543210, 0xFEDCBA98), block, row, 7, 1);
            return [x0, x1, x2, x3];
        }
    }

    [Test]
    public void UniformNumbersAreUniform([Values(1ul, 2ul, 3ul)] ulong seed)
    {
        long[] counts = new long[1000], pairs = new long[32 * 32];
        double[] numbers = new double[1 << 20];
        new RandomSource(seed, 0).FillUniform<double>(numbers);

        for (int i = 0; i < numbers.Length; i++)
        {
            counts[(int)(numbers[i] * 1000)]++;
            if (i % 2 == 1)
            {
                pairs[((int)(numbers[i - 1] * 32) * 32) + (int)(numbers[i] * 32)]++;
            }
        }

        PearsonTest.AssertPlausible(PearsonTest.PValue(counts), "single numbers");
        PearsonTest.AssertPlausible(PearsonTest.PValue(pairs), "pairs");
    }

    [Test]
    public void UniformNumbersOfAllRowsStepsStreamsAndSeedsAreUniform()
    {
        string[] names = ["row", "step", "stream", "seed"];
        for (int kind = 0; kind < names.Length; kind++)
        {
            long[] pairs = new long[16 * 16];
            for (uint i = 0; i < 100_000; i += 2)
            {
                pairs[((int)(Number(kind, i) * 16) * 16) + (int)(Number(kind, i + 1) * 16)]++;
            }

            PearsonTest.AssertPlausible(PearsonTest.PValue(pairs), names[kind]);
        }

        static double Number(int kind, uint i) => kind switch
        {
            0 => new RandomSource(1, 2, 3).Uniform(4, i),
            1 => new RandomSource(1, 2, i).Uniform(4, 5),
            2 => new RandomSource(1, i, 3).Uniform(4, 5),
            _ => new RandomSource(i, 2, 3).Uniform(4, 5),
        };
    }

    [Test]
    public void NormalNumbersAreNormal([Values(1ul, 2ul)] ulong seed)
    {
        const int Bins = 400;
        double[] numbers = new double[1 << 19];
        long[] counts = new long[Bins], signs = new long[4];
        new RandomSource(seed, 7).FillNormal<double>(numbers);

        double sum = 0, squares = 0, fourth = 0;
        for (int i = 0; i < numbers.Length; i++)
        {
            double z = numbers[i];
            counts[(int)(MathNet.Numerics.Distributions.Normal.CDF(0, 1, z) * Bins)]++;
            signs[(i % 2 == 0 ? 0 : 1) + (z < 0 ? 0 : 2)]++;
            sum += z;
            squares += z * z;
            fourth += z * z * z * z;
        }

        // Standard errors of the moments: 1, √2 and √96 over √n; four of them.
        double error = 4 / Math.Sqrt(numbers.Length);
        PearsonTest.AssertPlausible(PearsonTest.PValue(counts), "distribution");
        PearsonTest.AssertPlausible(PearsonTest.PValue(signs), "signs of pairs");
        Assert.That(sum / numbers.Length, Is.EqualTo(0).Within(error));
        Assert.That(squares / numbers.Length, Is.EqualTo(1).Within(error * Math.Sqrt(2)));
        Assert.That(fourth / numbers.Length, Is.EqualTo(3).Within(error * Math.Sqrt(96)));
    }

    [Test]
    public void NormalNumbersOfAPairAreIndependent()
    {
        double[] numbers = new double[1 << 18];
        s_random.FillNormal<double>(numbers);
        bool[] first = new bool[numbers.Length / 2], second = new bool[numbers.Length / 2];
        bool[] firstLarge = new bool[numbers.Length / 2], secondLarge = new bool[numbers.Length / 2];
        for (int i = 0; i < first.Length; i++)
        {
            (first[i], second[i]) = (numbers[2 * i] > 0, numbers[(2 * i) + 1] > 0);
            (firstLarge[i], secondLarge[i]) = (Math.Abs(numbers[2 * i]) > 1, Math.Abs(numbers[(2 * i) + 1]) > 1);
        }

        PearsonTest.AssertPlausible(PearsonTest.Independence(first, second), "signs");
        PearsonTest.AssertPlausible(PearsonTest.Independence(firstLarge, secondLarge), "sizes");
    }

    [Test]
    public void KindsOfDrawsShareNoWords()
    {
        RandomKind[] kinds = Enum.GetValues<RandomKind>();
        var words = new HashSet<uint>();
        for (uint block = 0; block < 100; block++)
        {
            foreach (RandomKind kind in kinds)
            {
                var (x0, x1, x2, x3) = s_random.Block(kind, block, row: 9);
                words.UnionWith([x0, x1, x2, x3]);
            }
        }

        Assert.That(words, Has.Count.EqualTo(100 * kinds.Length * 4));
    }

    [Test]
    public void PermutationsArePermutations([Values(0, 1, 2, 3, 129, 10_007)] int length)
    {
        int[] permutation = new int[length];
        Array.Fill(permutation, -7);

        s_random.FillPermutation(permutation);

        Assert.That(permutation.Order(), Is.EqualTo(Enumerable.Range(0, length)));
    }

    [Test]
    public void PermutationsAreEquallyLikely()
    {
        long[] counts = new long[5 * 5 * 5 * 5 * 5];
        int[] permutation = new int[5];
        for (uint row = 0; row < 60_000; row++)
        {
            new RandomSource(11, 0, row % 100).FillPermutation(permutation, row / 100);
            counts[permutation.Aggregate(0, (code, digit) => (code * 5) + digit)]++;
        }

        long[] seen = counts.Where(count => count > 0).ToArray();
        Assert.That(seen, Has.Length.EqualTo(120));
        PearsonTest.AssertPlausible(PearsonTest.PValue(seen), "orders");
    }

    [Test]
    public void IntegersBelowABoundAreEquallyLikely([Values(1u, 2u, 3u, 7u, 100u, 3u << 30)] uint bound)
    {
        // Without rejection the last bound would give every third number twice as often as the others.
        const int Bins = 90;
        var words = new RandomWords(s_random, 1, stackalloc uint[128]);
        long[] counts = new long[(int)Math.Min(bound, Bins)];
        double[] expected = new double[counts.Length];
        const int Draws = 200_000;
        uint largest = 0;
        for (int i = 0; i < Draws; i++)
        {
            uint value = words.NextBelow(bound);
            largest = Math.Max(largest, value);
            counts[value % (uint)counts.Length]++;
        }

        for (uint i = 0; i < counts.Length; i++)
        {
            expected[i] = (double)Draws * (((bound - 1 - i) / (uint)counts.Length) + 1) / bound;
        }

        Assert.That(largest, Is.LessThan(bound));
        if (bound > 1)
        {
            PearsonTest.AssertPlausible(PearsonTest.PValue(counts, expected), $"below {bound}");
        }
    }

    [Test]
    public void AnElementOutsideItsRangeIsRefused([Values(-1L, 1L << 31)] long element)
    {
        string expected = $"RandomSource: expected an element from 0 to 2147483647, got {element}. Use more rows.";
        Assert.That(
            () => s_random.Uniform(element), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.StartsWith(expected));
        Assert.That(
            () => s_random.Normal(element), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.StartsWith(expected));
    }

    [Test]
    public void NothingIsAllocated()
    {
        float[] numbers = new float[1000];
        int[] permutation = new int[1000];
        Draw();
        long before = GC.GetAllocatedBytesForCurrentThread();

        Draw();

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);

        void Draw()
        {
            s_random.FillUniform<float>(numbers);
            s_random.FillNormal<float>(numbers);
            s_random.FillPermutation(permutation);
            _ = s_random.Uniform(3) + s_random.Normal(4);
        }
    }
}
