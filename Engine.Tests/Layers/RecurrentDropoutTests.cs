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
}
