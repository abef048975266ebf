using SkiaSharp;

namespace Engine.Visualization;

/// <summary>Text that is drawn on a canvas directly, in the font of the charts.</summary>
internal static class CanvasText
{
    private const string Ellipsis = "…";

    public static readonly SKColor Ink = SKColors.Black;
    public static readonly SKColor QuietInk = new(0x50, 0x50, 0x50);

    /// <summary>A font of the charts; to be disposed.</summary>
    public static SKFont NewFont(float size, bool bold = false) =>
        new(bold ? EmbeddedFont.Instance.Bold : EmbeddedFont.Instance.Regular, size);

    /// <summary>Draws a line of text with its middle at a height.</summary>
    public static void Draw(SKCanvas canvas, string text, float x, float middle, SKTextAlign align, SKFont font, SKColor color)
    {
        using var paint = new SKPaint { Color = color, IsAntialias = true };
        canvas.DrawText(text, x, middle + (font.Size * 0.36f), align, font, paint);
    }

    /// <summary>The text, or as much of it as fits a width, with an ellipsis.</summary>
    public static string Fit(string text, SKFont font, float width)
    {
        if (font.MeasureText(text) <= width)
            return text;
        int length = text.Length;
        while (length > 0 && font.MeasureText(text[..length] + Ellipsis) > width)
            length--;
        return text[..length] + Ellipsis;
    }
}
