using System.Globalization;
using ScottPlot;
using ScottPlot.Colormaps;
using ScottPlot.Plottables;

namespace Engine.Visualization;

/// <summary>How often each class was taken for which: counts in the cells, the colour the share of the row.</summary>
internal sealed class ConfusionPanel : PlotPanel
{
    private const int MostClassesWithShares = 12;

    private readonly string _title;
    private readonly string[] _names;
    private readonly int[,] _counts;

    public ConfusionPanel(IReadOnlyList<int> labels, IReadOnlyList<int> predictions, string title, IReadOnlyList<string>? names)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(predictions);
        if (labels.Count == 0 || labels.Count != predictions.Count)
        {
            throw new ArgumentException(
                "Chart.ConfusionMatrix: expected as many labels as predictions, at least 1, "
                + $"got {labels.Count} and {predictions.Count}.");
        }

        int classes = names?.Count ?? labels.Concat(predictions).Max() + 1;
        foreach (int wrong in labels.Concat(predictions).Where(one => one < 0 || one >= classes))
            throw new ArgumentException($"Chart.ConfusionMatrix: expected classes from 0 to {classes - 1}, got {wrong}.");

        _title = title;
        _names = [.. names ?? [.. Enumerable.Range(0, classes).Select(one => one.ToString(CultureInfo.InvariantCulture))]];
        _counts = new int[classes, classes];
        for (int i = 0; i < labels.Count; i++)
            _counts[labels[i], predictions[i]]++;
        int right = Enumerable.Range(0, classes).Sum(one => _counts[one, one]);
        Note = string.Create(
            CultureInfo.InvariantCulture,
            $"Of {labels.Count:N0} samples {right:N0} are on the diagonal, which is right: {(double)right / labels.Count:P2}.")
            + (classes <= MostClassesWithShares ? " Percentages are shares of the row." : "");
    }

    public override (int Width, int Height) Size => (800, 680);

    public override void Draw(Plot plot, CoordinateRange? range)
    {
        int classes = _names.Length;
        double[,] shares = new double[classes, classes];
        for (int row = 0; row < classes; row++)
        {
            int total = Enumerable.Range(0, classes).Sum(column => _counts[row, column]);
            for (int column = 0; column < classes; column++)
                shares[row, column] = total > 0 ? 100.0 * _counts[row, column] / total : 0;
        }

        Heatmap map = plot.Add.Heatmap(shares);
        map.Colormap = new CustomInterpolated([Colors.White, ChartStyle.ColorOf(0)]);
        ChartStyle.AddColorBar(plot, map, new CoordinateRange(0, 100), "Share of the row (%)");
        for (int row = 0; row < classes; row++)
        {
            for (int column = 0; column < classes; column++)
                AddCell(plot, map, row, column, shares[row, column]);
        }

        ChartStyle.Apply(plot, _title, "Predicted class", "True class");
        double[] places = [.. Enumerable.Range(0, classes).Select(one => (double)one)];
        plot.Axes.Bottom.SetTicks(places, _names);
        plot.Axes.Left.SetTicks(places, _names);
        plot.HideGrid();
        plot.Axes.SetLimits(-0.5, classes - 0.5, classes - 0.5, -0.5);
    }

    // A rectangle over the heat map's pixel: viewers of SVG that enlarge images smoothly would blur it.
    private void AddCell(Plot plot, Heatmap map, int row, int column, double share)
    {
        ScottPlot.Plottables.Rectangle cell = plot.Add.Rectangle(column - 0.5, column + 0.5, row - 0.5, row + 0.5);
        cell.FillColor = map.Colormap.GetColor(share / 100);
        cell.LineWidth = 0;
        int count = _counts[row, column];
        bool hasShare = _names.Length <= MostClassesWithShares && count > 0;
        Color ink = share > 55 ? Colors.White : count == 0 ? Color.FromHex("#A0A0A0") : Colors.Black;
        Add(count.ToString("N0", CultureInfo.InvariantCulture), hasShare ? -0.16 : 0, _names.Length <= 12 ? ChartStyle.TextSize : 9);
        if (hasShare)
            Add(share.ToString("F1", CultureInfo.InvariantCulture) + " %", 0.2, ChartStyle.NoteSize - 1);

        void Add(string content, double below, float size)
        {
            Text text = plot.Add.Text(content, column, row + below);
            text.LabelFontName = ChartStyle.FontFamily;
            text.LabelFontSize = size;
            text.LabelFontColor = ink;
            text.LabelAlignment = Alignment.MiddleCenter;
        }
    }
}
