using System.Text;
using System.Text.RegularExpressions;
using ScottPlot;
using ScottPlot.Panels;
using SkiaSharp;

namespace Engine.Visualization;

/// <summary>Draws panels in rows, each with its legend, and their notes below them.</summary>
internal static partial class ChartRenderer
{
    private const float NoteMargin = 12;
    private const float LeftMargin = 8;     // else the title of the vertical axis touches the edge
    private const float NoteLineHeight = ChartStyle.NoteSize * 1.35f;

    public static byte[] ToPng(ChartLayout layout, int width, int height)
    {
        using var surface = SKSurface.Create(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Premul));
        Draw(surface.Canvas, layout, width, height);
        using SKImage image = surface.Snapshot();
        using SKData data = image.Encode(SKEncodedImageFormat.Png, quality: 100);
        return data.ToArray();
    }

    public static byte[] ToSvg(ChartLayout layout, int width, int height)
    {
        using var stream = new MemoryStream();
        using (SKCanvas canvas = SKSvgCanvas.Create(new SKRect(0, 0, width, height), stream))
        {
            // The closing tag is written when the canvas is disposed.
            Draw(canvas, layout, width, height);
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

    private static void Draw(SKCanvas canvas, ChartLayout layout, int width, int height)
    {
        using var background = new SKPaint { Color = SKColors.White };
        canvas.DrawRect(0, 0, width, height, background);

        IReadOnlyList<Panel> panels = layout.Panels;
        using SKFont font = CanvasText.NewFont(ChartStyle.NoteSize);
        List<string> lines = [.. panels.Select(panel => panel.Note).OfType<string>().Distinct()
            .SelectMany(note => Wrap(note, text => font.MeasureText(text), width - (2 * NoteMargin)))];
        float noteHeight = lines.Count > 0 ? (lines.Count * NoteLineHeight) + NoteMargin : 0;

        var plots = new Plot?[panels.Count];
        try
        {
            for (int i = 0; i < plots.Length; i++)
            {
                if (panels[i] is PlotPanel panel)
                    panel.Draw(plots[i] = new Plot(), SharedRange(panels, panel.ScaleKind));
            }

            ShareHistogramHeight(panels, plots);
            ShareColorBars(layout, plots);
            float rowHeight = (height - noteHeight) / layout.Rows;
            for (int row = 0; row < layout.Rows; row++)
                DrawRow(canvas, layout, plots, row, new SKRect(0, row * rowHeight, width, (row + 1) * rowHeight));
        }
        finally
        {
            foreach (Plot? plot in plots)
                plot?.Dispose();
        }

        for (int i = 0; i < lines.Count; i++)
        {
            float middle = height - noteHeight + (i * NoteLineHeight) + (ChartStyle.NoteSize * 0.64f);
            CanvasText.Draw(canvas, lines[i], NoteMargin, middle, SKTextAlign.Left, font, CanvasText.QuietInk);
        }
    }

    private static void DrawRow(SKCanvas canvas, ChartLayout layout, Plot?[] plots, int row, SKRect area)
    {
        int first = row * layout.Columns, end = Math.Min(first + layout.Columns, plots.Length);
        float[] widths = [.. plots[first..end].Select(ColorBarWidthOf)];
        float columnWidth = (area.Width - widths.Sum()) / layout.Columns;
        widths = [.. widths.Select(width => columnWidth + width)];       // with a colour bar or without: axes of the same length
        using SKFont font = CanvasText.NewFont(ChartStyle.TextSize);
        LegendStrip[] legends = [.. widths.Select((width, i) => new LegendStrip(layout.Panels[first + i].Legend, font, width))];
        float bottom = area.Bottom - legends.Max(legend => legend.Height);      // the same for all of a row: axes in one line
        FigureTitle?[] titles = [.. widths.Select((width, i) =>
            plots[first + i] is { } plot ? new FigureTitle(plot, width - LeftMargin) : null)];
        float titleHeight = titles.Max(title => title?.Height ?? 0);
        float left = area.Left;
        for (int i = 0; i < widths.Length; i++)
        {
            var place = new SKRect(left + LeftMargin, area.Top, left + widths[i], bottom);
            if (plots[first + i] is { } plot)
                Render(plot, titles[i]!, titleHeight, canvas, place);
            else
                ((CanvasPanel)layout.Panels[first + i]).Draw(canvas, place with { Right = place.Right - LeftMargin });
            legends[i].Draw(canvas, new SKRect(left, bottom, left + widths[i], area.Bottom));
            left += widths[i];
        }
    }

    /// <summary>Draws a plot that was not drawn before into a rectangle.</summary>
    public static void Render(Plot plot, SKCanvas canvas, SKRect area)
    {
        var title = new FigureTitle(plot, area.Width);
        Render(plot, title, title.Height, canvas, area);
    }

    private static void Render(Plot plot, FigureTitle title, float titleHeight, SKCanvas canvas, SKRect area)
    {
        title.Draw(canvas, area with { Bottom = area.Top + titleHeight });
        area.Top += titleHeight;

        // The first time, a plot is drawn twice: to measure its labels, then in place. Vector graphics would keep both.
        plot.RenderInMemory((int)area.Width, (int)area.Height);
        plot.Axes.Rules.Clear();        // squares are squares by now; each rule would draw once more
        plot.RenderManager.ClearCanvasBeforeEachRender = false;     // it would clear the plots beside it, too
        plot.Render(canvas, new PixelRect(area.Left, area.Right, area.Bottom, area.Top));
    }

    private static CoordinateRange? SharedRange(IReadOnlyList<Panel> panels, object kind)
    {
        CoordinateRange[] ranges = [.. panels.Where(panel => panel.ScaleKind.Equals(kind))
            .Select(panel => panel.ValueRange).OfType<CoordinateRange>()];
        return ranges.Length > 0 ? ranges.Aggregate(Panel.Union) : null;
    }

    // As wide as the layout will make it: 0 without a colour bar.
    private static float ColorBarWidthOf(Plot? plot)
    {
        using var paint = Paint.NewDisposablePaint();
        return plot?.Axes.GetPanels().OfType<ColorBar>().Sum(bar => Math.Max(bar.MinimumSize, bar.Measure(paint))) ?? 0;
    }

    // One scale, one bar: the last one of its kind in each row keeps it.
    private static void ShareColorBars(ChartLayout layout, Plot?[] plots)
    {
        for (int i = 0; i + 1 < plots.Length; i++)
        {
            Panel panel = layout.Panels[i], next = layout.Panels[i + 1];
            bool isLastOfRow = (i + 1) % layout.Columns == 0;
            if (isLastOfRow || panel.ValueRange is null || !panel.ScaleKind.Equals(next.ScaleKind) || plots[i] is not { } plot)
                continue;
            foreach (ColorBar bar in plot.Axes.GetPanels().OfType<ColorBar>().ToArray())
                plot.Axes.Remove(bar);
        }
    }

    private static void ShareHistogramHeight(IReadOnlyList<Panel> panels, Plot?[] plots)
    {
        Plot[] histograms = [.. plots.Where((_, i) => panels[i] is HistogramPanel).OfType<Plot>()];
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
