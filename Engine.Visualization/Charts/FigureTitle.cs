using ScottPlot;
using SkiaSharp;

namespace Engine.Visualization;

/// <summary>The title of a panel, bold, in the middle of its top: in smaller letters where it is wide, then in several lines.</summary>
internal sealed class FigureTitle
{
    /// <summary>The height of a title of one line.</summary>
    public const float LineHeight = 34;

    // Between two lines of one title.
    private const float Leading = 20;

    private readonly string[] _lines;
    private readonly float _size;

    /// <summary>A title for a width in pixels; an empty one takes no height.</summary>
    public FigureTitle(string text, float width)
    {
        _size = ChartStyle.TitleSize;
        using SKFont font = CanvasText.NewFont(_size, bold: true);
        while (font.Size > ChartStyle.TextSize && font.MeasureText(text) > width)
            font.Size--;
        _size = font.Size;
        _lines = text.Length == 0 ? [] : [.. ChartRenderer.Wrap(text, line => font.MeasureText(line), width)];
    }

    /// <summary>Takes the title from a plot, which draws its own above its axes only.</summary>
    public FigureTitle(Plot plot, float width)
        : this(plot.Axes.Title.Label.Text, width) => plot.Title("");

    public float Height => _lines.Length == 0 ? 0 : LineHeight + ((_lines.Length - 1) * Leading);

    /// <summary>Draws it in the middle of a rectangle.</summary>
    public void Draw(SKCanvas canvas, SKRect area)
    {
        using SKFont font = CanvasText.NewFont(_size, bold: true);
        for (int i = 0; i < _lines.Length; i++)
        {
            float middle = area.MidY + ((i - ((_lines.Length - 1) / 2f)) * Leading);
            CanvasText.Draw(canvas, _lines[i], area.MidX, middle, SKTextAlign.Center, font, CanvasText.Ink);
        }
    }
}
