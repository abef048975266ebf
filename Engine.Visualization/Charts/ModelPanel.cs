using ScottPlot;
using SkiaSharp;

namespace Engine.Visualization;

/// <summary>A model as boxes and arrows, from top to bottom.</summary>
internal sealed class ModelPanel : CanvasPanel
{
    private const float BoxHeight = 42, RankHeight = 66;
    private const float Padding = 12, Gap = 22, Margin = 16;
    private const float ArrowLength = 7, ArrowWidth = 4;
    private const int LeastWidth = 360;
    private const int MostPixels = 10_000;
    private const double Tint = 0.16;

    private static readonly Color Frozen = Color.FromHex("#606060");

    private readonly string _title;
    private readonly ModelGraph _graph;
    private readonly LayeredLayout _layout;
    private readonly float[] _widths;

    public ModelPanel(Model model, string title, bool isExpanded)
    {
        _title = title;
        _graph = ModelGraph.Of(model, isExpanded);
        using SKFont name = CanvasText.NewFont(ChartStyle.TextSize, bold: true), text = CanvasText.NewFont(ChartStyle.NoteSize);
        _widths = [.. _graph.Boxes.Select(box => (2 * Padding) + Math.Max(
            name.MeasureText(box.Name) + text.MeasureText($"  {box.Kind}"), text.MeasureText(box.Details)))];
        _layout = new LayeredLayout(_widths, _graph.Edges, Gap);
    }

    public override (int Width, int Height) Size => (
        Math.Clamp((int)Math.Ceiling(_layout.Width + (2 * Margin)), LeastWidth, MostPixels),
        Math.Clamp((int)Math.Ceiling(FigureTitle.LineHeight + (_layout.Ranks * RankHeight)) + 36, 150, MostPixels));

    public override IReadOnlyList<LegendEntry> Legend =>
    [
        .. Entry("trains", 0, null, box => box.Trains),
        .. Entry("frozen", 0, Frozen, IsFrozen),
        .. Entry("no parameters", 0, Colors.White, box => box.Parameters == 0),
    ];

    // Larger than its place it is drawn smaller, never larger than its own size.
    public override void Draw(SKCanvas canvas, SKRect area)
    {
        var title = new FigureTitle(_title, area.Width);
        title.Draw(canvas, area with { Bottom = area.Top + title.Height });
        float height = _layout.Ranks * RankHeight;
        float scale = Math.Min(1, Math.Min(area.Width / _layout.Width, (area.Height - title.Height) / height));
        canvas.Save();
        canvas.Translate(area.MidX - (scale * _layout.Width / 2), area.Top + title.Height);
        canvas.Scale(scale);
        foreach (int[] path in _layout.Paths)
            DrawEdge(canvas, path);
        using SKFont name = CanvasText.NewFont(ChartStyle.TextSize, bold: true), text = CanvasText.NewFont(ChartStyle.NoteSize);
        for (int box = 0; box < _widths.Length; box++)
            DrawBox(canvas, box, name, text);
        canvas.Restore();
    }

    private LegendEntry[] Entry(string text, int color, Color? own, Func<ModelBox, bool> isSuch) => !_graph.Boxes.Any(isSuch) ? []
        : [new LegendEntry(text, LegendSymbol.Box, color) { OwnColor = own, Opacity = own == Colors.White ? 1 : Tint }];

    private static bool IsFrozen(ModelBox box) => box.Parameters > 0 && !box.Trains;

    private float TopOf(int one) => (_layout.RankOf[one] * RankHeight) + ((RankHeight - BoxHeight) / 2);

    private void DrawBox(SKCanvas canvas, int index, SKFont name, SKFont text)
    {
        ModelBox box = _graph.Boxes[index];
        float left = _layout.Middles[index] - (_widths[index] / 2), top = TopOf(index);
        var area = new SKRect(left, top, left + _widths[index], top + BoxHeight);
        Color color = box.Parameters == 0 ? Colors.White : box.Trains ? ChartStyle.ColorOf(0) : Frozen;
        using var fill = new SKPaint { Color = color.WithOpacity(box.Parameters == 0 ? 1 : Tint).ToSKColor(), IsAntialias = true };
        using var frame = new SKPaint { Color = CanvasText.QuietInk, IsStroke = true, StrokeWidth = 1, IsAntialias = true };
        canvas.DrawRect(area, fill);
        canvas.DrawRect(area, frame);
        float upper = top + (BoxHeight * 0.3f), lower = top + (BoxHeight * 0.72f);
        float start = area.MidX - ((name.MeasureText(box.Name) + text.MeasureText($"  {box.Kind}")) / 2);
        CanvasText.Draw(canvas, box.Name, start, upper, SKTextAlign.Left, name, CanvasText.Ink);
        CanvasText.Draw(
            canvas, box.Kind, start + name.MeasureText(box.Name) + text.MeasureText("  "), upper, SKTextAlign.Left, text,
            CanvasText.QuietInk);
        CanvasText.Draw(canvas, box.Details, area.MidX, lower, SKTextAlign.Center, text, CanvasText.Ink);
    }

    private void DrawEdge(SKCanvas canvas, int[] path)
    {
        using var ink = new SKPaint { Color = CanvasText.QuietInk, IsStroke = true, StrokeWidth = 1.5f, IsAntialias = true };
        using var line = new SKPath();
        (float x, float y) = (_layout.Middles[path[0]], TopOf(path[0]) + BoxHeight);
        line.MoveTo(x, y);
        for (int i = 1; i < path.Length; i++)
        {
            bool isLast = i == path.Length - 1;
            float nextX = _layout.Middles[path[i]], nextY = TopOf(path[i]) - (isLast ? ArrowLength : 0);
            line.CubicTo(x, (y + nextY) / 2, nextX, (y + nextY) / 2, nextX, nextY);
            (x, y) = (nextX, nextY);
            if (!isLast)
                line.LineTo(x, y += BoxHeight);
        }

        canvas.DrawPath(line, ink);
        using var head = new SKPath();
        head.AddPoly([new SKPoint(x - ArrowWidth, y), new SKPoint(x + ArrowWidth, y), new SKPoint(x, y + ArrowLength)], close: true);
        using var fill = new SKPaint { Color = CanvasText.QuietInk, IsAntialias = true };
        canvas.DrawPath(head, fill);
    }
}
