using ScottPlot;
using ScottPlot.Plottables;

namespace Engine.Visualization;

/// <summary>Lines and points over two numeric axes.</summary>
internal sealed class LinesPanel(string title, string xTitle, string yTitle, Curve[] curves) : Panel
{
    // Up to this length each point of a line has a marker; more would run together.
    private const int MostMarkers = 30;

    /// <summary>Whether the horizontal axis counts: ticks at whole numbers only.</summary>
    public bool CountsX { get; init; }

    internal IReadOnlyList<Curve> Curves => curves;

    internal string Title => title;

    internal string YTitle => yTitle;

    public override IReadOnlyList<LegendEntry> Legend { get; } =
    [
        .. from curve in curves
           where curve.Label.Length > 0
           select new LegendEntry(curve.Label, SymbolOf(curve), curve.Color, HasMarkers(curve, curves) ? curve.Marker : null),
    ];

    public override void Draw(Plot plot, CoordinateRange? range)
    {
        foreach (Curve curve in curves)
        {
            // Gaps where a value is not finite: each stretch between them is a line of its own.
            foreach ((int start, int end) in FiniteStretches(curve))
                AddStretch(plot, curve, start, end);
        }

        ChartStyle.Apply(plot, title, xTitle, yTitle);
        if (CountsX)
        {
            (double first, double last) = (curves.Min(curve => curve.X[0]), curves.Max(curve => curve.X[^1]));
            double room = Math.Max(0.3, 0.02 * (last - first));
            plot.Axes.SetLimitsX(first - room, last + room);
            ChartStyle.UseIntegerTicks(plot.Axes.Bottom);
        }
    }

    private void AddStretch(Plot plot, Curve curve, int start, int end)
    {
        Scatter line = plot.Add.Scatter(curve.X[start..end], curve.Y[start..end], ChartStyle.ColorOf(curve.Color));
        line.LineWidth = curve.IsConnected ? 2 : 0;
        if (curve.IsDashed)
            line.PathStrategy = new DashedPath();
        line.MarkerShape = ChartStyle.MarkerOf(curve.Marker);
        line.MarkerSize = !curve.IsConnected || end - start == 1 ? 7 : HasMarkers(curve, curves) ? 5 : 0;
    }

    // The same for all lines of a panel, so that a marker says nothing about a line's length.
    private static bool HasMarkers(Curve curve, Curve[] all) => !curve.IsConnected || all.Max(one => one.X.Length) <= MostMarkers;

    private static LegendSymbol SymbolOf(Curve curve) =>
        !curve.IsConnected ? LegendSymbol.Points : curve.IsDashed ? LegendSymbol.DashedLine : LegendSymbol.Line;

    private static IEnumerable<(int Start, int End)> FiniteStretches(Curve curve)
    {
        int start = 0;
        for (int i = 0; i <= curve.X.Length; i++)
        {
            if (i < curve.X.Length && double.IsFinite(curve.X[i]) && double.IsFinite(curve.Y[i]))
                continue;
            if (i > start)
                yield return (start, i);
            start = i + 1;
        }
    }
}
