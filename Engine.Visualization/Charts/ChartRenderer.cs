using System.Text;
using System.Text.RegularExpressions;
using ScottPlot;
using SkiaSharp;

namespace Engine.Visualization;

/// <summary>Draws panels from left to right, and their notes below them.</summary>
internal static partial class ChartRenderer
{
    private const float NoteMargin = 12;
    private const float LeftMargin = 8;     // else the title of the vertical axis touches the edge
    private const float NoteLineHeight = ChartStyle.NoteSize * 1.35f;

    public static byte[] ToPng(IReadOnlyList<Panel> panels, int width, int height)
    {
        using var surface = SKSurface.Create(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Premul));
        Draw(surface.Canvas, panels, width, height);
        using SKImage image = surface.Snapshot();
        using SKData data = image.Encode(SKEncodedImageFormat.Png, quality: 100);
        return data.ToArray();
    }

    public static byte[] ToSvg(IReadOnlyList<Panel> panels, int width, int height)
    {
        using var stream = new MemoryStream();
        using (SKCanvas canvas = SKSvgCanvas.Create(new SKRect(0, 0, width, height), stream))
        {
            // The closing tag is written when the canvas is disposed.
            Draw(canvas, panels, width, height);
        }

        string svg = Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
        svg = ListEndingWithComma().Replace(svg, "$1=\"$2\"");
        svg = FontFamily().Replace(svg, "font-family=\"$1, sans-serif\"");
        svg = svg.Replace("<image ", "<image style=\"image-rendering:optimizeSpeed;image-rendering:pixelated\" ", StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes(svg);
    }

    // The library's SVG needs three corrections: "1, 2, " is not a list of numbers, a viewer without the font shall take a similar
    // one, and the cells of a heat map have sharp edges.
    [GeneratedRegex("\\b([xy])=\"([-0-9., e]*), \"")]
    private static partial Regex ListEndingWithComma();

    [GeneratedRegex("font-family=\"([^\",]*)\"")]
    private static partial Regex FontFamily();

    private static void Draw(SKCanvas canvas, IReadOnlyList<Panel> panels, int width, int height)
    {
        using var background = new SKPaint { Color = SKColors.White };
        canvas.DrawRect(0, 0, width, height, background);

        using var font = new SKFont(ChartStyle.Typeface, ChartStyle.NoteSize);
        using var legendFont = new SKFont(ChartStyle.Typeface, ChartStyle.TextSize);
        List<string> lines = [.. panels.Select(panel => panel.Note).OfType<string>().Distinct()
            .SelectMany(note => Wrap(note, text => font.MeasureText(text), width - (2 * NoteMargin)))];
        float noteHeight = lines.Count > 0 ? (lines.Count * NoteLineHeight) + NoteMargin : 0;

        var plots = new Plot[panels.Count];
        try
        {
            for (int i = 0; i < plots.Length; i++)
            {
                Panel panel = panels[i];
                plots[i] = new Plot();
                panel.Draw(plots[i], SharedRange(panels, panel.GetType()));
            }

            ShareHistogramHeight(panels, plots);
            LegendStrip[] legends = [.. panels.Select(panel => new LegendStrip(panel.Legend, legendFont, (float)width / plots.Length))];
            float bottom = height - noteHeight - legends.Max(legend => legend.Height);      // the same for all: axes in one line
            for (int i = 0; i < plots.Length; i++)
            {
                float left = (float)width * i / plots.Length, right = (float)width * (i + 1) / plots.Length;
                var rectangle = new PixelRect(left + LeftMargin, right, bottom, 0);

                // The first time, a plot is drawn twice: to measure its labels, then in place. Vector graphics would keep both.
                plots[i].RenderInMemory((int)rectangle.Width, (int)rectangle.Height);
                plots[i].RenderManager.ClearCanvasBeforeEachRender = false;     // it would clear the plots beside it, too
                plots[i].Render(canvas, rectangle);
                legends[i].Draw(canvas, new SKRect(left, bottom, right, height - noteHeight));
            }
        }
        finally
        {
            foreach (Plot? plot in plots)
                plot?.Dispose();
        }

        using var ink = new SKPaint { Color = new SKColor(0x50, 0x50, 0x50), IsAntialias = true };
        for (int i = 0; i < lines.Count; i++)
        {
            float baseline = height - noteHeight + (i * NoteLineHeight) + ChartStyle.NoteSize;
            canvas.DrawText(lines[i], NoteMargin, baseline, SKTextAlign.Left, font, ink);
        }
    }

    private static CoordinateRange? SharedRange(IReadOnlyList<Panel> panels, Type kind)
    {
        CoordinateRange[] ranges = [.. panels.Where(panel => panel.GetType() == kind).Select(panel => panel.ValueRange).OfType<CoordinateRange>()];
        return ranges.Length > 0 ? ranges.Aggregate(Panel.Union) : null;
    }

    private static void ShareHistogramHeight(IReadOnlyList<Panel> panels, Plot[] plots)
    {
        Plot[] histograms = [.. plots.Where((_, i) => panels[i] is HistogramPanel)];
        if (histograms.Length < 2)
            return;
        double top = histograms.Max(plot => plot.Axes.GetLimits().Top);
        foreach (Plot plot in histograms)
            plot.Axes.SetLimitsY(0, top);
    }

    /// <summary>Breaks a text between words so that no line is wider than the width; a single longer word stays whole.</summary>
    internal static IEnumerable<string> Wrap(string text, Func<string, float> measure, float width)
    {
        string line = "";
        foreach (string word in text.Split(' '))
        {
            string longer = line.Length == 0 ? word : $"{line} {word}";
            if (line.Length > 0 && measure(longer) > width)
            {
                yield return line;
                longer = word;
            }

            line = longer;
        }

        yield return line;
    }
}
