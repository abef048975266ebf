using System.Numerics.Tensors;
using Engine.Constraints;
using Engine.Data;
using Engine.Initializers;
using Engine.Layers;
using Engine.Losses;
using Engine.Metrics;
using Engine.Optimizers;
using Engine.Regularizers;
using Engine.Tests.Checking;
using static Engine.Activations.ActivationFunction;

namespace Engine.Tests.Models;

public sealed class FitTests
{
    private static Sequential Network(double dropout = 0, ulong seed = 4)
    {
        Sequential model = new(new Input(6), new Dense(9, ReLU), new Dropout(dropout), new Dense(3, Softmax)) { Seed = seed };
        model.Compile(new SGD(0.1), Loss.CategoricalCrossentropy(), Metric.Accuracy());
        return model;
    }

    private static Tensor<float> Identity(int count) => Tensor.Create([.. Enumerable.Range(0, count).Select(i => (float)i)], [count, 1]);

    [Test]
    public void History_has_Kerass_keys_and_a_value_an_epoch()
    {
        IReadOnlyList<string> keys = [];
        Recorder recorder = new() { TrainBegin = state => keys = state.HistoryKeys };
        History history = Network().Fit(
            Samples.Classes(20, 6, 3),
            new FitOptions { Epochs = 4, BatchSize = 8, ValidationSplit = 0.25, Callbacks = [recorder] });

        Assert.That(keys, Is.EqualTo(history.Keys));

        Assert.That(history.Keys, Is.EqualTo(new[] { "loss", "accuracy", "val_loss", "val_accuracy" }));
        Assert.That(history.Keys.Select(key => history[key].Count), Is.All.EqualTo(4));
        Assert.That((history.Epochs, history.Seconds.Count), Is.EqualTo((4, 4)));
        Assert.That(() => history["lr"], Throws.TypeOf<KeyNotFoundException>().With.Message.EqualTo(
            "History: expected one of loss, accuracy, val_loss, val_accuracy, got 'lr'."));
    }

    [Test]
    public void The_validation_split_is_the_last_part_whatever_is_shuffled()
    {
        Dataset data = Samples.Classes(21, 6, 3);
        Sequential split = Network(), given = Network();

        // ⌊21 · 0.7⌋ = 14 samples stay for training.
        History first = split.Fit(data, new FitOptions { Epochs = 3, BatchSize = 4, ValidationSplit = 0.3, Seed = 5 });
        History second = given.Fit(data.Take(14), new FitOptions { Epochs = 3, BatchSize = 4, ValidationData = data.Skip(14), Seed = 5 });

        foreach (string key in first.Keys)
        {
            Assert.That(first[key], Is.EqualTo(second[key]), key);
        }

        Assert.That(first["val_loss"][2], Is.EqualTo(split.Evaluate(data.Skip(14), new PredictOptions { BatchSize = 4 }).Loss));
    }

    [TestCase(null, new[] { 4, 4, 3 })]
    [TestCase(5, new[] { 5, 5, 1 })]
    [TestCase(300, new[] { 11 })]
    public void Validation_has_a_batch_size_and_one_plan_for_all_epochs(int? size, int[] expected)
    {
        int once = Fit(epochs: 1).PlansMade;
        BatchRecorder layer = Fit(epochs: 3);

        Assert.That(layer.Batches, Is.EqualTo(expected.Concat(expected).Concat(expected)));
        Assert.That(layer.Plans, Is.EquivalentTo(new[] { 4, expected[0] }.Distinct()));
        Assert.That(layer.PlansMade, Is.EqualTo(once));

        BatchRecorder Fit(int epochs)
        {
            BatchRecorder layer = new();
            Sequential model = new(new Input(6), layer, new Dense(3, Softmax));
            model.Compile(new SGD(), Loss.CategoricalCrossentropy());
            model.Fit(Samples.Classes(8, 6, 3), new FitOptions
            {
                Epochs = epochs,
                BatchSize = 4,
                ValidationData = Samples.Classes(11, 6, 3),
                ValidationBatchSize = size,
            });
            return layer;
        }
    }

    [Test]
    public void Each_epoch_takes_every_sample_once_in_an_order_of_its_own_unless_shuffling_is_off()
    {
        static float[][] Orders(bool shuffle, ulong seed)
        {
            // With a learning rate of 0 and one sample a step, the running mean of the loss tells which sample came.
            Sequential model = new(new Input(1), new Dense(1, useBias: false, kernelInitializer: Initializer.Ones));
            model.Compile(new SGD(1e-30), Loss.MeanSquaredError());
            List<float[]> orders = [];
            List<float> order = [];
            double before = 0;
            model.Fit(
                new Dataset(Identity(9), new float[9]),
                new FitOptions
                {
                    Epochs = 3,
                    BatchSize = 1,
                    Shuffle = shuffle,
                    Seed = seed,
                    Callbacks = [new Recorder
                    {
                        EpochBegin = _ => (order, before) = ([], 0),
                        StepEnd = state =>
                        {
                            double sum = state.MetricValues[0] * state.Step;
                            order.Add((float)Math.Round(Math.Sqrt(Math.Max(0, sum - before)), 3));
                            before = sum;
                        },
                        EpochEnd = _ => orders.Add([.. order]),
                    }],
                });
            return [.. orders];
        }

        float[] sorted = [0, 1, 2, 3, 4, 5, 6, 7, 8];
        float[][] shuffled = Orders(shuffle: true, seed: 1);
        Assert.That(Orders(shuffle: false, seed: 1), Is.All.EqualTo(sorted));
        Assert.That(shuffled.Select(order => order.Order().ToArray()), Is.All.EqualTo(sorted));
        Assert.That(shuffled.Select(order => string.Join(",", order)).Append(string.Join(",", sorted)), Is.Unique);
        Assert.That(Orders(shuffle: true, seed: 1), Is.EqualTo(shuffled));
        Assert.That(Orders(shuffle: true, seed: 2), Is.Not.EqualTo(shuffled));
    }

    [Test]
    public void Training_metrics_are_means_over_all_samples_of_the_epoch_with_dropout_on()
    {
        // Nothing is learned, so with dropout off both ways must agree, whatever the last, short batch weighs.
        Dataset data = Samples.Classes(22, 6, 3);
        Sequential off = Network(), on = Network(dropout: 0.5);
        foreach (Sequential model in new[] { off, on })
        {
            model.Compile(new SGD(1e-30), Loss.CategoricalCrossentropy(), Metric.Accuracy());
        }

        History history = off.Fit(data, new FitOptions { BatchSize = 8 });
        Evaluation evaluation = off.Evaluate(data, new PredictOptions { BatchSize = 5 });
        Assert.That(history["loss"][0], Is.EqualTo(evaluation.Loss).Within(1e-6));
        Assert.That(history["accuracy"][0], Is.EqualTo(evaluation["accuracy"]).Within(1e-12));

        Assert.That(on.Fit(data, new FitOptions { BatchSize = 8 })["loss"][0], Is.Not.EqualTo(evaluation.Loss).Within(1e-3));
        Assert.That(on.Evaluate(data).Loss, Is.EqualTo(evaluation.Loss).Within(1e-6));
    }

    [Test]
    public void Callbacks_are_called_in_order()
    {
        Recorder recorder = new();
        Network().Fit(Samples.Classes(10, 6, 3), new FitOptions { Epochs = 2, BatchSize = 8, Callbacks = [recorder] });

        Assert.That(recorder.Calls, Is.EqualTo(new[]
        {
            "train begin",
            "epoch 1 begin", "step 1 of 2", "step 2 of 2", "epoch 1 of 2 end",
            "epoch 2 begin", "step 1 of 2", "step 2 of 2", "epoch 2 of 2 end",
            "train end",
        }));
    }

    [Test]
    public void Cancelling_ends_after_the_step_and_keeps_what_was_learned()
    {
        using CancellationTokenSource source = new();
        Sequential model = Network(), twin = Network();
        float[]? learned = null;
        Recorder recorder = new()
        {
            StepEnd = state =>
            {
                if (state is { Epoch: 2, Step: 2 })
                {
                    learned = Samples.Weights<float>(model);
                    source.Cancel();
                }
            },
        };
        FitOptions options = new() { Epochs = 5, BatchSize = 4, Callbacks = [recorder], CancellationToken = source.Token };

        Assert.That(() => model.Fit(Samples.Classes(12, 6, 3), options), Throws.InstanceOf<OperationCanceledException>());

        Assert.That(recorder.Calls[^2..], Is.EqualTo(new[] { "step 2 of 3", "train end" }));
        Assert.That(Samples.Weights<float>(model), Is.EqualTo(learned));
        Assert.That((model.StepsTrained, model.EpochsTrained), Is.EqualTo((5L, 1)));
        Assert.That(learned, Is.Not.EqualTo(Samples.Weights<float>(twin)));
        Assert.That(() => model.Fit(Samples.Classes(12, 6, 3)), Throws.Nothing);
    }

    [Test]
    public void An_epoch_whose_validation_is_cancelled_is_not_recorded()
    {
        using CancellationTokenSource source = new();
        Sequential model = Network();
        History? history = null;
        Recorder recorder = new()
        {
            TrainBegin = state => history = state.History,
            StepEnd = state =>
            {
                if (state.Epoch == 2 && state.Step == state.StepsPerEpoch)
                {
                    source.Cancel();
                }
            },
        };
        FitOptions options = new()
        {
            Epochs = 3,
            BatchSize = 4,
            ValidationData = Samples.Classes(5, 6, 3),
            Callbacks = [recorder],
            CancellationToken = source.Token,
        };

        Assert.That(() => model.Fit(Samples.Classes(12, 6, 3), options), Throws.InstanceOf<OperationCanceledException>());

        Assert.That((model.StepsTrained, model.EpochsTrained, history!.Epochs), Is.EqualTo((6L, 1, 1)));
        Assert.That(history.Keys, Does.Contain("loss").And.Contain("val_loss"));
        Assert.That(history.Keys.Select(key => history[key].Count), Is.All.EqualTo(1));
    }

    [Test]
    public void A_callback_can_stop_a_training_and_change_the_learning_rate()
    {
        Sequential model = Network();
        SGD optimizer = new(0.1);
        model.Compile(optimizer, Loss.CategoricalCrossentropy());
        float[]? atStop = null;
        Recorder recorder = new()
        {
            EpochEnd = state =>
            {
                if (state.Epoch == 2)
                {
                    optimizer.LearningRate = 1e-30;
                    atStop = Samples.Weights<float>(model);
                }

                if (state.Epoch == 3)
                {
                    state.StopTraining();
                }
            },
        };

        History history = model.Fit(Samples.Classes(12, 6, 3), new FitOptions { Epochs = 9, Callbacks = [recorder] });

        Assert.That((history.Epochs, model.EpochsTrained), Is.EqualTo((3, 3)));
        Assert.That(Samples.Weights<float>(model), Is.EqualTo(atStop));
        Assert.That(atStop, Is.Not.EqualTo(Samples.Weights<float>(Network())));
    }

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
        Sequential one = Network(), other = Network();
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
    public void Penalties_count_in_the_loss_and_pull_the_weights()
    {
        Sequential model = new(
            new Input(3), new Dense(2, useBias: false, kernelInitializer: Initializer.Ones, kernelRegularizer: Regularizer.L2(0.1)));
        model.Compile(new SGD(0.5), Loss.MeanSquaredError());
        // Inputs of zero: the loss is the penalty alone, 0.1 · 6, and the gradient 2 · 0.1 · w.
        Dataset data = new(Tensor.Create(new float[12], [4, 3]), Tensor.Create(new float[8], [4, 2]));

        History history = model.Fit(data, new FitOptions { BatchSize = 3 });

        // Two steps, of 3 and 1 samples: w = 1, then 0.9; the epoch's mean weighs by samples.
        Assert.That(history["loss"][0], Is.EqualTo(((3 * 0.6) + (1 * 0.6 * 0.81)) / 4).Within(1e-6));
        Assert.That(Samples.Weights<float>(model), Is.All.EqualTo(0.81f).Within(1e-6));
        Assert.That(model.Evaluate(data).Loss, Is.EqualTo(0.6 * 0.81 * 0.81).Within(1e-6));
    }

    [Test]
    public void Penalties_of_what_is_frozen_do_not_count()
    {
        Dense penalized = new(2, useBias: false, kernelInitializer: Initializer.Ones, kernelRegularizer: Regularizer.L2(0.1));
        Sequential model = new(new Input(3), penalized);
        model.Compile(new SGD(0.5), Loss.MeanSquaredError());
        Dataset data = new(Tensor.Create(new float[12], [4, 3]), Tensor.Create(new float[8], [4, 2]));
        Assert.That(model.Evaluate(data).Loss, Is.EqualTo(0.6).Within(1e-6));

        penalized.Trainable = false;

        Assert.That(model.Fit(data)["loss"][0], Is.Zero);
        Assert.That(model.Evaluate(data).Loss, Is.Zero);
    }

    [Test]
    public void Constraints_hold_after_every_step()
    {
        Sequential model = new(
            new Input(6), new Dense(9, ReLU, kernelConstraint: Constraint.MaxNorm(0.5)),
            new Dense(3, Softmax, biasConstraint: Constraint.NonNegative()));
        model.Compile(new SGD(1), Loss.CategoricalCrossentropy());
        var first = (Dense)model.Layers[1];
        var last = (Dense)model.Layers[2];
        double greatest = 0;
        float least = 0;
        Recorder recorder = new()
        {
            StepEnd = _ =>
            {
                float[] w = first.Kernel!.Values<float>().ToArray();
                for (int j = 0; j < 9; j++)
                {
                    greatest = Math.Max(greatest, Math.Sqrt(Enumerable.Range(0, 6).Sum(i => (double)w[(i * 9) + j] * w[(i * 9) + j])));
                }

                least = Math.Min(least, last.Bias!.Values<float>().ToArray().Min());
            },
        };

        model.Fit(Samples.Classes(20, 6, 3), new FitOptions { Epochs = 3, BatchSize = 4, Callbacks = [recorder] });

        Assert.That(greatest, Is.EqualTo(0.5).Within(1e-4));
        Assert.That(least, Is.Zero);
    }

    [Test]
    public void A_global_norm_bounds_the_step()
    {
        Sequential model = Network();
        SGD optimizer = new(1) { GlobalClipNorm = 0.01 };
        model.Compile(optimizer, Loss.CategoricalCrossentropy());
        float[] before = Samples.Weights<float>(model);

        model.Fit(Samples.Classes(20, 6, 3), new FitOptions { BatchSize = 20 });

        double moved = Math.Sqrt(Samples.Weights<float>(model).Zip(before, (a, b) => Math.Pow((double)a - b, 2)).Sum());
        // The difference of weights near 1 in float carries errors of 6e-8 each.
        Assert.That(moved, Is.EqualTo(0.01).Within(1e-6));
    }

    [Test]
    public void What_does_not_fit_is_refused_by_name()
    {
        Sequential model = Network();
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
        Sequential bytes = Network(), ints = Network();
        foreach (Sequential model in new[] { bytes, ints })
        {
            model.Compile(new SGD(0.1), Loss.SparseCategoricalCrossentropy());
        }

        History history = bytes.Fit(new Dataset(x, DataColumn.FromBytes(Tensor.Create(labels))));

        Assert.That(history["loss"], Is.EqualTo(ints.Fit(new Dataset(x, labels.Select(label => (int)label).ToArray()))["loss"]));
        Assert.That(() => bytes.Fit(new Dataset(x, DataColumn.FromBytes(Tensor.Create(labels), 4))), Throws.ArgumentException.With.Message.EqualTo(
            "sequential (Sequential): targets[0]: sparse_categorical_crossentropy: expected class numbers from 0 to 2, got 0.5 for sample 1."));
    }

    [Test]
    public void Options_out_of_range_are_refused()
    {
        Sequential model = Network();
        Dataset data = Samples.Classes(4, 6, 3);

        Assert.That(Error(new FitOptions { Epochs = 0 }), Does.StartWith("Fit: expected Epochs at least 1, got 0."));
        Assert.That(Error(new FitOptions { BatchSize = 0 }), Does.StartWith("Fit: expected BatchSize at least 1, got 0."));
        Assert.That(Error(new FitOptions { ValidationBatchSize = 0 }), Does.StartWith("Fit: expected ValidationBatchSize at least 1, got 0."));
        Assert.That(Error(new FitOptions { ValidationSplit = 1 }), Does.StartWith("Fit: expected ValidationSplit 0 to below 1, got 1."));
        Assert.That(Error(new FitOptions { ValidationSplit = double.NaN }), Does.StartWith("Fit: expected ValidationSplit 0 to below 1, got NaN."));
        Assert.That(Error(new FitOptions { ValidationSplit = 0.8 }), Does.StartWith(
            "Fit: expected ValidationSplit to leave at least one of 4 samples on each side, got 0.8."));
        Assert.That(Error(new FitOptions { ValidationSplit = 1e-14 }), Does.StartWith(
            "Fit: expected ValidationSplit to leave at least one of 4 samples on each side, got 1E-14."));
        Assert.That(Error(new FitOptions { InitialEpoch = 1 }), Does.StartWith("Fit: expected InitialEpoch 0 to 0, got 1."));
        Assert.That(Error(new FitOptions { DegreeOfParallelism = 0 }), Does.StartWith("Fit: expected DegreeOfParallelism at least 1, got 0."));

        string Error(FitOptions options) => Assert.Throws<ArgumentOutOfRangeException>(() => model.Fit(data, options)).Message;
    }

    [Test]
    public void TrainOnBatch_takes_the_steps_of_Fit()
    {
        Tensor<float> x = Samples.Tensor<float>(1, 10, 6);
        Dataset data = new(x, DataColumn.OneHot(Samples.Labels(10, 3), 3));
        Sequential whole = Network(dropout: 0.3), single = Network(dropout: 0.3);

        whole.Fit(data, new FitOptions { BatchSize = 4, Shuffle = false, Seed = 8 });
        foreach (Range range in new[] { 0..4, 4..8, 8..10 })
        {
            Dataset part = data.Slice(range);
            single.TrainOnBatch(part.Inputs.AsReadOnlyTensorSpan(), part.Targets.AsReadOnlyTensorSpan(), new FitOptions { Seed = 8 });
        }

        Assert.That(Samples.Weights<float>(single), Is.EqualTo(Samples.Weights<float>(whole)));
    }

    [Test]
    public void TrainOnBatch_refuses_what_does_not_fit()
    {
        Sequential model = Network();
        float[] nan = Samples.Numbers<float>(24, 1);
        nan[9] = float.NaN;
        Tensor<float> x = Samples.Tensor<float>(1, 4, 6), y = Samples.Tensor<float>(1, 4, 3);

        Assert.That(() => Step(Tensor.Create(nan, [4, 6]), y), Throws.ArgumentException.With.Message.EqualTo(
            "input (Input): expected numbers, got NaN in sample 1, element 3. Replace or leave out what is missing."));
        Assert.That(() => Step(x, Samples.Tensor<float>(1, 3, 3)), Throws.ArgumentException.With.Message.StartsWith(
            "sequential (Sequential): expected as many targets as inputs, 4, got 3."));
        Assert.That(
            () => model.TrainOnBatch(Samples.Tensor<double>(1, 4, 6).AsReadOnlyTensorSpan(), Samples.Tensor<double>(1, 4, 3).AsReadOnlyTensorSpan()),
            Throws.InvalidOperationException.With.Message.StartsWith("sequential (Sequential): expected tensors of Single precision, got Double ones."));
        Assert.That(() => Step(x, y), Throws.Nothing);

        void Step(Tensor<float> inputs, Tensor<float> targets) =>
            model.TrainOnBatch(inputs.AsReadOnlyTensorSpan(), targets.AsReadOnlyTensorSpan());
    }
}
