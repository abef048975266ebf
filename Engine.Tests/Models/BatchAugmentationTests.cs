using System.Numerics;
using Engine.Activations;
using Engine.Data;
using Engine.Layers;
using Engine.Losses;
using Engine.Metrics;
using Engine.Optimizers;
using Engine.Serialization;

namespace Engine.Tests.Models;

/// <summary>MixUp and CutMix, seen by an augmentation that stands behind them and by what is learned.</summary>
public sealed class BatchAugmentationTests
{
    private const int Count = 48;

    // Each sample is the unit vector of its number, as input and as target: whatever is mixed shows in both alike.
    [Test]
    public void MixUpMixesInputsAndTargetsAlike()
    {
        float[,] unit = new float[Count, Count];
        for (int i = 0; i < Count; i++)
        {
            unit[i, i] = 1;
        }

        Watcher watcher = new();
        Train(new Dataset(unit, unit), new Dense(Count), [new MixUp(0.8), watcher], threads: 2);
        Assert.That(watcher.Inputs, Has.Count.EqualTo(2 * Count));
        int mixed = 0;
        foreach ((double[] input, double[] target) in watcher.Inputs.Zip(watcher.Targets))
        {
            Assert.That(target, Is.EqualTo(input));
            Assert.That(input.Sum(), Is.EqualTo(1).Within(1e-6));
            double[] shares = [.. input.Where(share => share != 0)];
            Assert.That(shares, Has.Length.InRange(1, 2));
            mixed += shares.Length == 2 ? 1 : 0;
        }

        Assert.That(mixed, Is.AtLeast(2 * Count * 3 / 4), "one partner of 16 is the sample itself");
        Assert.That(watcher.Inputs.Select(input => Math.Round(input.Max(), 4)).Distinct().Count(), Is.AtLeast(Count), "one share for all");
    }

    // Each image is its number everywhere, so that every pixel says where it is from.
    [Test]
    public void CutMixPastesARectangleAndMixesTargetsByItsArea()
    {
        const int Height = 6, Width = 9;
        float[] images = [.. Enumerable.Range(0, Count).SelectMany(i => Enumerable.Repeat((float)i, Height * Width * 2))];
        Dataset data = new(
            System.Numerics.Tensors.Tensor.Create(images, [Count, Height, Width, 2]),
            DataColumn.OneHot([.. Enumerable.Range(0, Count)], Count));
        Watcher watcher = new();
        Train(data, new Flatten(), [new CutMix(), watcher], new Dense(Count));
        int pasted = 0, rectangles = 0;
        foreach ((double[] input, double[] target) in watcher.Inputs.Zip(watcher.Targets))
        {
            double[] sources = [.. input.Distinct()];
            Assert.That(sources, Has.Length.InRange(1, 2));
            foreach (double source in sources)
            {
                double share = input.Count(value => value == source) / (double)input.Length;
                Assert.That(target[(int)source], Is.EqualTo(share).Within(1e-6));
            }

            Assert.That(target.Sum(), Is.EqualTo(1).Within(1e-6));
            if (sources.Length == 2)
            {
                pasted++;
                rectangles += sources.Any(source => IsRectangle(input, source)) ? 1 : 0;
            }
        }

        Assert.That(pasted, Is.AtLeast(Count));
        Assert.That(rectangles, Is.EqualTo(pasted));

        static bool IsRectangle(double[] image, double source)
        {
            int[] places = [.. Enumerable.Range(0, Height * Width).Where(p => image[2 * p] == source && image[(2 * p) + 1] == source)];
            int[] rows = [.. places.Select(p => p / Width)], columns = [.. places.Select(p => p % Width)];
            return places.Length == (rows.Max() - rows.Min() + 1) * (columns.Max() - columns.Min() + 1);
        }
    }

    // With a large alpha half of the image is pasted, in a rectangle of √½ of its height and width, where no border cuts it.
    [Test]
    public void CutMixPastesTheShareThatWasDrawn()
    {
        const int Height = 50, Width = 40;
        float[] images = [.. Enumerable.Range(0, Count).SelectMany(i => Enumerable.Repeat((float)i, Height * Width))];
        Dataset data = new(
            System.Numerics.Tensors.Tensor.Create(images, [Count, Height, Width, 1]),
            DataColumn.OneHot([.. Enumerable.Range(0, Count)], Count));
        Watcher watcher = new();
        Train(data, new Flatten(), [new CutMix(1e6), watcher], new Dense(Count));
        double most = watcher.Targets.Max(target => target.Where(share => share > 0).Min() is var share && share < 1 ? share : 0);

        // 35 or 36 of 50 rows, 28 or 29 of 40 columns; the lesser of the two shares is told.
        Assert.That(most, Is.InRange(0.47, 0.5));
    }

    [Test]
    public void TheSameSeedGivesTheSameBitsOnAnyNumberOfThreads([Values] bool cut)
    {
        float[] one = Weights(1, seed: 5);
        Assert.That(Weights(2, seed: 5), Is.EqualTo(one));
        Assert.That(Weights(4, seed: 5), Is.EqualTo(one));
        Assert.That(Weights(1, seed: 5, own: 9), Is.Not.EqualTo(one));
        Assert.That(Weights(1, seed: 5, augment: false), Is.Not.EqualTo(one));

        float[] Weights(int threads, ulong seed, ulong? own = null, bool augment = true)
        {
            Sequential model = ImageModel();
            model.Fit(Images(), new FitOptions
            {
                Epochs = 2,
                BatchSize = 10,
                Seed = seed,
                DegreeOfParallelism = threads,
                Augment = augment ? [cut ? new CutMix(seed: own) : new MixUp(seed: own)] : [],
            });
            return Samples.Weights<float>(model);
        }
    }

    [Test]
    public void ATrainingGoesOnAsIfNeverStopped()
    {
        using TempFolder folder = new();
        string path = folder.File("model.safetensors");
        FitOptions options = new() { Epochs = 3, BatchSize = 10, Seed = 4, Augment = [new MixUp(), new CutMix()] };
        Sequential whole = ImageModel();
        whole.Fit(Images(), options);

        Sequential first = ImageModel();
        first.Fit(Images(), options with { Epochs = 1 });
        first.Save(path, includeTraining: true);
        Model second = Model.Load(path);
        second.Compile(new Adam(0.01), Loss.CategoricalCrossentropy(), Metric.Accuracy());
        second.Fit(Images(), options with { InitialEpoch = 1 });
        Assert.That(Samples.Weights<float>(second), Is.EqualTo(Samples.Weights<float>(whole)));
    }

    [Test]
    public void ValidationIsNotAugmented()
    {
        Sequential model = ImageModel();
        History history = model.Fit(Images(), new FitOptions { ValidationData = Images(), Augment = [new MixUp(5)] });
        Assert.That(history["val_loss"][^1], Is.EqualTo(model.Evaluate(Images()).Loss).Within(1e-12));
    }

    [Test]
    public void AStepAllocatesNothingAndLeavesItsInputs()
    {
        Sequential model = ImageModel();
        Dataset data = Images();
        System.Numerics.Tensors.Tensor<float> x = data.Inputs, y = data.Targets;
        float[] images = [.. x];
        FitOptions options = new() { DegreeOfParallelism = 1, Augment = [new MixUp(), new CutMix()] };
        for (int i = 0; i < 3; i++)
        {
            model.TrainOnBatch<float>(x, y, options);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        model.TrainOnBatch<float>(x, y, options);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(x, Is.EqualTo(images), "the caller's images are not mixed");
    }

    [Test]
    public void RefusesClassNumbersAndWhatIsNoImage()
    {
        Sequential sparse = new(new Input(4, 5, 2), new Flatten(), new Dense(3)) { Name = "net" };
        sparse.Compile(new SGD(0.1), Loss.SparseCategoricalCrossentropy(fromLogits: true));
        Dataset labelled = new(Samples.Tensor<float>(3, 20, 4, 5, 2), Samples.Labels(20, 3));
        Assert.That(
            () => sparse.Fit(labelled, new FitOptions { Augment = [new MixUp()] }),
            Throws.TypeOf<ShapeException>().With.Message.EqualTo(
                "MixUp: expected targets [n, 3], one-hot labels or numbers, for dense (Dense), got class numbers [n], which cannot be "
                + "mixed. Use DataColumn.OneHot(labels, 3) and Loss.CategoricalCrossentropy()."));
        Assert.That(sparse.StepsTrained, Is.Zero);

        Sequential flat = new(new Input(40), new Dense(3));
        flat.Compile(new SGD(0.1), Loss.CategoricalCrossentropy(fromLogits: true));
        Assert.That(
            () => flat.Fit(Samples.Classes(20, 40, 3), new FitOptions { Augment = [new CutMix()] }),
            Throws.TypeOf<ShapeException>().With.Message.EqualTo(
                "CutMix: expected inputs [n, height, width, channels], got [n, 40]. MixUp takes any shape."));
        Assert.That(() => new MixUp(0), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "MixUp: expected alpha to be a finite number above 0, got 0."));
        Assert.That(() => new CutMix(double.NaN), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "CutMix: expected alpha to be a finite number above 0, got NaN."));
    }

    private static Dataset Images() => new(Samples.Tensor<float>(3, 35, 4, 5, 2), DataColumn.OneHot(Samples.Labels(35, 3), 3));

    private static Sequential ImageModel()
    {
        Sequential model = new(new Input(4, 5, 2), new RandomTranslation(0.2, 0.2), new Flatten(), new Dense(3, ActivationFunction.Softmax));
        model.Compile(new Adam(0.01), Loss.CategoricalCrossentropy(), Metric.Accuracy());
        return model;
    }

    private static void Train(
        Dataset data, Layer layer, BatchAugmentation[] augment, Layer? last = null, int threads = 1)
    {
        Sequential model = last is null
            ? new(new Input([.. data.InputShapes[0]]), layer)
            : new(new Input([.. data.InputShapes[0]]), layer, last);
        model.Compile(new SGD(1e-6), Loss.MeanSquaredError());
        model.Fit(data, new FitOptions { Epochs = 2, BatchSize = 16, Seed = 3, DegreeOfParallelism = threads, Augment = augment });
    }

    /// <summary>Keeps what reaches the model.</summary>
    private sealed class Watcher : BatchAugmentation
    {
        private readonly Lock _gate = new();

        public List<double[]> Inputs { get; } = [];

        public List<double[]> Targets { get; } = [];

        public override void Apply<T>(in AugmentedBatch<T> batch, int sample)
        {
            lock (_gate)
            {
                Inputs.Add(Doubles<T>(batch.Input(0, sample)));
                Targets.Add(Doubles<T>(batch.Target(0, sample)));
            }
        }

        private static double[] Doubles<T>(ReadOnlySpan<T> values)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            double[] doubles = new double[values.Length];
            for (int i = 0; i < doubles.Length; i++)
            {
                doubles[i] = double.CreateChecked(values[i]);
            }

            return doubles;
        }
    }
}
