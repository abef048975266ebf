using System.Globalization;
using System.Numerics.Tensors;
using Engine.Uncertainty;

namespace Engine.Visualization;

// What a model predicts, and how far to believe it.
public sealed partial class Chart
{
    /// <summary>
    /// Observations, and what a model predicts for them: the mean as a line in bands that narrow as their share of the
    /// predictive distribution does.
    /// </summary>
    /// <param name="title">The title of the figure.</param>
    /// <param name="xTitle">The title of the horizontal axis, with its unit.</param>
    /// <param name="yTitle">The title of the vertical axis, with its unit.</param>
    /// <param name="observed">What was measured; at least one point. Drawn as points.</param>
    /// <param name="predicted">The predicted means, from left to right; at least one point.</param>
    /// <param name="intervals">
    /// Intervals around the means: the share of the distribution that each holds, over 0 and below 1 (0.5, 0.95), and its edges.
    /// </param>
    /// <exception cref="ArgumentException">
    /// No point, lists of different lengths, a share out of range, or a lower edge above the upper one.
    /// </exception>
    public static Chart Forecast(
        string title, string xTitle, string yTitle,
        (IReadOnlyList<double> X, IReadOnlyList<double> Y) observed,
        (IReadOnlyList<double> X, IReadOnlyList<double> Mean) predicted,
        params (double Share, IReadOnlyList<double> Low, IReadOnlyList<double> High)[] intervals)
    {
        ArgumentNullException.ThrowIfNull(intervals);
        Curve mean = Curve.FromSeries(nameof(Forecast), [("predicted mean", predicted.X, predicted.Mean)], connected: true)[0];
        Curve points = Curve.FromSeries(nameof(Forecast), [("observed", observed.X, observed.Y)], connected: false)[0];
        List<Curve> curves = [];
        double seenThrough = 1;
        foreach ((double share, IReadOnlyList<double> low, IReadOnlyList<double> high) in intervals.OrderByDescending(one => one.Share))
        {
            if (!(share is > 0 and < 1))
            {
                throw new ArgumentException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"Chart.Forecast: expected the share of an interval over 0 and below 1, got {share}. Write 95 % as 0.95."));
            }

            string label = string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.##} % interval");
            double opacity = 0.18 + (0.2 * curves.Count);
            seenThrough *= 1 - opacity;
            curves.Add(mean with
            {
                Label = label,
                IsLine = false,
                Band = Curve.CheckedBand(nameof(Forecast), label, mean.X, low, high),
                BandOpacity = opacity,
                LegendOpacity = 1 - seenThrough,
            });
        }

        curves.Add(mean with { Marker = 3 });
        curves.Add(points with { Color = 1, Marker = 0 });
        return new Chart(new LinesPanel(title, xTitle, yTitle, [.. curves]) { HasLineMarkers = false });
    }

    /// <summary>
    /// Whether a classifier is as sure as it is right: accuracy against confidence by bin, beside the diagonal on which both
    /// agree, and below it the number of samples in each bin, on a logarithmic axis. The legend gives the expected calibration
    /// error: the mean over samples of |accuracy − confidence| (Guo, Pleiss, Sun and Weinberger 2017, equation 3).
    /// </summary>
    /// <param name="title">The title of the figure.</param>
    /// <param name="series">
    /// For each model its label, and of each bin the mean confidence, the fraction correct, both from 0 to 1, and the number of
    /// samples; bins without samples are left out.
    /// </param>
    /// <exception cref="ArgumentException">
    /// No series, lists of different lengths, no sample, or a confidence or an accuracy outside [0, 1].
    /// </exception>
    public static Chart Reliability(
        string title,
        params (string Label, IReadOnlyList<double> Confidence, IReadOnlyList<double> Accuracy, IReadOnlyList<int> Counts)[] series) =>
        new(new ReliabilityPanel(title, series));

    /// <summary>The same, from the bins that <see cref="Calibration"/> counts.</summary>
    /// <param name="title">The title of the figure.</param>
    /// <param name="series">For each model its label, and what <c>Calibration.Reliability(probabilities, labels)</c> gave.</param>
    /// <exception cref="ArgumentException">No series, or one without a sample.</exception>
    public static Chart Reliability(string title, params (string Label, IReadOnlyList<ReliabilityBin> Bins)[] series)
    {
        ArgumentNullException.ThrowIfNull(series);
        return Reliability(title, Array.ConvertAll(series, one => (
            one.Label,
            (IReadOnlyList<double>)[.. one.Bins.Select(bin => bin.Confidence)],
            (IReadOnlyList<double>)[.. one.Bins.Select(bin => bin.Accuracy)],
            (IReadOnlyList<int>)[.. one.Bins.Select(bin => bin.Count)])));
    }

    /// <summary>
    /// How often each class was taken for which: a row for each true class, a column for each predicted one, counts and shares of
    /// the row in the cells.
    /// </summary>
    /// <param name="labels">The true classes, from 0.</param>
    /// <param name="predictions">The predicted classes, as many.</param>
    /// <param name="title">The title of the figure.</param>
    /// <param name="classNames">The names of the classes; their numbers if null.</param>
    /// <exception cref="ArgumentException">No sample, lists of different lengths, or a class out of range.</exception>
    public static Chart ConfusionMatrix(
        IReadOnlyList<int> labels, IReadOnlyList<int> predictions, string title = "Confusion matrix",
        IReadOnlyList<string>? classNames = null) =>
        new(new ConfusionPanel(labels, predictions, title, classNames));

    /// <summary>
    /// Images, each beside its predictive distribution: bars of the mean probabilities, whiskers of ± one standard deviation where
    /// the prediction was sampled. The true class is orange.
    /// </summary>
    /// <param name="title">The title of the figure: "The least certain digits".</param>
    /// <param name="images"><c>[n, height, width]</c> or <c>[n, height, width, 1]</c>; up to ten are readable at 800 pixels.</param>
    /// <param name="mean">The probabilities, <c>[n, classes]</c>.</param>
    /// <param name="deviation">Their standard deviations, <c>[n, classes]</c>; null for a single prediction.</param>
    /// <param name="labels">The true classes; null where they are not known.</param>
    /// <param name="classNames">The names of the classes; their numbers if null.</param>
    /// <exception cref="ShapeException">A tensor has another shape.</exception>
    /// <exception cref="ArgumentException">Another number of labels than of images, or of names than of classes.</exception>
    public static Chart OfPredictions(
        string title, Tensor<float> images, Tensor<float> mean, Tensor<float>? deviation = null, IReadOnlyList<int>? labels = null,
        IReadOnlyList<string>? classNames = null) =>
        new(new PredictionsPanel(title, images, mean, deviation, labels, classNames));
}
