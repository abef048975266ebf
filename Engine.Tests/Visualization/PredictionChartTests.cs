using System.Numerics.Tensors;
using Engine.Uncertainty;
using Engine.Visualization;
using SkiaSharp;
using static Engine.Tests.Visualization.ChartPicture;

namespace Engine.Tests.Visualization;

public class PredictionChartTests
{
    [Test]
    public void ConfusionMatrixHasCountsAndSharesOfTheRow()
    {
        Chart chart = Chart.ConfusionMatrix([0, 0, 0, 1, 1, 2], [0, 0, 1, 1, 1, 2], "t", ["cat", "dog", "owl"]);
        string[] texts = TextsOf(chart);
        Assert.That(texts, Does.Contain("66.7 %").And.Contain("33.3 %").And.Contain("cat").And.Contain("True class"));
        Assert.That(texts.Count(text => text == "100.0 %"), Is.EqualTo(2));
        Assert.That(texts, Does.Contain("Of 6 samples 5 are on the diagonal, which is right: 83.33 %. Percentages are shares of the row."));

        using SKBitmap picture = PixelsOf(chart);
        Assert.That((picture.Width, picture.Height), Is.EqualTo((800, 680)), "what suits it");

        // The two rows without a mistake, the last ones, are as blue as it gets, and nothing else: their squares lie on the diagonal.
        int[] columns = [.. picture.ColumnsOf(Blue).Where(x => x < 720)];      // without the colour bar
        Assert.That(columns[0], Is.GreaterThan(250));
        Assert.That(columns[^1] - columns[0], Is.GreaterThan(380));
        Assert.That(picture.Count(Blue), Is.GreaterThan(2 * 180 * 150).And.LessThan(2 * 230 * 200));
    }

    [Test]
    public void ConfusionMatrixSaysWhatIsWrong()
    {
        Assert.That(() => Chart.ConfusionMatrix([0, 1], [0]), Throws.ArgumentException.With.Message.EqualTo(
            "Chart.ConfusionMatrix: expected as many labels as predictions, at least 1, got 2 and 1."));
        Assert.That(() => Chart.ConfusionMatrix([0, 3], [0, 1], "t", ["a", "b"]), Throws.ArgumentException.With.Message.EqualTo(
            "Chart.ConfusionMatrix: expected classes from 0 to 1, got 3."));
        Assert.That(() => Chart.ConfusionMatrix([0, -1], [0, 1]), Throws.ArgumentException.With.Message.EndsWith("got -1."));
    }

    [Test]
    public void ReliabilityCountsSamplesAndGivesTheError()
    {
        // |0.5 − 0.6| of 100 and |0.9 − 0.8| of 300 samples: 0.1 of all; the empty bin counts for nothing.
        Chart chart = Chart.Reliability("t", ("net", [0.6, 0.7, 0.8], [0.5, double.NaN, 0.9], [100, 0, 1300]));
        string[] texts = TextsOf(chart);
        Assert.That(texts, Does.Contain("net: expected calibration error 10.00 %").And.Contain("perfectly calibrated"));
        Assert.That(texts, Does.Contain("1,300").And.Contain("100").And.Contain("Samples in bin"));
    }

    [Test]
    public void ReliabilityTakesTheBinsThatCalibrationCounts()
    {
        // Sure by 0.8 and right in one of two.
        Tensor<float> probabilities = Tensor.Create([0.8f, 0.2f, 0.2f, 0.8f], [2, 2]);
        Assert.That(TextsOf(Chart.Reliability("t", ("net", Calibration.Reliability(probabilities, [0, 0])))),
            Does.Contain("net: expected calibration error 30.00 %").And.Contain("2"));
    }

    [Test]
    public void ReliabilityIsBelowTheDiagonalWhereANetworkIsTooSure()
    {
        using SKBitmap picture = PixelsOf(Chart.Reliability("t", ("", [0.2, 0.8], [0.1, 0.3], [10, 10])));
        SKColor[] column = [.. Enumerable.Range(40, 330).Select(y => picture.GetPixel(84 + (int)(0.5 * 690), y))];
        int diagonal = Array.FindIndex(column, pixel => pixel != SKColors.White && pixel.Red == pixel.Blue && pixel.Red < 0xA0);
        int line = Array.IndexOf(column, Blue);
        Assert.That(line, Is.GreaterThan(diagonal + 60), $"the line is {line} and the diagonal {diagonal} pixels from the top");
    }

    [Test]
    public void ReliabilitySaysWhatIsWrong()
    {
        Assert.That(() => Chart.Reliability("t", Array.Empty<(string, IReadOnlyList<ReliabilityBin>)>()), Throws.ArgumentException
            .With.Message.StartsWith("Chart.Reliability: expected at least one series, got none."));
        Assert.That(() => Chart.Reliability("t", ("a", [0.5], [0.5, 0.6], [1])), Throws.ArgumentException.With.Message.EqualTo(
            "Chart.Reliability: expected confidence, accuracy and count of each bin, got 1, 2 and 1 of them in 'a'."));
        Assert.That(() => Chart.Reliability("t", ("a", [0.5], [0.5], [0])), Throws.ArgumentException.With.Message.EqualTo(
            "Chart.Reliability: expected at least one sample, got none in 'a'."));
        Assert.That(() => Chart.Reliability("t", ("a", [50], [0.5], [3])), Throws.ArgumentException.With.Message.EqualTo(
            "Chart.Reliability: expected confidence and accuracy from 0 to 1, got 50 and 0.5 in bin 0 of 'a'."));
    }

    [Test]
    public void ForecastHasANarrowBandInAWideOne()
    {
        double[] x = [0, 1, 2], mean = [0, 0, 0];
        Chart chart = Chart.Forecast(
            "t", "Month", "CO₂ (ppm)", (x, [0.1, -0.2, 0.3]), (x, mean), (0.5, [-1, -1, -1], [1, 1, 1]), (0.95, [-3, -3, -3], [3, 3, 3]));
        Assert.That(TextsOf(chart), Does.Contain("95 % interval").And.Contain("50 % interval").And.Contain("predicted mean")
            .And.Contain("observed").And.Contain("CO₂ (ppm)"));

        // Down one column of pixels: as many of the lighter blue as make ± 3 without ± 1, that is twice those of the darker.
        using SKBitmap picture = PixelsOf(chart);
        int[] counts = [.. Enumerable.Range(40, 390).Select(y => picture.GetPixel(250, y))
            .Where(pixel => pixel.Blue > pixel.Red + 20).CountBy(pixel => pixel).Select(pair => pair.Value).OrderDescending()];
        Assert.That((double)counts[0] / counts[1], Is.EqualTo(2).Within(0.25), string.Join(", ", counts));
    }

    [Test]
    public void ForecastSaysWhatIsWrong()
    {
        Assert.That(() => Chart.Forecast("t", "x", "y", ([0], [0]), ([0], [0]), (95, [0], [0])), Throws.ArgumentException.With.Message
            .EqualTo("Chart.Forecast: expected the share of an interval over 0 and below 1, got 95. Write 95 % as 0.95."));
        Assert.That(() => Chart.Forecast("t", "x", "y", ([0], [0]), ([0], [0]), (0.5, [2], [1])), Throws.ArgumentException.With.Message
            .EqualTo("Chart.Forecast: expected the lower edge below the upper one, got 2 above 1 at point 0 of '50 % interval'. Swap them."));
    }

    [Test]
    public void BandsHaveGapsWhereTheyAreNotNumbers()
    {
        double[] x = [0, 1, 2, 3, 4], y = [1, 1, double.NaN, 1, 1];
        double[] low = [0, 0, double.NaN, 0, 0], high = [2, 2, double.NaN, 2, 2];
        Chart chart = Chart.Band("t", "x", "y", ("mean ± 1", x, y, low, high));
        Assert.That(TextsOf(chart), Does.Contain("mean ± 1"));
        using SKBitmap picture = PixelsOf(chart);
        int[] columns = picture.ColumnsOf(Blue)[40..];      // without the legend's line, which is in these columns, too
        SKColor band = picture.GetPixel(columns[0] + 1, 150), gap = picture.GetPixel(picture.Width / 2 + 40, 150);
        Assert.That(gap, Is.EqualTo(SKColors.White).Or.EqualTo(new SKColor(0xE6, 0xE6, 0xE6)));
        Assert.That(picture.Pixels.Count(pixel => pixel == new SKColor(0xCC, 0xE3, 0xF0)), Is.GreaterThan(40_000), $"{band}");
        Assert.That(() => Chart.Band("t", "x", "y", ("a", x, y, low, [1])), Throws.ArgumentException.With.Message.EqualTo(
            "Chart.Band: expected a lower and an upper edge for each of 5 points, got 5 and 1 in 'a'."));
    }

    [Test]
    public void PredictionsStandBesideTheirImages()
    {
        Tensor<float> image = Tensor.Create([0f, 1, 1, 0, 0, 0], [1, 2, 3, 1]), mean = Tensor.Create([0.5f, 0.25f, 0.25f], [1, 3]);
        Tensor<float> deviation = Tensor.Create([0.1f, 0, 0], [1, 3]);
        Assert.That(TextsOf(Chart.OfPredictions("t", image, mean, deviation, [1], ["a", "b", "c"])),
            Does.Contain("true b, predicted a with 0.50 ± 0.10").And.Contain("a").And.Contain("0.5"));

        // Two blue bars of 1/2 and 1/4, and the orange one of 1/4.
        using SKBitmap picture = PixelsOf(Chart.OfPredictions("t", image, mean, null, [1]));
        Assert.That((double)picture.Count(Blue) / picture.Count(Orange), Is.EqualTo(3).Within(0.15));
        Assert.That(picture.Count(SKColors.Black), Is.GreaterThan(2000), "two of six pixels of the image are black");
    }

    [Test]
    public void PredictionsSayWhatIsWrong()
    {
        Tensor<float> images = Tensor.Create(new float[12], [2, 2, 3]), mean = Tensor.Create(new float[6], [2, 3]);
        Assert.That(() => Chart.OfPredictions("t", mean, mean), Throws.TypeOf<ShapeException>().With.Message.EqualTo(
            "Chart.OfPredictions: expected images [n, height, width] or [n, height, width, 1], got [2, 3]. Reshape them."));
        Assert.That(() => Chart.OfPredictions("t", images, Tensor.Create(new float[3], [1, 3])), Throws.TypeOf<ShapeException>()
            .With.Message.EqualTo("Chart.OfPredictions: expected probabilities [2, classes], a row for each image, got [1, 3]."));
        Assert.That(() => Chart.OfPredictions("t", images, mean, images), Throws.TypeOf<ShapeException>().With.Message.EqualTo(
            "Chart.OfPredictions: expected deviations of the probabilities' shape [2, 3], got [2, 2, 3]."));
        Assert.That(() => Chart.OfPredictions("t", images, mean, null, [1]), Throws.ArgumentException.With.Message.EqualTo(
            "Chart.OfPredictions: expected 2 labels and 3 class names, got 1 and 3."));
    }
}
