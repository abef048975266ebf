using ScottPlot;
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
        plot.Title(title, TitleSize);
        plot.XLabel(xTitle, AxisTitleSize);
        plot.YLabel(yTitle, AxisTitleSize);
        plot.Axes.Title.Label.Bold = true;
        plot.Axes.Title.Label.FontName = FontFamily;
        foreach (IAxis axis in plot.Axes.GetAxes())
        {
            axis.Label.Bold = false;
            axis.Label.FontName = FontFamily;
            axis.TickLabelStyle.FontName = FontFamily;
            axis.TickLabelStyle.FontSize = TextSize;
        }

        plot.Axes.Top.FrameLineStyle.Width = 0;
        plot.Axes.Right.FrameLineStyle.Width = 0;
        plot.Grid.MajorLineColor = Colors.Black.WithAlpha(0.1);
    }

    /// <summary>Whole numbers only: for epochs, rows and columns.</summary>
    public static void UseIntegerTicks(IAxis axis)
    {
        axis.TickGenerator = new NumericAutomatic { IntegerTicksOnly = true };
        axis.MinorTickStyle.Length = 0;
    }
}
