using System.Buffers;
using System.Numerics.Tensors;
using Engine.Data;
using Engine.Initializers;
using Engine.Layers;
using Engine.Losses;
using Engine.Metrics;
using Engine.Optimizers;
using static Engine.Activations.ActivationFunction;

namespace Engine.Tests.Models;

/// <summary>The loop of Fit: epochs, batches, shuffling, validation, callbacks, cancelling, and single steps.</summary>
public sealed class FitTests
{
    private static Tensor<float> Identity(int count) => Tensor.Create([.. Enumerable.Range(0, count).Select(i => (float)i)], [count, 1]);

    [Test]
    public void History_has_Kerass_keys_and_a_value_an_epoch()
    {
        IReadOnlyList<string> keys = [];
        Recorder recorder = new() { TrainBegin = state => keys = state.HistoryKeys };
        History history = Samples.Classifier().Fit(
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
        Sequential split = Samples.Classifier(), given = Samples.Classifier();

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
        Sequential off = Samples.Classifier(), on = Samples.Classifier(dropout: 0.5);
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
        Samples.Classifier().Fit(Samples.Classes(10, 6, 3), new FitOptions { Epochs = 2, BatchSize = 8, Callbacks = [recorder] });

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
        Sequential model = Samples.Classifier(), twin = Samples.Classifier();
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
        Sequential model = Samples.Classifier();
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
        Sequential model = Samples.Classifier();
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
        Assert.That(atStop, Is.Not.EqualTo(Samples.Weights<float>(Samples.Classifier())));
    }

    [Test]
    public void Options_out_of_range_are_refused()
    {
        Sequential model = Samples.Classifier();
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
        Sequential whole = Samples.Classifier(dropout: 0.3), single = Samples.Classifier(dropout: 0.3);

        whole.Fit(data, new FitOptions { BatchSize = 4, Shuffle = false, Seed = 8 });
        foreach (Range range in new[] { 0..4, 4..8, 8..10 })
        {
            Dataset part = data.Slice(range);
            single.TrainOnBatch(part.Inputs.AsReadOnlyTensorSpan(), part.Targets.AsReadOnlyTensorSpan(), new FitOptions { Seed = 8 });
        }

        Assert.That(Samples.Weights<float>(single), Is.EqualTo(Samples.Weights<float>(whole)));
    }

    // Dense batches are read where they lie, others copied: the same steps, and nobody's numbers change, not even after a batch that was
    // refused. Layers that could work in place stand first.
    [Test]
    public void TrainOnBatch_steps_alike_wherever_a_batch_lies_and_leaves_it_as_it_is()
    {
        Tensor<float> wide = Samples.Tensor<float>(1, 9, 12), tall = Samples.Tensor<float>(2, 9, 6), y = Samples.Tensor<float>(3, 5, 2);
        Tensor<float> strided = wide.Slice([new NRange(2, 7), new NRange(3, 9)]), rows = tall.Slice([new NRange(4, 9), NRange.All]);
        Assert.That((rows.IsDense, strided.IsDense), Is.EqualTo((true, false)));
        float[] wideBefore = [.. wide], tallBefore = [.. tall];
        Tensor<float> nan = Tensor.Create([.. Enumerable.Repeat(float.NaN, 30)], [5, 6]);

        Sequential model = Network(), expected = Network();
        foreach (Tensor<float> x in new[] { rows, strided, rows, nan, strided, nan })
        {
            if (x == nan)
            {
                Assert.That(() => model.TrainOnBatch<float>(x, y), Throws.ArgumentException);
                continue;
            }

            model.TrainOnBatch<float>(x, y);
            expected.TrainOnBatch<float>(Tensor.Create([.. x], [5, 6]), y);
        }

        foreach (Sequential trained in new[] { model, expected })
        {
            trained.Fit(new Dataset(Tensor.Create([.. rows], [5, 6]), y), new FitOptions { BatchSize = 5, Seed = 3 });
        }

        Assert.That(Samples.Weights<float>(model), Is.EqualTo(Samples.Weights<float>(expected)));
        Assert.That(wide, Is.EqualTo(wideBefore));
        Assert.That(tall, Is.EqualTo(tallBefore));
        Assert.That(nan, Is.All.NaN);

        static Sequential Network()
        {
            Sequential model = new(
                new Input(6), new Reshape(3, 2), new Masking(), new Dropout(0.3), new Activation(Tanh), new Flatten(), new Dense(2))
            { Seed = 3 };
            model.Compile(new SGD(0.1), Loss.MeanSquaredError());
            return model;
        }
    }

    [Test]
    public void TrainOnBatch_refuses_what_does_not_fit()
    {
        Sequential model = Samples.Classifier();
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
