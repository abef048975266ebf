using System.Globalization;
using ScottPlot;
using ScottPlot.Plottables;

namespace Engine.Visualization;

/// <summary>Lines and points over two numeric axes.</summary>
internal sealed class LinesPanel(string title, string xTitle, string yTitle, Curve[] curves) : PlotPanel
{
    // Up to this length each point of a line has a marker; more would run together.
    private const int MostMarkers = 30;

    // Whole numbers that span less, such as 0 and 1, may well have fractions between them.
    private const int LeastWholeSpan = 3;

    /// <summary>Whether the horizontal axis counts: ticks at whole numbers only.</summary>
    public bool CountsX { get; init; }

    /// <summary>Whether the vertical axis begins at zero, or shows zero where values are below it.</summary>
    public bool HasZero { get; init; }

    /// <summary>Whether points of connected lines have markers where there is room for them.</summary>
    public bool HasLineMarkers { get; init; } = true;

    /// <summary>What of the vertical axis is shown; null for all of the values.</summary>
    public (double Low, double High)? YRange { get; init; }

    /// <summary>Whether the values are logarithms to base 10, and the ticks of the horizontal axis powers of 10.</summary>
    public bool HasLogarithmicX { get; init; }

    /// <summary>The same for the vertical axis.</summary>
    public bool HasLogarithmicY { get; init; }

    internal IReadOnlyList<Curve> Curves => curves;

    internal string Title => title;

    internal string YTitle => yTitle;

    private bool HasWholeX => !HasLogarithmicX
        && curves.All(curve => curve.X.All(double.IsInteger))
        && curves.Max(curve => curve.X.Max()) - curves.Min(curve => curve.X.Min()) >= LeastWholeSpan;

    public override IReadOnlyList<LegendEntry> Legend =>
    [
        .. from curve in curves
           where curve.Label.Length > 0
           select new LegendEntry(
               curve.Label, SymbolOf(curve), curve.Color, curve.IsLine && HasMarkers(curve) ? curve.Marker : null)
           {
               Opacity = curve.IsLine ? 1 : curve.LegendOpacity,
           },
    ];

    public override void Draw(Plot plot, CoordinateRange? range)
    {
        foreach (Curve curve in curves)
        {
            if (curve.Band is { } band)
                AddBand(plot, curve, band.Low, band.High);
        }

        foreach (Curve curve in curves.Where(curve => curve.IsLine))
        {
            // Gaps where a value is not finite: each stretch between them is a line of its own.
            foreach ((int start, int end) in FiniteStretches(curve.X, curve.Y))
                AddStretch(plot, curve, start, end);
        }

        ChartStyle.Apply(plot, title, xTitle, yTitle);
        if (CountsX)
        {
            (double first, double last) = (curves.Min(curve => curve.X[0]), curves.Max(curve => curve.X[^1]));
            double room = Math.Max(0.3, 0.02 * (last - first));
            plot.Axes.SetLimitsX(first - room, last + room);
        }

        if (CountsX || HasWholeX)
            ChartStyle.UseIntegerTicks(plot.Axes.Bottom);
        if (HasLogarithmicX)
            ChartStyle.UseLogarithmicTicks(plot.Axes.Bottom);
        if (HasLogarithmicY)
            ChartStyle.UseLogarithmicTicks(plot.Axes.Left);
        if (YRange is { } shown)
        {
            plot.Axes.SetLimitsY(
                HasLogarithmicY ? Math.Log10(shown.Low) : shown.Low, HasLogarithmicY ? Math.Log10(shown.High) : shown.High);
        }
        else if (HasZero)
        {
            double[] all = [.. curves.SelectMany(curve => curve.Y).Where(double.IsFinite)];
            double low = Math.Min(0, all.DefaultIfEmpty(0).Min()), high = Math.Max(0, all.DefaultIfEmpty(1).Max());
            double space = 0.06 * (high > low ? high - low : 1);
            plot.Axes.SetLimitsY(low < 0 ? low - space : 0, high + space);
        }
    }

    /// <summary>The same lines over a part of the vertical axis.</summary>
    public LinesPanel WithYRange(double low, double high) =>
        Copy(curves, xTitle, yTitle, (low, high), HasLogarithmicX, HasLogarithmicY);

    /// <summary>The same lines over a horizontal axis that counts.</summary>
    public LinesPanel WithWholeX() => new(title, xTitle, yTitle, curves)
    {
        Note = Note,
        CountsX = !HasLogarithmicX,
        HasZero = HasZero,
        HasLineMarkers = HasLineMarkers,
        YRange = YRange,
        HasLogarithmicX = HasLogarithmicX,
        HasLogarithmicY = HasLogarithmicY,
    };

    /// <summary>The same lines over a logarithmic horizontal axis.</summary>
    public LinesPanel WithLogarithmicX() => HasLogarithmicX ? this : Copy(
        [.. curves.Select(curve => curve with { X = Logarithms(curve, curve.X) })],
        $"{xTitle}, logarithmic",
        yTitle,
        YRange,
        true,
        HasLogarithmicY);

    /// <summary>The same lines over a logarithmic vertical axis.</summary>
    public LinesPanel WithLogarithmicY() => HasLogarithmicY ? this : Copy(
        [
            .. curves.Select(curve => curve with
            {
                Y = Logarithms(curve, curve.Y),
                Band = curve.Band is { } band ? (Logarithms(curve, band.Low), Logarithms(curve, band.High)) : null,
            }),
        ],
        xTitle,
        $"{yTitle}, logarithmic",
        YRange,
        HasLogarithmicX,
        true);

    private LinesPanel Copy(Curve[] other, string x, string y, (double, double)? range, bool isLogarithmicX, bool isLogarithmicY) =>
        new(title, x, y, other)
        {
            Note = Note,
            CountsX = CountsX && !isLogarithmicX,
            HasZero = HasZero && !isLogarithmicY,
            HasLineMarkers = HasLineMarkers,
            YRange = range,
            HasLogarithmicX = isLogarithmicX,
            HasLogarithmicY = isLogarithmicY,
        };

    private static double[] Logarithms(Curve curve, double[] values)
    {
        foreach (double value in values.Where(value => value <= 0))
        {
            throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture,
                $"Chart: expected values over zero for a logarithmic axis, got {value} in "
                + $"'{curve.Label}'. Leave it out, or give NaN."));
        }

        return Array.ConvertAll(values, Math.Log10);
    }

    private static void AddBand(Plot plot, Curve curve, double[] low, double[] high)
    {
        foreach ((int start, int end) in FiniteStretches(curve.X, low, high))
        {
            FillY band = plot.Add.FillY(curve.X[start..end], low[start..end], high[start..end]);
            band.FillColor = ChartStyle.ColorOf(curve.Color).WithAlpha(curve.BandOpacity);
            band.LineWidth = 0;
            band.MarkerStyle = MarkerStyle.None;
        }
    }

    private void AddStretch(Plot plot, Curve curve, int start, int end)
    {
        Scatter line = plot.Add.Scatter(curve.X[start..end], curve.Y[start..end], ChartStyle.ColorOf(curve.Color));
        line.LineWidth = curve.IsConnected ? 2 : 0;
        if (curve.IsDashed)
            line.PathStrategy = new DashedPath();
        line.MarkerShape = ChartStyle.MarkerOf(curve.Marker);
        line.MarkerSize = !curve.IsConnected || end - start == 1 ? 7 : HasMarkers(curve) ? 5 : 0;
    }

    // The same for all lines of a panel, so that a marker says nothing about a line's length.
    private bool HasMarkers(Curve curve) => !curve.IsConnected
        || (HasLineMarkers && curves.Where(one => one.IsLine && one.IsConnected).Max(one => one.X.Length) <= MostMarkers);

    private static LegendSymbol SymbolOf(Curve curve) =>
        !curve.IsLine ? LegendSymbol.Box
        : !curve.IsConnected ? LegendSymbol.Points : curve.IsDashed ? LegendSymbol.DashedLine : LegendSymbol.Line;

    private static IEnumerable<(int Start, int End)> FiniteStretches(double[] x, params double[][] values)
    {
        int start = 0;
        for (int i = 0; i <= x.Length; i++)
        {
            if (i < x.Length && double.IsFinite(x[i]) && values.All(y => double.IsFinite(y[i])))
                continue;
            if (i > start)
                yield return (start, i);
            start = i + 1;
        }
    }
}
