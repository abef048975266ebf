using System.Buffers;
using System.Numerics.Tensors;
using Engine.Layers;
using static Engine.Activations.ActivationFunction;

namespace Engine.Tests.Models;

public sealed class PredictTests
{
    private static Sequential Network(ulong seed = 4) => new(
        new Input(7), new Dense(11, ReLU), new Dropout(0.5), new Dense(5, Softmax))
    { Seed = seed };

    [TestCase(1)]
    [TestCase(7)]
    [TestCase(20)]
    public void Equals_a_naive_forward_with_any_batch_size(int batchSize)
    {
        Sequential model = Network();
        Tensor<float> x = Samples.Tensor<float>(1, 19, 7);

        float[] actual = Samples.Values(model.Predict(x, new PredictOptions { BatchSize = batchSize }));

        var first = (Dense)model.GetLayer("dense");
        var last = (Dense)model.GetLayer("dense_1");
        float[] hidden = Samples.NaiveDense(Samples.Values(x), first, 19, relu: true);
        double[] expected = Samples.NaiveSoftmax(Samples.NaiveDense(hidden, last, 19, relu: false), 5);
        // Sums of 11 products in float: a few units in the last place of numbers up to 1.
        Assert.That(actual, Is.EqualTo(expected).Within(1e-6));
    }

    [Test]
    public void Slices_of_inputs_give_what_their_copies_give()
    {
        Sequential model = Network();
        Tensor<float> wide = Samples.Tensor<float>(1, 13, 9);
        Tensor<float> rows = Samples.Tensor<float>(2, 13, 7).Slice([new NRange(4, 9), NRange.All]);
        Tensor<float> columns = wide.Slice([new NRange(3, 8), new NRange(1, 8)]);
        Assert.That((rows.IsDense, columns.IsDense), Is.EqualTo((true, false)));

        foreach (Tensor<float> slice in new[] { rows, columns })
        {
            Tensor<float> copy = Tensor.Create(Samples.Values(slice), [5, 7]);
            Assert.That(Samples.Values(model.Predict(slice)), Is.EqualTo(Samples.Values(model.Predict(copy))));
        }
    }

    [Test]
    public void A_slice_whose_last_length_is_one_is_read_from_its_start()
    {
        Sequential model = new(new Input(1), new Dense(2));
        Tensor<float> column = Samples.Tensor<float>(1, 6, 3).Slice([new NRange(2, 5), new NRange(1, 2)]);
        Tensor<float> rows = Samples.Tensor<float>(1, 6, 1).Slice([new NRange(2, 5), NRange.All]);

        foreach (Tensor<float> slice in new[] { column, rows })
        {
            Tensor<float> copy = Tensor.Create(Samples.Values(slice), [3, 1]);
            Assert.That(Samples.Values(model.Predict(slice)), Is.EqualTo(Samples.Values(model.Predict(copy))));
        }
    }

    [Test]
    public void Results_lie_where_a_slice_of_the_callers_tensor_begins_and_nowhere_else()
    {
        Sequential model = Network();
        Tensor<float> x = Samples.Tensor<float>(1, 4, 7);
        Tensor<float> room = Tensor.Create([.. Enumerable.Repeat(666.666f, 9 * 5)], (ReadOnlySpan<nint>)[9, 5]);

        model.Predict(x.AsReadOnlyTensorSpan(), room.Slice([new NRange(3, 7), NRange.All]).AsTensorSpan());

        float[] expected = Samples.Values(model.Predict(x));
        float[] actual = Samples.Values(room);
        Assert.That(actual[15..35], Is.EqualTo(expected));
        Assert.That(actual[..15].Concat(actual[35..]), Is.All.EqualTo(666.666f));
    }

    [Test]
    public void Results_into_a_slice_with_gaps_are_refused()
    {
        Sequential model = Network();
        Tensor<float> x = Samples.Tensor<float>(1, 4, 7);
        Tensor<float> room = Samples.Tensor<float>(1, 4, 6);

        Assert.That(
            () => model.Predict(x.AsReadOnlyTensorSpan(), room.Slice([NRange.All, new NRange(0, 5)]).AsTensorSpan()),
            Throws.ArgumentException.With.Message.EqualTo(
                "sequential (Sequential): expected dense memory for the results, got a slice. Use a tensor of its own."));
    }

    [Test]
    public void Results_over_the_samples_are_refused()
    {
        Sequential model = new(new Input(5), new Dense(5));
        Tensor<float> x = Samples.Tensor<float>(1, 8, 5);

        Assert.That(
            () => model.Predict(
                x.Slice([new NRange(0, 4), NRange.All]).AsReadOnlyTensorSpan(), x.Slice([new NRange(3, 7), NRange.All]).AsTensorSpan()),
            Throws.ArgumentException.With.Message.EqualTo(
                "sequential (Sequential): expected room for the results apart from the samples, got memory that overlaps them."));
    }

    [Test]
    public void Room_of_another_shape_is_refused()
    {
        Sequential model = Network();
        Tensor<float> x = Samples.Tensor<float>(1, 4, 7);

        Assert.That(
            () => model.Predict(x.AsReadOnlyTensorSpan(), Samples.Tensor<float>(1, 3, 5).AsTensorSpan()),
            Throws.TypeOf<ShapeException>().With.Message.EqualTo(
                "sequential (Sequential): expected room for the results [4, 5], got [3, 5]."));
    }

    [TestCase(false, 1)]
    [TestCase(true, 1)]
    [TestCase(false, 2)]
    public void Allocates_nothing_after_the_first_call(bool strided, int threads)
    {
        Sequential model = Network();
        Tensor<float> wide = Samples.Tensor<float>(1, 70, strided ? 9 : 7);
        Tensor<float> x = wide.Slice([NRange.All, new NRange(0, 7)]);
        Tensor<float> y = Samples.Tensor<float>(1, 70, 5);
        PredictOptions options = new() { BatchSize = 32, DegreeOfParallelism = threads };
        model.Predict(x.AsReadOnlyTensorSpan(), y.AsTensorSpan(), options);

        long least = long.MaxValue;
        for (int i = 0; i < 5; i++)
        {
            // The least of a few: another test's thread may allocate in between.
            long before = GC.GetTotalAllocatedBytes(precise: true);
            model.Predict(x.AsReadOnlyTensorSpan(), y.AsTensorSpan(), options);
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        Assert.That(least, Is.Zero);
    }

    [Test]
    public void Several_inputs_and_outputs_are_computed_in_batches()
    {
        Input a = new(3), b = new(2);
        Dense left = new(4, ReLU), right = new(2);
        Node joined = new Concatenate().Apply(left.Apply(a), b);
        Node sum = right.Apply(joined);
        Model model = new([a, b], [sum, joined]);
        Tensor<float> xa = Samples.Tensor<float>(1, 11, 3), xb = Samples.Tensor<float>(2, 11, 2);

        Tensor<float>[] outputs = model.Predict([xa, xb], new PredictOptions { BatchSize = 4 });

        float[] hidden = Samples.NaiveDense(Samples.Values(xa), left, 11, relu: true);
        float[] wide = [.. Enumerable.Range(0, 11).SelectMany(r => hidden[(r * 4)..((r * 4) + 4)].Concat(
            Samples.Values(xb)[(r * 2)..((r * 2) + 2)]))];
        Assert.That(Samples.Values(outputs[1]), Is.EqualTo(wide).Within(1e-6));
        Assert.That(Samples.Values(outputs[0]), Is.EqualTo(Samples.NaiveDense(wide, right, 11, relu: false)).Within(3e-6));
    }

    [Test]
    public void The_number_of_inputs_and_samples_must_fit()
    {
        Input a = new(3), b = new(2);
        Model model = new([a, b], [new Concatenate().Apply(a, b)]);
        Tensor<float> xa = Samples.Tensor<float>(1, 11, 3), xb = Samples.Tensor<float>(2, 10, 2);

        Assert.That(() => model.Predict([xa]), Throws.ArgumentException.With.Message.StartsWith("model (Model): expected 2 inputs, got 1."));
        Assert.That(() => model.Predict([xa, xb]), Throws.ArgumentException.With.Message.StartsWith(
            "model (Model): expected as many samples in each input, got 11 and 10."));
        Assert.That(() => model.Predict(xa), Throws.InvalidOperationException.With.Message.EqualTo(
            "model (Model): expected a model with one input, got one with 2. Use Inputs."));
    }

    [Test]
    public void An_output_that_is_the_input_is_copied()
    {
        Input input = new(2, 3);
        Model model = new(input, new Flatten().Apply(input));
        Tensor<float> x = Samples.Tensor<float>(1, 5, 2, 3);

        Assert.That(Samples.Values(model.Predict(x)), Is.EqualTo(Samples.Values(x)));
    }

    [Test]
    public void NaN_is_refused_with_its_place()
    {
        Sequential model = Network();
        float[] values = Samples.Numbers<float>(4 * 7, 1);
        values[(2 * 7) + 5] = float.NaN;
        const string Text = "input (Input): expected numbers, got NaN in sample 2, element 5. Replace or leave out what is missing.";

        Tensor<float> x = Tensor.Create(values, [4, 7]);
        Assert.That(() => model.Predict(x), Throws.ArgumentException.With.Message.EqualTo(Text));
        Assert.That(() => model.Predict([x]), Throws.ArgumentException.With.Message.EqualTo(Text));
    }

    [Test]
    public void A_wrong_shape_is_refused_with_advice()
    {
        Sequential model = new(new Input(784), new Dense(10));
        Sequential image = new(new Input(4, 4, 1), new Flatten(), new Dense(10));

        Assert.That(() => model.Predict(Samples.Tensor<float>(1, 32, 28, 28)), Throws.TypeOf<ShapeException>().With.Message.EqualTo(
            "input (Input): expected input [n, 784], got [32, 28, 28]. Reshape the data, or begin with new Input(28, 28) and a Flatten layer."));
        Assert.That(() => image.Predict(Samples.Tensor<float>(1, 3, 16)), Throws.TypeOf<ShapeException>().With.Message.EqualTo(
            "input (Input): expected input [n, 4, 4, 1], got [3, 16]. Reshape the data, or begin with new Input(16) and a Reshape layer."));
        ShapeException? error = Assert.Throws<ShapeException>(() => model.Predict(Samples.Tensor<float>(1, 32, 783)));
        Assert.That(error?.Message, Is.EqualTo("input (Input): expected input [n, 784], got [32, 783]."));
        Assert.That((error?.Expected, error?.Actual), Is.EqualTo((Shape.Create(784), Shape.Create(783))));
        Assert.That(() => model.Predict(Tensor.CreateFromShape<float>([0, 784])), Throws.TypeOf<ShapeException>().With.Message.EqualTo(
            "input (Input): expected samples [n, 784], got none. Give at least one."));
    }

    [Test]
    public void A_tensor_of_the_other_precision_is_refused()
    {
        Sequential single = Network();
        Sequential twice = new(new Input(7), new Dense(2)) { Precision = Precision.Double };

        Assert.That(() => single.Predict(Samples.Tensor<double>(1, 2, 7)), Throws.InvalidOperationException.With.Message.EqualTo(
            "sequential (Sequential): expected tensors of Single precision, got Double ones. Set the model's Precision, or convert them."));
        Assert.That(() => twice.Predict(Samples.Tensor<float>(1, 2, 7)), Throws.InvalidOperationException.With.Message.EqualTo(
            "sequential (Sequential): expected tensors of Double precision, got Single ones. Set the model's Precision, or convert them."));
        Assert.That(
            Samples.Values(twice.Predict(Samples.Tensor<double>(1, 2, 7))),
            Is.EqualTo(Samples.NaiveDense(Samples.Numbers<double>(14, 1), (Dense)twice.GetLayer("dense"), 2, relu: false)).Within(1e-14));
    }

    [Test]
    public void Options_out_of_range_are_refused()
    {
        Sequential model = Network();
        Tensor<float> x = Samples.Tensor<float>(1, 2, 7);

        Assert.That(() => model.Predict(x, new PredictOptions { BatchSize = 0 }), Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.StartsWith("Predict: expected BatchSize at least 1, got 0."));
        Assert.That(() => model.Predict(x, new PredictOptions { DegreeOfParallelism = 0 }), Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.StartsWith("Predict: expected DegreeOfParallelism at least 1, got 0."));
        Assert.That(
            () => model.Predict(x, new PredictOptions { CancellationToken = new CancellationToken(canceled: true) }),
            Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void Eight_threads_get_what_one_gets_bit_for_bit()
    {
        Sequential model = new(new Input(64), new Dense(128, ReLU), new Dropout(0.5), new Dense(10, Softmax));
        Tensor<float>[] inputs = [.. Enumerable.Range(0, 24).Select(i => Samples.Tensor<float>((ulong)i, 40 + i, 64))];
        float[][] expected = [.. inputs.Select(x => Samples.Values(new Sequential(
            new Input(64), new Dense(128, ReLU), new Dropout(0.5), new Dense(10, Softmax)).Predict(x)))];

        // The first calls, which draw the weights and make the plans, are among the concurrent ones.
        float[][] actual = new float[inputs.Length][];
        Thread[] threads = [.. Enumerable.Range(0, 8).Select(t => new Thread(() =>
        {
            for (int i = t; i < inputs.Length; i += 8)
            {
                actual[i] = Samples.Values(model.Predict(inputs[i], new PredictOptions { BatchSize = 32 }));
            }
        }))];
        foreach (Thread thread in threads)
        {
            thread.Start();
        }

        foreach (Thread thread in threads)
        {
            thread.Join();
        }

        for (int i = 0; i < inputs.Length; i++)
        {
            Assert.That(actual[i], Is.EqualTo(expected[i]));
        }
    }

    [Test]
    public void OtherPhasesDrawBySeedAndSampleWhateverTheBatches()
    {
        Sequential model = new(new Input(3, 5, 1), new RandomTranslation(0.4, 0.4), new Dropout(0.5));
        Tensor<float> x = RandomTensor.Uniform([7, 3, 5, 1], seed: 1);
        float[] Predict(Phase phase, ulong seed, int batch) =>
            [.. model.Predict(x, new PredictOptions { Phase = phase, Seed = seed, BatchSize = batch })];

        float[] augmented = Predict(Phase.Training, 3, 7);
        Assert.That(Predict(Phase.Training, 3, 2), Is.EqualTo(augmented), "the batches do not matter");
        Assert.That(Predict(Phase.Training, 4, 7), Is.Not.EqualTo(augmented), "the seed does");
        float[] sample = Predict(Phase.StochasticInference, 3, 4);
        Assert.That(sample.Zip(x).All(pair => pair.First == 0 || pair.First == 2 * pair.Second), "dropout alone draws");
        Assert.That(sample.Count(value => value == 0), Is.InRange(25, 80), "of 105");
        Assert.That(Predict(Phase.Inference, 3, 7), Is.EqualTo(x.ToArray()));
    }

    [Test]
    public void TheTrainingPhaseRefusesWhatItWouldWrite()
    {
        Sequential model = new(new Input(3), new BatchNormalization());
        Assert.That(
            () => model.Predict(RandomTensor.Uniform([2, 3], seed: 1), new PredictOptions { Phase = Phase.Training }),
            Throws.InvalidOperationException.With.Message.EqualTo(
                "sequential (Sequential): expected a model without state to predict in the phase Training, got one with "
                + "'moving_mean', which training writes. Take a model of the layers before it."));
    }
}
