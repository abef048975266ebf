using System.Numerics;
using System.Numerics.Tensors;
using Engine.Checking;
using Engine.Data;
using Engine.Initializers;
using Engine.Layers;
using Engine.Losses;
using Engine.Optimizers;
using Engine.Tests.Models;
using Engine.Tests.Support;

namespace Engine.Tests.Layers;

/// <summary>
/// Recurrent layers against plain loops, with masks of all kinds; dropout, zoneout, states and truncation as a user sees them.
/// </summary>
public class RecurrentTests
{
    // Four blocks of lanes as high as they get, but for the last, and lower ones where steps are masked; more units than a vector has
    // lanes, and part of another.
    private const int Batch = 61, Steps = 6, Features = 3;

    // Of the hidden state and of the cell's.
    private static readonly double[] s_zoneout = [0.3, 0.2];

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
            foreach (string kind in (string[])["lstm", "gru", "gru, reset before", "simple", "normalized lstm"])
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
        foreach ((int units, bool zeros, bool zoneout) in
            ((int, bool, bool)[])[(5, false, false), (5, true, true), (19, false, true), (19, true, false)])
        {
            RecurrentLayer layer = Make(kind, units, backwards, zeros, zoneout: zoneout);
            int states = StatesOf(kind);
            Input sequence = new(Steps, Features), counts = new(Steps);
            Node[] inputs = [sequence, counts, .. Enumerable.Range(0, states).Select(_ => new Input(units).Output)];
            IReadOnlyList<Node> outputs = layer.ApplyMany([new MaskBy().Apply(inputs[0], inputs[1]), .. inputs.Skip(2)]);
            Model model = new(inputs, outputs) { Precision = Precision.Double, Seed = 3 };
            model.EnsureInitialized();
            foreach (Parameter gain in layer.Parameters.Skip(3))
            {
                gain.SetValues<double>(Numbers(gain.Shape.Size, gain.Name.Length));
            }

            double[][] values = [.. inputs.Select((input, i) => Numbers(Batch * input.Shape.Size, i))];
            for (int i = 0; i < Batch * Steps; i++)
            {
                values[1][i] = s_masks[mask].Counts(i / Steps, i % Steps) ? 1 : 0;
            }

            Tensor<double>[] predictions = [.. model.Predict([.. values.Select((value, i) => ToTensor(value, inputs[i].Shape))])];
            NaiveRecurrent.Cell cell = NaiveRecurrent.Of(layer);
            double[] rates = zoneout ? s_zoneout[..states] : [];

            // Where rows are normalized, roundings grow by up to 1 / √ε at a step.
            double tolerance = kind == "normalized lstm" ? 1e-11 : 1e-13;
            for (int sample = 0; sample < Batch; sample++)
            {
                double[][] x = [.. values[0].Chunk(Features).Skip(sample * Steps).Take(Steps)];
                double[][] initial = [.. values.Skip(2).Select(state => state.Chunk(units).ElementAt(sample))];
                bool[] steps = [.. Enumerable.Range(0, Steps).Select(t => s_masks[mask].Counts(sample, t))];
                (double[][] y, double[][] final) = NaiveRecurrent.Run(cell, x, steps, initial, backwards, zeros, rates);
                Assert.That(Row(predictions[0], sample), Is.EqualTo(y.SelectMany(row => row)).Within(tolerance), $"sample {sample}");
                for (int i = 0; i < states; i++)
                {
                    Assert.That(Row(predictions[1 + i], sample), Is.EqualTo(final[i]).Within(tolerance), $"sample {sample}, state {i}");
                }
            }
        }
    }

    [Test]
    public void TheLastOutputIsThatOfTheLastStepThatCountsOrZero(
        [Values("lstm", "gru", "simple", "normalized lstm")] string kind, [Values] bool backwards)
    {
        const int Units = 5;
        RecurrentLayer sequences = Make(kind, Units, backwards, zeros: false);
        RecurrentLayer last = Make(kind, Units, backwards, zeros: false, last: true);
        Input x = new(Steps, Features), counts = new(Steps);
        Node masked = new MaskBy().Apply(x, counts);
        Model model = new([x, counts], [sequences.ApplyMany(masked)[0], last.ApplyMany(masked)[0]]) { Seed = 3 };
        model.EnsureInitialized();
        Copy<float>(sequences, last);
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

    // More rows than are masked at a time, where each gate has masks of its own.
    [Test]
    public void GradientsAreRightOverManyRows([Values("lstm", "gru", "gru, reset before")] string kind)
    {
        RecurrentLayer layer = kind == "lstm"
            ? new LSTM(3, dropout: 0.3, recurrentDropout: 0.3)
            : new GRU(3, dropout: 0.3, recurrentDropout: 0.3, resetAfter: kind == "gru");
        GradientCheck.Run(layer, [Steps, 2], new GradientCheckOptions { Batch = 111, MaxElements = 12 }).ThrowIfFailed();
    }

    // The gradients are those of the stretches one by one: each begins with the states the one before ended with, and hands no gradient
    // on to it.
    [Test]
    public void TruncationCutsTheGradientIntoStretches(
        [Values("lstm", "gru", "gru, reset before", "simple", "normalized lstm")] string kind, [Values(1, 2, 3, 4)] int cut)
    {
        const int Units = 5;
        int states = StatesOf(kind);
        RecurrentLayer truncated = Make(kind, Units, truncation: cut);
        Model whole = FromStates(truncated, Steps);
        whole.EnsureInitialized();
        double[] x = Numbers(Batch * Steps * Features, 1), dy = Numbers(Batch * Steps * Units, 2);
        double[][] h = [.. Enumerable.Range(0, states).Select(k => Numbers(Batch * Units, 3 + k))];
        double[][] dh = [.. Enumerable.Range(0, states).Select(k => Numbers(Batch * Units, 7 + k))];
        LayerRun<double> run = new(whole, Batch, Phase.Inference, truncated.Parameters);
        run.Forward([x, .. h]);
        double[][] actual = run.Backward([dy, .. dh]);

        double[] dx = new double[x.Length];
        double[][] dw = [.. truncated.Parameters.Select(parameter => new double[parameter.Shape.Size])], initial = [];
        for (int from = 0; from < Steps; from += cut)
        {
            int to = Math.Min(from + cut, Steps);
            bool IsWithin(int index, int width) => index / width % Steps >= from && index / width % Steps < to;
            double[] Part(double[] values, int width) => [.. values.Where((_, i) => IsWithin(i, width))];
            RecurrentLayer stretch = Make(kind, Units);
            Model model = FromStates(stretch, to - from);
            model.EnsureInitialized();
            Copy<double>(truncated, stretch);
            LayerRun<double> part = new(model, Batch, Phase.Inference, stretch.Parameters);
            double[][] y = part.Forward([Part(x, Features), .. h]);
            double[][] gradients = part.Backward(
                [Part(dy, Units), .. dh.Select(gradient => to == Steps ? gradient : new double[gradient.Length])]);
            Queue<double> ofInput = new(gradients[0]);
            dx = [.. dx.Select((value, i) => IsWithin(i, Features) ? ofInput.Dequeue() : value)];
            dw = [.. dw.Zip(stretch.Parameters, (sum, parameter) => sum.Zip(part.Gradient(parameter), (a, b) => a + b).ToArray())];
            initial = from == 0 ? gradients[1..] : initial;
            h = y[1..];
        }

        // Sums over the rows run in another order.
        Assert.That(actual[0], Is.EqualTo(dx).Within(1e-11));
        Assert.That(actual[1..], Is.EqualTo(initial).Within(1e-11));
        for (int p = 0; p < dw.Length; p++)
        {
            Assert.That(run.Gradient(truncated.Parameters[p]), Is.EqualTo(dw[p]).Within(1e-10), truncated.Parameters[p].Name);
        }
    }

    // A sample with gaps is cut as the sequence of its steps that count would be; backwards from the last of them.
    [Test]
    public void TruncationCountsStepsThatCountFromWhereTheLoopBegins([Values] bool backwards)
    {
        const int Units = 5, Cut = 3;
        RecurrentLayer layer = Make("lstm", Units, backwards, last: true, states: false, truncation: Cut);
        Input x = new(Steps, Features), counts = new(Steps);
        Model model = new([x, counts], [layer.Apply(new MaskBy().Apply(x, counts))]) { Precision = Precision.Double };
        double[] numbers = Numbers(Batch * Steps * Features, 1), dy = Numbers(Batch * Units, 2);
        LayerRun<double> run = new(model, Batch);
        run.Forward(numbers, [.. Enumerable.Range(0, Batch * Steps).Select(i => s_masks[3].Counts(i / Steps, i % Steps) ? 1.0 : 0)]);
        double[] dx = run.Backward(dy)[0];
        for (int sample = 0; sample < 5; sample++)
        {
            int[] times = [.. Enumerable.Range(0, Steps).Where(t => s_masks[3].Counts(sample, t))];
            times = backwards ? [.. times.Reverse()] : times;
            double[] At(double[] values) =>
                [.. times.SelectMany(t => values.Skip(((sample * Steps) + t) * Features).Take(Features))];
            RecurrentLayer alone = Make("lstm", Units, last: true, states: false, truncation: Cut);
            Sequential one = new(new Input(times.Length, Features), alone) { Precision = Precision.Double };
            one.EnsureInitialized();
            Copy<double>(layer, alone);
            LayerRun<double> oneRun = new(one, 1);
            oneRun.Forward(At(numbers));
            double[] expected = oneRun.Backward(dy[(sample * Units)..((sample + 1) * Units)])[0];
            Assert.That(At(dx), Is.EqualTo(expected).Within(1e-15), $"sample {sample}");
            Assert.That(expected.Take(Math.Max(0, times.Length - Cut) * Features), Is.All.Zero, "before the cut");
        }
    }

    [Test]
    public void AStatefulLayerGoesOnWhereItStopped([Values("lstm", "gru", "simple", "normalized lstm")] string kind)
    {
        RecurrentLayer whole = Make(kind, 5, states: false), parts = Make(kind, 5, states: false, batch: Batch);
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

    // The second step against that of a layer that is given the states the first step ended with.
    [Test]
    public void AStatefulLayerTrainsFromTheStatesItRemembers([Values("lstm", "gru", "simple", "normalized lstm")] string kind)
    {
        RecurrentLayer remembers = Make(kind, 5, last: true, states: false, batch: Batch), given = Make(kind, 5, last: true);
        Sequential stateful = new(new Input(Steps, Features), remembers) { Precision = Precision.Double, Seed = 5 };
        stateful.Compile(new SGD(0.5), Loss.MeanSquaredError());
        Model ends = FromStates(given, Steps);
        Model trains = new(ends.Inputs, [ends.Outputs[0]]) { Precision = Precision.Double };
        trains.Compile(new SGD(0.5), Loss.MeanSquaredError());
        Tensor<double>[] x = [.. Enumerable.Range(1, 2).Select(seed => ToTensor(Numbers(Batch * Steps * Features, seed), [Steps, Features]))];
        Tensor<double>[] y = [.. Enumerable.Range(3, 2).Select(seed => ToTensor(Numbers(Batch * 5, seed), [5]))];
        Tensor<double>[] zeros = [.. Enumerable.Repeat(ToTensor(new double[Batch * 5], [5]), StatesOf(kind))];

        Copy<double>(remembers, given);
        Tensor<double>[] states = [.. ends.Predict([x[0], .. zeros]).Skip(1)];
        stateful.TrainOnBatch<double>(x[0], y[0]);
        Copy<double>(remembers, given);
        double[] before = Samples.Weights<double>(trains);
        stateful.TrainOnBatch<double>(x[1], y[1]);
        trains.Fit(new Dataset([x[1], .. states], [y[1]]), new FitOptions { BatchSize = Batch });
        double[] after = [.. remembers.Parameters.Where(parameter => parameter.Trains).SelectMany(p => p.Values<double>().ToArray())];
        Assert.That(after, Is.EqualTo(Samples.Weights<double>(trains)).Within(1e-13));
        Assert.That(after, Is.Not.EqualTo(before).Within(1e-3), "it learns");
    }

    [Test]
    public void ThreadsDoNotChangeABit([Values("lstm", "gru", "normalized lstm")] string kind)
    {
        double[]? one = null;
        foreach (int threads in (int[])[1, 2, 4])
        {
            RecurrentLayer layer = WithDropout(kind, 19);
            Input x = new(Steps, Features), counts = new(Steps);
            Model model = new([x, counts], [layer.Apply(new MaskBy().Apply(x, counts))]) { Precision = Precision.Double, Seed = 1 };
            LayerRun<double> run = new(model, Batch, Phase.Training, layer.Parameters);
            run.Run.Threads = threads;
            double[] mask = [.. Enumerable.Range(0, Batch * Steps).Select(i => s_masks[3].Counts(i / Steps, i % Steps) ? 1.0 : 0)];
            double[] y = run.Forward(Numbers(Batch * Steps * Features, 1), mask)[0];
            double[] results = [.. y, .. run.Backward(Numbers(y.Length, 2))[0], .. layer.Parameters.SelectMany(run.Gradient)];
            one ??= results;
            Assert.That(results, Is.EqualTo(one));
        }
    }

    // A sample's masks go by its key: drawn alone, in another place of another batch, they are the same.
    [Test]
    public void MasksGoByTheSamplesKeys([Values("lstm", "gru", "normalized lstm")] string kind, [Values] bool perStep)
    {
        RecurrentLayer layer = WithDropout(kind, 7, perStep);
        LayerRun<double> many = new(layer, [Steps, Features], Batch);
        double[] x = Numbers(Batch * Steps * Features, 1);
        double[] all = many.Forward(x)[0];
        LayerRun<double> alone = new(layer, [Steps, Features], 1, Phase.StochasticInference);
        alone.Run.RowKeys = new uint[] { 20 };
        Assert.That(
            alone.Forward(x.AsSpan(20 * Steps * Features, Steps * Features).ToArray())[0],
            Is.EqualTo(all.AsSpan(20 * Steps * 7, Steps * 7).ToArray()).Within(1e-14));
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
        Assert.That(() => new GRU(3, stateful: true, batch: 0), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "GRU: expected a largest batch of at least 1 for a stateful layer, got 0."));
        Assert.That(() => new LayerNormalizedLSTM(3, epsilon: 0), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "LayerNormalizedLSTM: expected epsilon to be a finite number above 0, got 0."));
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
        Assert.That(
            () => new GRU(3).ApplyMany(new Input(5, 2), new Input(3), new Input(3)),
            Throws.TypeOf<ShapeException>().With.Message.EqualTo(
                "gru (GRU): expected a sequence, or one and an initial state, got 3 inputs."));
        LSTM twice = new(3);
        twice.Apply(new Input(5, 2));
        Assert.That(() => twice.Apply(new Input(5, 4)), Throws.TypeOf<ShapeException>().With.Message.EqualTo(
            "lstm (LSTM): expected input [n, steps, 2], got [n, 5, 4]. A layer that is used twice must see the same number of features."));
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

    private static RecurrentLayer Make(
        string kind, int units, bool backwards = false, bool zeros = false, bool last = false, bool states = true, bool zoneout = false,
        int? truncation = null, int? batch = null)
    {
        Initializer bias = Initializer.RandomNormal(0.5);
        double h = zoneout ? s_zoneout[0] : 0, c = zoneout ? s_zoneout[1] : 0;
        return kind switch
        {
            "lstm" => new LSTM(
                units, biasInitializer: bias, zoneout: h, cellZoneout: c, returnSequences: !last, returnState: states,
                goBackwards: backwards, zeroOutputForMask: zeros, truncation: truncation, stateful: batch is not null, batch: batch),
            "simple" => new SimpleRNN(
                units, biasInitializer: bias, zoneout: h, returnSequences: !last, returnState: states,
                goBackwards: backwards, zeroOutputForMask: zeros, truncation: truncation, stateful: batch is not null, batch: batch),
            "normalized lstm" => new LayerNormalizedLSTM(
                units, biasInitializer: bias, zoneout: h, cellZoneout: c, returnSequences: !last, returnState: states,
                goBackwards: backwards, zeroOutputForMask: zeros, truncation: truncation, stateful: batch is not null, batch: batch),
            _ => new GRU(
                units, biasInitializer: bias, zoneout: h, returnSequences: !last, returnState: states,
                goBackwards: backwards, zeroOutputForMask: zeros, truncation: truncation, stateful: batch is not null, batch: batch,
                resetAfter: kind == "gru"),
        };
    }

    private static RecurrentLayer WithDropout(string kind, int units, bool perStep = false) => kind switch
    {
        "lstm" => new LSTM(
            units, dropout: 0.2, recurrentDropout: 0.2, dropoutPerStep: perStep, zoneout: 0.1, cellZoneout: 0.2, returnSequences: true),
        "gru" => new GRU(
            units, dropout: 0.2, recurrentDropout: 0.2, dropoutPerStep: perStep, zoneout: 0.1, returnSequences: true),
        _ => new LayerNormalizedLSTM(
            units, dropout: 0.2, recurrentDropout: 0.2, dropoutPerStep: perStep, zoneout: 0.1, cellZoneout: 0.2, returnSequences: true),
    };

    private static int StatesOf(string kind) => kind is "lstm" or "normalized lstm" ? 2 : 1;

    /// <summary>A model of one layer, sequence and initial states in, everything the layer gives out.</summary>
    private static Model FromStates(RecurrentLayer layer, int steps)
    {
        int states = layer is LSTM or LayerNormalizedLSTM ? 2 : 1;
        Node[] inputs = [new Input(steps, Features).Output, .. Enumerable.Range(0, states).Select(_ => new Input(layer.Units).Output)];
        return new Model(inputs, layer.ApplyMany(inputs)) { Precision = Precision.Double, Seed = 1 };
    }

    // What trains of one layer into another of the same sizes.
    private static void Copy<T>(RecurrentLayer from, RecurrentLayer to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        foreach ((Parameter source, Parameter target) in from.Parameters.Where(parameter => parameter.Trains).Zip(to.Parameters))
        {
            target.SetValues(source.Values<T>());
        }
    }

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
