using System.Globalization;
using ScottPlot;
using ScottPlot.Plottables;
using SkiaSharp;

namespace Engine.Visualization;

/// <summary>
/// Accuracy against confidence over the diagonal on which both agree, and below it how many samples each bin has.
/// </summary>
internal sealed class ReliabilityPanel : CanvasPanel
{
    private const float UpperShare = 0.68f;
    private const float AxisWidth = 76;     // the same for both, so that bins stand below each other

    private readonly string _title;
    private readonly Bins[] _series;

    public ReliabilityPanel(
        string title,
        (string Label, IReadOnlyList<double> Confidence, IReadOnlyList<double> Accuracy, IReadOnlyList<int> Counts)[] series)
    {
        if (series.Length == 0)
            throw new ArgumentException("Chart.Reliability: expected at least one series, got none.", nameof(series));
        _title = title;
        _series = [.. series.Select(one => Bins.Of(one.Label, one.Confidence, one.Accuracy, one.Counts))];
    }

    public override (int Width, int Height) Size => (800, 640);

    public override IReadOnlyList<LegendEntry> Legend =>
    [
        .. _series.Select((one, i) => new LegendEntry(one.LegendText, LegendSymbol.Line, i, i)),
        new LegendEntry("perfectly calibrated", LegendSymbol.DashedLine, 0) { OwnColor = Colors.Gray },
    ];

    public override void Draw(SKCanvas canvas, SKRect area)
    {
        float middle = area.Top + (area.Height * UpperShare);
        using Plot upper = new(), lower = new();
        DrawAccuracy(upper);
        DrawCounts(lower);
        ChartRenderer.Render(upper, canvas, new SKRect(area.Left, area.Top, area.Right, middle));
        ChartRenderer.Render(lower, canvas, new SKRect(area.Left, middle, area.Right, area.Bottom));
    }

    private void DrawAccuracy(Plot plot)
    {
        Scatter diagonal = plot.Add.ScatterLine(new[] { 0.0, 1.0 }, new[] { 0.0, 1.0 }, Colors.Gray);
        diagonal.LineWidth = 1.5f;
        diagonal.PathStrategy = new DashedPath();
        for (int i = 0; i < _series.Length; i++)
        {
            Scatter line = plot.Add.Scatter(_series[i].Confidence, _series[i].Accuracy, ChartStyle.ColorOf(i));
            line.LineWidth = 2;
            line.MarkerShape = ChartStyle.MarkerOf(i);
            line.MarkerSize = 8;
        }

        ChartStyle.Apply(plot, _title, "", "Accuracy in bin");
        plot.Axes.SetLimits(-0.02, 1.02, -0.02, 1.04);
        plot.Axes.Left.MinimumSize = AxisWidth;
    }

    // On a logarithmic axis: most samples are in the last bin, and bars of the others would not be seen.
    private void DrawCounts(Plot plot)
    {
        for (int i = 0; i < _series.Length; i++)
        {
            double[] heights = [.. _series[i].Counts.Select(count => Math.Log10(count))];
            Scatter line = plot.Add.Scatter(_series[i].Confidence, heights, ChartStyle.ColorOf(i));
            line.LineWidth = 2;
            line.MarkerShape = ChartStyle.MarkerOf(i);
            line.MarkerSize = 8;
            for (int bin = 0; bin < heights.Length && _series.Length == 1; bin++)
            {
                string count = _series[i].Counts[bin].ToString("N0", CultureInfo.InvariantCulture);
                Text text = plot.Add.Text(count, _series[i].Confidence[bin], heights[bin]);
                text.LabelFontName = ChartStyle.FontFamily;
                text.LabelFontSize = ChartStyle.NoteSize;
                text.LabelAlignment = Alignment.LowerCenter;
                text.OffsetY = -6;
            }
        }

        ChartStyle.Apply(plot, "", "Confidence (mean in bin)", "Samples in bin");
        double top = Math.Ceiling(Math.Log10(_series.Max(one => one.Counts.Max())) + 0.25);
        double[] powers = [.. Enumerable.Range(0, (int)top + 1).Select(power => (double)power)];
        plot.Axes.Left.SetTicks(powers, [.. powers.Select(power => Math.Pow(10, power).ToString("N0", CultureInfo.InvariantCulture))]);
        plot.Axes.SetLimits(-0.02, 1.02, -0.15, top);
        plot.Axes.Left.MinimumSize = AxisWidth;
    }

    /// <summary>The bins of one series that are not empty, by confidence.</summary>
    private sealed record Bins(string Label, double[] Confidence, double[] Accuracy, int[] Counts)
    {
        public string LegendText => string.Create(
            CultureInfo.InvariantCulture, $"{(Label.Length > 0 ? Label + ": " : "")}expected calibration error {Error:P2}");

        // Naeini, Cooper and Hauskrecht (2015), as in Guo et al. (2017), equation 3: the mean over samples of |accuracy − confidence|.
        private double Error => Enumerable.Range(0, Counts.Length)
            .Sum(bin => Counts[bin] * Math.Abs(Accuracy[bin] - Confidence[bin])) / Counts.Sum(count => (double)count);

        public static Bins Of(string label, IReadOnlyList<double> confidence, IReadOnlyList<double> accuracy, IReadOnlyList<int> counts)
        {
            if (confidence.Count != counts.Count || accuracy.Count != counts.Count)
            {
                throw new ArgumentException(
                    "Chart.Reliability: expected confidence, accuracy and count of each bin, got "
                    + $"{confidence.Count}, {accuracy.Count} and {counts.Count} of them in '{label}'.");
            }

            int[] used = [.. Enumerable.Range(0, counts.Count).Where(bin => counts[bin] > 0).OrderBy(bin => confidence[bin])];
            if (used.Length == 0)
                throw new ArgumentException($"Chart.Reliability: expected at least one sample, got none in '{label}'.");
            foreach (int bin in used)
            {
                if (!(confidence[bin] is >= 0 and <= 1 && accuracy[bin] is >= 0 and <= 1))
                {
                    throw new ArgumentException(string.Create(
                        CultureInfo.InvariantCulture,
                        $"Chart.Reliability: expected confidence and accuracy from 0 to 1, got {confidence[bin]} and {accuracy[bin]} in "
                        + $"bin {bin} of '{label}'."));
                }
            }

            return new Bins(
                label,
                [.. used.Select(bin => confidence[bin])],
                [.. used.Select(bin => accuracy[bin])],
                [.. used.Select(bin => counts[bin])]);
        }
    }
}
