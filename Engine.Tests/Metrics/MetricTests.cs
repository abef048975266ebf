using Engine.Metrics;

namespace Engine.Tests.Metrics;

public class MetricTests
{
    [Test]
    public void AccuracyResolvesByTheShapes()
    {
        Assert.That(Metric.Accuracy().Resolve([10], [10]), Is.TypeOf<CategoricalAccuracy>());
        Assert.That(Metric.Accuracy().Resolve([10], []), Is.TypeOf<SparseCategoricalAccuracy>());
        Assert.That(Metric.Accuracy().Resolve([10], [1]), Is.TypeOf<SparseCategoricalAccuracy>());
        Assert.That(Metric.Accuracy().Resolve([7, 10], [7]), Is.TypeOf<SparseCategoricalAccuracy>());
        Assert.That(Metric.Accuracy().Resolve([1], [1]), Is.TypeOf<BinaryAccuracy>());
        Assert.That(Metric.Accuracy().Resolve([1], []), Is.TypeOf<BinaryAccuracy>());
        Assert.That(Metric.Accuracy().Resolve([10], []).Name, Is.EqualTo("accuracy"));
        Assert.That(Metric.CategoricalAccuracy().Name, Is.EqualTo("categorical_accuracy"));
    }

    [Test]
    public void ErrorsSayWhatWasExpected()
    {
        Assert.That(() => Metric.Accuracy().Resolve([10], [9]), Throws.TypeOf<ShapeException>().With.Message.EqualTo(
            "accuracy: expected targets [n, 10], the shape of the predictions, got [n, 9]."));
        Assert.That(() => Metric.SparseCategoricalAccuracy().Resolve([10], [10]), Throws.TypeOf<ShapeException>().With.Message.EqualTo(
            "sparse_categorical_accuracy: expected class numbers [n] for predictions [n, 10], got [n, 10]."));
        Assert.That(() => Metric.Accuracy().Sum<float>([1], [1], 1, 1, []), Throws.InvalidOperationException.With.Message.EqualTo(
            "accuracy: expected Resolve to be called first, and its result to be summed."));
        Assert.That(() => Metric.TopKCategoricalAccuracy(0), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "TopKCategoricalAccuracy: expected k to be at least 1, got 0."));
        Assert.That(() => Metric.BinaryAccuracy(2), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "BinaryAccuracy: expected threshold to be in [0, 1], got 2."));
    }

    private static readonly float[] Probabilities =
    [
        0.7f, 0.2f, 0.1f,
        0.3f, 0.3f, 0.4f,
        0.1f, 0.8f, 0.1f,
        0.5f, 0.5f, 0.0f,
    ];

    private static readonly float[] OneHot =
    [
        1, 0, 0,
        0, 1, 0,
        0, 1, 0,
        1, 0, 0,
    ];

    // Right: samples 0, 2, 3, where the first of equals counts.
    [TestCase(new float[0], 3)]
    [TestCase(new[] { 2f, 1, 0.5f, 4 }, 6.5)]
    public void Accuracies(float[] weights, double expected)
    {
        Assert.That(Metric.CategoricalAccuracy().Sum<float>(Probabilities, OneHot, 4, 3, weights), Is.EqualTo(expected));
        Assert.That(Metric.SparseCategoricalAccuracy().Sum<float>(Probabilities, [0, 1, 1, 0], 4, 3, weights), Is.EqualTo(expected));
    }

    [Test]
    public void AccuraciesAverageOverInnerAxes()
    {
        // Two samples of two rows: right, wrong; right, right.
        Assert.That(Metric.CategoricalAccuracy().Sum<float>(Probabilities, OneHot, 2, 3, [10, 1]), Is.EqualTo((10 * 0.5) + 1));
        Assert.That(Metric.SparseCategoricalAccuracy().Sum<float>(Probabilities, [0, 1, 1, 0], 2, 3, []), Is.EqualTo(1.5));
    }

    [Test]
    public void NaNIsNeverRight()
    {
        float[] p = [float.NaN, float.NaN, float.NaN];
        Assert.That(Metric.CategoricalAccuracy().Sum<float>(p, [1, 0, 0], 1, 3, []), Is.Zero);
        Assert.That(Metric.SparseCategoricalAccuracy().Sum<float>(p, [0], 1, 3, []), Is.Zero);
        Assert.That(Metric.TopKCategoricalAccuracy(3).Sum<float>(p, [1, 0, 0], 1, 3, []), Is.Zero);
        Assert.That(Metric.BinaryAccuracy().Sum<float>(p, [0, 0, 0], 3, 1, []), Is.Zero);
    }

    [Test]
    public void BinaryAccuracyIsAboveTheThreshold()
    {
        float[] p = [0.5f, 0.51f, 0.2f, 0.9f], y = [0, 1, 1, 1];
        Assert.That(Metric.BinaryAccuracy().Sum<float>(p, y, 4, 1, []), Is.EqualTo(3));
        Assert.That(Metric.BinaryAccuracy().Sum<float>(p, y, 2, 2, [3, 1]), Is.EqualTo(3.5));
        Assert.That(Metric.BinaryAccuracy(0.1).Sum<float>(p, y, 4, 1, []), Is.EqualTo(3));
    }

    [Test]
    public void TopKCountsThoseThatAreLarger()
    {
        Assert.That(Metric.TopKCategoricalAccuracy(1).Sum<float>(Probabilities, OneHot, 4, 3, []), Is.EqualTo(3));
        Assert.That(Metric.TopKCategoricalAccuracy(2).Sum<float>(Probabilities, OneHot, 4, 3, []), Is.EqualTo(4));
        Assert.That(Metric.TopKCategoricalAccuracy(2).Sum<float>([0.5f, 0.3f, 0.2f], [0, 0, 1], 1, 3, []), Is.Zero);
    }

    [Test]
    public void Errors()
    {
        double[] p = [1, 2, 3, 4], y = [1, 0, 3, 7];
        Assert.That(Metric.MeanSquaredError().Sum<double>(p, y, 2, 2, []), Is.EqualTo((4 + 9) / 2.0));
        Assert.That(Metric.MeanAbsoluteError().Sum<double>(p, y, 2, 2, [1, 10]), Is.EqualTo((2 + 30) / 2.0));
    }
}
