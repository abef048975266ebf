using System.Buffers;
using System.Numerics;
using System.Numerics.Tensors;
using Engine.Layers;
using Engine.Serialization;
using Engine.Tests.Models;
using Engine.Uncertainty;
using static Engine.Activations.ActivationFunction;

namespace Engine.Tests.Uncertainty;

public sealed class PredictMonteCarloTests
{
    // 1 + a power of two, so that k / (T − 1) · (T − 1) is k exactly and quantiles are samples; more than a chunk of 64.
    private const int T = 129;

    private static readonly double[] EachSample = [.. Enumerable.Range(0, T).Select(k => k / (T - 1.0))];

    private static IEnumerable<TestCaseData> Models =>
    [
        new TestCaseData((Func<Model>)(() => MonteCarloModels.Classifier())).SetArgDisplayNames("classifier"),
        new TestCaseData((Func<Model>)(() => MonteCarloModels.Regression())).SetArgDisplayNames("regression"),
        new TestCaseData((Func<Model>)MonteCarloModels.Convolutional).SetArgDisplayNames("convolutional"),
        new TestCaseData((Func<Model>)MonteCarloModels.Wide).SetArgDisplayNames("wide"),
        new TestCaseData((Func<Model>)MonteCarloModels.OneMaskForAll).SetArgDisplayNames("one mask for all"),
        new TestCaseData((Func<Model>)MonteCarloModels.Own).SetArgDisplayNames("own layer"),
        new TestCaseData((Func<Model>)MonteCarloModels.Family).SetArgDisplayNames("family"),
        new TestCaseData((Func<Model>)MonteCarloModels.Weights).SetArgDisplayNames("weights"),
        new TestCaseData((Func<Model>)MonteCarloModels.Steps).SetArgDisplayNames("steps"),
        new TestCaseData((Func<Model>)MonteCarloModels.Recurrent).SetArgDisplayNames("recurrent"),
        new TestCaseData((Func<Model>)MonteCarloModels.Attending).SetArgDisplayNames("attending"),
        new TestCaseData((Func<Model>)MonteCarloModels.Branched).SetArgDisplayNames("branched"),
    ];

    private static IEnumerable<TestCaseData> ModelsInBothPrecisions =>
        from model in Models
        from precision in Enum.GetValues<Precision>()
        select new TestCaseData(model.Arguments[0], precision).SetArgDisplayNames(model.ArgDisplayNames![0], $"{precision}");

    private static Tensor<float> Inputs(Model model, int count) => Inputs<float>(model, count);

    // A step of zeros here and there, for what masks them.
    private static Tensor<TValue> Inputs<TValue>(Model model, int count)
        where TValue : unmanaged, IBinaryFloatingPointIeee754<TValue>
    {
        nint[] lengths = [count, .. model.Input.Shape.Select(length => (nint)length)];
        TValue[] values = Samples.Values(Samples.Tensor<TValue>(1, lengths));
        int last = model.Input.Shape[^1];
        for (int i = 0; model.Input.Shape.Rank == 2 && i < values.Length; i++)
        {
            values[i] = i / last % 7 == 3 ? TValue.Zero : values[i];
        }

        return Tensor.Create(values, lengths);
    }

    // A model inside another has the precision of the outer one.
    private static Sequential InDouble(Model model) =>
        new(new Input([.. model.Input.Shape]), model) { Precision = Precision.Double };

    [TestCaseSource(nameof(ModelsInBothPrecisions))]
    public void A_sample_alone_is_the_one_of_the_run(Func<Model> make, Precision precision)
    {
        if (precision == Precision.Single)
        {
            AssertASampleAloneIsTheOneOfTheRun<float>(make());
        }
        else
        {
            AssertASampleAloneIsTheOneOfTheRun<double>(InDouble(make()));
        }
    }

    private static void AssertASampleAloneIsTheOneOfTheRun<TValue>(Model model)
        where TValue : unmanaged, IBinaryFloatingPointIeee754<TValue>
    {
        Tensor<TValue> x = Inputs<TValue>(model, 5);
        MonteCarloPrediction<TValue> run = model.PredictMonteCarlo<TValue>(
            [x], T, seed: 7, new MonteCarloOptions { Quantiles = EachSample });

        TValue[][] alone = [.. Enumerable.Range(0, T).Select(k => Samples.Values(model.PredictSample(x, k, seed: 7)))];
        for (int i = 0; i < alone[0].Length; i++)
        {
            TValue[] ofRun = [.. EachSample.Select(level => Samples.Values(run.Quantile(level))[i])];
            Assert.That(ofRun, Is.EqualTo(alone.Select(sample => sample[i]).Order().ToArray()), $"output {i}");
        }

        Assert.That(alone.Select(sample => string.Join(' ', sample)).Distinct().Count(), Is.EqualTo(T), "samples differ");
    }

    [TestCaseSource(nameof(Models))]
    public void Measures_follow_from_the_samples(Func<Model> make)
    {
        Model model = make();
        Tensor<float> x = Inputs(model, 5);
        MonteCarloPrediction run = model.PredictMonteCarlo(x, T, seed: 7);
        float[][] samples = [.. Enumerable.Range(0, T).Select(k => Samples.Values(model.PredictSample(x, k, seed: 7)))];

        double[] mean = [.. samples[0].Select((_, i) => samples.Average(sample => (double)sample[i]))];
        double[] deviation = [.. mean.Select((m, i) => Math.Sqrt(samples.Average(sample => Math.Pow(sample[i] - m, 2))))];
        // Rounded to float once.
        Assert.That(Samples.Values(run.Mean), Is.EqualTo(mean).Within(1e-7).Percent.Or.EqualTo(mean).Within(6e-8));
        Assert.That(Samples.Values(run.StandardDeviation), Is.EqualTo(deviation).Within(6e-8));
        if (run.Kind == PredictionKind.Values)
        {
            return;
        }

        int size = model.Output.Shape.Size;
        for (int row = 0; row < 5; row++)
        {
            Range at = (row * size)..((row + 1) * size);
            double predictive = Entropy(mean[at], run.Kind);
            double expected = samples.Average(sample => Entropy([.. sample[at].Select(p => (double)p)], run.Kind));

            // Logarithms of single samples are rounded to float.
            Assert.That(run.PredictiveEntropy[row], Is.EqualTo(predictive).Within(1e-6));
            Assert.That(run.ExpectedEntropy[row], Is.EqualTo(expected).Within(1e-6));
            Assert.That(run.MutualInformation[row], Is.EqualTo(predictive - expected).Within(1e-6));
            Assert.That(run.VariationRatio[row], Is.EqualTo(VariationRatio([.. samples.Select(s => s[at])], run.Kind)).Within(1e-7));
        }
    }

    [TestCaseSource(nameof(ModelsInBothPrecisions))]
    public void The_same_bits_in_any_batches_on_any_number_of_threads(Func<Model> make, Precision precision)
    {
        Model model = make();
        bool knowsRows = model.Layers.All(layer => layer is not MonteCarloModels.OwnDropout);
        if (precision == Precision.Single)
        {
            AssertTheSameBits<float>(model, knowsRows ? [1, 6, 19, 64, 256, 5000] : [256]);
        }
        else
        {
            AssertTheSameBits<double>(InDouble(model), knowsRows ? [6, 64, 5000] : [256]);
        }
    }

    private static void AssertTheSameBits<TValue>(Model model, int[] batches)
        where TValue : unmanaged, IBinaryFloatingPointIeee754<TValue>
    {
        Tensor<TValue> x = Inputs<TValue>(model, 19);
        double[] levels = [0.1, 0.5];
        MonteCarloPrediction<TValue> expected = model.PredictMonteCarlo<TValue>(
            [x], 70, seed: 7, new MonteCarloOptions { DegreeOfParallelism = 1, Quantiles = levels });
        foreach (int batch in batches)
        {
            foreach (int threads in (int[])[1, 2, 4])
            {
                MonteCarloOptions options = new() { BatchSize = batch, DegreeOfParallelism = threads, Quantiles = levels };
                MonteCarloPrediction<TValue> actual = model.PredictMonteCarlo<TValue>([x], 70, seed: 7, options);
                string where = $"batches of {batch}, {threads} threads";
                Assert.That(actual.Mean.SequenceEqual(expected.Mean), where);
                Assert.That(actual.StandardDeviation.SequenceEqual(expected.StandardDeviation), where);
                Assert.That(actual.Quantile(0.1).SequenceEqual(expected.Quantile(0.1)), where);
                if (expected.Kind != PredictionKind.Values)
                {
                    Assert.That(actual.ExpectedEntropy.SequenceEqual(expected.ExpectedEntropy), where);
                    Assert.That(actual.VariationRatio.SequenceEqual(expected.VariationRatio), where);
                }
            }
        }
    }

    [Test]
    public void Another_seed_draws_other_samples_and_sample_0_is_what_Predict_draws()
    {
        Model model = MonteCarloModels.Classifier();
        Tensor<float> x = Inputs(model, 6);
        Assert.That(model.PredictSample(x, 3, seed: 7).SequenceEqual(model.PredictSample(x, 3, seed: 8)), Is.False);
        Tensor<float> drawn = model.Predict(x, new PredictOptions { Phase = Phase.StochasticInference, Seed = 7 });
        Assert.That(model.PredictSample(x, 0, seed: 7).SequenceEqual(drawn));
    }

    [Test]
    public void Moments_of_a_linear_model_are_the_known_ones()
    {
        // y = Σ w x m, m = 0 or 1 / keep: E[y] = Σ w x, Var[y] = Σ (w x)² (1 − keep) / keep.
        Sequential model = new(new Input(5), new Dropout(0.25), new Dense(1, useBias: false)) { Precision = Precision.Double };
        double[] x = [1, -2, 0.5, 3, 1.5], w = [0.3, 0.2, -1, 0.4, 0.7];
        ((Dense)model.Layers[2]).Kernel!.SetValues<double>(w);
        const int Samples = 20_000;

        MonteCarloPrediction<double> run = model.PredictMonteCarlo(Tensor.Create(x, [1, 5]), Samples, seed: 3);

        double mean = x.Zip(w).Sum(pair => pair.First * pair.Second);
        double variance = x.Zip(w).Sum(pair => Math.Pow(pair.First * pair.Second, 2)) / 3;
        // Five standard errors.
        Assert.That(run.Mean[0, 0], Is.EqualTo(mean).Within(5 * Math.Sqrt(variance / Samples)));
        Assert.That(Math.Pow(run.StandardDeviation[0, 0], 2), Is.EqualTo(variance).Within(5 * variance * Math.Sqrt(2.0 / Samples)));
    }

    [Test]
    public void Quantiles_are_linear_between_samples()
    {
        Model model = MonteCarloModels.Regression();
        Tensor<float> x = Inputs(model, 3);
        MonteCarloPrediction run = model.PredictMonteCarlo(x, 11, seed: 7, new MonteCarloOptions { Quantiles = [0, 0.33, 1] });
        for (int row = 0; row < 3; row++)
        {
            float[] sorted = [.. Enumerable.Range(0, 11).Select(k => model.PredictSample(x, k, seed: 7)[row, 0]).Order()];
            Assert.That(run.Quantile(0)[row, 0], Is.EqualTo(sorted[0]));
            Assert.That(run.Quantile(0.33)[row, 0], Is.EqualTo(sorted[3] + (0.3 * (sorted[4] - sorted[3]))).Within(1e-5).Percent);
            Assert.That(run.Quantile(1)[row, 0], Is.EqualTo(sorted[10]));
        }
    }

    [Test]
    public void A_small_deviation_beside_a_large_mean_keeps_its_digits()
    {
        Sequential model = new(new Input(1), new Dropout(0.5), new Dense(1)) { Precision = Precision.Double };
        var dense = (Dense)model.Layers[2];
        dense.Kernel!.SetValues<double>([0.5e-3]);
        dense.Bias!.SetValues<double>([1e9]);

        MonteCarloPrediction<double> run = model.PredictMonteCarlo(Tensor.Create([1.0], [1, 1]), 1000, seed: 1);

        // 0 or 1e-3 with equal chances: deviation 0.5e-3; near 1e9 neighbours are 1.2e-7 apart.
        Assert.That(run.StandardDeviation[0, 0], Is.EqualTo(0.5e-3).Within(1e-6));
    }

    // Of several outputs the noise is independent, with one precision.
    [Test]
    public void The_likelihood_is_that_of_the_mixture([Values(1, 2)] int outputs)
    {
        Model model = MonteCarloModels.Regression(outputs);
        Tensor<float> x = Inputs(model, 6);
        float[] y = [.. new float[] { 0.5f, -1, 2, 40, 0, 1, -0.5f, 3, 0.25f, -2, 1.5f, 0 }.Take(6 * outputs)];
        const double Tau = 3.5;
        MonteCarloOptions options = new() { Targets = Tensor.Create(y, [6, outputs]), NoisePrecision = Tau, BatchSize = 4 };
        MonteCarloPrediction run = model.PredictMonteCarlo(x, 150, seed: 7, options);
        float[][] samples = [.. Enumerable.Range(0, 150).Select(k => Samples.Values(model.PredictSample(x, k, seed: 7)))];

        Assert.That(run.LogLikelihood.Lengths.ToArray(), Is.EqualTo(new nint[] { 6 }));
        for (int row = 0; row < 6; row++)
        {
            Range at = (row * outputs)..((row + 1) * outputs);
            double[] exponents = [.. samples.Select(
                sample => -Tau / 2 * y[at].Zip(sample[at], (target, value) => Math.Pow((double)target - value, 2)).Sum())];
            double largest = exponents.Max();
            double expected = largest + Math.Log(exponents.Sum(e => Math.Exp(e - largest))) - Math.Log(150)
                + (outputs * 0.5 * (Math.Log(Tau) - Math.Log(2 * Math.PI)));
            Assert.That(run.LogLikelihood[row], Is.EqualTo(expected).Within(1e-5).Percent);
        }
    }

    [Test]
    public void Shared_masks_make_one_function_of_a_sample()
    {
        Model model = MonteCarloModels.Classifier();
        Tensor<float> one = Inputs(model, 1);
        Tensor<float> x = Tensor.Create<float>([.. one, .. one], [2, 37]);
        foreach (int sample in (int[])[0, 1, 70])
        {
            Tensor<float> own = model.PredictSample(x, sample, seed: 7);
            Tensor<float> shared = model.PredictSample(x, sample, seed: 7, new MonteCarloOptions { SharesMasks = true });
            Assert.That(shared[0, 0], Is.EqualTo(shared[1, 0]));
            Assert.That(own[0, 0], Is.Not.EqualTo(own[1, 0]));
        }

        Assert.That(model.PredictSample(x, 0, 7, new() { SharesMasks = true })
            .SequenceEqual(model.PredictSample(x, 1, 7, new() { SharesMasks = true })), Is.False);
    }

    [Test]
    public void A_mask_that_is_kept_is_the_same_in_all_samples_and_no_draw()
    {
        MonteCarloModels.Counter before = new();
        VariationalDropout kept = new(0.5, untilRenewed: true);
        Sequential model = new(new Input(9), before, kept, new Dense(2, Softmax)) { Seed = 4 };
        Tensor<float> x = Inputs(model, 10);
        Assert.That(() => model.PredictMonteCarlo(x, 30), Throws.InvalidOperationException.With.Message.Contains(
            "expected a model that draws in a Monte Carlo sample, got one whose output is the same each time."));

        Sequential both = new(new Input(9), before, kept, new Dropout(0.5), new Dense(2, Softmax)) { Seed = 4 };
        int counted = before.Count;
        float[] first = Samples.Values(both.PredictSample(x, 3, seed: 7));
        Assert.That(before.Count, Is.EqualTo(counted + 11), "once for each input, and once to find out what draws");
        Assert.That(Samples.Values(both.PredictSample(x, 4, seed: 7)), Is.Not.EqualTo(first));
        kept.Renew();
        Assert.That(Samples.Values(both.PredictSample(x, 3, seed: 7)), Is.Not.EqualTo(first));
    }

    [Test]
    public void What_lies_before_the_first_draw_runs_once_for_each_input()
    {
        MonteCarloModels.Counter before = new(), after = new();
        Sequential model = new(new Input(9), before, new Dropout(0.5), after, new Dense(2, Softmax));

        model.PredictMonteCarlo(Inputs(model, 600), 30, seed: 1);

        // One more to find out what draws.
        Assert.That((before.Count, after.Count), Is.EqualTo((601, (30 * 600) + 1)));
    }

    [Test]
    public void A_recurrent_layer_without_dropout_runs_once_for_each_input_and_a_stateful_one_is_refused()
    {
        MonteCarloModels.Counter after = new();
        Sequential model = new(new Input(5, 4), new LSTM(6), after, new Dropout(0.5), new Dense(2, Softmax));
        model.PredictMonteCarlo(Inputs(model, 20), 30, seed: 1);
        Assert.That(after.Count, Is.EqualTo(21));

        Sequential stateful = new(new Input(5, 4), new LSTM(6, stateful: true, batch: 20), new Dropout(0.5), new Dense(2, Softmax));
        Assert.That(() => stateful.PredictMonteCarlo(Inputs(stateful, 20), 30), Throws.InvalidOperationException.With.Message.EqualTo(
            "sequential (Sequential): expected layers that remember nothing from one pass to the next, got stateful ones, whose samples "
            + "would depend on each other. Build the model with stateful: false and load the weights into it."));
    }

    [Test]
    public void Few_inputs_share_batches()
    {
        MonteCarloModels.Counter after = new();
        Sequential model = new(new Input(9), new Dropout(0.5), after, new Dense(2, Softmax));

        model.PredictMonteCarlo(Inputs(model, 2), 64, seed: 1);

        // Two rows alone would be filled up to eight.
        Assert.That(after.Count, Is.EqualTo((2 * 64) + 1));
    }

    [Test]
    public void A_layer_that_draws_for_some_inputs_only_is_found()
    {
        Sequential model = new(new Input(3), new MonteCarloModels.NoiseOnNegatives(), new Dropout(0.5), new Dense(2, Softmax));
        float[] values = [.. Samples.Numbers<float>(30, 1).Select((v, i) => i < 27 ? Math.Abs(v) : -Math.Abs(v) - 1)];
        Tensor<float> x = Tensor.Create(values, [10, 3]);
        MonteCarloPrediction run = model.PredictMonteCarlo(x, T, seed: 7, new MonteCarloOptions { Quantiles = EachSample });

        float[][] alone = [.. Enumerable.Range(0, T).Select(k => Samples.Values(model.PredictSample(x, k, seed: 7)))];
        for (int i = 0; i < 20; i++)
        {
            float[] ofRun = [.. EachSample.Select(level => Samples.Values(run.Quantile(level))[i])];
            Assert.That(ofRun, Is.EqualTo(alone.Select(sample => sample[i]).Order().ToArray()));
        }

        // The last row is all noise, the first none; only its dropout's eight masks are left to it.
        Assert.That(alone.Select(sample => sample[0]).Distinct().Count(), Is.LessThanOrEqualTo(8));
        Assert.That(alone.Select(sample => sample[18]).Distinct().Count(), Is.GreaterThan(8));
    }

    // Four blocks of rows with 7 chunks of samples each, or with 50: both are more than are computed at a time. An object for
    // each chunk would make 172 more.
    [Test]
    public void Memory_does_not_grow_with_the_number_of_samples()
    {
        Sequential model = new(new Input(4), new Dense(8, ReLU), new Dropout(0.5), new Dense(3, Softmax));
        Tensor<float> x = Inputs(model, 100);
        MonteCarloOptions options = new() { BatchSize = 32, DegreeOfParallelism = 4 };
        long few = Allocated(samples: 400), many = Allocated(samples: 3_200);
        Assert.That(many, Is.LessThanOrEqualTo(few + 1024));

        // The least of some: the first to run at once make an executor each, on a busy machine late, and another test's thread may
        // allocate in between.
        long Allocated(int samples)
        {
            long least = long.MaxValue;
            for (int i = 0; i < 10; i++)
            {
                long before = GC.GetTotalAllocatedBytes(precise: true);
                model.PredictMonteCarlo(x, samples, seed: 1, options);
                least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
            }

            return least;
        }
    }

    [Test]
    public void Nothing_of_the_model_changes_and_normalizations_use_their_averages()
    {
        Sequential model = new(new Input(6), new Dropout(0.5), new BatchNormalization(), new Dense(3, Softmax))
        {
            Seed = 4,
        };
        Tensor<float> x = Inputs(model, 20);
        float[] weights = Samples.Weights<float>(model);

        Tensor<float> all = model.PredictMonteCarlo(x, 10, seed: 1).Mean;
        Tensor<float> first = model.PredictMonteCarlo(x.Slice([new NRange(0, 3), NRange.All]), 10, seed: 1).Mean;

        Assert.That(Samples.Weights<float>(model), Is.EqualTo(weights));
        // With statistics of the batch the first three would depend on the others.
        Assert.That(first.SequenceEqual(all.Slice([new NRange(0, 3), NRange.All])));
    }

    [Test]
    public void Several_inputs_and_a_slice_are_taken()
    {
        Input a = new(3), b = new(2);
        Node joined = new Concatenate().Apply(new Dropout(0.5).Apply(a), b);
        Model model = new([a, b], [new Dense(2, Softmax).Apply(joined)]) { Seed = 4 };
        Tensor<float> xa = Samples.Tensor<float>(1, 11, 4), xb = Samples.Tensor<float>(2, 11, 2);
        Tensor<float> slice = xa.Slice([NRange.All, new NRange(1, 4)]);

        MonteCarloPrediction<float> run = model.PredictMonteCarlo<float>([slice, xb], 50, seed: 1);
        MonteCarloPrediction<float> copy =
            model.PredictMonteCarlo<float>([Tensor.Create(Samples.Values(slice), [11, 3]), xb], 50, seed: 1);
        Assert.That(run.Mean.SequenceEqual(copy.Mean));
        Assert.That(run.Mean.Lengths.ToArray(), Is.EqualTo(new nint[] { 11, 2 }));
        Assert.That(run.StandardDeviation.Max(), Is.GreaterThan(0));
    }

    // By the last activation, however it comes to be last.
    [Test]
    public void What_the_output_means_is_known_of_loaded_models_and_of_models_inside_models()
    {
        using TempFolder folder = new();
        string path = folder.File("model");
        MonteCarloModels.Classifier().Save(path);
        Model loaded = Model.Load(path);
        Sequential outer = new(new Input(37), new Sequential(new Input(37), MonteCarloModels.Classifier()));
        Sequential own = new(new Input(37), new Dropout(0.5), new Dense(3), new Activation(Sigmoid));
        Sequential logits = new(new Input(37), new Dropout(0.5), new Dense(3));
        Tensor<float> x = Inputs(loaded, 2);
        Assert.That(
            new[] { loaded, outer, own, logits }.Select(model => model.PredictMonteCarlo(x, 2).Kind),
            Is.EqualTo(new[] { PredictionKind.Categories, PredictionKind.Categories, PredictionKind.Binary, PredictionKind.Values }));
    }

    [Test]
    public void Probabilities_of_each_step_have_an_entropy_each()
    {
        Sequential model = new(new Input(4, 3), new Dropout(0.5), new Dense(5, Softmax));
        MonteCarloPrediction run = model.PredictMonteCarlo(Inputs(model, 7), 10, seed: 1);
        Assert.That(run.PredictiveEntropy.Lengths.ToArray(), Is.EqualTo(new nint[] { 7, 4 }));
        Assert.That(run.Mean.Lengths.ToArray(), Is.EqualTo(new nint[] { 7, 4, 5 }));
    }

    [Test]
    public void A_run_can_be_cancelled_and_the_model_goes_on()
    {
        Model model = MonteCarloModels.Classifier();
        Tensor<float> x = Inputs(model, 4);
        MonteCarloOptions cancelled = new() { CancellationToken = new CancellationToken(canceled: true) };
        Assert.That(() => model.PredictMonteCarlo(x, 10, 1, cancelled), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(() => model.PredictSample(x, 0, 1, cancelled), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(model.PredictMonteCarlo(x, 10).Samples, Is.EqualTo(10));
    }

    [Test]
    public void Errors_say_what_to_do()
    {
        Model model = MonteCarloModels.Classifier();
        Tensor<float> x = Inputs(model, 4);
        Assert.That(() => model.PredictMonteCarlo(x, 0), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "PredictMonteCarlo: expected at least 1 sample, got 0. Some 100 give a stable deviation."));
        Assert.That(() => model.PredictSample(x, -1), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "PredictSample: expected the number of a sample, from 0, got -1."));
        Assert.That(
            () => MonteCarloModels.Classifier(rate: 0).PredictMonteCarlo(x, 10),
            Throws.InvalidOperationException.With.Message.EqualTo(
                "sequential (Sequential): expected a model that draws in a Monte Carlo sample, got one whose output is the same "
                + "each time. Add a Dropout, or give its layers a rate above 0; of a certain model take Predict."));
        Assert.That(() => model.PredictMonteCarlo(x, 2, 1, new() { Quantiles = [95] }), Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.StartsWith("PredictMonteCarlo: expected quantiles from 0 to 1, got 95. Not in percent."));
        Assert.That(() => model.PredictMonteCarlo(x, 2, 1, new() { BatchSize = 0 }), Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.StartsWith("PredictMonteCarlo: expected BatchSize at least 1, got 0."));
        Assert.That(() => model.PredictMonteCarlo(x, 2, 1, new() { NoisePrecision = 0 }), Throws
            .TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
                "PredictMonteCarlo: expected NoisePrecision to be a finite number above 0, got 0."));
        Assert.That(
            () => model.PredictMonteCarlo(x, 2, 1, new() { Targets = Samples.Tensor<float>(1, 3, 3) }),
            Throws.TypeOf<ShapeException>().With.Message.EqualTo("PredictMonteCarlo: expected targets [4, 3], got [3, 3]."));
        Assert.That(() => model.PredictMonteCarlo(x, 2, 1).LogLikelihood, Throws.InvalidOperationException.With.Message.EqualTo(
            "LogLikelihood: expected targets, got none. Set Targets and NoisePrecision in the options of PredictMonteCarlo."));
        Assert.That(
            () => model.PredictMonteCarlo(x, 2, 1, new() { Quantiles = [0.5] }).Quantile(0.9),
            Throws.ArgumentException.With.Message.StartsWith(
                "Quantile: expected one that was asked for (0.5), got 0.9. Name it in the options' Quantiles."));
        Assert.That(
            () => MonteCarloModels.Regression().PredictMonteCarlo(x, 2, 1).PredictiveEntropy,
            Throws.InvalidOperationException.With.Message.StartsWith(
                "PredictiveEntropy: expected probabilities, got values of any size. Take StandardDeviation; or,"));
        Assert.That(() => model.PredictMonteCarlo(Samples.Tensor<float>(1, 4, 36), 2), Throws.TypeOf<ShapeException>());
        Assert.That(
            () => model.PredictMonteCarlo(Tensor.Create(new double[37], [1, 37]), 2),
            Throws.InvalidOperationException.With.Message.Contains("expected tensors of Single precision"));
        Assert.That(() => model.PredictMonteCarlo<float>([x, x], 2), Throws.ArgumentException.With.Message.StartsWith(
            "sequential (Sequential): expected 1 inputs, got 2."));
        Input a = new(3), b = new(2);
        Model two = new([a, b], [new Concatenate().Apply(new Dropout(0.5).Apply(a), b)]);
        Assert.That(
            () => two.PredictMonteCarlo<float>([Samples.Tensor<float>(1, 4, 3), Samples.Tensor<float>(1, 5, 2)], 2),
            Throws.ArgumentException.With.Message.StartsWith(
                "model (Model): expected as many samples in each input, got 4 and 5."));
        Tensor<float> many = Tensor.CreateFromShape<float>([(1 << 25) + 1, 1]);
        Assert.That(
            () => new Sequential(new Input(1), new Dropout(0.5)).PredictMonteCarlo(many, 2),
            Throws.ArgumentException.With.Message.StartsWith(
                "PredictMonteCarlo: expected at most 33554432 inputs, got 33554433. Take them in parts."));
    }

    private static double Entropy(double[] p, PredictionKind kind) => p.Sum(value =>
        (value > 0 ? -value * Math.Log(value) : 0)
        + (kind == PredictionKind.Binary && value < 1 ? -(1 - value) * Math.Log(1 - value) : 0));

    private static double VariationRatio(float[][] samples, PredictionKind kind) => kind == PredictionKind.Categories
        ? 1 - ((double)samples.GroupBy(p => Array.IndexOf(p, p.Max())).Max(group => group.Count()) / samples.Length)
        : samples[0].Select((_, i) => samples.Count(p => p[i] >= 0.5)).Average(
            yes => 1 - ((double)Math.Max(yes, samples.Length - yes) / samples.Length));
}
