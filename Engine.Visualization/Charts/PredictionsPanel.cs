using System.Globalization;
using System.Numerics.Tensors;
using SkiaSharp;

namespace Engine.Visualization;

/// <summary>Images, each beside the probabilities of its classes: bars of the mean, and whiskers of a standard deviation.</summary>
internal sealed class PredictionsPanel : CanvasPanel
{
    private const float CaptionHeight = 22;
    private const float ClassHeight = 18;
    private const float LeastCellWidth = 260;
    private const float Gap = 14;

    private readonly string _title;
    private readonly float[][] _images;
    private readonly (int Height, int Width) _size;
    private readonly float[][] _means;
    private readonly float[][]? _deviations;
    private readonly int[]? _labels;
    private readonly string[] _names;

    public PredictionsPanel(
        string title, Tensor<float> images, Tensor<float> mean, Tensor<float>? deviation, IReadOnlyList<int>? labels,
        IReadOnlyList<string>? names)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(mean);
        if (images.Rank is not (3 or 4) || (images.Rank == 4 && images.Lengths[3] != 1) || images.FlattenedLength == 0)
        {
            throw new ShapeException(
                $"Chart.OfPredictions: expected images [n, height, width] or [n, height, width, 1], got {TextOf(images)}. "
                + "Reshape them.");
        }

        if (mean.Rank != 2 || mean.Lengths[0] != images.Lengths[0])
        {
            throw new ShapeException(
                $"Chart.OfPredictions: expected probabilities [{images.Lengths[0]}, classes], a row for each image, got {TextOf(mean)}.");
        }

        if (deviation is not null && !deviation.Lengths.SequenceEqual(mean.Lengths))
        {
            throw new ShapeException(
                $"Chart.OfPredictions: expected deviations of the probabilities' shape {TextOf(mean)}, got {TextOf(deviation)}.");
        }

        int count = (int)mean.Lengths[0], classes = (int)mean.Lengths[1];
        if ((labels is not null && labels.Count != count) || (names is not null && names.Count != classes))
        {
            throw new ArgumentException(
                $"Chart.OfPredictions: expected {count} labels and {classes} class names, got {labels?.Count ?? count} and "
                + $"{names?.Count ?? classes}.");
        }

        _title = title;
        _images = Mosaic.Split(images);
        _size = ((int)images.Lengths[1], (int)images.Lengths[2]);
        (_means, _deviations) = (RowsOf(mean), deviation is null ? null : RowsOf(deviation));
        _labels = labels is null ? null : [.. labels];
        _names = [.. names ?? [.. Enumerable.Range(0, classes).Select(one => one.ToString(CultureInfo.InvariantCulture))]];
        Note = deviation is null
            ? "Bars: the probability of each class, from 0 to 1; orange is the true class."
            : "Bars: the mean probability of each class, from 0 to 1, whiskers ± one standard deviation; orange is the true class.";
        if (labels is null)
            Note = Note[..Note.IndexOf(';', StringComparison.Ordinal)] + ".";
    }

    public override (int Width, int Height) Size => (800, (int)FigureTitle.LineHeight + (130 * ((_images.Length + 1) / 2)) + 40);

    public override void Draw(SKCanvas canvas, SKRect area)
    {
        var title = new FigureTitle(_title, area.Width);
        title.Draw(canvas, area with { Bottom = area.Top + title.Height });
        int columns = Math.Clamp((int)(area.Width / LeastCellWidth), 1, Math.Max(1, Math.Min(2, _images.Length)));
        int rows = (_images.Length + columns - 1) / columns;
        float top = area.Top + title.Height, width = area.Width / columns, height = (area.Bottom - top) / rows;
        for (int i = 0; i < _images.Length; i++)
        {
            (int row, int column) = Math.DivRem(i, columns);
            (float left, float upper) = (area.Left + (column * width), top + (row * height));
            DrawPrediction(canvas, i, new SKRect(left, upper, left + width - Gap, upper + height - (Gap / 2)));
        }
    }

    private void DrawPrediction(SKCanvas canvas, int index, SKRect area)
    {
        float[] mean = _means[index];
        int best = TensorPrimitives.IndexOfMax<float>(mean);
        using SKFont font = CanvasText.NewFont(ChartStyle.NoteSize);
        string taken = string.Create(CultureInfo.InvariantCulture, $"predicted {_names[best]} with {mean[best]:F2}")
            + (_deviations is null ? "" : string.Create(CultureInfo.InvariantCulture, $" ± {_deviations[index][best]:F2}"));
        string caption = _labels is null ? taken : $"true {_names[_labels[index]]}, {taken}";
        CanvasText.Draw(
            canvas, CanvasText.Fit(caption, font, area.Width), area.Left, area.Top + (CaptionHeight / 2), SKTextAlign.Left, font,
            CanvasText.Ink);
        float side = Math.Min(area.Height - CaptionHeight, area.Width * 0.34f);
        float top = area.Top + CaptionHeight;
        DrawImage(canvas, _images[index], new SKRect(area.Left, top, area.Left + side, top + side));
        DrawBars(canvas, index, area with { Left = area.Left + side + Gap, Top = top }, font);
    }

    private void DrawImage(SKCanvas canvas, float[] pixels, SKRect area)
    {
        (float low, float high) = (pixels.Min(), pixels.Max());
        using var bitmap = new SKBitmap(_size.Width, _size.Height);
        for (int i = 0; i < pixels.Length; i++)
        {
            byte grey = (byte)Math.Round(255 * (1 - ((pixels[i] - low) / Math.Max(high - low, 1e-12f))));
            bitmap.SetPixel(i % _size.Width, i / _size.Width, new SKColor(grey, grey, grey));
        }

        using var image = SKImage.FromBitmap(bitmap);
        canvas.DrawImage(image, area, new SKSamplingOptions(SKFilterMode.Nearest));
        using var frame = new SKPaint { Color = new SKColor(0xC0, 0xC0, 0xC0), IsStroke = true, StrokeWidth = 1 };
        canvas.DrawRect(area, frame);
    }

    // Upright bars over the classes; the lines are 0, 1/2 and 1.
    private void DrawBars(SKCanvas canvas, int index, SKRect area, SKFont font)
    {
        const float AxisWidth = 26;
        float left = area.Left + AxisWidth, bottom = area.Bottom - ClassHeight, top = area.Top + 7;
        float step = (area.Right - left) / _names.Length;
        using var grid = new SKPaint { Color = new SKColor(0xD8, 0xD8, 0xD8), IsStroke = true, StrokeWidth = 1 };
        foreach ((float value, string text) in (ReadOnlySpan<(float, string)>)[(0, "0"), (0.5f, "0.5"), (1, "1")])
        {
            canvas.DrawLine(left, HeightOf(value), area.Right, HeightOf(value), grid);
            CanvasText.Draw(canvas, text, left - 4, HeightOf(value), SKTextAlign.Right, font, CanvasText.QuietInk);
        }

        using var whisker = new SKPaint { Color = SKColors.Black, IsStroke = true, StrokeWidth = 1.5f, IsAntialias = true };
        for (int one = 0; one < _names.Length; one++)
        {
            float mean = _means[index][one], middle = left + ((one + 0.5f) * step);
            bool isTrue = _labels is not null && _labels[index] == one;
            using var fill = new SKPaint { Color = ChartStyle.ColorOf(isTrue ? 1 : 0).ToSKColor(), IsAntialias = true };
            canvas.DrawRect(new SKRect(middle - (0.38f * step), HeightOf(mean), middle + (0.38f * step), bottom), fill);
            if (_deviations is not null && _deviations[index][one] is var deviation and > 0.005f)
            {
                float high = HeightOf(Math.Min(1, mean + deviation)), low = HeightOf(Math.Max(0, mean - deviation));
                canvas.DrawLine(middle, high, middle, low, whisker);
                canvas.DrawLine(middle - 3, high, middle + 3, high, whisker);
                canvas.DrawLine(middle - 3, low, middle + 3, low, whisker);
            }

            string name = CanvasText.Fit(_names[one], font, step);
            CanvasText.Draw(canvas, name, middle, bottom + (ClassHeight / 2), SKTextAlign.Center, font, CanvasText.Ink);
        }

        float HeightOf(float value) => bottom - (value * (bottom - top));
    }

    private static float[][] RowsOf(Tensor<float> tensor)
    {
        float[] values = new float[tensor.FlattenedLength];
        tensor.FlattenTo(values);
        return [.. values.Chunk((int)tensor.Lengths[1])];
    }

    private static string TextOf(Tensor<float> tensor) => $"[{string.Join(", ", tensor.Lengths.ToArray())}]";
}
