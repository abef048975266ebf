using System.Globalization;
using ScottPlot;
using ScottPlot.Colormaps;
using ScottPlot.Panels;
using ScottPlot.Plottables;
using ScottPlot.TickGenerators;
using SkiaSharp;

namespace Engine.Visualization;

/// <summary>The look that all charts share.</summary>
internal static class ChartStyle
{
    public const float TitleSize = 17;
    public const float AxisTitleSize = 14;
    public const float TextSize = 13;
    public const float NoteSize = 12;

    /// <summary>The width of a colour bar with its ticks and title; more where its numbers are long.</summary>
    public const float ColorBarWidth = 74;

    // Okabe and Ito, "Color Universal Design" (2008), without black, and the hardly visible yellow and sky blue last.
    private static readonly Color[] Palette =
    [
        Color.FromHex("#0072B2"),
        Color.FromHex("#D55E00"),
        Color.FromHex("#009E73"),
        Color.FromHex("#CC79A7"),
        Color.FromHex("#E69F00"),
        Color.FromHex("#56B4E9"),
    ];

    private static readonly MarkerShape[] Markers =
    [
        MarkerShape.FilledCircle, MarkerShape.FilledSquare, MarkerShape.FilledTriangleUp, MarkerShape.FilledDiamond,
    ];

    private static readonly Func<double, string> LibraryText = new NumericAutomatic().LabelFormatter;

    /// <summary>The font of all charts, for text that is drawn beside the plots. Shared: not to be disposed.</summary>
    public static SKTypeface Typeface => EmbeddedFont.Instance.Regular;

    /// <summary>The name under which the plots ask for that font.</summary>
    public static string FontFamily => EmbeddedFont.Instance.Family;

    public static Color ColorOf(int index) => Palette[index % Palette.Length];

    public static MarkerShape MarkerOf(int index) => Markers[index % Markers.Length];

    /// <summary>
    /// Titles, font, sizes and a quiet frame; to be called after the panel's data were added. Label by label: the library's
    /// <c>Font.Set</c> would change the default font of every plot in the process.
    /// </summary>
    public static void Apply(Plot plot, string title, string xTitle, string yTitle)
    {
        plot.Title(title);      // drawn by the renderer, over the whole panel
        plot.XLabel(xTitle, AxisTitleSize);
        plot.YLabel(yTitle, AxisTitleSize);
        foreach (IAxis axis in plot.Axes.GetAxes())
        {
            axis.Label.Bold = false;
            axis.Label.FontName = FontFamily;
            axis.TickLabelStyle.FontName = FontFamily;
            axis.TickLabelStyle.FontSize = TextSize;
            if (axis.TickGenerator is NumericAutomatic ticks)
                ticks.LabelFormatter = NumberText;
        }

        plot.Axes.Top.FrameLineStyle.Width = 0;
        plot.Axes.Right.FrameLineStyle.Width = 0;
        plot.Grid.MajorLineColor = Colors.Black.WithAlpha(0.1);
    }

    /// <summary>Blue below the middle, white in it, red above: told apart with colour-blind eyes.</summary>
    public static IColormap Diverging { get; } = new CustomInterpolated(
        [Color.FromHex("#053061"), Color.FromHex("#4393C3"), Color.FromHex("#F7F7F7"), Color.FromHex("#D6604D"), Color.FromHex("#67001F")]);

    /// <summary>Gives a heat map its range, and a bar that explains the colours.</summary>
    public static void AddColorBar(Plot plot, Heatmap map, CoordinateRange range, string title)
    {
        // All values equal: any range around them will do, an empty one would divide by zero.
        double slack = range.Min == range.Max ? Math.Max(1e-6, Math.Abs(range.Min) * 1e-3) : 0;
        map.ManualRange = new ScottPlot.Range(range.Min - slack, range.Max + slack);
        ColorBar bar = plot.Add.ColorBar(map);
        bar.Label = title;
        bar.LabelStyle.FontSize = AxisTitleSize;
        bar.LabelStyle.FontName = FontFamily;
        bar.LabelStyle.Bold = false;
        bar.Axis.TickLabelStyle.FontSize = TextSize;
        bar.Axis.TickLabelStyle.FontName = FontFamily;
        bar.Width = 18;
        bar.MinimumSize = ColorBarWidth;
    }

    /// <summary>Whole numbers only: for epochs, rows and columns.</summary>
    public static void UseIntegerTicks(IAxis axis)
    {
        axis.TickGenerator = new NumericAutomatic { IntegerTicksOnly = true, LabelFormatter = NumberText };
        axis.MinorTickStyle.Length = 0;
    }

    /// <summary>Powers of ten, with small ticks at their multiples: for values that are logarithms to base 10.</summary>
    public static void UseLogarithmicTicks(IAxis axis)
    {
        axis.TickGenerator = new NumericAutomatic
        {
            IntegerTicksOnly = true,
            MinorTickGenerator = new LogMinorTickGenerator(),
            LabelFormatter = exponent => exponent is >= -4 and <= 4
                ? Math.Pow(10, exponent).ToString("G4", CultureInfo.InvariantCulture)
                : "10" + Superscript((int)Math.Round(exponent)),
        };
    }

    // As the library writes numbers, but a year is not "1,999".
    private static string NumberText(double value)
    {
        string text = LibraryText(value);
        return Math.Abs(value) < 9999.5 ? text.Replace(",", "", StringComparison.Ordinal) : text;
    }

    private static string Superscript(int exponent) => string.Concat(
        exponent.ToString(CultureInfo.InvariantCulture).Select(one => one == '-' ? '⁻' : "⁰¹²³⁴⁵⁶⁷⁸⁹"[one - '0']));
}
