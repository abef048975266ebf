using System.Globalization;
using ScottPlot;
using ScottPlot.Plottables;

namespace Engine.Visualization;

/// <summary>Bars by category, with their values above them.</summary>
internal sealed class BarsPanel : PlotPanel
{
    // Of the distance between two categories, the part that their bars take.
    private const double GroupWidth = 0.8;

    private readonly string _title;
    private readonly string _valueTitle;
    private readonly string[] _categories;
    private readonly (string Label, double[] Values)[] _series;

    public BarsPanel(string title, string valueTitle, string[] categories, (string Label, IReadOnlyList<double> Values)[] series)
    {
        if (categories.Length == 0 || series.Length == 0)
        {
            throw new ArgumentException(
                $"Chart.Bars: expected at least one category and one series, got {categories.Length} and {series.Length}.");
        }

        foreach ((string label, IReadOnlyList<double> values) in series)
        {
            if (values.Count != categories.Length)
            {
                throw new ArgumentException(
                    $"Chart.Bars: expected a value for each of {categories.Length} categories, got {values.Count} in '{label}'.",
                    nameof(series));
            }
        }

        (_title, _valueTitle, _categories) = (title, valueTitle, [.. categories]);
        _series = [.. series.Select(one => (one.Label, one.Values.ToArray()))];
    }

    public override IReadOnlyList<LegendEntry> Legend =>
        [.. _series.Select((one, i) => new LegendEntry(one.Label, LegendSymbol.Box, i)).Where(entry => entry.Text.Length > 0)];

    public override void Draw(Plot plot, CoordinateRange? range)
    {
        double width = GroupWidth / _series.Length;
        for (int s = 0; s < _series.Length; s++)
        {
            double[] values = _series[s].Values;
            var bars = new List<Bar>();
            for (int c = 0; c < values.Length; c++)
            {
                if (!double.IsFinite(values[c]))
                    continue;
                bars.Add(new Bar
                {
                    Position = c + ((s - ((_series.Length - 1) / 2.0)) * width),
                    Value = values[c],
                    Size = width * 0.92,
                    FillColor = ChartStyle.ColorOf(s),
                    LineWidth = 0,
                    Label = values[c].ToString("G4", CultureInfo.InvariantCulture),
                });
            }

            BarPlot plottable = plot.Add.Bars(bars);
            plottable.ValueLabelStyle.FontSize = ChartStyle.TextSize;
            plottable.ValueLabelStyle.FontName = ChartStyle.FontFamily;
        }

        ChartStyle.Apply(plot, _title, "", _valueTitle);
        plot.Axes.Bottom.SetTicks([.. Enumerable.Range(0, _categories.Length).Select(i => (double)i)], _categories);
        plot.Axes.Bottom.MajorTickStyle.Length = 0;
        plot.Grid.XAxisStyle.IsVisible = false;
        IEnumerable<double> all = _series.SelectMany(one => one.Values).Where(double.IsFinite).DefaultIfEmpty(1);
        (double low, double high) = (Math.Min(0, all.Min()), Math.Max(0, all.Max()));
        if (low < 0)
            plot.Add.HorizontalLine(0, 1, Colors.Black);
        double room = 0.12 * (high > low ? high - low : 1);     // for the numbers above and below the bars
        plot.Axes.SetLimits(-0.5, _categories.Length - 0.5, low < 0 ? low - room : 0, high > 0 || low == 0 ? high + room : 0);
    }
}
