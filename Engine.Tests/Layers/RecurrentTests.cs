using System.Numerics.Tensors;
using Engine.Activations;
using Engine.Checking;
using Engine.Initializers;
using Engine.Layers;
using Engine.Tests.Support;

namespace Engine.Tests.Layers;

/// <summary>
/// Recurrent layers against plain loops, with masks of all kinds; dropout, zoneout, states and truncation as a user sees them.
/// </summary>
public class RecurrentTests
{
    // Three blocks of places, the last not full; more units than a vector has lanes, and part of another.
    private const int Batch = 37, Steps = 6, Features = 3;

    /// <summary>Which steps of a sample count.</summary>
    private static readonly (string Name, Func<int, int, bool> Counts)[] s_masks =
    [
        ("no step masked", (_, _) => true),
        ("padded at the end", (sample, t) => t < sample % (Steps + 1)),
        ("padded at the beginning", (sample, t) => t >= sample % (Steps + 1)),
        ("with gaps", (sample, t) => ((sample * 7) + (t * t * 3)) % 5 > 1),
    ];

    private static IEnumerable<TestCaseData> Kinds
    {
        get
        {
            foreach (string kind in (string[])["lstm", "gru", "gru, reset before", "simple"])
            {
                foreach (int mask in Enumerable.Range(0, s_masks.Length))
                {
                    foreach (bool backwards in (bool[])[false, true])
                    {
                        yield return new TestCaseData(kind, mask, backwards).SetArgDisplayNames(
                            kind, s_masks[mask].Name, backwards ? "backwards" : "forwards");
                    }
                }
            }
        }
    }

    [TestCaseSource(nameof(Kinds))]
    public void OutputsAndStatesAreTheNaiveTwins(string kind, int mask, bool backwards)
    {
        foreach (int units in (int[])[5, 19])
        {
            foreach (bool zeros in (bool[])[false, true])
            {
                RecurrentLayer layer = Make(kind, units, backwards, zeros);
                int states = kind == "lstm" ? 2 : 1;
                Input sequence = new(Steps, Features), counts = new(Steps);
                Node[] inputs = [sequence, counts, .. Enumerable.Range(0, states).Select(_ => new Input(units).Output)];
                IReadOnlyList<Node> outputs = layer.ApplyMany([new MaskBy().Apply(inputs[0], inputs[1]), .. inputs.Skip(2)]);
                Model model = new(inputs, outputs) { Precision = Precision.Double, Seed = 3 };
                double[][] values = [.. inputs.Select((input, i) => Numbers(Batch * input.Shape.Size, i))];
                for (int i = 0; i < Batch * Steps; i++)
                {
                    values[1][i] = s_masks[mask].Counts(i / Steps, i % Steps) ? 1 : 0;
                }

                Tensor<double>[] predictions = [.. model.Predict([.. values.Select((value, i) => ToTensor(value, inputs[i].Shape))])];
                NaiveRecurrent.Cell cell = Twin(kind, layer, units);
                for (int sample = 0; sample < Batch; sample++)
                {
                    double[][] x = [.. values[0].Chunk(Features).Skip(sample * Steps).Take(Steps)];
                    double[][] initial = [.. values.Skip(2).Select(state => state.Chunk(units).ElementAt(sample))];
                    (double[][] y, double[][] final) = NaiveRecurrent.Run(
                        cell,
                        x,
                        [.. Enumerable.Range(0, Steps).Select(t => s_masks[mask].Counts(sample, t))],
                        initial,
                        backwards,
                        zeros);
                    Assert.That(Row(predictions[0], sample), Is.EqualTo(y.SelectMany(row => row)).Within(1e-13), $"sample {sample}");
                    for (int i = 0; i < states; i++)
                    {
                        Assert.That(Row(predictions[1 + i], sample), Is.EqualTo(final[i]).Within(1e-13), $"sample {sample}, state {i}");
                    }
                }
            }
        }
    }

    [Test]
    public void TheLastOutputIsThatOfTheLastStepThatCountsOrZero(
        [Values("lstm", "gru", "simple")] string kind, [Values] bool backwards)
    {
        const int Units = 5;
        RecurrentLayer sequences = Make(kind, Units, backwards, zeros: false);
        RecurrentLayer last = Make(kind, Units, backwards, zeros: false, last: true);
        Input x = new(Steps, Features), counts = new(Steps);
        Node masked = new MaskBy().Apply(x, counts);
        Model model = new([x, counts], [sequences.ApplyMany(masked)[0], last.ApplyMany(masked)[0]]) { Seed = 3 };
        model.EnsureInitialized();
        foreach ((Parameter from, Parameter to) in sequences.Parameters.Zip(last.Parameters))
        {
            to.SetValues(from.Values<float>());
        }

        float[] mask =
            [.. Enumerable.Range(0, Batch * Steps).Select(i => s_masks[3].Counts(i / Steps, i % Steps) && i >= Steps ? 1f : 0)];
        IReadOnlyList<Tensor<float>> y = model.Predict(
            [ToTensor([.. Numbers(Batch * Steps * Features, 1).Select(v => (float)v)], [Steps, Features]), ToTensor(mask, [Steps])]);
        for (int sample = 0; sample < Batch; sample++)
        {
            Assert.That(Row(y[1], sample), Is.EqualTo(Row(y[0], sample).AsSpan((Steps - 1) * Units, Units).ToArray()));
        }

        Assert.That(Row(y[1], 0), Is.All.Zero, "nothing counts");
    }

    private static IEnumerable<Func<RecurrentLayer>> MaskedLayers =>
    [
        () => new LSTM(4, returnSequences: true, returnState: true, dropout: 0.3, recurrentDropout: 0.3),
        () => new LSTM(4, dropout: 0.3, recurrentDropout: 0.3, dropoutMasks: DropoutMasks.Tied),
        () => new LSTM(4, returnSequences: true, goBackwards: true, dropoutPerStep: true, recurrentDropout: 0.3),
        () => new LSTM(4, returnSequences: true, zeroOutputForMask: true, zoneout: 0.3, cellZoneout: 0.2),
        () => new LSTM(4, ActivationFunction.SiLU, returnState: true),
        () => new GRU(4, returnSequences: true, returnState: true, dropout: 0.3, recurrentDropout: 0.3),
        () => new GRU(4, resetAfter: false, returnSequences: true, recurrentDropout: 0.3, zoneout: 0.2),
        () => new SimpleRNN(4, returnSequences: true, goBackwards: true, recurrentDropout: 0.3),
        () => new LayerNormalizedLSTM(4, returnSequences: true, dropout: 0.3, zoneout: 0.3, epsilon: 0.1),
    ];

    [TestCaseSource(nameof(MaskedLayers))]
    public void GradientsAreRightWithMasks(Func<RecurrentLayer> make)
    {
        foreach (int mask in Enumerable.Range(1, 3))
        {
            Input x = new(Steps, Features), counts = new(Steps);
            IReadOnlyList<Node> outputs = make().ApplyMany(new MaskBy().Apply(x, counts));

            // The last output is there for the mask's own input to have a gradient, which the check asks for.
            Node[] all = [.. outputs, new Dense(1).Apply(counts)];
            GradientCheck.Run(new Model([x, counts], all) { Precision = Precision.Double }, new GradientCheckOptions
            {
                Batch = 5,
                FillInput = (index, attempt, values) =>
                {
                    for (int i = 0; i < values.Length; i++)
                    {
                        values[i] = index == 1
                            ? (s_masks[mask].Counts((i / Steps) + 2, i % Steps) ? 1 : -1)
                            : Math.Sin((i * 1.7) + attempt);
                    }
                },
            }).ThrowIfFailed();
        }
    }

    // More rows than are masked at a time, where each gate has masks of its own.
    [Test]
    public void GradientsAreRightOverManyRows([Values("lstm", "gru", "gru, reset before")] string kind)
    {
        RecurrentLayer layer = kind == "lstm"
            ? new LSTM(3, dropout: 0.3, recurrentDropout: 0.3)
            : new GRU(3, dropout: 0.3, recurrentDropout: 0.3, resetAfter: kind == "gru");
        GradientCheck.Run(layer, [Steps, 2], new GradientCheckOptions { Batch = 111, MaxElements = 12 }).ThrowIfFailed();
    }

    // SimpleRNN without its nonlinearity, its kernel the identity, its past forgotten: the output is the masked input.
    [Test]
    public void DropoutDropsTheSameFeaturesAtAllStepsUnlessPerStep([Values] bool perStep)
    {
        const int Units = 64;
        SimpleRNN layer = new(
            Units, ActivationFunction.Linear, dropout: 0.25, returnSequences: true, dropoutPerStep: perStep,
            recurrentInitializer: Initializer.Zeros);
        LayerRun<double> run = new(Identity(layer, Units), Batch);
        double[] y = run.Forward([.. Enumerable.Repeat(1.0, Batch * Steps * Units)])[0];
        Assert.That(y, Has.All.EqualTo(0).Or.EqualTo(1 / 0.75).Within(1e-15));
        Assert.That(y.Average(), Is.EqualTo(1).Within(0.06), "the mean of 2368 draws or more, four deviations");
        int changes = Enumerable.Range(0, Batch * Steps * Units).Count(i => i / Units % Steps > 0 && y[i] != y[i - Units]);
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
        double[] y = new LayerRun<double>(model, Batch).Forward(new double[Batch * 3], [.. Enumerable.Repeat(1.0, Batch * Units)])[0];
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
        double[] x = [.. Enumerable.Range(0, Batch * 2 * Units).Select(i => i / Units % 2 == 0 ? 1.0 : 3)];
        SimpleRNN Make() => new(
            Units, ActivationFunction.Linear, zoneout: 0.25, returnSequences: true, recurrentInitializer: Initializer.Zeros);
        double[] y = new LayerRun<double>(Identity(Make(), Units, 2), Batch).Forward(x)[0];
        double[] first = [.. y.Where((_, i) => i / Units % 2 == 0)], second = [.. y.Where((_, i) => i / Units % 2 == 1)];
        Assert.That(first, Has.All.EqualTo(0).Or.EqualTo(1));
        Assert.That(first.Count(value => value == 0), Is.EqualTo(592).Within(85), "a quarter of 2368, four deviations");
        Assert.That(second.Count(value => value == 3), Is.EqualTo(1776).Within(85));
        Assert.That(second.Zip(first).Count(pair => pair.First == pair.Second), Is.EqualTo(592).Within(85), "what was there stays");

        double[] expected = new LayerRun<double>(Identity(Make(), Units, 2), Batch, Phase.Inference).Forward(x)[0];
        Assert.That(expected, Has.All.EqualTo(0.75).Or.EqualTo((0.25 * 0.75) + (0.75 * 3)).Within(1e-15));
    }

    // Behind a cut nothing arrives; after it, what the rest of the sequence gives from the state at the cut.
    [Test]
    public void TruncationCutsTheGradient([Values("lstm", "gru", "simple")] string kind)
    {
        const int Cut = 4;
        RecurrentLayer truncated = kind switch
        {
            "lstm" => new LSTM(5, truncation: Cut),
            "gru" => new GRU(5, truncation: Cut),
            _ => new SimpleRNN(5, truncation: Cut),
        };
        double[] x = Numbers(Batch * Steps * Features, 1);
        double[] dx = Gradient(truncated, x, null);
        double[] whole = Gradient(Make(kind, 5, false, false, last: true, states: false), x, truncated);
        for (int i = 0; i < dx.Length; i++)
        {
            bool isBehind = i / Features % Steps < Cut;
            Assert.That(dx[i], isBehind ? Is.Zero : Is.EqualTo(whole[i]).Within(1e-15));
            Assert.That(whole[i], Is.Not.Zero);
        }
    }

    [Test]
    public void AStatefulLayerGoesOnWhereItStopped([Values("lstm", "gru", "simple")] string kind)
    {
        RecurrentLayer whole = kind switch
        {
            "lstm" => new LSTM(5, returnSequences: true),
            "gru" => new GRU(5, returnSequences: true),
            _ => new SimpleRNN(5, returnSequences: true),
        };
        RecurrentLayer parts = kind switch
        {
            "lstm" => new LSTM(5, returnSequences: true, stateful: true, batch: Batch),
            "gru" => new GRU(5, returnSequences: true, stateful: true, batch: Batch),
            _ => new SimpleRNN(5, returnSequences: true, stateful: true, batch: Batch),
        };
        Sequential one = new(new Input(Steps, Features), whole) { Seed = 5 }, two = new(new Input(Steps / 2, Features), parts) { Seed = 5 };
        float[] x = [.. Numbers(Batch * Steps * Features, 1).Select(value => (float)value)];
        float[] Half(int half) =>
            [.. x.Where((_, i) => i / (Features * Steps / 2) % 2 == half)];
        float[] expected = one.Predict(ToTensor(x, [Steps, Features])).ToArray();
        float[] Part(int half) => [.. expected.Where((_, i) => i / (5 * Steps / 2) % 2 == half)];
        Tensor<float> first = ToTensor(Half(0), [Steps / 2, Features]), second = ToTensor(Half(1), [Steps / 2, Features]);
        float[] Predict(Tensor<float> part) => two.Predict(part, new PredictOptions { BatchSize = Batch }).ToArray();
        Assert.That(Predict(first), Is.EqualTo(Part(0)).Within(1e-6f));
        Assert.That(Predict(second), Is.EqualTo(Part(1)).Within(1e-6f));
        Assert.That(Predict(first), Is.Not.EqualTo(Part(0)).Within(1e-3f), "it remembers");
        two.ResetStates();
        Assert.That(Predict(first), Is.EqualTo(Part(0)).Within(1e-6f));

        Assert.That(
            () => two.Predict(
                ToTensor(new float[(Batch + 1) * Steps / 2 * Features], [Steps / 2, Features]),
                new PredictOptions { BatchSize = Batch + 1 }),
            Throws.TypeOf<ShapeException>().With.Message.Contains(
                $"expected at most {Batch} samples, whose states it remembers, got {Batch + 1}. "
                + "Make the layer with a larger batch, or the batches smaller."));
    }

    [Test]
    public void ThreadsDoNotChangeABit()
    {
        double[]? one = null;
        foreach (int threads in (int[])[1, 2, 4])
        {
            LSTM layer = new(19, dropout: 0.2, recurrentDropout: 0.2, returnSequences: true, zoneout: 0.1);
            Input x = new(Steps, Features), counts = new(Steps);
            Model model = new([x, counts], [layer.Apply(new MaskBy().Apply(x, counts))]) { Precision = Precision.Double, Seed = 1 };
            LayerRun<double> run = new(model, Batch);
            run.Run.Threads = threads;
            double[] mask = [.. Enumerable.Range(0, Batch * Steps).Select(i => s_masks[3].Counts(i / Steps, i % Steps) ? 1.0 : 0)];
            double[] y = run.Forward(Numbers(Batch * Steps * Features, 1), mask)[0];
            double[] results = [.. y, .. run.Backward(Numbers(y.Length, 2))[0]];
            one ??= results;
            Assert.That(results, Is.EqualTo(one));
        }
    }

    // A sample's masks go by its key: drawn alone, in another place of another batch, they are the same.
    [Test]
    public void MasksGoByTheSamplesKeys([Values] bool perStep)
    {
        LSTM layer = new(7, dropout: 0.3, recurrentDropout: 0.3, dropoutPerStep: perStep);
        LayerRun<double> many = new(layer, [Steps, Features], Batch);
        double[] x = Numbers(Batch * Steps * Features, 1);
        double[] all = many.Forward(x)[0];
        LayerRun<double> alone = new(layer, [Steps, Features], 1, Phase.StochasticInference);
        alone.Run.RowKeys = new uint[] { 20 };
        Assert.That(
            alone.Forward(x.AsSpan(20 * Steps * Features, Steps * Features).ToArray())[0],
            Is.EqualTo(all.AsSpan(20 * 7, 7).ToArray()).Within(1e-15));
    }

    [Test]
    public void ConstructorsRefuseWhatCannotBe()
    {
        Assert.That(() => new LSTM(0), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "LSTM: expected at least 1 unit, got 0."));
        Assert.That(() => new GRU(3, dropout: 1.5), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "GRU: expected dropout in [0, 1), got 1.5. Of a sequence something must be left."));
        Assert.That(() => new LSTM(3, dropout: 1), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "LSTM: expected dropout in [0, 1), got 1. Of a sequence something must be left."));
        Assert.That(() => new LSTM(3, recurrentDropout: 1), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "LSTM: expected recurrentDropout in [0, 1), got 1. Of a state something must be left."));
        Assert.That(() => new LSTM(3, cellZoneout: double.NaN), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "LSTM: expected cellZoneout in [0, 1), got NaN. Of a state something must be left."));
        Assert.That(() => new SimpleRNN(3, truncation: 0), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "SimpleRNN: expected a truncation of at least 1 step, or null for none, got 0."));
        Assert.That(() => new LSTM(3, stateful: true), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "LSTM: expected a largest batch of at least 1 for a stateful layer, got none."));
        Assert.That(() => new LSTM(3, batch: 8), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "LSTM: expected no batch for a layer that is not stateful, got 8."));
        Assert.That(() => new LSTM(3, dropoutMasks: (DropoutMasks)7), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "LSTM: expected KerasDefault, Tied or PerGate, got 7."));
        Assert.That(
            () => new LSTM(3).ApplyMany(new Input(5, 2), new Input(3)), Throws.TypeOf<ShapeException>().With.Message.EqualTo(
                "lstm (LSTM): expected a sequence, or one and two initial states, got 2 inputs."));
        Assert.That(
            () => new GRU(3).ApplyMany(new Input(5, 2), new Input(4)), Throws.TypeOf<ShapeException>().With.Message.EqualTo(
                "gru (GRU): expected input [n, 3] as an initial state, got [n, 4]."));
    }

    [Test]
    public void TheForgetGateBeginsWithOnes()
    {
        LSTM layer = new(3, biasInitializer: Initializer.Constant(0.5)), plain = new(3, unitForgetBias: false);
        new Sequential(new Input(5, 2), layer).EnsureInitialized();
        new Sequential(new Input(5, 2), plain).EnsureInitialized();
        Assert.That(layer.Bias!.Values<float>().ToArray(), Is.EqualTo((float[])[.5f, .5f, .5f, 1, 1, 1, .5f, .5f, .5f, .5f, .5f, .5f]));
        Assert.That(plain.Bias!.Values<float>().ToArray(), Is.All.Zero);

        // Orthogonal over the whole matrix: R·Rᵀ = 1 for [3, 12].
        ReadOnlySpan<float> r = layer.RecurrentKernel!.Values<float>();
        for (int i = 0; i < 3; i++)
        {
            for (int j = 0; j < 3; j++)
            {
                Assert.That(
                    TensorPrimitives.Dot(r.Slice(12 * i, 12), r.Slice(12 * j, 12)), Is.EqualTo(i == j ? 1 : 0).Within(1e-6));
            }
        }
    }

    private static RecurrentLayer Make(string kind, int units, bool backwards, bool zeros, bool last = false, bool states = true)
    {
        Initializer bias = Initializer.RandomNormal(0.5);
        return kind switch
        {
            "lstm" => new LSTM(
                units, biasInitializer: bias, returnSequences: !last, returnState: states, goBackwards: backwards, zeroOutputForMask: zeros),
            "simple" => new SimpleRNN(
                units, biasInitializer: bias, returnSequences: !last, returnState: states, goBackwards: backwards, zeroOutputForMask: zeros),
            _ => new GRU(
                units, biasInitializer: bias, returnSequences: !last, returnState: states, goBackwards: backwards, zeroOutputForMask: zeros,
                resetAfter: kind == "gru"),
        };
    }

    private static NaiveRecurrent.Cell Twin(string kind, RecurrentLayer layer, int units)
    {
        double[] w = layer.Kernel!.Values<double>().ToArray(), r = layer.RecurrentKernel!.Values<double>().ToArray();
        double[] b = layer.Bias!.Values<double>().ToArray();
        return kind switch
        {
            "lstm" => NaiveRecurrent.Lstm(w, r, b, units),
            "simple" => NaiveRecurrent.Simple(w, r, b, units),
            _ => NaiveRecurrent.Gru(w, r, b, units, resetAfter: kind == "gru"),
        };
    }

    // The gradient of the sum of the outputs, with the weights of another layer.
    private static double[] Gradient(RecurrentLayer layer, double[] x, RecurrentLayer? weights)
    {
        LayerRun<double> run = new(layer, [Steps, Features], Batch);
        run.Forward(x);
        for (int p = 0; weights is not null && p < layer.Parameters.Count; p++)
        {
            layer.Parameters[p].SetValues(weights.Parameters[p].Values<double>());
        }

        double[] y = run.Forward(x)[0];
        return run.Backward([.. Enumerable.Repeat(1.0, y.Length)])[0];
    }

    private static Model Identity(SimpleRNN layer, int units, int steps = Steps)
    {
        Sequential model = new(new Input(steps, units), layer) { Precision = Precision.Double, Seed = 1 };
        model.EnsureInitialized();
        layer.Kernel!.SetValues<double>(Diagonal(units));
        return model;
    }

    private static double[] Diagonal(int units) => [.. Enumerable.Range(0, units * units).Select(i => i % (units + 1) == 0 ? 1.0 : 0)];

    private static double[] Numbers(int length, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, length).Select(_ => (random.NextDouble() * 4) - 2)];
    }

    private static T[] Row<T>(Tensor<T> tensor, int sample)
    {
        T[] values = tensor.ToArray();
        int length = values.Length / (int)tensor.Lengths[0];
        return values.AsSpan(sample * length, length).ToArray();
    }

    private static Tensor<T> ToTensor<T>(T[] values, Shape shape) =>
        Tensor.Create(values, [values.Length / shape.Size, .. shape.Select(length => (nint)length)]);
}
