using Engine.Data;
using Engine.Initializers;
using Engine.Layers;
using Engine.Losses;
using Engine.Numerics;
using Engine.Optimizers;

namespace Engine.Tests.Data;

/// <summary>Batches of similar lengths.</summary>
public class LengthBucketsTests
{
    private const int Count = 1003, Batch = 16;

    private static readonly int[] Lengths = [.. Enumerable.Range(0, Count).Select(i => 1 + (i * 7919 % 50))];

    [Test]
    public void BatchesHaveSimilarLengthsAndMissNoSample()
    {
        int[] order = Arranged(seed: 3, epoch: 0);
        Assert.That(order.Order(), Is.EqualTo(Enumerable.Range(0, Count)));
        int[] spans = [.. order.Chunk(Batch).Select(batch => batch.Max(i => Lengths[i]) - batch.Min(i => Lengths[i]))];

        // 1003 samples of 50 lengths are one pool: 20 samples a length, so a batch of 16 meets two or three lengths.
        Assert.That(spans.Max(), Is.AtMost(2));
        int[] shortest = [.. order.Chunk(Batch).SkipLast(1).Select(batch => batch.Min(i => Lengths[i]))];
        Assert.That(shortest, Is.Not.Ordered, "batches are shuffled");
    }

    [Test]
    public void TheOrderIsThatOfSeedAndEpoch()
    {
        int[] again = Arranged(3, 1);
        Assert.That(Arranged(3, 1), Is.EqualTo(again));
        Assert.That(Arranged(3, 1), Is.Not.EqualTo(Arranged(3, 2)));
        Assert.That(Arranged(3, 1), Is.Not.EqualTo(Arranged(4, 1)));
    }

    [Test]
    public void FitTakesThem()
    {
        // What a step was trained on shows in its loss: of a model that says 0 it is the mean square of the batch's targets.
        float[] targets = [.. Enumerable.Range(0, 64).Select(i => (float)(i % 4))];
        Sequential model = new(new Input(1), new Dense(1, kernelInitializer: Initializer.Zeros));
        model.Compile(new SGD(learningRate: 1e-30), Loss.MeanSquaredError());
        StepLosses losses = new();
        model.Fit(new Dataset(new float[64, 1], targets), new FitOptions
        {
            BatchSize = 16,
            SequenceLengths = [.. targets.Select(target => (int)target)],
            Callbacks = [losses],
        });

        // Means over the epoch so far; times the number of steps and less what was there before: each step's own.
        double[] steps = [.. losses.Means.Select((mean, i) => ((i + 1) * mean) - (i == 0 ? 0 : i * losses.Means[i - 1]))];
        Assert.That(steps.Order(), Is.EqualTo(new double[] { 0, 1, 4, 9 }).Within(1e-6));
    }

    [Test]
    public void FitRefusesLengthsThatDoNotFit()
    {
        Sequential model = new(new Input(1), new Dense(1));
        model.Compile(new SGD(), Loss.MeanSquaredError());
        Dataset data = new(new float[6, 1], new float[6]);
        Assert.That(
            () => model.Fit(data, new FitOptions { SequenceLengths = [1, 2] }),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
                "Fit: expected SequenceLengths for each of 6 samples, got 2."));
        Assert.That(
            () => model.Fit(data, new FitOptions { SequenceLengths = [1, 2, 3, 4, 5, 6], Shuffle = false }),
            Throws.ArgumentException.With.Message.EqualTo(
                "Fit: expected Shuffle with SequenceLengths, got it switched off. "
                + "Sort the data by length instead: see Dataset.Select."));
    }

    private static int[] Arranged(ulong seed, ulong epoch)
    {
        int[] order = new int[Count];
        RandomSource random = new(seed, 0, epoch);
        random.FillPermutation(order);
        new LengthBuckets(Lengths, Count, Batch).Arrange(order, random, row: 1);
        return order;
    }

    private sealed class StepLosses : Callback
    {
        public List<double> Means { get; } = [];

        public override void OnStepEnd(TrainingState state) => Means.Add(state.Values[0]);
    }
}
