using System.Globalization;
using System.Numerics.Tensors;

namespace Engine.Visualization;

/// <summary>
/// A picture of a training or of tensors, to be saved as PNG or SVG. A chart copies the numbers it shows, so they may change
/// afterwards; it never changes itself. Colours are told apart with colour-blind eyes, and lines by their dashes as well.
/// </summary>
/// <example><code>Chart.OfHistory(history, "accuracy", "val_accuracy").Save("accuracy.png");</code></example>
public sealed partial class Chart
{
    private const int DefaultBins = 40;
    private const int DefaultWidth = 800, DefaultHeight = 500;

    private readonly ChartLayout _layout;

    private Chart(Panel panel)
        : this(new ChartLayout([panel], Columns: 1))
    {
    }

    private Chart(ChartLayout layout) => _layout = layout;

    /// <summary>The panels, row by row.</summary>
    internal IReadOnlyList<Panel> Panels => _layout.Panels;

    private (int Width, int Height) Size => _layout.Panels.Count == 1 ? _layout.Panels[0].Size : (DefaultWidth, DefaultHeight);

    /// <summary>
    /// The curves of one training by epoch: training dashed, validation solid. A line of text says why validation may look better.
    /// </summary>
    /// <param name="history">What Fit returned; at least one epoch.</param>
    /// <param name="keys">Keys of the history; by default <c>loss</c> and, where there was validation, <c>val_loss</c>.</param>
    /// <exception cref="KeyNotFoundException">A key was not recorded; the message lists those that were.</exception>
    /// <exception cref="ArgumentException">The history has no epoch.</exception>
    public static Chart OfHistory(History history, params string[] keys)
    {
        ArgumentNullException.ThrowIfNull(history);
        return new Chart(HistoryCurves.Panel([("", history)], keys));
    }

    /// <summary>
    /// The curves of several trainings in one figure, for instance with and without dropout: a colour for each run, training
    /// dashed, validation solid.
    /// </summary>
    /// <param name="runs">The trainings under the names they get in the legend; at least one.</param>
    /// <param name="keys">
    /// Keys of the histories; by default <c>loss</c> and, where there was validation, <c>val_loss</c>. A key of the training values
    /// and the same key with <c>val_</c> make a pair; several pairs share the axis, told apart by their markers. A single key is
    /// named in the title, and the legend has the labels alone.
    /// </param>
    /// <exception cref="KeyNotFoundException">A key was not recorded in one of the runs.</exception>
    /// <exception cref="ArgumentException">No run, or a history without an epoch.</exception>
    public static Chart OfHistories((string Label, History History)[] runs, params string[] keys) =>
        new(HistoryCurves.Panel(runs, keys));

    /// <summary>Connected points.</summary>
    /// <param name="title">The title of the figure.</param>
    /// <param name="xTitle">The title of the horizontal axis, with its unit.</param>
    /// <param name="yTitle">The title of the vertical axis, with its unit.</param>
    /// <param name="series">The lines; x and y of equal length, at least one point. NaN leaves a gap.</param>
    /// <exception cref="ArgumentException">No series, one without a point, or x and y of different lengths.</exception>
    public static Chart Lines(
        string title, string xTitle, string yTitle, params (string Label, IReadOnlyList<double> X, IReadOnlyList<double> Y)[] series) =>
        new(new LinesPanel(title, xTitle, yTitle, Curve.FromSeries(nameof(Lines), series, connected: true)));

    /// <summary>Points that are not connected.</summary>
    /// <param name="title">The title of the figure.</param>
    /// <param name="xTitle">The title of the horizontal axis, with its unit.</param>
    /// <param name="yTitle">The title of the vertical axis, with its unit.</param>
    /// <param name="series">The points; x and y of equal length, at least one point. NaN is left out.</param>
    /// <exception cref="ArgumentException">No series, one without a point, or x and y of different lengths.</exception>
    public static Chart Scatter(
        string title, string xTitle, string yTitle, params (string Label, IReadOnlyList<double> X, IReadOnlyList<double> Y)[] series) =>
        new(new LinesPanel(title, xTitle, yTitle, Curve.FromSeries(nameof(Scatter), series, connected: false)));

    /// <summary>Lines, each in a shaded band: a mean with its deviation, or an estimate with its interval.</summary>
    /// <param name="title">The title of the figure.</param>
    /// <param name="xTitle">The title of the horizontal axis, with its unit.</param>
    /// <param name="yTitle">The title of the vertical axis, with its unit.</param>
    /// <param name="series">
    /// The lines and the edges of their bands; all of equal length, at least one point. NaN leaves a gap. The label says what the
    /// band is: "dropout 0.5 (± one standard deviation of 5 seeds)".
    /// </param>
    /// <exception cref="ArgumentException">
    /// No series, one without a point, lists of different lengths, or a lower edge above the upper one.
    /// </exception>
    public static Chart Band(
        string title, string xTitle, string yTitle,
        params (string Label, IReadOnlyList<double> X, IReadOnlyList<double> Y,
            IReadOnlyList<double> Low, IReadOnlyList<double> High)[] series) =>
        new(new LinesPanel(title, xTitle, yTitle, Curve.FromBands(series)));

    /// <summary>Vertical bars, with their values above them; several series stand side by side in each category.</summary>
    /// <param name="title">The title of the figure.</param>
    /// <param name="valueTitle">The title of the vertical axis, with its unit.</param>
    /// <param name="categories">The names below the bars.</param>
    /// <param name="series">A value for each category, finite; NaN leaves the bar out. A single series needs no label: "".</param>
    /// <exception cref="ArgumentException">No category, no series, or a series of another length than the categories.</exception>
    public static Chart Bars(
        string title, string valueTitle, string[] categories, params (string Label, IReadOnlyList<double> Values)[] series) =>
        new(new BarsPanel(title, valueTitle, categories, series));

    /// <summary>
    /// How values are distributed: the percentage of each series' values in 40 bins over the range of all, and each series' mean.
    /// </summary>
    /// <param name="title">The title of the figure.</param>
    /// <param name="valueTitle">The title of the horizontal axis, with its unit.</param>
    /// <param name="series">The values, of any shape; those that are not finite are left out.</param>
    /// <exception cref="ArgumentException">No series, or one without a finite value.</exception>
    public static Chart Histogram(string title, string valueTitle, params (string Label, Tensor<float> Values)[] series) =>
        Histogram(title, valueTitle, DefaultBins, series);

    /// <summary>
    /// How values are distributed: the percentage of each series' values in each bin, and each series' mean.
    /// </summary>
    /// <param name="title">The title of the figure.</param>
    /// <param name="valueTitle">The title of the horizontal axis, with its unit.</param>
    /// <param name="bins">
    /// The number of bins, 1 to 1000, over the range of all series. Of many values a thousandth that would take a third of the axis
    /// counts in the outermost bins, and a note says so.
    /// </param>
    /// <param name="series">The values, of any shape; those that are not finite are left out.</param>
    /// <exception cref="ArgumentException">No series, or one without a finite value.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number of bins is not between 1 and 1000.</exception>
    public static Chart Histogram(string title, string valueTitle, int bins, params (string Label, Tensor<float> Values)[] series) =>
        new(new HistogramPanel(title, valueTitle, bins, series));

    /// <summary>A matrix in colours (viridis), the first row on top, with a colour bar.</summary>
    /// <param name="values">The values, [rows, columns]. Those that are not finite stay white.</param>
    /// <param name="title">The title of the figure.</param>
    /// <param name="rowTitle">What the rows are: the title of the vertical axis.</param>
    /// <param name="columnTitle">What the columns are: the title of the horizontal axis.</param>
    /// <param name="valueTitle">What the values are, with their unit: the title of the colour bar.</param>
    /// <exception cref="ShapeException">The tensor does not have two axes.</exception>
    /// <exception cref="ArgumentException">No value is finite.</exception>
    public static Chart HeatMap(
        Tensor<float> values, string title, string rowTitle = "Row", string columnTitle = "Column", string valueTitle = "Value") =>
        new(new HeatMapPanel(values, title, rowTitle, columnTitle, valueTitle));

    /// <summary>Rows of images in shades of grey, the least value white and the greatest black.</summary>
    /// <param name="title">The title above.</param>
    /// <param name="rows">
    /// The label of each row, and its images from left to right: <c>[images, height, width]</c> or <c>[images, height, width, 1]</c>.
    /// </param>
    /// <exception cref="ArgumentException">There is no row.</exception>
    /// <exception cref="ShapeException">A tensor has another number of axes, or more than one channel.</exception>
    public static Chart Images(string title, params (string Label, Tensor<float> Images)[] rows) => new(new ImagesPanel(title, rows));

    /// <summary>
    /// Several charts in one figure, from left to right. All heat maps share one colour scale, so that heat maps beside one another
    /// have one colour bar; all histograms share one set of bins and one vertical axis.
    /// </summary>
    /// <param name="charts">The charts; at least one.</param>
    /// <exception cref="ArgumentException">No chart.</exception>
    public static Chart SideBySide(params Chart[] charts)
    {
        ArgumentNullException.ThrowIfNull(charts);
        return charts.Length > 0
            ? new Chart(new ChartLayout(PanelsOf(charts), Columns: charts.Sum(chart => chart.Panels.Count)))
            : throw new ArgumentException("Chart.SideBySide: expected at least one chart, got none.", nameof(charts));
    }

    /// <summary>Several charts in one figure, in rows. They share scales as in <see cref="SideBySide"/>.</summary>
    /// <param name="columns">How many stand in a row, at least one.</param>
    /// <param name="charts">The charts, row by row; at least one.</param>
    /// <exception cref="ArgumentException">No chart.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number of columns is below one.</exception>
    public static Chart Grid(int columns, params Chart[] charts)
    {
        ArgumentNullException.ThrowIfNull(charts);
        if (columns < 1)
            throw new ArgumentOutOfRangeException(nameof(columns), $"Chart.Grid: expected at least one column, got {columns}.");
        if (charts.Length == 0)
            throw new ArgumentException("Chart.Grid: expected at least one chart, got none.", nameof(charts));
        Panel[] panels = PanelsOf(charts);
        return new Chart(new ChartLayout(panels, Math.Min(columns, panels.Length)));
    }

    /// <summary>The same lines over a part of the vertical axis: lines that leave it are cut off.</summary>
    /// <param name="low">Its lower end.</param>
    /// <param name="high">Its upper end.</param>
    /// <returns>A new chart; parts of this one that are not lines or points stay as they are.</returns>
    /// <exception cref="ArgumentException">The upper end is not above the lower one.</exception>
    public Chart WithYRange(double low, double high)
    {
        if (!(low < high))
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture, $"Chart.WithYRange: expected the upper end above the lower one, got {low} and {high}."));
        }

        return WithLines(lines => lines.WithYRange(low, high));
    }

    /// <summary>The same lines and points over a horizontal axis that counts, with ticks at whole numbers only: for epochs.</summary>
    /// <returns>A new chart; parts of this one that are not lines or points stay as they are.</returns>
    public Chart WithWholeX() => WithLines(lines => lines.WithWholeX());

    /// <summary>The same lines and points over a logarithmic horizontal axis: for learning rates.</summary>
    /// <returns>A new chart; parts of this one that are not lines or points stay as they are.</returns>
    /// <exception cref="InvalidOperationException">A value is not over zero.</exception>
    public Chart WithLogarithmicX() => WithLines(lines => lines.WithLogarithmicX());

    /// <summary>The same lines and points over a logarithmic vertical axis.</summary>
    /// <returns>A new chart; parts of this one that are not lines or points stay as they are.</returns>
    /// <exception cref="InvalidOperationException">A value is not over zero.</exception>
    public Chart WithLogarithmicY() => WithLines(lines => lines.WithLogarithmicY());

    /// <summary>
    /// Saves the chart. The format follows the extension: <c>.png</c> or <c>.svg</c>. The folder is made if need be; the file is
    /// written beside its place and renamed, so that a file under this name is always whole.
    /// </summary>
    /// <param name="path">Where to, ending in <c>.png</c> or <c>.svg</c>.</param>
    /// <param name="width">The width in pixels, 200 to 10,000; if null what suits the chart, mostly 800.</param>
    /// <param name="height">The height in pixels, 150 to 10,000; if null what suits the chart, mostly 500.</param>
    /// <exception cref="ArgumentException">The path has another extension.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The width or the height is out of range.</exception>
    public void Save(string path, int? width = null, int? height = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        (int w, int h) = (width ?? Size.Width, height ?? Size.Height);
        if (w is < 200 or > 10_000)
            throw new ArgumentOutOfRangeException(nameof(width), $"Chart.Save: expected a width of 200 to 10,000 pixels, got {w}.");
        if (h is < 150 or > 10_000)
            throw new ArgumentOutOfRangeException(nameof(height), $"Chart.Save: expected a height of 150 to 10,000 pixels, got {h}.");
        string extension = Path.GetExtension(path);
        byte[] file = extension.ToUpperInvariant() switch
        {
            ".PNG" => ChartRenderer.ToPng(_layout, w, h),
            ".SVG" => ChartRenderer.ToSvg(_layout, w, h),
            _ => throw new ArgumentException(
                $"Chart.Save: expected a path ending in .png or .svg, got '{path}'. Change the extension.", nameof(path)),
        };
        WholeFile.Write(path, file);
    }

    private Chart WithLines(Func<LinesPanel, LinesPanel> change) =>
        new(_layout with { Panels = [.. Panels.Select(panel => panel is LinesPanel lines ? change(lines) : panel)] });

    private static Panel[] PanelsOf(Chart[] charts) => [.. charts.SelectMany(chart => chart.Panels)];
}
