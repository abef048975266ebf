using Engine.Activations;
using Engine.Initializers;
using Engine.Layers;
using Engine.Tests.Models;
using Engine.Tests.Support;

namespace Engine.Tests.Layers;

/// <summary>Dropout inside recurrent layers against plain loops, whose masks another layer shows; zoneout's shares of states.</summary>
public sealed class RecurrentDropoutTests
{
    private const int Batch = 9, Steps = 6, Features = 3, Units = 5;
    private const double Rate = 0.4;

    /// <summary>Samples, where shares of what is drawn are counted.</summary>
    private const int Counted = 37;

    private static IEnumerable<object[]> Kinds =>
        from kind in (string[])["lstm", "gru", "gru, reset before", "simple", "normalized lstm"]
        from masks in kind is "simple" or "normalized lstm" ? (DropoutMasks[])[DropoutMasks.Tied] : [DropoutMasks.Tied, DropoutMasks.PerGate]
        from perStep in (bool[])[false, true]
        select new object[] { kind, masks, perStep };

    [TestCaseSource(nameof(Kinds))]
    public void OutputsAreTheNaiveTwins(string kind, DropoutMasks masks, bool perStep)
    {
        RecurrentLayer layer = Make(kind, masks, perStep);
        Sequential model = new(new Input(Steps, Features), layer) { Precision = Precision.Double, Seed = 1 };
        model.EnsureInitialized();
        double[] x = Samples.Numbers<double>(Batch * Steps * Features, 1);
        double[] y = new LayerRun<double>(model, Batch).Forward(x)[0];

        int copies = masks == DropoutMasks.Tied ? 1 : kind == "lstm" ? 4 : 3;
        double[] ofInputs = Masks(copies * Features, isState: false, perStep), ofStates = Masks(copies * Units, isState: true, perStep);
        Assert.That(ofInputs, Does.Contain(0.0));
        Assert.That(ofStates, Does.Contain(0.0));
        NaiveRecurrent.Cell cell = NaiveRecurrent.Of(layer);
        for (int sample = 0; sample < Batch; sample++)
        {
            double[][] states = [new double[Units], new double[Units]];
            for (int row = sample * Steps; row < (sample + 1) * Steps; row++)
            {
                double[] Drop(bool isState, int gate, double[] values)
                {
                    int start = ((row * copies) + (copies == 1 ? 0 : gate)) * values.Length;
                    return [.. values.Zip((isState ? ofStates : ofInputs)[start..], (value, mask) => value * mask)];
                }

                states = cell(x[(row * Features)..((row + 1) * Features)], states, Drop);
                Assert.That(y[(row * Units)..((row + 1) * Units)], Is.EqualTo(states[0]).Within(1e-12), $"sample {sample}, row {row}");
            }
        }
    }

    // One step from given states: a unit has its old value or the new one, in h and in c by rates of their own.
    [Test]
    public void ZoneoutKeepsAShareOfEachState([Values("lstm", "gru", "normalized lstm")] string kind)
    {
        const int Wide = 64, Many = 37;
        double[] rates = kind == "gru" ? [0.25] : [0.25, 0.6];
        double[][] initial = [.. rates.Select((_, k) => Samples.Numbers<double>(Many * Wide, 2 + (ulong)k))];
        double[][] Run(double zoneout, double cellZoneout)
        {
            RecurrentLayer layer = kind switch
            {
                "lstm" => new LSTM(Wide, zoneout: zoneout, cellZoneout: cellZoneout, returnState: true),
                "gru" => new GRU(Wide, zoneout: zoneout, returnState: true),
                _ => new LayerNormalizedLSTM(Wide, zoneout: zoneout, cellZoneout: cellZoneout, returnState: true),
            };
            Node[] inputs = [new Input(1, Features).Output, .. rates.Select(_ => new Input(Wide).Output)];
            Model model = new(inputs, layer.ApplyMany(inputs)) { Precision = Precision.Double, Seed = 1 };
            return new LayerRun<double>(model, Many).Forward([Samples.Numbers<double>(Many * Features, 1), .. initial])[1..];
        }

        double[][] mixed = Run(0.25, 0.6), updated = Run(0, 0);
        bool[][] kept = [.. mixed.Select((state, k) => state.Select((value, i) => value == initial[k][i]).ToArray())];
        for (int k = 0; k < rates.Length; k++)
        {
            Assert.That(kept[k].Count(isKept => isKept), Is.EqualTo(rates[k] * Many * Wide).Within(96), "four deviations");
            Assert.That(mixed[k], Is.EqualTo(updated[k].Select((value, i) => kept[k][i] ? initial[k][i] : value)));
        }

        if (rates.Length == 2)
        {
            int both = kept[0].Zip(kept[1], (h, c) => h && c).Count(isKept => isKept);
            Assert.That(both, Is.EqualTo(0.15 * Many * Wide).Within(70), "drawn apart: four deviations");
        }
    }

    // SimpleRNN without its nonlinearity, its kernel the identity, its past forgotten: the output is the masked input.
    [Test]
    public void DropoutDropsTheSameFeaturesAtAllStepsUnlessPerStep([Values] bool perStep)
    {
        const int Units = 64;
        SimpleRNN layer = new(
            Units, ActivationFunction.Linear, dropout: 0.25, returnSequences: true, dropoutPerStep: perStep,
            recurrentInitializer: Initializer.Zeros);
        LayerRun<double> run = new(Identity(layer, Units), Counted);
        double[] y = run.Forward([.. Enumerable.Repeat(1.0, Counted * Steps * Units)])[0];
        Assert.That(y, Has.All.EqualTo(0).Or.EqualTo(1 / 0.75).Within(1e-15));
        Assert.That(y.Average(), Is.EqualTo(1).Within(0.06), "the mean of 2368 draws or more, four deviations");
        int changes = Enumerable.Range(0, Counted * Steps * Units).Count(i => i / Units % Steps > 0 && y[i] != y[i - Units]);
        Assert.That(changes, perStep ? Is.GreaterThan(2000) : Is.Zero);
        Assert.That(y.AsSpan(0, Units).ToArray(), Is.Not.EqualTo(y.AsSpan(Steps * Units, Units).ToArray()), "each sample has its own");
    }

    // h = m ∘ h', the input multiplied by zero: after t steps of one mask, 0 or (1 / keep)^t.
    [Test]
    public void RecurrentDropoutDropsTheSameUnitsAtAllStepsUnlessPerStep([Values] bool perStep)
    {
        const int Units = 64;
        SimpleRNN layer = new(
            Units, ActivationFunction.Linear, recurrentDropout: 0.5, dropoutPerStep: perStep, kernelInitializer: Initializer.Zeros);
        Input x = new(3, 1), state = new(Units);
        Model model = new([x, state], [layer.Apply(x, state)]) { Precision = Precision.Double, Seed = 1 };
        model.EnsureInitialized();
        layer.RecurrentKernel!.SetValues<double>(Diagonal(Units));
        double[] y = new LayerRun<double>(model, Counted).Forward(new double[Counted * 3], [.. Enumerable.Repeat(1.0, Counted * Units)])[0];
        Assert.That(y, Has.All.EqualTo(0).Or.EqualTo(8));

        // Kept with probability 1/2, or (1/2)³: means 4 and 1, deviations of the mean 0.08 and 0.05.
        Assert.That(y.Average(), Is.EqualTo(perStep ? 1 : 4).Within(0.33));
    }

    // One step of an LSTM without nonlinearities, its gates being the masked input: h = o · i · n = m_o · m_i · m_n.
    [Test]
    public void GatesShareAMaskWhereItIsTied(
        [Values] DropoutMasks masks, [Values(0, 0.1)] double recurrent)
    {
        LSTM layer = new(
            1, ActivationFunction.Linear, ActivationFunction.Linear, useBias: false, kernelInitializer: Initializer.Ones,
            dropout: 0.5, recurrentDropout: recurrent, dropoutMasks: masks);
        double[] y = new LayerRun<double>(layer, [1, 1], 4000).Forward([.. Enumerable.Repeat(1.0, 4000)])[0];
        Assert.That(y, Has.All.EqualTo(0).Or.EqualTo(8));
        bool isTied = masks == DropoutMasks.Tied || (masks == DropoutMasks.KerasDefault && recurrent == 0);
        Assert.That(y.Count(value => value != 0), Is.EqualTo(isTied ? 2000 : 500).Within(130), "four deviations");
    }

    [Test]
    public void ZoneoutKeepsAShareOfUnitsInTrainingAndTheExpectationInInference()
    {
        const int Units = 64;
        double[] x = [.. Enumerable.Range(0, Counted * 2 * Units).Select(i => i / Units % 2 == 0 ? 1.0 : 3)];
        SimpleRNN Make() => new(
            Units, ActivationFunction.Linear, zoneout: 0.25, returnSequences: true, recurrentInitializer: Initializer.Zeros);
        double[] y = new LayerRun<double>(Identity(Make(), Units, 2), Counted).Forward(x)[0];
        double[] first = [.. y.Where((_, i) => i / Units % 2 == 0)], second = [.. y.Where((_, i) => i / Units % 2 == 1)];
        Assert.That(first, Has.All.EqualTo(0).Or.EqualTo(1));
        Assert.That(first.Count(value => value == 0), Is.EqualTo(592).Within(85), "a quarter of 2368, four deviations");
        Assert.That(second.Count(value => value == 3), Is.EqualTo(1776).Within(85));
        Assert.That(second.Zip(first).Count(pair => pair.First == pair.Second), Is.EqualTo(592).Within(85), "what was there stays");

        double[] expected = new LayerRun<double>(Identity(Make(), Units, 2), Counted, Phase.Inference).Forward(x)[0];
        Assert.That(expected, Has.All.EqualTo(0.75).Or.EqualTo((0.25 * 0.75) + (0.75 * 3)).Within(1e-15));
    }

    // A SimpleRNN at the same place of a graph, as wide as all copies together, draws the same masks. It shows them, linear and with
    // identities for kernels, where all inputs are 1: h = m, or h = 1 + m ∘ h'. At the first step h' is 0, and its mask no matter.
    private static double[] Masks(int width, bool isState, bool perStep)
    {
        double[] identity = [.. Enumerable.Range(0, width * width).Select(i => i % (width + 1) == 0 ? 1.0 : 0)];
        SimpleRNN layer = new(
            width, ActivationFunction.Linear, dropout: isState ? 0 : Rate, recurrentDropout: isState ? Rate : 0, dropoutPerStep: perStep,
            returnSequences: true);
        Sequential model = new(new Input(Steps, width), layer) { Precision = Precision.Double, Seed = 1 };
        model.EnsureInitialized();
        layer.Kernel!.SetValues<double>(identity);
        layer.RecurrentKernel!.SetValues<double>(isState ? identity : new double[width * width]);
        double[] h = new LayerRun<double>(model, Batch).Forward([.. Enumerable.Repeat(1.0, Batch * Steps * width)])[0];
        return isState ? [.. h.Select((value, i) => i / width % Steps == 0 ? 1 : (value - 1) / h[i - width])] : h;
    }

    private static RecurrentLayer Make(string kind, DropoutMasks masks, bool perStep)
    {
        Initializer bias = Initializer.RandomNormal(0.5);
        return kind switch
        {
            "lstm" => new LSTM(
                Units, biasInitializer: bias, dropout: Rate, recurrentDropout: Rate, dropoutMasks: masks, dropoutPerStep: perStep,
                returnSequences: true),
            "simple" => new SimpleRNN(
                Units, biasInitializer: bias, dropout: Rate, recurrentDropout: Rate, dropoutPerStep: perStep, returnSequences: true),
            "normalized lstm" => new LayerNormalizedLSTM(
                Units, biasInitializer: bias, dropout: Rate, recurrentDropout: Rate, dropoutPerStep: perStep, returnSequences: true),
            _ => new GRU(
                Units, biasInitializer: bias, dropout: Rate, recurrentDropout: Rate, dropoutMasks: masks, dropoutPerStep: perStep,
                returnSequences: true, resetAfter: kind == "gru"),
        };
    }

    private static Model Identity(SimpleRNN layer, int units, int steps = Steps)
    {
        Sequential model = new(new Input(steps, units), layer) { Precision = Precision.Double, Seed = 1 };
        model.EnsureInitialized();
        layer.Kernel!.SetValues<double>(Diagonal(units));
        return model;
    }

    private static double[] Diagonal(int units) => [.. Enumerable.Range(0, units * units).Select(i => i % (units + 1) == 0 ? 1.0 : 0)];
}
