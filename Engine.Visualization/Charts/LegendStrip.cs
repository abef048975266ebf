using ScottPlot;
using SkiaSharp;

namespace Engine.Visualization;

/// <summary>How a legend shows a series.</summary>
internal enum LegendSymbol
{
    Line,
    DashedLine,
    Points,
    Box,
}

/// <summary>One entry of a legend.</summary>
/// <param name="Text">The name of the series.</param>
/// <param name="Symbol">What the series is drawn as.</param>
/// <param name="Color">The index of its colour.</param>
/// <param name="Marker">The index of its marker; null for none.</param>
internal sealed record LegendEntry(string Text, LegendSymbol Symbol, int Color, int? Marker = null)
{
    /// <summary>How strong the colour is: 0 to 1.</summary>
    public double Opacity { get; init; } = 1;

    /// <summary>A colour outside the palette; null takes <see cref="Color"/>.</summary>
    public Color? OwnColor { get; init; }
}

/// <summary>A legend below a panel, where it covers no data: entries in columns of equal width.</summary>
internal sealed class LegendStrip
{
    private const float SymbolWidth = 32;
    private const float SymbolGap = 7;
    private const float ColumnGap = 22;
    private const float RowHeight = 21;
    private const float Margin = 8;

    private readonly IReadOnlyList<LegendEntry> _entries;
    private readonly SKFont _font;
    private readonly float _columnWidth;
    private readonly int _columns;
    private readonly int _rows;

    /// <summary>Lays the entries out.</summary>
    /// <param name="entries">The entries, row by row; may be empty.</param>
    /// <param name="font">The font; not owned.</param>
    /// <param name="width">The width there is, in pixels.</param>
    public LegendStrip(IReadOnlyList<LegendEntry> entries, SKFont font, float width)
    {
        _entries = entries;
        _font = font;
        if (entries.Count == 0)
            return;

        _columnWidth = SymbolWidth + SymbolGap + entries.Max(entry => font.MeasureText(entry.Text)) + ColumnGap;
        int most = Math.Max(1, (int)((width + ColumnGap - (2 * Margin)) / _columnWidth));
        _rows = (entries.Count + most - 1) / most;
        _columns = (entries.Count + _rows - 1) / _rows;
    }

    /// <summary>The height it takes: 0 without entries.</summary>
    public float Height => _rows == 0 ? 0 : (_rows * RowHeight) + Margin;

    /// <summary>Draws the entries, centred in the rectangle, from its top.</summary>
    public void Draw(SKCanvas canvas, SKRect area)
    {
        using var ink = new SKPaint { Color = SKColors.Black, IsAntialias = true };
        using var paint = Paint.NewDisposablePaint();
        float left = Math.Max(area.Left + Margin, area.MidX - (((_columns * _columnWidth) - ColumnGap) / 2));
        for (int i = 0; i < _entries.Count; i++)
        {
            float x = left + (i % _columns * _columnWidth);
            float middle = area.Top + ((i / _columns) * RowHeight) + (RowHeight / 2);
            DrawSymbol(canvas, paint, _entries[i], x, middle);
            canvas.DrawText(
                _entries[i].Text, x + SymbolWidth + SymbolGap, middle + (_font.Size * 0.36f), SKTextAlign.Left, _font, ink);
        }
    }

    private static void DrawSymbol(SKCanvas canvas, Paint paint, LegendEntry entry, float x, float middle)
    {
        Color color = (entry.OwnColor ?? ChartStyle.ColorOf(entry.Color)).WithOpacity(entry.Opacity);
        if (entry.Symbol is LegendSymbol.Line or LegendSymbol.DashedLine)
        {
            using var stroke = new SKPaint { Color = color.ToSKColor(), IsStroke = true, StrokeWidth = 2, IsAntialias = true };
            Pixel[] ends = [new(x, middle), new(x + SymbolWidth, middle)];
            using SKPath line = entry.Symbol == LegendSymbol.DashedLine ? new DashedPath().GetPath(ends) : DashedPath.Polyline(ends);
            canvas.DrawPath(line, stroke);
        }

        if (entry.Symbol == LegendSymbol.Box)
        {
            using var fill = new SKPaint { Color = color.ToSKColor(), IsAntialias = true };
            canvas.DrawRect(x + SymbolWidth - 14, middle - 7, 14, 14, fill);
            using var frame = new SKPaint { Color = new SKColor(0, 0, 0, 0x60), IsStroke = true, StrokeWidth = 1, IsAntialias = true };
            canvas.DrawRect(x + SymbolWidth - 14, middle - 7, 14, 14, frame);
        }

        if (entry.Marker is int marker)
        {
            var style = new MarkerStyle(ChartStyle.MarkerOf(marker), 7, color);
            Drawing.DrawMarker(canvas, paint, new Pixel(x + (SymbolWidth / 2), middle), style);
        }
    }
}
