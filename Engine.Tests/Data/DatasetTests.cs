using System.Buffers;
using System.Numerics.Tensors;
using Engine.Data;

namespace Engine.Tests.Data;

public class DatasetTests
{
    // Sample i is (2i, 2i + 1) with target 10 i.
    private static Dataset Samples(int count)
    {
        float[] x = [.. Enumerable.Range(0, 2 * count).Select(i => (float)i)];
        float[] y = [.. Enumerable.Range(0, count).Select(i => 10f * i)];
        return new Dataset(Tensor.Create(x, [count, 2]), y);
    }

    private static float[] Targets(Dataset data) => data.Targets.AsDenseSpan().ToArray();

    [Test]
    public void TellsCountAndShapes()
    {
        var data = new Dataset(
            [Tensor.Create(new float[24], [4, 2, 3]), new int[4]], [new float[4, 5], DataColumn.OneHot(new int[4], 7)], new float[4]);
        Assert.That(data.Count, Is.EqualTo(4));
        Assert.That(data.InputShapes, Is.EqualTo(new Shape[] { [2, 3], Shape.Scalar }));
        Assert.That(data.TargetShapes, Is.EqualTo(new Shape[] { [5], [7] }));
        Assert.That(data.SampleWeights!.SampleShape, Is.EqualTo(Shape.Scalar));
    }

    [Test]
    public void GivesTheTensorItselfWhereItCan()
    {
        Tensor<float> x = Tensor.Create(new float[] { 0, 1, 2, 3, 4, 5 }, [3, 2]);
        var data = new Dataset(x, new int[3]);
        Assert.That(data.Inputs, Is.SameAs(x));
        Tensor<float> part = data.Slice(1..3).Inputs;
        x[1, 0] = 22;
        Assert.That(part.AsDenseSpan().ToArray(), Is.EqualTo(new float[] { 22, 3, 4, 5 }), "a slice shares storage");
    }

    [Test]
    public void GivesTensorsOfBytesAndOneHotLabels()
    {
        var data = new Dataset(
            DataColumn.FromBytes(Tensor.Create(new byte[] { 0, 51, 255, 102 }, [2, 2]), 255), DataColumn.OneHot([1, 0], 2));
        Assert.That(data.Inputs.AsDenseSpan().ToArray(), Is.EqualTo(new[] { 0, 0.2f, 1, 0.4f }));
        Assert.That(data.Targets.AsDenseSpan().ToArray(), Is.EqualTo(new float[] { 0, 1, 1, 0 }));
        Tensor<float> again = data.Inputs;
        Assert.That(again, Is.SameAs(data.Inputs), "made once");
    }

    [TestCase(3, new[] { 3, 3, 1 })]
    [TestCase(7, new[] { 7 })]
    [TestCase(int.MaxValue, new[] { 7 })]
    [TestCase(1, new[] { 1, 1, 1, 1, 1, 1, 1 })]
    public void GivesBatchesInOrderTheLastWithWhatIsLeft(int size, int[] counts)
    {
        Dataset data = Samples(9).Skip(2).Shuffle(5);
        Dataset[] batches = [.. data.Batches(size)];
        Assert.That(batches.Select(batch => batch.Count), Is.EqualTo(counts));
        Assert.That(batches.SelectMany(Targets), Is.EqualTo(Targets(data)));
    }

    [Test]
    public void BatchesAreViews()
    {
        Tensor<float> x = Tensor.Create(new float[] { 0, 1, 2, 3, 4, 5 }, [3, 2]);
        Dataset second = new Dataset(x, new int[3]).Batches(2).Last();
        x[2, 0] = 44;
        Assert.That(second.Inputs.AsDenseSpan().ToArray(), Is.EqualTo(new float[] { 44, 5 }), "a batch shares storage");
    }

    [Test]
    public void BatchesOfNoSamplesAreRefusedAtTheCall() =>
        Assert.That(() => Samples(3).Batches(0), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "Dataset.Batches: expected at least 1 sample a batch, got 0."));

    [Test]
    public void CutsPartsThatShareNothingAndMissNothing()
    {
        Dataset data = Samples(10);
        Assert.That(Targets(data.Take(2)), Is.EqualTo(new float[] { 0, 10 }));
        Assert.That(Targets(data.Skip(7)), Is.EqualTo(new float[] { 70, 80, 90 }));
        Assert.That(Targets(data.Slice(^3..^1)), Is.EqualTo(new float[] { 70, 80 }));
        Assert.That(Targets(data.Skip(2).Take(5).Slice(1..3)), Is.EqualTo(new float[] { 30, 40 }));
        (Dataset first, Dataset last) = data.Split(0.7);
        Assert.That(Targets(first), Is.EqualTo(new float[] { 0, 10, 20, 30, 40, 50, 60 }));
        Assert.That(Targets(last), Is.EqualTo(new float[] { 70, 80, 90 }));
    }

    [TestCase(100, 0.29, 29)]
    [TestCase(60_000, 0.9, 54_000)]
    [TestCase(7, 0.5, 3)]
    [TestCase(10, 0.999, 9)]
    public void SplitsRoundDown(int count, double fraction, int first)
    {
        (Dataset a, Dataset b) = new Dataset(new float[count], new float[count]).Split(fraction);
        Assert.That((a.Count, b.Count), Is.EqualTo((first, count - first)));
    }

    [Test]
    public void SelectsWithInputsTargetsAndWeightsTogether()
    {
        var data = new Dataset(
            Tensor.Create(new float[] { 0, 1, 2, 3, 4, 5 }, [3, 2]), DataColumn.OneHot([0, 1, 2], 3), new double[] { 0.5, 1.5, 2.5 });
        Dataset selected = data.Select(2, 0, 2).Skip(1);
        Assert.That(selected.Inputs.AsDenseSpan().ToArray(), Is.EqualTo(new float[] { 0, 1, 4, 5 }));
        Assert.That(selected.GetLabels(), Is.EqualTo(new[] { 0, 2 }));
        double[] weights = new double[2];
        selected.SampleWeights!.CopyRows<double>(0, 2, weights);
        Assert.That(weights, Is.EqualTo(new[] { 0.5, 2.5 }));
    }

    [Test]
    public void ShufflesBySeedAlone()
    {
        Dataset data = Samples(101);
        float[] shuffled = Targets(data.Shuffle(3));
        Assert.That(shuffled, Is.EquivalentTo(Targets(data)));
        Assert.That(shuffled, Is.Not.EqualTo(Targets(data)));
        Assert.That(Targets(data.Shuffle(3)), Is.EqualTo(shuffled));
        Assert.That(Targets(data.Shuffle(4)), Is.Not.EqualTo(shuffled));
        Dataset twice = data.Shuffle(3).Shuffle(4);
        Assert.That(twice.Inputs.AsDenseSpan().ToArray().Where((_, i) => i % 2 == 0), Is.EqualTo(Targets(twice).Select(y => y / 5)));
    }

    [Test]
    public void GivesLabels()
    {
        Assert.That(new Dataset(new float[3], new[] { 4, 1, 2 }).Slice(1..).GetLabels(), Is.EqualTo(new[] { 1, 2 }));
        Assert.That(
            () => Samples(3).GetLabels(),
            Throws.InvalidOperationException.With.Message.EqualTo(
                "Dataset.GetLabels: expected one label a sample in the first target, got float of shape [n]."));
    }

    [Test]
    public void SaysWhatToCallWhereThereIsNoFloatTensor()
    {
        var data = new Dataset(new double[3], new int[3]);
        Assert.That(
            () => data.Inputs,
            Throws.InvalidOperationException.With.Message.EqualTo(
                "Dataset.Inputs: expected float data, got double. Use InputColumns[0].ToTensor<double>()"
                + " or InputColumns[0].ToTensor<float>() to convert them."));
        Assert.That(
            () => data.Targets,
            Throws.InvalidOperationException.With.Message.EqualTo(
                "Dataset.Targets: expected float data, got int. Use TargetColumns[0].ToTensor<double>()"
                + " or TargetColumns[0].ToTensor<float>() to convert them, or GetLabels() for labels."));
    }

    [Test]
    public void RefusesCountsThatDiffer()
    {
        Assert.That(
            () => new Dataset([new float[4], new float[4]], [new float[4], new int[3]]),
            Message("Dataset: expected 4 samples in targets[1], as in inputs[0], got 3."
                + " Inputs, targets and weights need one row a sample."));
        Assert.That(
            () => new Dataset(new float[4], new float[4], new float[5]),
            Message("Dataset: expected 4 samples in sampleWeights, as in inputs[0], got 5."
                + " Inputs, targets and weights need one row a sample."));
        Assert.That(
            () => new Dataset([], [new float[4]]), Message("Dataset: expected at least one input and one target, got 0 and 1."));
        Assert.That(() => new Dataset((float[])null!, new float[4]), Throws.ArgumentNullException);
    }

    [TestCase(float.NaN, "NaN")]
    [TestCase(float.NegativeInfinity, "-Infinity")]
    public void NamesTheFirstNumberThatIsNotFinite(float bad, string text)
    {
        float[] values = new float[5 * 2 * 3];
        values[(3 * 6) + 4] = values[(4 * 6) + 1] = bad;
        Tensor<float> x = Tensor.Create(values, [5, 2, 3]);
        Assert.That(
            () => new Dataset(x, new int[5]),
            Message($"Dataset: expected finite numbers in inputs[0], got {text} at sample 3, element [1, 1]."
                + " Repair or drop such samples first."));
        Assert.That(() => new Dataset(x.Slice([0..3, NRange.All, NRange.All]), new int[3]), Throws.Nothing, "not in the slice");
        Assert.That(
            () => new Dataset(new float[2], new double[] { 1, bad }),
            Message($"Dataset: expected finite numbers in targets[0], got {text} at sample 1. Repair or drop such samples first."));
    }

    [Test]
    public void RefusesWeightsThatAreNone()
    {
        Assert.That(
            () => new Dataset(new float[2], new float[2], new[] { 1, -0.5 }),
            Message("Dataset: expected sampleWeights of 0 or more, got -0.5 at sample 1."));
        Assert.That(
            () => new Dataset(new float[2], new float[2], new float[2, 3]),
            Throws.TypeOf<ShapeException>().With.Message.EqualTo(
                "Dataset: expected one weight a sample, sampleWeights of shape [n], got [n, 3]."));
    }

    [Test]
    public void RefusesPartsThatAreNotThere()
    {
        Dataset data = Samples(4);
        Range(() => data.Take(0), "Dataset.Take: expected 1 to 4 samples of a set of 4, got 0.");
        Range(() => data.Take(5), "Dataset.Take: expected 1 to 4 samples of a set of 4, got 5.");
        Range(() => data.Skip(4), "Dataset.Skip: expected 0 to 3 samples of a set of 4, got 4.");
        Range(() => data.Slice(2..2), "Dataset.Slice: expected at least one sample within 0..4, got 2..2.");
        Range(() => data.Slice(2..5), "Dataset.Slice: expected at least one sample within 0..4, got 2..5.");
        foreach (double fraction in new[] { 0, 0.2, 1, -1, double.NaN })
        {
            Range(
                () => data.Split(fraction),
                $"Dataset.Split: expected a fraction that leaves at least one of 4 samples on each side, got {fraction}.");
        }

        Assert.That(
            () => data.Select(1, 4),
            Throws.ArgumentException.With.Message.StartWith("Dataset.Select: expected samples of 0 to 3, got 4."));
        Assert.That(
            () => data.Select(), Throws.ArgumentException.With.Message.StartWith("Dataset.Select: expected at least one sample"));

        static void Range(Func<object> action, string text) =>
            Assert.That(() => action(), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartWith(text));
    }

    private static NUnit.Framework.Constraints.IResolveConstraint Message(string text) =>
        Throws.ArgumentException.With.Message.EqualTo(text);
}
