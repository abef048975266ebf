using Engine.Activations;
using Engine.Initializers;
using Engine.Layers;
using Engine.Tests.Models;

namespace Engine.Tests.Layers;

/// <summary>What holds for every layer that has dropout inside it, or around another.</summary>
public sealed class InnerDropoutTests
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
        Sequential inner = new(new Input([.. s_input]), layer) { Seed = 3 };
        Sequential model = new(new Input([.. s_input]), new Sequential(new Input([.. s_input]), inner)) { Seed = 3 };
        float[] x = Samples.Numbers<float>(Batch * s_input.Size, 3);
        float[] inference = new LayerRun<float>(inner, Batch, Phase.Inference).Forward(x)[0];
        foreach (Phase phase in Enum.GetValues<Phase>())
        {
            float[] y = new LayerRun<float>(model, Batch, phase).Forward(x)[0];
            Assert.That(y.SequenceEqual(inference), Is.EqualTo(phase == Phase.Inference), $"{phase}");
        }
    }

    [TestCaseSource(nameof(WithoutDropoutAtZero))]
    public void InferenceAndARateOfZeroAreTheLayerWithoutDropoutBitForBit(Member member)
    {
        float[] x = Samples.Numbers<float>(Batch * s_input.Size, 3);
        float[] without = Run(0, Phase.Inference);
        Assert.That(Run(0.5, Phase.Inference), Is.EqualTo(without));
        Assert.That(Run(0, Phase.Training), Is.EqualTo(without));
        Assert.That(Run(0, Phase.StochasticInference), Is.EqualTo(without));
        Assert.That(Run(0.5, Phase.Training), Is.Not.EqualTo(without));

        float[] Run(double rate, Phase phase) => new LayerRun<float>(
            new Sequential(new Input([.. s_input]), member.Make(rate)) { Seed = 3 }, Batch, phase).Forward(x)[0];
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
        Sequential model = new(new Input(3, Units), layer) { Precision = Precision.Double, Seed = 1 };
        model.EnsureInitialized();
        layer.Kernel!.SetValues<double>([.. Enumerable.Range(0, Units * Units).Select(i => i % (Units + 1) == 0 ? 1.0 : 0)]);
        double[] ones = [.. Enumerable.Repeat(1.0, Batch * 3 * Units)];
        LayerRun<double> run = new(model, Batch);
        double[] mask = run.Forward(ones)[0];
        Assert.That(mask, Does.Contain(0).And.Some.Not.EqualTo(0));
        Assert.That(run.Backward(ones)[0], Is.EqualTo(mask));
    }

    // E[W · mask / keep] = W, and the layer is linear in W. Within four and a half standard errors.
    [Test]
    public void TheExpectedWeightsOfDropConnectAreTheWeights([Values(0.02, 0.25, 0.5, 0.9)] double rate, [Values(null, 77ul)] ulong? seed)
    {
        const int Steps = 25, Features = 31, Units = 23;
        DropConnect layer = new(new Dense(Units, kernelInitializer: Initializer.Ones, useBias: false), rate, seed: seed);
        double[] identity = [.. Enumerable.Range(0, Features * Features).Select(i => i % (Features + 1) == 0 ? 1.0 : 0)];
        LayerRun<double> run = new(layer, [Features], Features);
        double sum = 0;
        for (int step = 0; step < Steps; step++)
        {
            run.Run.Step = (ulong)step;
            sum += run.Forward(identity)[0].Average();
        }

        double error = Math.Sqrt(rate / (1 - rate) / (Steps * Features * Units));
        Assert.That(sum / Steps, Is.EqualTo(1).Within(4.5 * error));
    }
}
