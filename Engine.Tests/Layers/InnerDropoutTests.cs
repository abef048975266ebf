using System.Numerics;
using Engine.Activations;
using Engine.Checking;
using Engine.Initializers;
using Engine.Layers;
using Engine.Tests.Models;

namespace Engine.Tests.Layers;

/// <summary>What holds for every layer that has dropout inside it, or around another.</summary>
[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
public sealed class InnerDropoutTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Batch = 5;

    /// <summary>A layer with dropout inside, made with a rate.</summary>
    public sealed record Member(string Name, Func<double, Layer> Make)
    {
        public override string ToString() => Name;
    }

    private static readonly Shape s_input = [4, 6];

    private static readonly Member[] s_members =
    [
        new("DropConnect", rate => new DropConnect(new Dense(7), rate)),
        new("ConcreteDropout", rate => new ConcreteDropout(new Dense(7), initialRate: rate)),
        new("GaussianNoise", rate => new GaussianNoise(rate)),
        new("SimpleRNN, inputs", rate => new SimpleRNN(7, dropout: rate)),
        new("SimpleRNN, states", rate => new SimpleRNN(7, recurrentDropout: rate, dropoutPerStep: true)),
        new("LSTM, inputs", rate => new LSTM(7, dropout: rate)),
        new("LSTM, states", rate => new LSTM(7, recurrentDropout: rate, dropoutMasks: DropoutMasks.Tied)),
        new("LayerNormalizedLSTM", rate => new LayerNormalizedLSTM(7, dropout: rate)),
        new("GRU, inputs", rate => new GRU(7, dropout: rate)),
        new("GRU, states", rate => new GRU(7, recurrentDropout: rate, dropoutMasks: DropoutMasks.Tied)),
        new("Bidirectional", rate => new Bidirectional(new LSTM(7, dropout: rate))),
        new("TimeDistributed", rate => new TimeDistributed(new Dropout(rate))),
        new("Attention", rate => new Attention(dropout: rate)),
        new("AdditiveAttention", rate => new AdditiveAttention(dropout: rate)),
        new("MultiHeadAttention", rate => new MultiHeadAttention(2, 3, dropout: rate)),
    ];

    private static IEnumerable<Member> WithoutDropoutAtZero => s_members.Where(member => member.Name != "ConcreteDropout");

    [TestCaseSource(nameof(s_members))]
    public void AModelInsideAModelPassesThePhaseOn(Member member)
    {
        Layer layer = member.Make(0.5);
        Sequential inner = new(new Input([.. s_input]), layer) { Seed = 3, Precision = PrecisionOfT };
        Sequential model = new(new Input([.. s_input]), new Sequential(new Input([.. s_input]), inner))
        {
            Seed = 3,
            Precision = PrecisionOfT,
        };
        T[] x = Samples.Numbers<T>(Batch * s_input.Size, 3);
        T[] inference = new LayerRun<T>(inner, Batch, Phase.Inference).Forward(x)[0];
        foreach (Phase phase in Enum.GetValues<Phase>())
        {
            T[] y = new LayerRun<T>(model, Batch, phase).Forward(x)[0];
            Assert.That(y.SequenceEqual(inference), Is.EqualTo(phase == Phase.Inference), $"{phase}");
        }
    }

    [TestCaseSource(nameof(WithoutDropoutAtZero))]
    public void InferenceAndARateOfZeroAreTheLayerWithoutDropoutBitForBit(Member member)
    {
        T[] x = Samples.Numbers<T>(Batch * s_input.Size, 3);
        T[] without = Run(0, Phase.Inference);
        Assert.That(Run(0.5, Phase.Inference), Is.EqualTo(without));
        Assert.That(Run(0, Phase.Training), Is.EqualTo(without));
        Assert.That(Run(0, Phase.StochasticInference), Is.EqualTo(without));
        Assert.That(Run(0.5, Phase.Training), Is.Not.EqualTo(without));

        T[] Run(double rate, Phase phase) => new LayerRun<T>(
            new Sequential(new Input([.. s_input]), member.Make(rate)) { Seed = 3, Precision = PrecisionOfT }, Batch, phase)
            .Forward(x)[0];
    }

    // Units without nonlinearity whose kernel is the identity, the past forgotten: the output is the masked input, and so is the
    // gradient where that of the output is 1.
    [Test]
    public void AFeatureThatARecurrentLayerDropsGetsNoGradient([Values] bool perStep)
    {
        const int Units = 40;
        SimpleRNN layer = new(
            Units, ActivationFunction.Linear, dropout: 0.25, returnSequences: true, dropoutPerStep: perStep,
            recurrentInitializer: Initializer.Zeros);
        Sequential model = new(new Input(3, Units), layer) { Precision = PrecisionOfT, Seed = 1 };
        model.EnsureInitialized();
        layer.Kernel!.SetValues<T>(Identity(Units));
        T[] ones = [.. Enumerable.Repeat(T.One, Batch * 3 * Units)];
        LayerRun<T> run = new(model, Batch);
        T[] mask = run.Forward(ones)[0];
        Assert.That(mask, Does.Contain(T.Zero).And.Some.Not.EqualTo(T.Zero));
        Assert.That(run.Backward(ones)[0], Is.EqualTo(mask));
    }

    // E[W · mask / keep] = W, and the layer is linear in W. Within four and a half standard errors.
    [Test]
    public void TheExpectedWeightsOfDropConnectAreTheWeights(
        [Values(0.02, 0.25, 0.5, 0.9)] double rate, [Values(null, 77ul)] ulong? seed, [Values] bool wide)
    {
        const int Steps = 25;
        (int features, int units) = wide ? (9, 131) : (31, 23);
        DropConnect layer = new(new Dense(units, kernelInitializer: Initializer.Ones, useBias: false), rate, seed: seed);
        T[] identity = Identity(features);
        LayerRun<T> run = new(layer, [features], features);
        double sum = 0;
        for (int step = 0; step < Steps; step++)
        {
            run.Run.Step = (ulong)step;
            sum += run.Forward(identity)[0].Average(double.CreateChecked);
        }

        double error = Math.Sqrt(rate / (1 - rate) / (Steps * features * units));
        Assert.That(sum / Steps, Is.EqualTo(1).Within(4.5 * error));
    }

    // Nothing is left of the kernel; the bias is not masked.
    [Test]
    public void ARateOfOneLeavesDropConnectItsBias(
        [Values] bool wide, [Values(Phase.Training, Phase.StochasticInference)] Phase phase)
    {
        (int features, int units) = wide ? (9, 131) : (31, 23);
        Dense dense = new(units, biasInitializer: Initializer.RandomNormal());
        Sequential model = new(new Input(features), new DropConnect(dense, 1)) { Seed = 3, Precision = PrecisionOfT };
        Harness<T> harness = new(model, new GradientCheckOptions { Batch = Batch, Phase = phase }, Batch);
        harness.Forward();
        harness.Backward();
        T[] bias = dense.Bias!.Values<T>().ToArray();
        Assert.That(bias, Has.None.EqualTo(T.Zero));
        Assert.That(harness.Output(0).ToArray().Chunk(units), Is.All.EqualTo(bias));
        Assert.That(harness.Gradient(dense.Kernel!).ToArray(), Is.All.EqualTo(T.Zero));
        Assert.That(harness.InputGradient(0).ToArray(), Is.All.EqualTo(T.Zero));
        Assert.That(harness.Gradient(dense.Bias).ToArray(), Has.None.EqualTo(T.Zero));
    }

    private static Precision PrecisionOfT => typeof(T) == typeof(float) ? Precision.Single : Precision.Double;

    private static T[] Identity(int size) =>
        [.. Enumerable.Range(0, size * size).Select(i => i % (size + 1) == 0 ? T.One : T.Zero)];
}
