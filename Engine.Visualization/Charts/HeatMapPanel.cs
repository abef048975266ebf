using System.Numerics.Tensors;
using ScottPlot;
using ScottPlot.Colormaps;
using ScottPlot.Plottables;

namespace Engine.Visualization;

/// <summary>A matrix in colours.</summary>
internal sealed class HeatMapPanel : PlotPanel
{
    private readonly double[,] _values;
    private readonly string _title;
    private readonly string _rowTitle;
    private readonly string _columnTitle;
    private readonly string _valueTitle;

    public HeatMapPanel(Tensor<float> values, string title, string rowTitle, string columnTitle, string valueTitle)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Rank != 2)
        {
            throw new ShapeException(
                $"Chart.HeatMap: expected [rows, columns], got [{string.Join(", ", values.Lengths.ToArray())}]. " +
                "Reshape the tensor to two axes.");
        }

        (_title, _rowTitle, _columnTitle, _valueTitle) = (title, rowTitle, columnTitle, valueTitle);
        _values = new double[(int)values.Lengths[0], (int)values.Lengths[1]];
        double min = double.PositiveInfinity, max = double.NegativeInfinity;
        for (int row = 0; row < _values.GetLength(0); row++)
        {
            for (int column = 0; column < _values.GetLength(1); column++)
            {
                double value = values[row, column];
                _values[row, column] = double.IsFinite(value) ? value : double.NaN;
                if (double.IsFinite(value))
                    (min, max) = (Math.Min(min, value), Math.Max(max, value));
            }
        }

        if (min > max)
            throw new ArgumentException($"Chart.HeatMap: expected at least one finite value, got none in '{title}'.", nameof(values));
        ValueRange = new CoordinateRange(min, max);
    }

    public override CoordinateRange? ValueRange { get; }

    public override void Draw(Plot plot, CoordinateRange? range)
    {
        (int rows, int columns) = (_values.GetLength(0), _values.GetLength(1));
        Heatmap map = plot.Add.Heatmap(_values);
        map.Colormap = new Viridis();
        map.NaNCellColor = Colors.White;

        ChartStyle.AddColorBar(plot, map, range ?? ValueRange!.Value, _valueTitle);

        // Cell (row, column) is centred on its numbers, whose cells have unit size unless told otherwise. The vertical axis runs
        // downwards, as a matrix is written.
        ChartStyle.Apply(plot, _title, _columnTitle, _rowTitle);
        ChartStyle.UseIntegerTicks(plot.Axes.Bottom);
        ChartStyle.UseIntegerTicks(plot.Axes.Left);
        plot.HideGrid();
        plot.Axes.SetLimits(-0.5, columns - 0.5, rows - 0.5, -0.5);
    }
}
