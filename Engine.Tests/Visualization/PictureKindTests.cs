using System.Globalization;
using System.Numerics.Tensors;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Engine.Layers;
using Engine.Tuning;
using Engine.Uncertainty;
using Engine.Visualization;
using SkiaSharp;

namespace Engine.Tests.Visualization;

/// <summary>Every kind of picture that the library draws, as PNG and as SVG: a table, and what must hold of each row.</summary>
public class PictureKindTests
{
    private const int Width = 640, Height = 480;

    private static readonly double[] s_x = [1, 2, 3, 4], s_y = [0.4, 0.7, 0.8, 0.9];
    private static readonly double[] s_low = [0.3, 0.6, 0.7, 0.8], s_high = [0.5, 0.8, 0.9, 1];

    // A row begins with the name of the method that makes the picture; its texts are the titles of figure and axes.
    private static readonly Kind[] s_kinds =
    [
        new("OfHistory", () => Chart.OfHistory(NewHistory(1)), "Loss by epoch", "Epoch", "Loss (mean per sample)"),
        new(
            "OfHistories",
            () => Chart.OfHistories([("with", NewHistory(1)), ("without", NewHistory(2))], "accuracy", "val_accuracy"),
            "Accuracy by epoch", "Epoch", "Accuracy (fraction correct)"),
        new(
            "Lines",
            () => Chart.Lines("Some lines", "Time (s)", "Height (m)", ("a", s_x, s_y)),
            "Some lines", "Time (s)", "Height (m)"),
        new(
            "Lines, logarithmic",
            () => Chart.Lines("Some lines", "Rate", "Loss", ("a", s_x, s_y)).WithLogarithmicX().WithLogarithmicY(),
            "Some lines", "Rate, logarithmic", "Loss, logarithmic"),
        new(
            "Scatter",
            () => Chart.Scatter("Some points", "Time (s)", "Height (m)", ("a", s_x, s_y)),
            "Some points", "Time (s)", "Height (m)"),
        new(
            "Band",
            () => Chart.Band("A band", "Time (s)", "Height (m)", ("a", s_x, s_y, s_low, s_high)),
            "A band", "Time (s)", "Height (m)"),
        new(
            "Bars",
            () => Chart.Bars("Some bars", "Error (%)", ["one", "two"], ("a", [1, 2])),
            "Some bars", "Error (%)", "one", "two"),
        new(
            "Histogram, of activations",
            () => Chart.Histogram("Activations", "Activation", ("with", Noise(300)), ("without", Noise(200))),
            "Activations", "Activation", "Values in bin (%)"),
        new(
            "HeatMap",
            () => Chart.HeatMap(Noise(6, 8), "A map", "Sample", "Unit", "Activation"),
            "A map", "Sample", "Unit", "Activation"),
        new(
            "Images",
            () => Chart.Images("Some images", ("first", Noise(3, 9, 9)), ("second", Noise(3, 9, 9))),
            "Some images", "first", "second")
        {
            IsGrey = true,
        },
        new(
            "SideBySide, of heat maps",
            () => Chart.SideBySide(
                Chart.HeatMap(Noise(6, 8), "With", "Sample", "Unit"), Chart.HeatMap(Noise(6, 8), "Without", "Sample", "Unit")),
            "With", "Without", "Sample", "Unit", "Value"),
        new(
            "SideBySide, of histograms",
            () => Chart.SideBySide(
                Chart.Histogram("First", "Activation", ("a", Noise(99))), Chart.Histogram("Second", "Weight", ("a", Noise(99)))),
            "First", "Second", "Activation", "Weight", "Values in bin (%)"),
        new(
            "Grid",
            () => Chart.Grid(
                1,
                Chart.Bars("Above", "Error (%)", ["a"], ("", [1])),
                Chart.Lines("Below", "Time (s)", "Height (m)", ("", s_x, s_y))),
            "Above", "Error (%)", "Below", "Time (s)", "Height (m)"),
        new("OfModel", () => Chart.OfModel(NewModel(1), "A model"), "A model", "conv2d", "dense"),
        new("OfMasks, of units", () => Chart.OfMasks(("Rate 0.5", Mask(6, 8))), "Rate 0.5: 50.0 % dropped", "Sample", "Unit"),
        new("OfMasks, of maps", () => Chart.OfMasks(("Rate 0.5", Mask(2, 4, 4, 3))), "Rate 0.5: 50.0 % dropped"),
        new("OfFeatureMaps", () => Chart.OfFeatureMaps(Noise(1, 6, 6, 5), "Some maps"), "Some maps", "Activation"),
        new(
            "OfFilters, of a layer",
            () => Chart.OfFilters(NewModel(1).GetLayer("conv2d"), "Some filters"),
            "Some filters", "Weight"),
        new("OfFilters, of a kernel", () => Chart.OfFilters(Noise(3, 3, 4, 5), "Some filters"), "Some filters", "Weight"),
        new(
            "OfWeights",
            () => Chart.OfWeights(("with", NewModel(1)), ("without", NewModel(2))),
            "Weights of conv2d", "Weights of dense", "Weight", "Values in bin (%)"),
        new(
            "AccuracyAndGap",
            () => Chart.AccuracyAndGap("Dropout rate", s_x, s_high, s_low),
            "Accuracy", "Gap", "Dropout rate", "Accuracy (%)", "Gap (percentage points)"),
        new(
            "Forecast",
            () => Chart.Forecast("A forecast", "Year", "Number", (s_x, s_y), (s_x, s_y), (0.9, s_low, s_high)),
            "A forecast", "Year", "Number"),
        new(
            "Reliability, of numbers",
            () => Chart.Reliability("As likely as it says?", ("net", [0.3, 0.8], [0.4, 0.7], [10, 20])),
            "As likely as it says?", "Accuracy in bin", "Samples in bin", "Confidence (mean in bin)"),
        new(
            "Reliability, of bins",
            () => Chart.Reliability(
                "As likely as it says?", ("net", Calibration.Reliability(Tensor.Create([0.8f, 0.2f], [1, 2]), [0]))),
            "As likely as it says?", "Accuracy in bin", "Samples in bin", "Confidence (mean in bin)"),
        new(
            "ConfusionMatrix",
            () => Chart.ConfusionMatrix([0, 1, 1], [0, 1, 0], "Confused", ["cat", "dog"]),
            "Confused", "Predicted class", "True class", "Share of the row (%)"),
        new(
            "OfPredictions",
            () => Chart.OfPredictions("Some digits", Noise(2, 9, 9), Mask(2, 4), Mask(2, 4), [1, 2]),
            "Some digits", "true 1, predicted 0 with 1.00 ± 1.00"),
        new(
            "ToChart, of a grid",
            () => NewSweep(2).ToChart("rate", ["error"], "A sweep", "Dropout rate", "Error"),
            "A sweep", "Dropout rate", "Error"),
        new("ToChart, of one seed", () => NewSweep(1).ToChart("rate", ["error"]), "error against rate", "rate", "error"),
    ];

    [TestCaseSource(nameof(s_kinds))]
    public void APngHasTheSizeAskedForAndColours(Kind kind)
    {
        using SKBitmap picture = ChartPicture.PixelsOf(kind.Make(), Width, Height);
        Assert.That((picture.Width, picture.Height), Is.EqualTo((Width, Height)));
        Assert.That(picture.GetPixel(0, 0), Is.EqualTo(SKColors.White), "the background");

        // Text and axes are black and grey, data is coloured; but images are grey, and take more room than text ever does.
        int drawn = picture.Pixels.Count(pixel => kind.IsGrey ? pixel != SKColors.White : IsColoured(pixel));
        Assert.That(drawn, Is.GreaterThan(kind.IsGrey ? Width * Height / 4 : 150));
        Assert.That(picture.Pixels.Distinct().Take(3).Count(), Is.EqualTo(3), "at least as many colours");
    }

    [TestCaseSource(nameof(s_kinds))]
    public void AnSvgIsXmlWithTheTitlesAsText(Kind kind)
    {
        XElement svg = Parse(kind.Make());
        Assert.That(((string?)svg.Attribute("width"), (string?)svg.Attribute("height")), Is.EqualTo(("640", "480")));
        string[] texts = [.. Elements(svg, "text").Select(text => text.Value.Trim())];
        Assert.That(kind.Texts.Except(texts), Is.Empty, "of all texts: " + string.Join(" | ", texts));
    }

    // The library writes "1, 2, " for the places of the letters, which is no list of numbers: viewers then draw them on one spot.
    [TestCaseSource(nameof(s_kinds))]
    public void PlacesOfLettersInAnSvgAreListsOfNumbers(Kind kind)
    {
        string[] lists = [.. Elements(Parse(kind.Make()), "text")
            .SelectMany(text => new[] { (string?)text.Attribute("x"), (string?)text.Attribute("y") }).OfType<string>()];
        Assert.That(lists.Count(list => list.Contains(',')), Is.GreaterThan(0), "else this tests nothing");
        foreach (string number in lists.SelectMany(list => list.Split(',')))
            Assert.That(double.TryParse(number, CultureInfo.InvariantCulture, out _), $"'{number}' in x or y");
    }

    [Test]
    public void CellsOfAHeatMapHaveSharpEdgesInAnSvg()
    {
        string[] styles = [.. Elements(Parse(Chart.HeatMap(Noise(6, 8), "t")), "image")
            .Select(image => (string?)image.Attribute("style") ?? "")];
        Assert.That(styles, Is.Not.Empty);
        Assert.That(styles, Is.All.Contains("image-rendering:pixelated"), "else viewers blur them into one another");
    }

    [Test]
    public void EveryMethodThatMakesAChartIsInTheTable()
    {
        IEnumerable<string> methods = typeof(Chart).GetMethods(BindingFlags.Public | BindingFlags.Static)
            .Concat(typeof(SweepViews).GetMethods(BindingFlags.Public | BindingFlags.Static))
            .Where(method => method.ReturnType == typeof(Chart)).Select(method => method.Name);
        Assert.That(methods.Except(s_kinds.Select(kind => NameOfMethod(kind))), Is.Empty);
    }

    [Test]
    public void PanelsBesideAColourBarAreAsLargeAsThoseWithout()
    {
        // Numbers of the bar of different lengths; the frames of the filters are of one grey.
        foreach (float factor in new[] { 0.01f, 1, 1000 })
        {
            Tensor<float> kernel = Tensor.Multiply(Noise(5, 5, 1, 16), factor);
            Chart chart = Chart.SideBySide(Chart.OfFilters(kernel, "a"), Chart.OfFilters(kernel, "b"));
            using SKBitmap picture = ChartPicture.PixelsOf(chart, 800, 440);
            SKColor frame = new(0x80, 0x80, 0x80);
            int[] lengths = [.. Enumerable.Range(0, picture.Height).Select(y =>
                string.Concat(Enumerable.Range(0, picture.Width).Select(x => picture.GetPixel(x, y) == frame ? '#' : ' ')))
                .Select(row => Regex.Matches(row, "#{200,}")).Where(runs => runs.Count == 2)
                .SelectMany(runs => runs.Select(run => run.Length))];
            Assert.That(lengths, Is.Not.Empty, $"factor {factor}: the upper edges of both stand in one row");
            string found = string.Join(", ", lengths.Distinct());
            Assert.That(lengths.Max() - lengths.Min(), Is.LessThanOrEqualTo(2), $"factor {factor}: {found}");
        }
    }

    private static string NameOfMethod(Kind kind) => kind.Name.Split(',')[0];

    private static bool IsColoured(SKColor pixel) =>
        Math.Max(pixel.Red, Math.Max(pixel.Green, pixel.Blue)) - Math.Min(pixel.Red, Math.Min(pixel.Green, pixel.Blue)) > 20;

    private static XElement Parse(Chart chart)
    {
        using TempFolder folder = new();
        chart.Save(folder.File("chart.svg"), Width, Height);
        return XDocument.Load(folder.File("chart.svg")).Root!;
    }

    private static IEnumerable<XElement> Elements(XElement svg, string name) =>
        svg.Descendants().Where(element => element.Name.LocalName == name);

    private static Tensor<float> Noise(params int[] lengths) => RandomTensor.Normal([.. lengths], seed: 1);

    private static Tensor<float> Mask(params int[] lengths) => Tensor.Create(
        [.. Enumerable.Range(0, lengths.Aggregate((a, b) => a * b)).Select(i => i % 2 == 0 ? 1f : 0)],
        [.. lengths.Select(length => (nint)length)]);

    private static Sequential NewModel(ulong seed) =>
        new(new Input(6, 6, 1), new Conv2D(4, (3, 3)), new Flatten(), new Dense(5)) { Seed = seed };

    private static SweepResult NewSweep(int repeats) => new Sweep
    {
        Parameters = { SweepParameter.Values("rate", 0.1, 0.3, 0.5) },
        Repeats = repeats,
    }.Run(trial => new TrialResult(("error", trial["rate"] + (0.1 * trial.Repeat))));

    private static History NewHistory(double scale)
    {
        var history = new History();
        for (int epoch = 1; epoch <= 4; epoch++)
        {
            foreach (string key in new[] { "loss", "accuracy", "val_loss", "val_accuracy" })
                history.Add(key, scale / (epoch + key.Length));
            history.EndEpoch(1);
        }

        return history;
    }

    /// <summary>A kind of picture.</summary>
    public sealed class Kind(string name, Func<Chart> make, params string[] texts)
    {
        public string Name => name;

        public Func<Chart> Make => make;

        public string[] Texts => texts;

        public bool IsGrey { get; init; }

        public override string ToString() => name;
    }
}
