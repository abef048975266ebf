using System.Numerics.Tensors;
using System.Text;
using System.Xml.Linq;
using Engine.Visualization;
using SkiaSharp;

namespace Engine.Tests.Visualization;

public class ChartTests
{
    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory().FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void PngHasTheSizeAskedFor()
    {
        string path = Path.Combine(_folder, "new", "loss.png");
        Chart.OfHistory(MakeHistory(3)).Save(path, 640, 360);
        byte[] png = File.ReadAllBytes(path);
        Assert.That(png[..8], Is.EqualTo(new byte[] { 0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A }));
        Assert.That((png[18] << 8) | png[19], Is.EqualTo(640));
        Assert.That((png[22] << 8) | png[23], Is.EqualTo(360));
        Assert.That(Directory.GetFiles(Path.GetDirectoryName(path)!), Has.Length.EqualTo(1), "nothing is left beside the file");
    }

    [Test]
    public void SvgOfAHistoryIsXmlWithReadableText()
    {
        string[] texts = TextsOf(Chart.OfHistory(MakeHistory(3), "accuracy", "val_accuracy"));
        Assert.That(texts, Does.Contain("Training accuracy").And.Contain("Validation accuracy").And.Contain("Epoch"));
        Assert.That(texts, Does.Contain("Accuracy (fraction correct)"));
        Assert.That(string.Join(' ', texts), Does.Contain("with dropout on and are means over the epoch"));
        Assert.That(texts.Count(text => text == "Epoch"), Is.EqualTo(1), "drawn once");
    }

    [Test]
    public void DefaultKeysAreTheLosses()
    {
        string[] texts = TextsOf(Chart.OfHistories([("with <a> & b", MakeHistory(4)), ("without", MakeHistory(2))]));
        Assert.That(texts, Does.Contain("with <a> & b: training loss").And.Contain("without: validation loss"));
    }

    [Test]
    public void ASingleKeyIsNamedInTheTitle()
    {
        string[] texts = TextsOf(Chart.OfHistories([("with", MakeHistory(4)), ("without", MakeHistory(2))], "val_accuracy"));
        Assert.That(texts, Does.Contain("Validation accuracy by epoch").And.Contain("with").And.Contain("without"));
    }

    [Test]
    public void LogarithmicAxesHavePowersOfTen()
    {
        Chart chart = Chart.Lines("t", "Learning rate", "Loss", ("a", [1e-5, 1e-3, 1e-1], [1000, 10, 1e5]))
            .WithLogarithmicX().WithLogarithmicY();
        string[] texts = TextsOf(chart);
        Assert.That(texts, Does.Contain("Learning rate, logarithmic").And.Contain("Loss, logarithmic"));
        Assert.That(texts, Does.Contain("10⁻⁵").And.Contain("0.01").And.Contain("100").And.Contain("10⁵"));
        Assert.That(() => Chart.Lines("t", "x", "y", ("a", [0, 1], [1, 1])).WithLogarithmicX(), Throws.InvalidOperationException
            .With.Message.EqualTo("Chart: expected values over zero for a logarithmic axis, got 0 in 'a'. Leave it out, or give NaN."));
    }

    [Test]
    public void AnAxisThatCountsHasWholeNumbersOnly()
    {
        Chart chart = Chart.Lines("t", "Epochs", "Loss", ("a", [1, 2], [10, 20]));
        Assert.That(TextsOf(chart), Does.Contain("1.5"));
        Assert.That(TextsOf(chart.WithWholeX()), Does.Contain("1").And.Contain("2").And.Not.Contain("1.5"));
    }

    [Test]
    public void AFewValuesFarOffDoNotTakeTheAxis()
    {
        float[] many = [.. Enumerable.Range(0, 10_000).Select(i => i % 100 / 100f)];
        const string Note = "Values beyond the ends, less than 0.1 %, count in the outermost bins.";
        Assert.That(TextsOf(Of([.. many, 90])), Does.Contain("0.8").And.Contain(Note).And.Not.Contain("80"));
        Assert.That(TextsOf(Of([.. many, 1.2f])), Does.Not.Contain(Note));
        Assert.That(TextsOf(Of([.. many[..1000], 90])), Does.Contain("80").And.Not.Contain(Note));

        static Chart Of(float[] values) => Chart.Histogram("t", "v", ("x", Tensor.Create(values, [values.Length])));
    }

    [Test]
    public void YearsHaveNoSeparatorAndLargeNumbersHave()
    {
        Assert.That(TextsOf(Chart.Lines("t", "Year", "y", ("", [1990, 2010], [0, 50_000]))), Does.Contain("2000").And.Contain("20,000"));
        Assert.That(TextsOf(Chart.HeatMap(Tensor.Create(new float[4000], [1, 4000]), "t")), Does.Contain("2000"));
    }

    [Test]
    public void WholeNumbersHaveNoTicksBetweenThem()
    {
        Assert.That(TextsOf(Chart.Lines("t", "Years ahead", "y", ("", [1, 2, 3, 4, 5], [0, 9, 0, 9, 0]))), Does.Contain("4")
            .And.None.Contains("."));
        Assert.That(TextsOf(Chart.Lines("t", "x", "y", ("", [1, 2.5, 3, 4, 5], [0, 9, 0, 9, 0]))), Has.Some.Contains("."));
    }

    [Test]
    public void TwentyFourSeriesAreToldApart()
    {
        (string, IReadOnlyList<double>, IReadOnlyList<double>)[] series =
            [.. Enumerable.Range(0, 24).Select(i => ($"{i}", (IReadOnlyList<double>)[i], (IReadOnlyList<double>)[i]))];
        Curve[] curves = Curve.FromSeries("Scatter", series, connected: false);
        Assert.That(curves.Select(curve => (curve.Color % 6, curve.Marker % 4)).Distinct().Count(), Is.EqualTo(24));
    }

    [Test]
    public void ARangeCutsLinesOff()
    {
        Chart chart = Chart.Lines("t", "x", "y", ("", [1, 2], [0, 1000]));
        Assert.That(TextsOf(chart), Does.Contain("1000").And.Not.Contain("0.5"));
        Assert.That(TextsOf(chart.WithYRange(0, 1)), Does.Contain("0.5").And.Not.Contain("1000"));
        Assert.That(() => chart.WithYRange(1, 1), Throws.ArgumentException.With.Message.EqualTo(
            "Chart.WithYRange: expected the upper end above the lower one, got 1 and 1."));
    }

    [Test]
    public void HeatMapsSideBySideShareOneScale()
    {
        Tensor<float> small = Tensor.Create([0f, 1, 2, 3, 4, 5], [2, 3]), large = Tensor.Create([0f, -90, 2, 3, 4, 500], [3, 2]);
        Chart chart = Chart.SideBySide(Chart.HeatMap(small, "small"), Chart.HeatMap(large, "large"));
        Assert.That(TextsOf(chart).Count(text => text == "400"), Is.EqualTo(1), "one colour bar");

        // In the scale of both, the small one's values are all but one colour: that of the other's 0.
        using SKBitmap picture = ChartPicture.PixelsOf(chart);
        SKColor zero = picture.GetPixel(520, 100), first = picture.GetPixel(100, 100), last = picture.GetPixel(320, 350);
        Assert.That(Distance(zero, first), Is.LessThan(4), $"{zero} and {first}");
        Assert.That(Distance(zero, last), Is.LessThan(8), $"{zero} and {last}");

        static int Distance(SKColor a, SKColor b) => Math.Abs(a.Red - b.Red) + Math.Abs(a.Green - b.Green) + Math.Abs(a.Blue - b.Blue);
    }

    [Test]
    public void HeatMapsSideBySideAreOfOneSize()
    {
        Tensor<float> values = Tensor.Create([0f, 0, 0, 1], [2, 2]);
        using SKBitmap picture = ChartPicture.PixelsOf(Chart.SideBySide(Chart.HeatMap(values, "a"), Chart.HeatMap(values, "b")));
        int[] lowest = [.. Enumerable.Range(0, picture.Width).Where(x => picture.GetPixel(x, 100) == new SKColor(0x44, 0x01, 0x54))];
        int left = lowest.Count(x => x < 363), right = lowest.Count(x => x >= 363);
        Assert.That(right, Is.EqualTo(left).Within(4), "pixels of the upper row");
    }

    [TestCase(1, 4)]
    [TestCase(4, 1)]
    [TestCase(2, 2)]
    public void CellsOfAHeatMapAreEquallyLarge(int rows, int columns)
    {
        string path = Path.Combine(_folder, "map.png");
        Chart.HeatMap(Tensor.Create([0f, 1, 2, 3], [rows, columns]), "t").Save(path);
        using SKBitmap picture = SKBitmap.Decode(path);
        int[] areas = [.. picture.Pixels.Where(pixel => pixel != SKColors.White).CountBy(pixel => pixel)
            .Select(colour => colour.Value).OrderDescending().Take(4)];
        Assert.That(areas[3], Is.GreaterThan(0.95 * areas[0]), "pixels of the four cells: " + string.Join(", ", areas));
    }

    [Test]
    public void ImagesStandInLabelledRows()
    {
        Tensor<float> first = Tensor.Create([0f, 1, 1, 0, 0, 0], [1, 2, 3]), second = Tensor.Create(new float[24], [2, 3, 4, 1]);
        Chart chart = Chart.Images("t", ("first", first), ("second", second));
        Assert.That(TextsOf(chart), Does.Contain("first").And.Contain("second"));
        string path = Path.Combine(_folder, "images.png");
        chart.Save(path);
        using SKBitmap picture = SKBitmap.Decode(path);
        Assert.That(picture.Pixels, Does.Contain(SKColors.Black), "the greatest value");
        Assert.That(() => Chart.Images("t", ("a", Tensor.Create([1f, 2], [2]))), Throws.TypeOf<ShapeException>().With.Message.EqualTo(
            "Chart.Images: expected [images, height, width] or [images, height, width, 1], got [2] in 'a'. Take one channel."));
        Assert.That(() => Chart.Images("t"), Throws.ArgumentException.With.Message.StartsWith(
            "Chart.Images: expected at least one row of images, got none."));
    }

    [Test]
    public void OtherChartsAreDrawn()
    {
        Assert.That(TextsOf(Chart.Bars("t", "v", ["a", "b"], ("x", [0.25, double.NaN]))), Does.Contain("0.25").And.Contain("b"));
        Tensor<float> values = Tensor.Create([1f, 2, 3, float.NaN], [4]);
        Assert.That(TextsOf(Chart.Histogram("t", "v", ("x", values))), Does.Contain("x (mean 2)"));
        Assert.That(TextsOf(Chart.Lines("t", "x", "y", ("line", [1, 2, 3], [1, double.NaN, 3]))), Does.Contain("line"));
        Assert.That(TextsOf(Chart.Scatter("t", "x", "y", ("points", [1], [2]))), Does.Contain("points"));
    }

    [Test]
    public void PercentagesCountEveryValueOnce() => Assert.That(
        HistogramPanel.Percentages([0, 1, 1.9, 4], 0, 4, 4), Is.EqualTo(new double[] { 25, 50, 0, 25 }));

    [Test]
    public void LinesWrapBetweenWords() => Assert.That(
        ChartRenderer.Wrap("aa bb cccccc d", text => text.Length, 5), Is.EqualTo(new[] { "aa bb", "cccccc", "d" }));

    [Test]
    public void ErrorsSayWhatWasExpected()
    {
        Chart chart = Chart.OfHistory(MakeHistory(1));
        Assert.That(() => chart.Save("x.jpg"), Throws.ArgumentException.With.Message.StartsWith(
            "Chart.Save: expected a path ending in .png or .svg, got 'x.jpg'. Change the extension."));
        Assert.That(() => chart.Save("x.png", 199), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "Chart.Save: expected a width of 200 to 10,000 pixels, got 199."));
        Assert.That(() => chart.Save("x.png", 200, 10_001), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "Chart.Save: expected a height of 150 to 10,000 pixels, got 10001."));
        Assert.That(() => Chart.OfHistory(MakeHistory(1), "auc"), Throws.TypeOf<KeyNotFoundException>().With.Message.Contains("'auc'"));
        Assert.That(() => Chart.HeatMap(Tensor.Create([1f, 2], [2]), "t"), Throws.TypeOf<ShapeException>().With.Message.EqualTo(
            "Chart.HeatMap: expected [rows, columns], got [2]. Reshape the tensor to two axes."));
        Assert.That(() => Chart.SideBySide(), Throws.ArgumentException.With.Message.StartsWith(
            "Chart.SideBySide: expected at least one chart, got none."));
        Assert.That(() => Chart.Lines("t", "x", "y", ("a", [1, 2], [1])), Throws.ArgumentException.With.Message.Contains("2 and 1 in 'a'"));
        Assert.That(() => Chart.Lines("t", "x", "y"), Throws.ArgumentException.With.Message.StartsWith(
            "Chart.Lines: expected at least one series, got none."));
    }

    [Test]
    public void ChartsWithoutDataSayWhatWasExpected()
    {
        Assert.That(() => Chart.OfHistories([]), Throws.ArgumentException.With.Message.StartsWith(
            "Chart.OfHistories: expected at least one run, got none."));
        Assert.That(() => Chart.OfHistories([("a", MakeHistory(1)), ("b", MakeHistory(0))]), Throws.ArgumentException.With.Message
            .StartsWith("Chart: expected a history of at least one epoch, got none in 'b'."));
        Tensor<float> one = Tensor.Create([1f], [1]), none = Tensor.Create([float.NaN], [1, 1]);
        Assert.That(() => Chart.Histogram("t", "v", 0, ("a", one)), Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.StartsWith("Chart.Histogram: expected 1 to 1000 bins, got 0."));
        Assert.That(() => Chart.Histogram("t", "v"), Throws.ArgumentException.With.Message.StartsWith(
            "Chart.Histogram: expected at least one series, got none."));
        Assert.That(() => Chart.Histogram("t", "v", ("a", none)), Throws.ArgumentException.With.Message.EqualTo(
            "Chart.Histogram: expected at least one finite value, got none in 'a'."));
        Assert.That(() => Chart.HeatMap(none, "t"), Throws.ArgumentException.With.Message.StartsWith(
            "Chart.HeatMap: expected at least one finite value, got none in 't'."));
        Assert.That(() => Chart.Bars("t", "v", ["a"]), Throws.ArgumentException.With.Message.EqualTo(
            "Chart.Bars: expected at least one category and one series, got 1 and 0."));
        Assert.That(() => Chart.Bars("t", "v", ["a", "b"], ("x", [1])), Throws.ArgumentException.With.Message.StartsWith(
            "Chart.Bars: expected a value for each of 2 categories, got 1 in 'x'."));
    }

    private string[] TextsOf(Chart chart)
    {
        string path = Path.Combine(_folder, "chart.svg");
        chart.Save(path);
        var document = XDocument.Parse(File.ReadAllText(path, Encoding.UTF8));
        return [.. document.Descendants().Where(element => element.Name.LocalName == "text").Select(element => element.Value.Trim())];
    }

    private static History MakeHistory(int epochs)
    {
        var history = new History();
        for (int epoch = 0; epoch < epochs; epoch++)
        {
            foreach (string key in new[] { "loss", "accuracy", "val_loss", "val_accuracy" })
                history.Add(key, 1.0 / (epoch + key.Length));
            history.EndEpoch(1);
        }

        return history;
    }
}
