using System.Numerics;
using System.Runtime.InteropServices;
using Engine.Layers;
using Engine.Tests.Models;

namespace Engine.Tests.Layers;

/// <summary>What holds for every member of the dropout family, over rates, shapes and seeds.</summary>
[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
public sealed class DropoutFamilyTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Batch = 6;

    /// <summary>A member: how it is made, for what samples, and how many draws stand behind one sample's elements.</summary>
    public sealed record Member(string Name, Func<double, ulong?, Layer> Make, Shape Input, int Draws)
    {
        public override string ToString() => $"{Name} {Input}";
    }

    private static readonly Member[] s_masks =
    [
        .. Of("Dropout", (rate, seed) => new Dropout(rate, seed: seed), DrawsOfElements, [301], [5, 67]),
        .. Of("Dropout of steps", (rate, seed) => new Dropout(rate, [null, 1, null], seed), DrawsOfChannels, [3, 97], [5, 41]),
        .. Of("SpatialDropout1D", (rate, seed) => new SpatialDropout1D(rate, seed), DrawsOfChannels, [3, 97], [5, 41]),
        .. Of("SpatialDropout2D", (rate, seed) => new SpatialDropout2D(rate, seed), DrawsOfChannels, [2, 3, 41], [4, 2, 67]),
        .. Of(
            "SpatialDropout3D", (rate, seed) => new SpatialDropout3D(rate, seed), DrawsOfChannels, [2, 1, 3, 41], [3, 4, 2, 29]),
        .. Of("StochasticDepth", (rate, seed) => new StochasticDepth(rate, seed), _ => 1, [17], [3, 5]),
    ];

    // One mask for a batch: its draws count once.
    private static readonly Member[] s_variational =
        [.. Of("VariationalDropout", (rate, seed) => new VariationalDropout(rate, seed: seed), DrawsOfElements, [301], [5, 67])];

    private static readonly Member[] s_blocks =
        [.. Of("DropBlock2D", (rate, seed) => new DropBlock2D(2, rate, seed), DrawsOfElements, [8, 6, 5], [5, 9, 3])];

    private static readonly Member[] s_gaussian =
        [.. Of("GaussianDropout", (rate, seed) => new GaussianDropout(rate, seed), DrawsOfElements, [301], [5, 67])];

    private static readonly Member[] s_alphas =
    [
        .. Of("AlphaDropout", (rate, seed) => new AlphaDropout(rate, seed: seed), DrawsOfElements, [301], [5, 67]),
        .. Of(
            "AlphaDropout of steps",
            (rate, seed) => new AlphaDropout(rate, [null, 1, null], seed),
            DrawsOfChannels,
            [3, 97],
            [5, 41]),
        .. Of("FeatureAlphaDropout", (rate, seed) => new FeatureAlphaDropout(rate, seed), DrawsOfChannels, [4, 97], [2, 3, 41]),
    ];

    private static IEnumerable<Member> All => [.. s_masks, .. s_variational, .. s_blocks, .. s_gaussian, .. s_alphas];

    private static IEnumerable<TestCaseData> Expectations =>
        Settings([.. s_masks, .. s_variational, .. s_gaussian], 0.02, 0.25, 0.5, 0.9);

    private static IEnumerable<TestCaseData> OfAll => Settings(All, 0.02, 0.4, 0.9, 1);

    private static IEnumerable<TestCaseData> OfMasks => Settings([.. s_masks, .. s_variational, .. s_blocks], 0.02, 0.4, 0.9, 1);

    private static IEnumerable<TestCaseData> OfGaussian => Settings(s_gaussian, 0.02, 0.4, 0.9);

    private static IEnumerable<TestCaseData> OfAlphas => Settings(s_alphas, 0.02, 0.4, 0.9, 1);

    // The factor of an element has mean 1 and variance rate / (1 − rate). Within four and a half standard errors of independent
    // draws: one in 150,000 seeds would fail.
    [TestCaseSource(nameof(Expectations))]
    public void TheExpectedOutputIsTheInput(Member member, double rate, ulong? seed)
    {
        int steps = member.Draws == 1 ? 1500 : 25, batch = s_variational.Contains(member) ? 1 : Batch;
        T[] ones = Ones(batch * member.Input.Size);
        LayerRun<T> run = new(member.Make(rate, seed), member.Input, batch);
        double sum = 0;
        for (int step = 0; step < steps; step++)
        {
            run.Run.Step = (ulong)step;
            sum += run.Forward(ones)[0].Sum(double.CreateChecked) / ones.Length;
        }

        double error = Math.Sqrt(rate / (1 - rate) / (steps * batch * (double)member.Draws));
        Assert.That(sum / steps, Is.EqualTo(1).Within(4.5 * error));
    }

    // As many steps as it takes for something to be dropped, and something kept, at any of the rates.
    [TestCaseSource(nameof(OfMasks))]
    public void BackwardHasTheMaskOfForwardAndWhatIsDroppedGetsNoGradient(Member member, double rate, ulong? seed)
    {
        T[] ones = Ones(Batch * member.Input.Size), x = Samples.Numbers<T>(ones.Length, 3);
        foreach (Phase phase in (Phase[])[Phase.Training, Phase.StochasticInference])
        {
            LayerRun<T> run = new(member.Make(rate, seed), member.Input, Batch, phase);
            (bool drops, bool keeps) = (false, false);
            for (int step = 0; step < (member.Draws == 1 ? 60 : 3); step++)
            {
                run.Run.Step = (ulong)step;
                T[] mask = run.Forward(ones)[0];
                Assert.That(HaveSameBits(run.Backward(ones)[0], mask), "of ones, values and gradients are the mask");
                T[] y = run.Forward(x)[0], dx = run.Backward(x)[0];
                Assert.That(HaveSameBits(dx, y));
                Assert.That(y.Zip(mask).All(pair => pair.First == T.Zero == (pair.Second == T.Zero)));
                drops |= mask.Contains(T.Zero);
                keeps |= mask.Any(value => value != T.Zero);
            }

            Assert.That((drops, keeps), Is.EqualTo((true, rate < 1)));
        }
    }

    // y = x · factor, dx = dy · factor: each rounded once, and the factor that is got back from y a second time.
    [TestCaseSource(nameof(OfGaussian))]
    public void BackwardOfGaussianDropoutHasTheFactorsOfForward(Member member, double rate, ulong? seed)
    {
        T[] x = Samples.Numbers<T>(Batch * member.Input.Size, 3), dy = Samples.Numbers<T>(x.Length, 4);
        LayerRun<T> run = new(member.Make(rate, seed), member.Input, Batch);
        T[] y = run.Forward(x)[0], dx = run.Backward(dy)[0];
        for (int i = 0; i < x.Length; i++)
        {
            double expected = double.CreateChecked(dy[i]) * (double.CreateChecked(y[i]) / double.CreateChecked(x[i]));
            Assert.That(double.CreateChecked(dx[i]), Is.EqualTo(expected).Within(4 * Rounding * Math.Abs(expected)), $"{i}");
        }

        Assert.That(y.Zip(x, (a, b) => a / b).Distinct().Count(), Is.GreaterThan(0.9 * x.Length), "a factor for each element");
    }

    // What is dropped has no gradient and one value, by the paper's a and b; nothing else has it.
    [TestCaseSource(nameof(OfAlphas))]
    public void OfAlphaDropoutWhatHasTheDroppedValueGetsNoGradient(Member member, double rate, ulong? seed)
    {
        const double Saturated = -1.7580993408473766;
        double keep = Math.Round((1 - rate) * 65536) / 65536;
        double a = rate == 1 ? 0 : 1 / Math.Sqrt(keep + (Saturated * Saturated * keep * (1 - keep)));
        double b = -a * (1 - keep) * Saturated;
        T[] x = Samples.Numbers<T>(Batch * member.Input.Size, 3), dy = Samples.Numbers<T>(x.Length, 4);
        LayerRun<T> run = new(member.Make(rate, seed), member.Input, Batch);
        T[] y = run.Forward(x)[0], dx = run.Backward(dy)[0];
        T dropped = y.Where((_, i) => dx[i] == T.Zero).Distinct().Single();
        Assert.That(double.CreateChecked(dropped), Is.EqualTo((a * Saturated) + b).Within(8 * Rounding));
        Assert.That(y.Count(value => value == dropped), Is.EqualTo(dx.Count(value => value == T.Zero)));
        int[] kept = [.. Enumerable.Range(0, x.Length).Where(i => dx[i] != T.Zero)];
        Assert.That(kept, rate < 1 ? Is.Not.Empty : Is.Empty);
        foreach (int i in kept)
        {
            (double value, double gradient) = ((a * double.CreateChecked(x[i])) + b, a * double.CreateChecked(dy[i]));
            Assert.That(double.CreateChecked(y[i]), Is.EqualTo(value).Within(8 * Rounding * (1 + Math.Abs(value))), $"{i}");
            Assert.That(double.CreateChecked(dx[i]), Is.EqualTo(gradient).Within(4 * Rounding * Math.Abs(gradient)), $"{i}");
        }
    }

    [TestCaseSource(nameof(OfAll))]
    public void InferenceIsTheIdentityBitForBit(Member member, double rate, ulong? seed)
    {
        T[] x = Odd(Batch * member.Input.Size);
        LayerRun<T> run = new(member.Make(rate, seed), member.Input, Batch, Phase.Inference);
        Assert.That(HaveSameBits(run.Forward(x)[0], x));
        Assert.That(HaveSameBits(run.Backward(x)[0], x));
    }

    [TestCaseSource(nameof(All))]
    public void ARateOfZeroChangesNoBit(Member member)
    {
        T[] x = Odd(Batch * member.Input.Size);
        LayerRun<T> run = new(member.Make(0, null), member.Input, Batch);
        Assert.That(HaveSameBits(run.Forward(x)[0], x));
        Assert.That(HaveSameBits(run.Backward(x)[0], x));
    }

    [TestCaseSource(nameof(All))]
    public void ARateOfOneGivesZerosOrIsRefused(Member member)
    {
        if (s_gaussian.Contains(member))
        {
            Assert.That(() => member.Make(1, null), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
                "GaussianDropout: expected a rate from 0 to less than 1, the share that is dropped, got 1."));
            return;
        }

        LayerRun<T> run = new(member.Make(1, null), member.Input, Batch);
        Assert.That(run.Forward(Odd(Batch * member.Input.Size))[0], Is.All.EqualTo(T.Zero));
        Assert.That(run.Backward(Odd(Batch * member.Input.Size))[0], Is.All.EqualTo(T.Zero));
    }

    [TestCaseSource(nameof(All))]
    public void DrawsFollowSeedAndStepAndRowKeys(Member member)
    {
        T[] x = Samples.Numbers<T>(Batch * member.Input.Size, 3);
        LayerRun<T> run = new(member.Make(0.5, null), member.Input, Batch), own = new(member.Make(0.5, 9), member.Input, Batch);
        T[] first = run.Forward(x)[0], ownFirst = own.Forward(x)[0];
        run.Run.Seed = own.Run.Seed = 2;
        Assert.That(run.Forward(x)[0], Is.Not.EqualTo(first), "the seed of the training");
        Assert.That(own.Forward(x)[0], Is.EqualTo(ownFirst), "a seed of its own");
        run.Run.Seed = 1;
        Assert.That(run.Forward(x)[0], Is.EqualTo(first), "the same seed");
        run.Run.Step = own.Run.Step = 2;
        Assert.That(run.Forward(x)[0], Is.Not.EqualTo(first), "the step");
        Assert.That(own.Forward(x)[0], Is.Not.EqualTo(ownFirst), "the step, with a seed of its own");
        run.Run.Step = 1;
        run.Run.RowKeys = new uint[] { 3, 4, 3, 2, 1, 0 };
        T[] same = [.. Enumerable.Repeat(x[..member.Input.Size], Batch).SelectMany(row => row)];
        T[][] rows = [.. run.Forward(same)[0].Chunk(member.Input.Size)];
        Assert.That(rows[2], Is.EqualTo(rows[0]), "rows of one key");
        int different = s_variational.Contains(member) ? 1 : member.Draws == 1 ? 2 : Batch - 1;
        Assert.That(rows.Distinct(new SameValues()).Count(), Is.EqualTo(different));
    }

    // Of the factors: within four and a half standard errors, with the fourth moment of a normal number, 3 σ⁴.
    [Test]
    public void GaussianDropoutHasTheVarianceOfDropout([Values(0.1, 0.5, 0.8)] double rate)
    {
        const int Rows = 60, Columns = 1001;
        T[] y = new LayerRun<T>(new GaussianDropout(rate), [Columns], Rows).Forward(Ones(Rows * Columns))[0];
        double variance = y.Average(value => Math.Pow(double.CreateChecked(value) - 1, 2));
        Assert.That(variance, Is.EqualTo(rate / (1 - rate)).Within(4.5 * rate / (1 - rate) * Math.Sqrt(2.0 / y.Length)));
    }

    // A model in a model in a model; targets that are the inputs, so that whatever is dropped shows.
    [TestCaseSource(nameof(All))]
    public void AModelInsideAModelPassesThePhaseOn(Member member)
    {
        int[] shape = [.. member.Input];
        Sequential inner = new(new Input(shape), member.Make(0.5, null));
        Sequential model = new(new Input(shape), new Sequential(new Input(shape), inner)) { Precision = PrecisionOfT };
        T[] x = Samples.Numbers<T>(Batch * member.Input.Size, 3);
        foreach (Phase phase in Enum.GetValues<Phase>())
        {
            T[] y = new LayerRun<T>(model, Batch, phase).Forward(x)[0];
            Assert.That(y.SequenceEqual(x), Is.EqualTo(phase == Phase.Inference), $"{phase}");
        }
    }

    // Inputs of mean 0 and variance 1, as selu's outputs are. Within five standard errors of mean and variance, the latter with
    // the fourth moment of the output, which stays below 8.
    [Test]
    public void AlphaDropoutKeepsMeanAndVariance(
        [Values(0.02, 0.1, 0.3, 0.5, 0.8)] double rate, [Values] bool features, [Values] bool noiseShape)
    {
        const int Rows = 90, Positions = 3, Channels = 331;
        Layer layer = noiseShape ? new AlphaDropout(rate, features ? [null, 1, null] : [null, null, null])
            : features ? new FeatureAlphaDropout(rate) : new AlphaDropout(rate);
        T[] x = Samples.Numbers<T>(Rows * Positions * Channels, 3);
        T[] y = new LayerRun<T>(layer, [Positions, Channels], Rows).Forward(x)[0];
        double draws = Rows * Channels * (features ? 1 : Positions);
        double mean = y.Average(double.CreateChecked), square = y.Average(value => double.CreateChecked(value * value));
        Assert.That(mean, Is.EqualTo(0).Within(5 / Math.Sqrt(draws)));
        Assert.That(square - (mean * mean), Is.EqualTo(1).Within(5 * Math.Sqrt(7 / draws)));

        double dropped = y.GroupBy(value => value).Max(group => group.Count()) / (double)y.Length;
        double error = Math.Sqrt(rate * (1 - rate) / draws);
        Assert.That(dropped, Is.EqualTo(rate).Within(5 * error), "the most frequent value is that of the dropped");
    }

    [Test]
    public void GaussianNoiseAddsItsDeviation([Values(0.1, 3)] double deviation)
    {
        const int Rows = 60, Columns = 1001;
        T[] x = Samples.Numbers<T>(Rows * Columns, 3);
        GaussianNoise layer = new(deviation);
        LayerRun<T> run = new(layer, [Columns], Rows);
        double[] z = [.. run.Forward(x)[0].Zip(x, (a, b) => double.CreateChecked(a - b) / deviation)];
        Assert.That(z.Average(), Is.EqualTo(0).Within(4.5 / Math.Sqrt(z.Length)));
        Assert.That(z.Average(value => value * value), Is.EqualTo(1).Within(4.5 * Math.Sqrt(2.0 / z.Length)));
        Assert.That(run.Backward(x)[0], Is.EqualTo(x));
        layer.StandardDeviation = 0;
        Assert.That(run.Forward(x)[0], Is.EqualTo(x));
        Assert.That(new LayerRun<T>(new GaussianNoise(deviation), [Columns], Rows, Phase.Inference).Forward(x)[0], Is.EqualTo(x));
        Assert.That(() => layer.StandardDeviation = -1, Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "GaussianNoise: expected a standard deviation of at least 0, got -1."));
    }

    [Test]
    public void DropBlockKeepsTheMeanOfAConstantAndDropsAboutItsShare([Values(0.1, 0.3)] double rate)
    {
        const int Samples = 400;
        T[] ones = Ones(Samples * 20 * 20 * 2);
        T[] y = new LayerRun<T>(new DropBlock2D(5, rate), [20, 20, 2], Samples).Forward(ones)[0];
        foreach (T[] sample in y.Chunk(800))
        {
            Assert.That(sample.Average(double.CreateChecked), Is.EqualTo(1).Within(1e-5).Or.Zero);
        }

        // Blocks overlap: of independent blocks at 25 places, 1 − (1 − γ)²⁵ < rate, as far as the border lets all 25 lie.
        double dropped = y.Count(value => value == T.Zero) / (double)y.Length;
        Assert.That(dropped, Is.InRange(0.75 * rate, rate));
    }

    [Test]
    public void AVariationalMaskStaysUntilItIsRenewed()
    {
        VariationalDropout layer = new(0.5, untilRenewed: true);
        T[] ones = Ones(3 * 301);
        LayerRun<T> run = new(layer, [301], 3);
        T[] first = run.Forward(ones)[0];
        Assert.That(first.Chunk(301), Is.All.EqualTo(first[..301]), "one mask for the batch");
        run.Run.Step = 9;
        Assert.That(run.Forward(ones)[0], Is.EqualTo(first), "at another step");
        Assert.That(run.Backward(ones)[0], Is.EqualTo(first));
        layer.Renew();
        Assert.That(layer.Draw, Is.EqualTo(1));
        Assert.That(run.Forward(ones)[0], Is.Not.EqualTo(first), "renewed");
        layer.Draw = 0;
        Assert.That(run.Forward(ones)[0], Is.EqualTo(first), "the first mask again");
        Assert.That(() => layer.Draw = -1, Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "VariationalDropout: expected the number of a draw, at least 0, got -1."));
    }

    [Test]
    public void StochasticDepthDropsWholeSamples()
    {
        T[] ones = Ones(500 * 17);
        T[][] rows = [.. new LayerRun<T>(new StochasticDepth(0.25), [17], 500).Forward(ones)[0].Chunk(17)];
        Assert.That(rows.All(row => row.All(value => value == row[0])));
        Assert.That(rows.Select(row => row[0]).Distinct().Order(), Is.EqualTo(new[] { T.Zero, T.One / T.CreateChecked(0.75) }));
    }

    private static int DrawsOfElements(Shape input) => input.Size;

    private static int DrawsOfChannels(Shape input) => input[^1];

    private static IEnumerable<Member> Of(
        string name, Func<double, ulong?, Layer> make, Func<Shape, int> draws, params Shape[] inputs) =>
        inputs.Select(input => new Member(name, make, input, draws(input)));

    // GaussianDropout takes no rate of 1.
    private static IEnumerable<TestCaseData> Settings(IEnumerable<Member> members, params double[] rates) =>
        from member in members
        from rate in rates
        where rate < 1 || !s_gaussian.Contains(member)
        from seed in (ulong?[])[null, 77]
        select new TestCaseData(member, rate, seed);

    // The largest relative error of one rounding.
    private static double Rounding => typeof(T) == typeof(float) ? 6e-8 : 1.12e-16;

    private static Precision PrecisionOfT => typeof(T) == typeof(float) ? Precision.Single : Precision.Double;

    private static T[] Ones(int length) => [.. Enumerable.Repeat(T.One, length)];

    private static T[] Odd(int length)
    {
        T[] x = Samples.Numbers<T>(length, 3);
        (x[0], x[1], x[2], x[3]) = (T.NegativeZero, T.NaN, T.PositiveInfinity, T.Epsilon);
        return x;
    }

    private static bool HaveSameBits(T[] a, T[] b) => Bits(a).AsSpan().SequenceEqual(Bits(b));

    private static byte[] Bits(T[] values) => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();

    private sealed class SameValues : EqualityComparer<T[]>
    {
        public override bool Equals(T[]? x, T[]? y) => x!.SequenceEqual(y!);

        public override int GetHashCode(T[] obj) => 0;
    }
}
