using System.Numerics;
using Engine.Kernels;
using Engine.Numerics;
using Engine.Tests.Numerics;
using MathNet.Numerics.Distributions;

namespace Engine.Tests.Kernels;

[Category("Kernels")]
[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
public sealed class DropoutKernelsTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly RandomSource s_random = new(seed: 20140615, stream: 4, step: 77);
    private static readonly T s_poison = T.CreateChecked(666.666);

    /// <summary>The naive twin.</summary>
    private static T[] Naive(T[] x, int rowLength, DropoutRate rate, RandomSource random, uint[] rowKeys)
    {
        T[] y = new T[x.Length];
        for (int i = 0; i < x.Length; i++)
        {
            int row = i / rowLength;
            uint key = rowKeys.Length == 0 ? (uint)row : rowKeys[row];
            y[i] = DropoutKernels.Keeps(rate, random, key, i % rowLength) ? x[i] * rate.Scale<T>() : T.Zero;
        }

        return y;
    }

    [Test]
    public void EveryLengthIsTheNaiveTwinBitForBit([Values(1, 3, 4)] int rows)
    {
        uint[] keys = [9, uint.MaxValue, 9, 0];
        foreach (double rate in new[] { 0.5, 0.1, 1e-9, 1 - 1e-9, 0, 1 })
        {
            for (int length = 1; length <= 300; length += rate is 0.5 ? 1 : 13)
            {
                T[] x = Numbers(rows * length);
                T[] y = Poisoned(x.Length + 1);
                uint[] rowKeys = length % 2 == 0 ? [] : keys[..rows];

                DropoutKernels.Apply(x, y.AsSpan(0, x.Length), length, new DropoutRate(rate), s_random, rowKeys, threads: 1);

                Assert.That(y[..^1], Is.EqualTo(Naive(x, length, new DropoutRate(rate), s_random, rowKeys)), $"{rate}, {length}");
                Assert.That(y[^1], Is.EqualTo(s_poison), "written past the end");
            }
        }
    }

    [TestCase(1, 40_001)]
    [TestCase(3, 16_384 + 77)]
    [TestCase(700, 61)]
    [TestCase(701, 129)]
    public void AnyNumberOfThreadsIsTheNaiveTwinBitForBit(int rows, int length)
    {
        T[] x = Numbers(rows * length);
        T[] expected = Naive(x, length, new DropoutRate(0.3), s_random, []);
        foreach (int threads in new[] { 1, 2, 4 })
        {
            T[] y = Poisoned(x.Length);

            DropoutKernels.Apply(x, y, length, new DropoutRate(0.3), s_random, [], threads);

            Assert.That(y.AsSpan().SequenceEqual(expected), $"{threads} threads");
        }
    }

    [Test]
    public void InPlaceIsTheSame([Values(1, 5, 64, 65, 200)] int length)
    {
        T[] x = Numbers(3 * length);
        T[] expected = Naive(x, length, new DropoutRate(0.4), s_random, []);

        DropoutKernels.Apply(x, x, length, new DropoutRate(0.4), s_random, [], threads: 1);

        Assert.That(x, Is.EqualTo(expected));
    }

    [Test]
    public void WhatIsDroppedIsZeroWhateverItWas([Values(0.5, 1.0)] double rate, [Values(7, 64, 259)] int length)
    {
        foreach (T bad in new[] { T.NaN, T.PositiveInfinity, T.NegativeInfinity, -T.One })
        {
            T[] x = new T[length];
            Array.Fill(x, bad);
            T[] y = Poisoned(length);

            DropoutKernels.Apply(x, y, length, new DropoutRate(rate), s_random, [], threads: 1);

            for (int i = 0; i < length; i++)
            {
                bool keeps = DropoutKernels.Keeps(new DropoutRate(rate), s_random, 0, i);
                Assert.That(y[i], Is.EqualTo(keeps ? bad * new DropoutRate(rate).Scale<T>() : T.Zero));
                Assert.That(keeps || !T.IsNegative(y[i]), "not −0");
            }
        }
    }

    [Test]
    public void AMaskIsWhatApplyMultipliesBy([Values(0.0, 0.25, 1.0)] double rate, [Values(0, 1, 63, 130)] int length)
    {
        T[] mask = Poisoned(length), ones = new T[length], y = Poisoned(length);
        Array.Fill(ones, T.One);

        DropoutKernels.FillMask(mask.AsSpan(), new DropoutRate(rate), s_random, rowKey: 8);
        DropoutKernels.Apply(ones, y, length, new DropoutRate(rate), s_random, length == 0 ? [] : [8u], threads: 1);

        Assert.That(mask, Is.EqualTo(y));
    }

    [Test]
    public void FloatAndDoubleHaveTheSameMask()
    {
        T[] mask = new T[777];
        DropoutKernels.FillMask(mask.AsSpan(), new DropoutRate(0.35), s_random, 5);
        double[] asDouble = new double[777];
        DropoutKernels.FillMask(asDouble.AsSpan(), new DropoutRate(0.35), s_random, 5);

        Assert.That(mask.Select(m => m != T.Zero), Is.EqualTo(asDouble.Select(m => m != 0)));
    }

    [Test]
    public void RowsOfOneKeyShareAMaskAndOthersDoNot()
    {
        T[] x = new T[4 * 500], y = new T[4 * 500];
        Array.Fill(x, T.One);

        DropoutKernels.Apply(x, y, 500, new DropoutRate(0.5), s_random, [3u, 4u, 3u, 5u], threads: 1);

        Assert.That(y[..500], Is.EqualTo(y[1000..1500]));
        Assert.That(y[..500], Is.Not.EqualTo(y[500..1000]));
        Assert.That(y[500..1000], Is.Not.EqualTo(y[1500..]));
    }

    [Test]
    public void TheExpectedValueIsKept([Range(0.05, 0.96, 0.15)] double rate)
    {
        const int Count = 1 << 20;
        T[] mask = new T[Count];
        DropoutKernels.FillMask(mask.AsSpan(), new DropoutRate(rate), s_random, 1);

        int kept = mask.Count(m => m != T.Zero);
        double scale = double.CreateChecked(mask.First(m => m != T.Zero));
        double keep = Math.Round((1 - rate) * 65536) / 65536;

        Assert.That(mask.Distinct().Order(), Is.EqualTo(new[] { T.Zero, T.CreateChecked(scale) }));
        Assert.That(scale * keep, Is.EqualTo(1).Within(1e-7), "E[mask] · scale, rounded to T");
        double p = Binomial.CDF(keep, Count, kept);
        Assert.That(p, Is.InRange(1e-4, 1 - 1e-4), $"{kept} of {Count} kept at {keep}");

        // The counts of 4096 pieces of 256 vary as binomial numbers do: (n − 1) s² / σ² is chi-squared.
        double[] pieces = mask.Chunk(256).Select(piece => (double)piece.Count(m => m != T.Zero)).ToArray();
        double squares = pieces.Sum(count => Math.Pow(count - pieces.Average(), 2));
        double v = ChiSquared.CDF(pieces.Length - 1, squares / (256 * keep * (1 - keep)));
        Assert.That(v, Is.InRange(1e-4, 1 - 1e-4), "variance");
    }

    [Test]
    public void MasksOfNeighboursRowsStepsStreamsAndSeedsAreIndependent([Values(0.1, 0.5, 0.8)] double rate)
    {
        const int Count = 1 << 16;
        bool[] mask = Kept(new RandomSource(1, 2, 3), 4);
        foreach (int distance in new[] { 1, 2, 4, 7, 8, 16, 32, 64, 128, 512 })
        {
            PearsonTest.AssertPlausible(PearsonTest.Independence(mask.AsSpan(distance), mask.AsSpan(..^distance)), $"elements {distance} apart");
        }

        PearsonTest.AssertPlausible(PearsonTest.Independence(mask, Kept(new RandomSource(1, 2, 3), 5)), "rows");
        PearsonTest.AssertPlausible(PearsonTest.Independence(mask, Kept(new RandomSource(1, 2, 4), 4)), "steps");
        PearsonTest.AssertPlausible(PearsonTest.Independence(mask, Kept(new RandomSource(1, 2, 3 + (1ul << 32)), 4)), "steps, high half");
        PearsonTest.AssertPlausible(PearsonTest.Independence(mask, Kept(new RandomSource(1, 3, 3), 4)), "streams");
        PearsonTest.AssertPlausible(PearsonTest.Independence(mask, Kept(new RandomSource(1, 2 + (1ul << 32), 3), 4)), "streams, high half");
        PearsonTest.AssertPlausible(PearsonTest.Independence(mask, Kept(new RandomSource(2, 2, 3), 4)), "seeds");
        PearsonTest.AssertPlausible(PearsonTest.Independence(mask, Kept(new RandomSource(1 + (1ul << 32), 2, 3), 4)), "seeds, high half");

        double[] uniform = new double[Count];
        new RandomSource(1, 2, 3).FillUniform<double>(uniform, 4);
        PearsonTest.AssertPlausible(PearsonTest.Independence(mask, uniform.Select(u => u < 0.5).ToArray()), "mask and uniform numbers");

        bool[] Kept(RandomSource random, uint row)
        {
            T[] values = new T[Count];
            DropoutKernels.FillMask(values.AsSpan(), new DropoutRate(rate), random, row);
            return values.Select(value => value != T.Zero).ToArray();
        }
    }

    [Test]
    public void SizesThatDoNotFitAreRefused()
    {
        Assert.That(
            () => Run(new T[7], new T[7], 3, []), Throws.ArgumentException.With.Message.StartsWith(
                "Dropout: expected whole rows of 3 elements, got 7 elements."));
        Assert.That(
            () => Run(new T[6], new T[7], 3, []), Throws.ArgumentException.With.Message.StartsWith(
                "Dropout: expected y to be as long as x, 6 elements, got 7."));
        Assert.That(
            () => Run(new T[6], new T[6], 3, [1]), Throws.ArgumentException.With.Message.StartsWith(
                "Dropout: expected no row keys or one for each of 2 rows, got 1."));
        T[] shared = new T[10];
        Assert.That(
            () => DropoutKernels.Apply<T>(shared.AsSpan(0, 8), shared.AsSpan(2, 8), 8, new DropoutRate(0.5), s_random, [], 1),
            Throws.ArgumentException.With.Message.StartsWith(
                "Dropout: expected y to be x or apart from it, got an overlap shifted by 2 elements."));
        Run([], [], 0, []);
        Run([], [], 5, []);

        static void Run(T[] x, T[] y, int rowLength, uint[] rowKeys)
            => DropoutKernels.Apply(x, y, rowLength, new DropoutRate(0.5), s_random, rowKeys, 1);
    }

    private static T[] Numbers(int length)
    {
        T[] numbers = new T[length];
        new RandomSource(1, 1).FillNormal(numbers.AsSpan());
        return numbers;
    }

    private static T[] Poisoned(int length)
    {
        T[] values = new T[length];
        Array.Fill(values, s_poison);
        return values;
    }
}
