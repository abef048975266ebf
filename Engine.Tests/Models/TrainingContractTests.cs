using System.Numerics.Tensors;
using Engine.Constraints;
using Engine.Data;
using Engine.Layers;
using Engine.Losses;
using Engine.Metrics;
using Engine.Optimizers;
using Engine.Regularizers;
using static Engine.Activations.ActivationFunction;

namespace Engine.Tests.Models;

/// <summary>What every training promises: the same bits on any number of threads, and no allocation.</summary>
[NonParallelizable]
public sealed class TrainingContractTests
{
    private static IEnumerable<Func<Optimizer>> Optimizers =>
    [
        () => new SGD(0.05),
        () => new SGD(0.05, momentum: 0.9, nesterov: true) { ClipNorm = 1 },
        () => new RMSprop(1e-3),
        () => new RMSprop(1e-3, momentum: 0.5, centered: true) { ClipValue = 0.5 },
        () => new Adam(1e-3),
        () => new Adam(1e-3, amsgrad: true) { GlobalClipNorm = 1 },
    ];

    [Test]
    public void One_two_and_four_threads_end_with_the_same_bits()
    {
        Dataset data = Samples.Classes(300, 256, 10);
        float[][] weights = [.. new[] { 1, 2, 4 }.Select(threads =>
        {
            Sequential model = new(
                new Input(256), new Dense(512, ReLU), new Dropout(0.2), new Dense(512, Tanh), new Dropout(0.2), new Dense(10, Softmax)) { Seed = 1 };
            model.Compile(new Adam(), Loss.CategoricalCrossentropy());
            model.Fit(data, new FitOptions { Epochs = 3, BatchSize = 128, Seed = 2, DegreeOfParallelism = threads });
            return Samples.Weights<float>(model);
        })];

        Assert.That(weights[1].AsSpan().SequenceEqual(weights[0]), "two threads");
        Assert.That(weights[2].AsSpan().SequenceEqual(weights[0]), "four threads");
    }

    [Test]
    public void A_seed_decides_the_training()
    {
        float[] first = Train(seed: 1), again = Train(seed: 1), other = Train(seed: 2);
        Assert.That(again, Is.EqualTo(first));
        Assert.That(other, Is.Not.EqualTo(first));

        static float[] Train(ulong seed)
        {
            Sequential model = new(new Input(6), new Dense(8, ReLU), new Dropout(0.5), new Dense(3, Softmax));
            model.Compile(new Adam(), Loss.CategoricalCrossentropy());
            model.Fit(Samples.Classes(20, 6, 3), new FitOptions { BatchSize = 20, Shuffle = false, Seed = seed });
            return Samples.Weights<float>(model);
        }
    }

    [TestCaseSource(nameof(Optimizers))]
    public void Steps_after_the_first_allocate_nothing_on_any_thread(Func<Optimizer> make)
    {
        foreach (int threads in new[] { 1, 2 })
        {
            Sequential model = new(
                new Input(64),
                new Dense(200, ReLU, kernelRegularizer: Regularizer.L2(1e-4), kernelConstraint: Constraint.MaxNorm(3)),
                new Dropout(0.5),
                new Dense(30, Tanh),
                new Dropout(0.2, noiseShape: [null, 1]),
                new Dense(10, Softmax));
            model.Compile(make(), Loss.CategoricalCrossentropy(0.1), Metric.Accuracy(), Metric.TopKCategoricalAccuracy(2));
            Meter meter = new(stepsPerEpoch: 5);

            // 5 steps an epoch, the last of 22 samples.
            model.Fit(Samples.Classes(150, 64, 10), new FitOptions
            {
                Epochs = 4,
                BatchSize = 32,
                DegreeOfParallelism = threads,
                Callbacks = [meter],
            });

            Assert.That(meter.Least, Is.All.Zero, $"{threads} threads: bytes from one step to the next, the short one last");
        }
    }

    [TestCase(1)]
    [TestCase(2)]
    public void TrainOnBatch_allocates_nothing_after_the_first_call(int threads)
    {
        Sequential model = new(new Input(64), new Dense(200, ReLU), new Dropout(0.5), new Dense(10, Softmax));
        model.Compile(new Adam(), Loss.SparseCategoricalCrossentropy(), Metric.Accuracy());
        Tensor<float> x = Samples.Tensor<float>(1, 32, 64);
        Tensor<float> y = Tensor.Create([.. Samples.Labels(32, 10).Select(label => (float)label)]);
        FitOptions options = new() { DegreeOfParallelism = threads };
        long least = long.MaxValue;
        for (int i = 0; i < 6; i++)
        {
            // Full batches and short ones.
            int count = i % 2 == 0 ? 32 : 19;
            ReadOnlyTensorSpan<float> inputs = new(Storage(x), (ReadOnlySpan<nint>)[count, 64], []);
            ReadOnlyTensorSpan<float> targets = new(Storage(y), (ReadOnlySpan<nint>)[count], []);
            long before = GC.GetTotalAllocatedBytes(precise: true);
            model.TrainOnBatch(inputs, targets, options);
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        Assert.That(least, Is.Zero);

        static ReadOnlySpan<float> Storage(Tensor<float> tensor) => tensor.AsDenseSpan();
    }

    [Test]
    public void Predictions_during_a_training_are_those_of_a_finished_step()
    {
        Sequential model = new(new Input(32), new Dense(64, ReLU), new Dense(4, Softmax));
        model.Compile(new SGD(0.5), Loss.CategoricalCrossentropy());
        Tensor<float> x = Samples.Tensor<float>(9, 3, 32);
        Model hidden = model.OutputOf("dense");
        HashSet<string> finished = [Text(model.Predict(x))], finishedHidden = [Text(hidden.Predict(x))];
        List<string> seen = [], seenHidden = [];
        using ManualResetEventSlim started = new();
        bool ends = false;
        Thread reader = new(() =>
        {
            while (!Volatile.Read(ref ends))
            {
                seen.Add(Text(model.Predict(x)));
                seenHidden.Add(Text(hidden.Predict(x)));
                started.Set();
            }
        });
        reader.Start();
        started.Wait();

        model.Fit(Samples.Classes(640, 32, 4), new FitOptions
        {
            Epochs = 3,
            BatchSize = 16,
            Callbacks = [new Recorder
            {
                StepEnd = _ =>
                {
                    finished.Add(Text(model.Predict(x)));
                    finishedHidden.Add(Text(hidden.Predict(x)));
                },
            }],
        });
        Volatile.Write(ref ends, true);
        reader.Join();

        Assert.That(finished, Has.Count.EqualTo(121));
        Assert.That(seen.Where(text => !finished.Contains(text)), Is.Empty);
        Assert.That(seenHidden.Where(text => !finishedHidden.Contains(text)), Is.Empty);

        static string Text(Tensor<float> tensor) => string.Join(' ', Samples.Values(tensor).Select(BitConverter.SingleToUInt32Bits));
    }

    [Test]
    public void A_second_training_is_refused_while_one_runs()
    {
        Sequential model = new(new Input(6), new Dense(3, Softmax));
        model.Compile(new SGD(), Loss.CategoricalCrossentropy());
        Dataset data = Samples.Classes(8, 6, 3);
        const string Text = "sequential (Sequential): expected one training at a time, got a second while the first runs. Wait for it to end.";
        List<Exception?> errors = [];
        Recorder recorder = new()
        {
            StepEnd = _ =>
            {
                // Of another thread, and of the callback itself; with the same batch size, another one, and by other ways.
                Thread thread = new(() => errors.Add(Catch(() => model.Fit(data))));
                thread.Start();
                thread.Join();
                errors.Add(Catch(() => model.Fit(data)));
                errors.Add(Catch(() => model.Fit(data, new FitOptions { BatchSize = 3 })));
                errors.Add(Catch(() => model.TrainOnBatch(data.Inputs.AsReadOnlyTensorSpan(), data.Targets.AsReadOnlyTensorSpan())));
                errors.Add(Catch(() => model.Compile(new SGD(), Loss.CategoricalCrossentropy())));
            },
        };

        model.Fit(data, new FitOptions { Callbacks = [recorder] });

        Assert.That(errors.Select(error => error?.Message), Is.EqualTo(Enumerable.Repeat(Text, 5)));
        Assert.That(errors, Is.All.TypeOf<InvalidOperationException>());
        Assert.That(() => model.Fit(data), Throws.Nothing);

        static Exception? Catch(Action action)
        {
            try
            {
                action();
                return null;
            }
            catch (InvalidOperationException exception)
            {
                return exception;
            }
        }
    }

    /// <summary>The least bytes that were allocated from one step's end to the next's, by the place of the step in its epoch.</summary>
    private sealed class Meter(int stepsPerEpoch) : Callback
    {
        private long _before;

        // Epochs but the first; the first step of an epoch comes after the epoch's own work, which may allocate.
        public long[] Least { get; } = [.. Enumerable.Repeat(long.MaxValue, stepsPerEpoch)];

        public override void OnEpochBegin(TrainingState training) => _before = GC.GetTotalAllocatedBytes(precise: true);

        public override void OnStepEnd(TrainingState training)
        {
            long now = GC.GetTotalAllocatedBytes(precise: true);
            Least[training.Step - 1] = Math.Min(Least[training.Step - 1], now - _before);
            _before = GC.GetTotalAllocatedBytes(precise: true);
        }
    }

    [Test]
    public void State_is_written_and_weights_change_under_one_lock()
    {
        // A prediction meanwhile waits: it would read state of this step and weights of the one before.
        Model? model = null;
        List<bool> held = [];
        model = new Sequential(new Input(6), new RunningMean(() => held.Add(model!.Weights.IsWriteLockHeld)), new Dense(3, Softmax));
        model.Compile(new SGD(), Loss.CategoricalCrossentropy());

        model.Fit(Samples.Classes(20, 6, 3), new FitOptions { BatchSize = 8 });

        Assert.That(held, Is.EqualTo(new[] { true, true, true }));
        Assert.That(model.Weights.IsWriteLockHeld, Is.False);
        Assert.That(model.Layers[1].Parameters[0].Values<float>()[0], Is.Not.Zero);
    }

    [Test]
    public void A_step_that_fails_gives_the_lock_back()
    {
        Sequential model = new(new Input(6), new RunningMean(() => throw new NotSupportedException("full")), new Dense(3, Softmax));
        model.Compile(new SGD(), Loss.CategoricalCrossentropy());

        Assert.That(() => model.Fit(Samples.Classes(20, 6, 3)), Throws.TypeOf<NotSupportedException>().With.Message.EqualTo("full"));

        Assert.That(model.Weights.IsWriteLockHeld, Is.False);
    }
}
