using System.Numerics.Tensors;
using Engine.Layers;
using Engine.Visualization;
using SkiaSharp;
using static Engine.Tests.Visualization.ChartPicture;

namespace Engine.Tests.Visualization;

public class NetworkChartTests
{
    // The ends of viridis, and of the colours of weights.
    private static readonly SKColor Highest = new(0xFB, 0xE7, 0x23), Lowest = new(0x44, 0x01, 0x54), Red = new(0x67, 0x00, 0x1F);

    [Test]
    public void MasksAreBlueWhereTheyKeep()
    {
        Tensor<float> mask = Tensor.Create([2f, 0, 0, 0, 2, 0, 0, 0], [2, 4]);
        Chart chart = Chart.OfMasks(("rate 0.5", mask));
        Assert.That(TextsOf(chart), Does.Contain("rate 0.5: 75.0 % dropped").And.Contain("kept").And.Contain("dropped").And.Contain("Unit"));
        using SKBitmap picture = PixelsOf(chart);
        int[] columns = picture.ColumnsOf(Blue);
        Assert.That(picture.Count(Blue), Is.EqualTo(0.25 * 740 * 390).Within(6000), "two of eight cells");
        Assert.That(columns.Max(), Is.LessThan(420), "both in the first column, and the legend's box");
    }

    [Test]
    public void MasksOfImagesHaveARowForEachSampleAndAColumnForEachChannel()
    {
        float[] mask = new float[2 * 3 * 4 * 5];
        for (int i = 0; i < mask.Length; i++)
            mask[i] = i % 5 == 4 ? 1 : 0;       // the last of five channels is kept
        using SKBitmap picture = PixelsOf(Chart.OfMasks(("spatial", Tensor.Create(mask, [2, 3, 4, 5]))), 500, 500);
        int[] kept = [.. picture.ColumnsOf(Blue).Where(x => picture.GetPixel(x, 240) == Blue || picture.GetPixel(x, 200) == Blue)];
        Assert.That(kept, Is.Not.Empty);
        Assert.That(kept.Min(), Is.GreaterThan(380), "in the last column only");
        Assert.That(() => Chart.OfMasks(), Throws.ArgumentException.With.Message.StartsWith(
            "Chart.OfMasks: expected at least one mask, got none."));
        Assert.That(() => Chart.OfMasks(("a", Tensor.Create([1f, 2], [2]))), Throws.TypeOf<ShapeException>().With.Message.EqualTo(
            "Chart.OfMasks: expected [samples, units], [n, height, width] or [n, height, width, channels], got [2] in 'a'."));
    }

    [Test]
    public void FeatureMapsHaveOneScale()
    {
        // Sample 1 of two: channel 0 is 1 everywhere, channels 1 to 3 are 0.
        float[] activations = new float[2 * 5 * 5 * 4];
        for (int pixel = 0; pixel < 25; pixel++)
            activations[100 + (4 * pixel)] = 1;
        Chart chart = Chart.OfFeatureMaps(Tensor.Create(activations, [2, 5, 5, 4]), "conv", sample: 1);
        Assert.That(TextsOf(chart), Does.Contain("conv").And.Contain("Activation").And.Contain("4 feature maps of 5 × 5, all in one scale."));
        using SKBitmap picture = PixelsOf(chart);
        int[] areas = [.. picture.Pixels.CountBy(pixel => pixel).Where(pair => pair.Key != SKColors.White)
            .Select(pair => pair.Value).OrderDescending()];
        Assert.That((double)areas[0] / areas[1], Is.EqualTo(3).Within(0.1), "three dark maps and a bright one");
    }

    [Test]
    public void FiltersAreWhiteAtZeroAndRedAtTheGreatestWeight()
    {
        var layer = new Conv2D(3, (2, 2));
        _ = new Sequential(new Input(5, 5, 1), layer);
        layer.Parameters[0].SetValues<float>([1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, -0.5f]);     // [2, 2, 1, 3]: the first filter is all 1
        Chart chart = Chart.OfFilters(layer, "t");
        string[] texts = TextsOf(chart);
        Assert.That(texts, Does.Contain("Weight").And.Contain("3 filters of 2 × 2.").And.Contain("-0.8"), "the scale is the same below zero");
        Assert.That(texts.Count(text => text == "t"), Is.EqualTo(1), "drawn once");
        using SKBitmap picture = PixelsOf(chart);
        Assert.That(picture.Count(Red), Is.GreaterThan(10_000), "the filter of ones");
        Assert.That(picture.Count(new SKColor(0xF7, 0xF7, 0xF7)), Is.GreaterThan(picture.Count(Red)), "seven of twelve weights are 0");
    }

    [Test]
    public void FiltersOfManyChannelsSayHowManyAreShown()
    {
        Tensor<float> kernel = RandomTensor.Normal([3, 3, 16, 32], seed: 1);
        Assert.That(TextsOf(Chart.OfFilters(kernel)), Does.Contain(
            "16 filters of 3 × 3, one a column; 8 input channels, one a row (of 32 filters and 16 input channels)."));
    }

    [Test]
    public void WhatIsNoConvolutionIsRefused()
    {
        Tensor<float> matrix = Tensor.Create([1f, 2], [1, 2]);
        Assert.That(() => Chart.OfFeatureMaps(matrix), Throws.TypeOf<ShapeException>().With.Message.EqualTo(
            "Chart.OfFeatureMaps: expected [n, height, width, channels], got [1, 2]. "
            + "Take the output of a convolution: model.OutputOf(\"conv2d\").Predict(x)."));
        Assert.That(() => Chart.OfFeatureMaps(Tensor.Create([1f, 2], [1, 2, 1, 1]), "t", 1), Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.StartsWith("Chart.OfFeatureMaps: expected a sample from 0 to 0, got 1."));
        Tensor<float> none = Tensor.Create([float.NaN], [1, 1, 1, 1]);
        Assert.That(() => Chart.OfFeatureMaps(none, "t"), Throws.ArgumentException.With.Message.StartsWith(
            "Chart: expected at least one finite value, got none in 't'."));
        Assert.That(() => Chart.OfFilters(matrix), Throws.TypeOf<ShapeException>().With.Message.EqualTo(
            "Chart.OfFilters: expected a kernel [height, width, in, out], got [1, 2]. Take a Conv2D layer."));
        Assert.That(() => Chart.OfFilters(new Flatten()), Throws.ArgumentException.With.Message.StartsWith(
            "Chart.OfFilters: expected a layer with a kernel, got Flatten without parameters. Take a Conv2D layer of a model."));
    }

    [Test]
    public void WeightsOfEachLayerStandInAHistogramOfAllModels()
    {
        Sequential first = CreateModel(1), second = CreateModel(2);
        string[] texts = TextsOf(Chart.OfWeights(("one", first), ("two", second)), 800, 600);
        Assert.That(texts, Does.Contain("Weights of dense").And.Contain("Weights of dense_1"));
        Assert.That(texts.Count(text => text.StartsWith("one (mean", StringComparison.Ordinal)), Is.EqualTo(2));
        Assert.That(() => Chart.OfWeights(("a", first), ("b", new Sequential(new Input(3), new Flatten()))),
            Throws.TypeOf<KeyNotFoundException>().With.Message.Contains("'dense'"));
        Assert.That(() => Chart.OfWeights(("a", new Sequential(new Input(3), new Flatten()))), Throws.ArgumentException.With.Message
            .StartsWith("Chart.OfWeights: expected a model with layers that have kernels, got none in 'a'."));
        Assert.That(() => Chart.OfWeights(), Throws.ArgumentException.With.Message.StartsWith(
            "Chart.OfWeights: expected at least one model, got none."));
    }

    [Test]
    public void AccuracyAndGapAreInPercent()
    {
        string[] texts = TextsOf(Chart.AccuracyAndGap("Dropout rate", [0.1, 0.5], [1.0, 0.9], [0.7, 0.8]));
        Assert.That(texts, Does.Contain("Gap (percentage points)").And.Contain("Accuracy (%)").And.Contain("training").And.Contain("test"));
        Assert.That(texts, Does.Contain("30").And.Contain("0").And.Not.Contain("40"), "from zero to the greatest gap");
        Assert.That(() => Chart.AccuracyAndGap("x", [0.1], [1, 1], [1]), Throws.ArgumentException.With.Message.StartsWith(
            "Chart.AccuracyAndGap: expected x and y of equal length, at least 1, got 1 and 2 in 'training'."));
    }

    [Test]
    public void HeatMapsInAGridShareOneScale()
    {
        Tensor<float> ones = Tensor.Create([1f, 1], [1, 2]), mixed = Tensor.Create([0f, 2], [1, 2]), zeros = Tensor.Create([0f, 0], [1, 2]);
        using SKBitmap picture = PixelsOf(Chart.Grid(2, Chart.HeatMap(mixed, "a"), Chart.HeatMap(ones, "b"), Chart.HeatMap(zeros, "c")));
        Assert.That(picture.GetPixel(200, 380), Is.EqualTo(Lowest), "the third one, below the first");
        Assert.That(picture.GetPixel(600, 380), Is.EqualTo(SKColors.White), "nothing is beside it");
        Assert.That(picture.GetPixel(600, 130), Is.Not.EqualTo(Lowest).And.Not.EqualTo(Highest), "half of the greatest value");
        Assert.That(() => Chart.Grid(0, Chart.HeatMap(ones, "a")), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "Chart.Grid: expected at least one column, got 0."));
        Assert.That(() => Chart.Grid(1), Throws.ArgumentException.With.Message.StartsWith(
            "Chart.Grid: expected at least one chart, got none."));
    }

    [Test]
    public void LongTitlesAreBrokenIntoLines()
    {
        string title = string.Join(' ', Enumerable.Repeat("word", 20));
        string[] texts = TextsOf(Chart.HeatMap(Tensor.Create([1f, 2], [1, 2]), title), 400, 300);
        string[] lines = [.. texts.Where(text => text.StartsWith("word", StringComparison.Ordinal))];
        Assert.That(string.Join(' ', lines), Is.EqualTo(title));
        Assert.That(lines, Has.Length.GreaterThan(1));
    }

    private static Sequential CreateModel(ulong seed) => new(new Input(4), new Dense(5), new Dense(3)) { Seed = seed };
}
