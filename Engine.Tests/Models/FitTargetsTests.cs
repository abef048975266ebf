using System.Numerics.Tensors;
using Engine.Data;
using Engine.Layers;
using Engine.Losses;
using Engine.Metrics;
using Engine.Optimizers;
using Engine.Tests.Checking;
using static Engine.Activations.ActivationFunction;

namespace Engine.Tests.Models;

/// <summary>What Fit measures against: targets of every kind, weights, several outputs, and what is refused.</summary>
public sealed class FitTargetsTests
{
    [TestCase(true)]
    [TestCase(false)]
    public void Numbers_a_sample_are_targets_of_one_unit(bool asFloats)
    {
        // y = 2x − 1: an array has samples of shape [], Dense(1) gives [1].
        float[] x = Samples.Numbers<float>(64, 1);
        float[] y = [.. x.Select(v => (2 * MathF.Round(v)) - 1)];
        DataColumn targets = asFloats ? y : y.Select(v => (int)v).ToArray();
        Sequential model = new(new Input(1), new Dense(1));
        model.Compile(new SGD(0.2), Loss.MeanSquaredError(), Metric.MeanAbsoluteError(), Metric.MeanSquaredError());

        Dataset data = new(Tensor.Create([.. x.Select(v => MathF.Round(v))], [64, 1]), targets);
        model.Fit(data, new FitOptions { Epochs = 60 });

        Assert.That(((Dense)model.Layers[1]).Kernel!.Values<float>()[0], Is.EqualTo(2).Within(1e-3));
        Assert.That(((Dense)model.Layers[1]).Bias!.Values<float>()[0], Is.EqualTo(-1).Within(1e-3));
        Assert.That(model.Evaluate(data)["mean_absolute_error"], Is.LessThan(1e-3));
    }

    [Test]
    public void Yes_or_no_labels_are_targets_of_one_sigmoid()
    {
        float[] x = Samples.Numbers<float>(200, 1);
        Sequential model = new(new Input(1), new Dense(1, Sigmoid));
        model.Compile(new SGD(1), Loss.BinaryCrossentropy(), Metric.Accuracy());

        History history = model.Fit(
            new Dataset(Tensor.Create(x, [200, 1]), x.Select(v => v > 0 ? 1 : 0).ToArray()), new FitOptions { Epochs = 30 });

        Assert.That(history["accuracy"][^1], Is.GreaterThan(0.97));
    }

    [Test]
    public void Sample_weights_scale_the_loss_and_the_gradient()
    {
        // A weight of 3 is the sample three times, in a batch that divides by its number of rows.
        Tensor<float> x = Samples.Tensor<float>(1, 4, 6);
        int[] labels = [0, 2, 1, 0];
        Dataset weighted = new(x, DataColumn.OneHot(labels, 3), new float[] { 1, 3, 0, 2 });
        Dataset repeated = new Dataset(x, DataColumn.OneHot(labels, 3)).Select(0, 1, 1, 1, 3, 3);
        Sequential one = Samples.Classifier(), other = Samples.Classifier();
        one.Compile(new SGD(0.06), Loss.CategoricalCrossentropy());
        other.Compile(new SGD(0.09), Loss.CategoricalCrossentropy());

        double loss = one.Fit(weighted, new FitOptions { BatchSize = 4 })["loss"][0];
        double same = other.Fit(repeated, new FitOptions { BatchSize = 6 })["loss"][0];

        Assert.That(loss * 4, Is.EqualTo(same * 6).Within(1e-5));
        Assert.That(Samples.Weights<float>(one), Is.EqualTo(Samples.Weights<float>(other)).Within(1e-6));
    }

    [Test]
    public void Several_outputs_have_a_loss_each_and_weights_count()
    {
        Input input = new(4);
        Node hidden = new Dense(5, Tanh) { Name = "trunk" }.Apply(input);
        Node price = new Dense(1) { Name = "price" }.Apply(hidden);
        Node kind = new Dense(3, Softmax) { Name = "kind" }.Apply(hidden);
        Model model = new([input], [price, kind]) { Seed = 2 };
        model.Compile(
            new SGD(1e-30), [Loss.MeanSquaredError(), Loss.SparseCategoricalCrossentropy()],
            [[Metric.MeanAbsoluteError()], [Metric.Accuracy()]], [0.5, 2]);
        Dataset data = new([Samples.Tensor<float>(1, 10, 4)], [Samples.Numbers<float>(10, 2), Samples.Labels(10, 3)]);

        History history = model.Fit(data, new FitOptions { BatchSize = 4, ValidationData = data });

        Assert.That(history.Keys.Take(5), Is.EqualTo(new[]
        {
            "loss", "price_loss", "kind_loss", "price_mean_absolute_error", "kind_accuracy",
        }));
        Assert.That(history.Keys.Skip(5), Is.EqualTo(history.Keys.Take(5).Select(key => "val_" + key)));
        Assert.That(history["loss"][0], Is.EqualTo((0.5 * history["price_loss"][0]) + (2 * history["kind_loss"][0])).Within(1e-12));
        Assert.That(history["val_loss"][0], Is.EqualTo(history["loss"][0]).Within(1e-6));
    }

    [Test]
    public void Equal_names_of_metrics_and_outputs_get_a_number()
    {
        Input input = new(4);
        IReadOnlyList<Node> outputs = new TripleAndSquare().ApplyMany(new Dense(3).Apply(input));
        Model model = new([input], outputs);
        model.Compile(
            new SGD(1e-30), [Loss.MeanSquaredError(), Loss.MeanSquaredError()],
            [[Metric.MeanSquaredError(), Metric.MeanSquaredError()], [Metric.MeanSquaredError()]]);
        Dataset data = new([Samples.Tensor<float>(1, 10, 4)], [Samples.Tensor<float>(2, 10, 3), Samples.Tensor<float>(3, 10, 3)]);

        Evaluation evaluation = model.Evaluate(data);
        History history = model.Fit(data, new FitOptions { Epochs = 2, BatchSize = 10 });

        Assert.That(evaluation.Names, Is.EqualTo(new[]
        {
            "loss",
            "triple_and_square_loss", "triple_and_square_loss_1",
            "triple_and_square_mean_squared_error", "triple_and_square_mean_squared_error_1", "triple_and_square_mean_squared_error_2",
        }));
        Assert.That(history.Keys.Select(key => history[key].Count), Is.All.EqualTo(2));
        Assert.That(evaluation["triple_and_square_loss_1"], Is.EqualTo(evaluation["triple_and_square_mean_squared_error_2"]).Within(1e-6));
        Assert.That(evaluation["triple_and_square_loss_1"], Is.Not.EqualTo(evaluation["triple_and_square_loss"]).Within(1e-3));
    }

    [Test]
    public void What_does_not_fit_is_refused_by_name()
    {
        Sequential model = Samples.Classifier();
        Tensor<float> x = Samples.Tensor<float>(1, 4, 6);
        Sequential raw = new(new Input(6), new Dense(3));

        Assert.That(() => raw.Fit(Samples.Classes(4, 6, 3)), Throws.InvalidOperationException.With.Message.EqualTo(
            "sequential (Sequential): expected a compiled model, got one that is not. Call Compile with an optimizer and a loss first."));
        Assert.That(() => raw.Evaluate(Samples.Classes(4, 6, 3)), Throws.InvalidOperationException.With.Message.StartsWith(
            "sequential (Sequential): expected a compiled model"));
        Assert.That(() => model.Fit(Samples.Classes(4, 7, 3)), Throws.TypeOf<ShapeException>().With.Message.EqualTo(
            "input (Input): expected input [n, 6], got [4, 7]."));
        Assert.That(() => model.Fit(new Dataset([x, x], [x])), Throws.ArgumentException.With.Message.StartsWith(
            "sequential (Sequential): expected data with 1 inputs and 1 targets, got 2 and 1."));
        Assert.That(() => model.Fit(new Dataset(x, new[] { 0, 1, 2, 0 })), Throws.TypeOf<ShapeException>().With.Message.EqualTo(
            "categorical_crossentropy: expected one-hot targets [n, 3], got [n]. For class numbers use Loss.SparseCategoricalCrossentropy()."));
        Assert.That(() => model.Fit(Samples.Classes(4, 6, 3), new FitOptions { ValidationData = Samples.Classes(4, 7, 3) }),
            Throws.TypeOf<ShapeException>());

        model.Compile(new SGD(), Loss.SparseCategoricalCrossentropy());
        Assert.That(() => model.Fit(new Dataset(x, new[] { 0, 1, 3, 0 })), Throws.ArgumentException.With.Message.EqualTo(
            "sequential (Sequential): targets[0]: sparse_categorical_crossentropy: expected class numbers from 0 to 2, got 3 for sample 2."));
        Assert.That(() => model.Fit(new Dataset(x, new float[] { 0, 1, 0.5f, 0 })), Throws.ArgumentException.With.Message.EqualTo(
            "sequential (Sequential): targets[0]: sparse_categorical_crossentropy: expected class numbers from 0 to 2, got 0.5 for sample 2."));
        Assert.That(() => new Dataset(Tensor.CreateFromShape<float>([0, 6]), Array.Empty<int>()), Throws.ArgumentException);
    }

    [Test]
    public void Every_loss_is_asked_for_all_targets_before_anything_is_touched()
    {
        // The last of 20 000 samples: beyond the first chunk that is checked.
        float[] targets = new float[20_000];
        targets[^1] = -1;
        Dataset data = new(Samples.Tensor<float>(1, 20_000, 1), targets);
        Sequential model = new(new Input(1), new Dense(1));
        model.Compile(new SGD(), new Poisson());
        float[] before = Samples.Weights<float>(model);
        Recorder recorder = new();
        const string Message = "sequential (Sequential): targets[0]: poisson: expected counts of at least 0, got -1 for sample 19999.";

        Assert.That(() => model.Fit(data, new FitOptions { Callbacks = [recorder] }), Throws.ArgumentException.With.Message.EqualTo(Message));
        Assert.That(() => model.Evaluate(data), Throws.ArgumentException.With.Message.EqualTo(Message));
        Assert.That(
            () => model.Fit(data.Take(8), new FitOptions { ValidationData = data, Callbacks = [recorder] }),
            Throws.ArgumentException.With.Message.EqualTo(Message));

        Assert.That(recorder.Calls, Is.Empty);
        Assert.That(Samples.Weights<float>(model), Is.EqualTo(before));
        Assert.That(() => model.Fit(data.Take(8)), Throws.Nothing);
    }

    [Test]
    public void Bytes_can_be_class_numbers()
    {
        Tensor<float> x = Samples.Tensor<float>(1, 6, 6);
        byte[] labels = [0, 2, 1, 1, 0, 2];
        Sequential bytes = Samples.Classifier(), ints = Samples.Classifier();
        foreach (Sequential model in new[] { bytes, ints })
        {
            model.Compile(new SGD(0.1), Loss.SparseCategoricalCrossentropy());
        }

        History history = bytes.Fit(new Dataset(x, DataColumn.FromBytes(Tensor.Create(labels))));

        Assert.That(history["loss"], Is.EqualTo(ints.Fit(new Dataset(x, labels.Select(label => (int)label).ToArray()))["loss"]));
        Assert.That(() => bytes.Fit(new Dataset(x, DataColumn.FromBytes(Tensor.Create(labels), 4))), Throws.ArgumentException.With.Message.EqualTo(
            "sequential (Sequential): targets[0]: sparse_categorical_crossentropy: expected class numbers from 0 to 2, got 0.5 for sample 1."));
    }
}
