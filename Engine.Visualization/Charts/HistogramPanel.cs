using System.Globalization;
using System.Numerics.Tensors;
using ScottPlot;
using ScottPlot.Plottables;

namespace Engine.Visualization;

/// <summary>Distributions as outlines over common bins, each with its mean.</summary>
internal sealed class HistogramPanel : PlotPanel
{
    private const int MostBins = 1000;

    private readonly string _title;
    private readonly string _valueTitle;
    private readonly int _bins;
    private readonly (string Label, double[] Values)[] _series;

    public HistogramPanel(string title, string valueTitle, int bins, (string Label, Tensor<float> Values)[] series)
    {
        if (bins is < 1 or > MostBins)
        {
            throw new ArgumentOutOfRangeException(
                nameof(bins), $"Chart.Histogram: expected 1 to {MostBins} bins, got {bins.ToString(CultureInfo.InvariantCulture)}.");
        }

        if (series.Length == 0)
            throw new ArgumentException("Chart.Histogram: expected at least one series, got none.", nameof(series));

        (_title, _valueTitle, _bins) = (title, valueTitle, bins);
        _series = [.. series.Select(one => (one.Label, FiniteValues(one.Label, one.Values)))];
        CoordinateRange[] ranges = [.. _series.Select(one => RangeOf(one.Values))];
        ValueRange = ranges.Aggregate(Union);
        bool hasOutliers = _series.Any(one => one.Values.Any(value => value < ValueRange.Value.Min || value > ValueRange.Value.Max));
        Note = hasOutliers ? "Values beyond the ends, less than 0.1 %, count in the outermost bins." : null;
    }

    public override CoordinateRange? ValueRange { get; }

    public override IReadOnlyList<LegendEntry> Legend => [.. _series.Select((one, i) => new LegendEntry(LegendText(one), LegendSymbol.Line, i))];

    public override void Draw(Plot plot, CoordinateRange? range)
    {
        CoordinateRange all = range ?? ValueRange!.Value;
        double slack = all.Min == all.Max ? Math.Max(0.5, Math.Abs(all.Min) * 1e-3) : 0;
        (double min, double max) = (all.Min - slack, all.Max + slack);
        double top = 0;
        for (int s = 0; s < _series.Length; s++)
        {
            double[] values = _series[s].Values;
            double[] percent = Percentages(values, min, max, _bins);
            top = Math.Max(top, percent.Max());
            Color color = ChartStyle.ColorOf(s);
            (double[] x, double[] y) = Outline(percent, min, max);
            Scatter outline = plot.Add.ScatterLine(x, y, color);
            outline.LineWidth = 2;
            outline.FillY = true;
            outline.FillYColor = color.WithAlpha(0.2);
        }

        for (int s = 0; s < _series.Length; s++)
        {
            double mean = _series[s].Values.Average();
            Scatter line = plot.Add.ScatterLine(new[] { mean, mean }, new[] { 0.0, 100.0 }, ChartStyle.ColorOf(s));
            line.LineWidth = 1.5f;
            line.PathStrategy = new DashedPath();
        }

        ChartStyle.Apply(plot, _title, _valueTitle, "Values in bin (%)");
        plot.Axes.SetLimits(min - (0.02 * (max - min)), max + (0.02 * (max - min)), 0, top * 1.05);
    }

    /// <summary>The percentage of the values in each of the bins; the last bin includes its upper edge.</summary>
    internal static double[] Percentages(double[] values, double min, double max, int bins)
    {
        var percent = new double[bins];
        foreach (double value in values)
        {
            int bin = (int)((value - min) / (max - min) * bins);
            percent[Math.Clamp(bin, 0, bins - 1)] += 100.0 / values.Length;
        }

        return percent;
    }

    // All values; but where a thousandth of many would take more than a third of the axis, the others.
    private static CoordinateRange RangeOf(double[] values)
    {
        const int Many = 2000;
        CoordinateRange all = new(values.Min(), values.Max());
        if (values.Length < Many)
            return all;

        double[] sorted = [.. values.Order()];
        int left = values.Length / Many;
        CoordinateRange inner = new(sorted[left], sorted[^(left + 1)]);
        return inner.Max > inner.Min && 1.5 * (inner.Max - inner.Min) < all.Max - all.Min ? inner : all;
    }

    // A polygon from the axis over the tops of the bins back to the axis: [2 bins + 2] points.
    private static (double[] X, double[] Y) Outline(double[] percent, double min, double max)
    {
        var x = new double[(2 * percent.Length) + 2];
        var y = new double[x.Length];
        (x[0], x[^1]) = (min, max);
        for (int i = 0; i < percent.Length; i++)
        {
            x[(2 * i) + 1] = min + ((max - min) * i / percent.Length);
            x[(2 * i) + 2] = min + ((max - min) * (i + 1) / percent.Length);
            y[(2 * i) + 1] = y[(2 * i) + 2] = percent[i];
        }

        return (x, y);
    }

    private static string LegendText((string Label, double[] Values) series)
    {
        string mean = $"mean {series.Values.Average().ToString("G4", CultureInfo.InvariantCulture)}";
        return series.Label.Length > 0 ? $"{series.Label} ({mean})" : mean;
    }

    private static double[] FiniteValues(string label, Tensor<float> tensor)
    {
        double[] values = [.. tensor.Where(float.IsFinite).Select(value => (double)value)];
        return values.Length > 0
            ? values
            : throw new ArgumentException($"Chart.Histogram: expected at least one finite value, got none in '{label}'.");
    }
}
