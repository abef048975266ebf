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

    private static readonly Shape s_image = [8, 6, 5];

    /// <summary>A member: how it is made, for what samples, and how many draws stand behind one sample's elements.</summary>
    public sealed record Member(string Name, Func<double, ulong?, Layer> Make, Shape Input, int Draws, bool IsMask = true)
    {
        public override string ToString() => Name;
    }

    private static readonly Member[] s_members =
    [
        new("Dropout", (rate, seed) => new Dropout(rate, seed: seed), [301], 301),
        new("Dropout of steps", (rate, seed) => new Dropout(rate, [null, 1, null], seed), [3, 97], 97),
        new("SpatialDropout1D", (rate, seed) => new SpatialDropout1D(rate, seed), [3, 97], 97),
        new("SpatialDropout2D", (rate, seed) => new SpatialDropout2D(rate, seed), [2, 3, 41], 41),
        new("SpatialDropout3D", (rate, seed) => new SpatialDropout3D(rate, seed), [2, 1, 3, 41], 41),
        new("StochasticDepth", (rate, seed) => new StochasticDepth(rate, seed), [17], 1),
        new("GaussianDropout", (rate, seed) => new GaussianDropout(rate, seed), [301], 301, IsMask: false),
    ];

    // One mask for a batch: its draws count once.
    private static readonly Member s_variational =
        new("VariationalDropout", (rate, seed) => new VariationalDropout(rate, seed: seed), [301], 301);

    private static readonly Member s_blocks = new("DropBlock2D", (rate, seed) => new DropBlock2D(2, rate, seed), s_image, 240);

    private static readonly Member[] s_alphas =
    [
        new("AlphaDropout", (rate, seed) => new AlphaDropout(rate, seed: seed), [301], 301, IsMask: false),
        new("FeatureAlphaDropout", (rate, seed) => new FeatureAlphaDropout(rate, seed), [4, 97], 97, IsMask: false),
    ];

    private static IEnumerable<Member> All => [.. s_members, s_variational, s_blocks, .. s_alphas];

    private static IEnumerable<Member> Masks => All.Where(member => member.IsMask);

    private static IEnumerable<TestCaseData> Expectations =>
        from member in s_members.Append(s_variational)
        from rate in (double[])[0.02, 0.25, 0.5, 0.9]
        from seed in (ulong?[])[null, 77]
        select new TestCaseData(member, rate, seed);

    // The factor of an element has mean 1 and variance rate / (1 − rate). Within four and a half standard errors of independent
    // draws: one in 150,000 seeds would fail.
    [TestCaseSource(nameof(Expectations))]
    public void TheExpectedOutputIsTheInput(Member member, double rate, ulong? seed)
    {
        int steps = member.Draws < 10 ? 1500 : 25, batch = member == s_variational ? 1 : Batch;
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

    [TestCaseSource(nameof(Masks))]
    public void BackwardHasTheMaskOfForwardAndWhatIsDroppedGetsNoGradient(Member member)
    {
        foreach (Phase phase in (Phase[])[Phase.Training, Phase.StochasticInference])
        {
            T[] ones = Ones(Batch * member.Input.Size), x = Samples.Numbers<T>(ones.Length, 3);
            LayerRun<T> run = new(member.Make(0.4, null), member.Input, Batch, phase);
            T[] mask = run.Forward(ones)[0];
            Assert.That(mask, Does.Contain(T.Zero).And.Some.Not.EqualTo(T.Zero));
            Assert.That(run.Backward(ones)[0], Is.EqualTo(mask), "of ones, values and gradients are the mask");
            T[] y = run.Forward(x)[0], dx = run.Backward(x)[0];
            Assert.That(dx, Is.EqualTo(y));
            Assert.That(y.Zip(mask).All(pair => pair.First == T.Zero == (pair.Second == T.Zero)));
        }
    }

    [TestCaseSource(nameof(All))]
    public void InferenceIsTheIdentityBitForBit(Member member)
    {
        T[] x = Odd(Batch * member.Input.Size);
        LayerRun<T> run = new(member.Make(0.4, null), member.Input, Batch, Phase.Inference);
        Assert.That(Bits(run.Forward(x)[0]), Is.EqualTo(Bits(x)));
        Assert.That(Bits(run.Backward(x)[0]), Is.EqualTo(Bits(x)));
    }

    [TestCaseSource(nameof(All))]
    public void ARateOfZeroChangesNoBit(Member member)
    {
        T[] x = Odd(Batch * member.Input.Size);
        LayerRun<T> run = new(member.Make(0, null), member.Input, Batch);
        Assert.That(Bits(run.Forward(x)[0]), Is.EqualTo(Bits(x)));
        Assert.That(Bits(run.Backward(x)[0]), Is.EqualTo(Bits(x)));
    }

    [TestCaseSource(nameof(All))]
    public void ARateOfOneGivesZerosOrIsRefused(Member member)
    {
        if (member.Name == "GaussianDropout")
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
        int different = member == s_variational ? 1 : member.Draws == 1 ? 2 : Batch - 1;
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
    public void AlphaDropoutKeepsMeanAndVariance([Values(0.02, 0.1, 0.3, 0.5, 0.8)] double rate, [Values] bool features)
    {
        const int Rows = 90, Positions = 3, Channels = 331;
        Layer layer = features ? new FeatureAlphaDropout(rate) : new AlphaDropout(rate);
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

    private static Precision PrecisionOfT => typeof(T) == typeof(float) ? Precision.Single : Precision.Double;

    private static T[] Ones(int length) => [.. Enumerable.Repeat(T.One, length)];

    private static T[] Odd(int length)
    {
        T[] x = Samples.Numbers<T>(length, 3);
        (x[0], x[1], x[2], x[3]) = (T.NegativeZero, T.NaN, T.PositiveInfinity, T.Epsilon);
        return x;
    }

    private static byte[] Bits(T[] values) => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();

    private sealed class SameValues : EqualityComparer<T[]>
    {
        public override bool Equals(T[]? x, T[]? y) => x!.SequenceEqual(y!);

        public override int GetHashCode(T[] obj) => 0;
    }
}
