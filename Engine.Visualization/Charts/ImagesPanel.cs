using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using ScottPlot;
using ScottPlot.Colormaps;
using ScottPlot.Plottables;

namespace Engine.Visualization;

/// <summary>Rows of small images in shades of grey, each row with a label.</summary>
internal sealed class ImagesPanel : PlotPanel
{
    private const int Gap = 2;

    private readonly string _title;
    private readonly (string Label, int Row)[] _labels;
    private readonly double[,] _pixels;

    public ImagesPanel(string title, (string Label, Tensor<float> Images)[] rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (rows.Length == 0)
            throw new ArgumentException("Chart.Images: expected at least one row of images, got none.", nameof(rows));
        _title = title;
        foreach ((string label, Tensor<float> images) in rows)
        {
            if (images.Rank is not (3 or 4) || (images.Rank == 4 && images.Lengths[3] != 1))
            {
                throw new ShapeException(
                    $"Chart.Images: expected [images, height, width] or [images, height, width, 1], got "
                    + $"[{string.Join(", ", images.Lengths.ToArray())}] in '{label}'. Take one channel.");
            }
        }

        int across = rows.Max(row => (int)row.Images.Lengths[0]);
        int height = rows.Max(row => (int)row.Images.Lengths[1]), width = rows.Max(row => (int)row.Images.Lengths[2]);
        _pixels = new double[(rows.Length * (height + Gap)) + Gap, (across * (width + Gap)) + Gap];
        MemoryMarshal.CreateSpan(ref _pixels[0, 0], _pixels.Length).Fill(double.NaN);
        _labels = new (string, int)[rows.Length];
        for (int row = 0; row < rows.Length; row++)
        {
            Tensor<float> images = rows[row].Images;
            float[] values = new float[images.FlattenedLength];
            images.FlattenTo(values);
            int top = Gap + (row * (height + Gap));
            _labels[row] = (rows[row].Label, top + (height / 2));
            (int h, int w) = ((int)images.Lengths[1], (int)images.Lengths[2]);
            for (int i = 0; i < values.Length; i++)
            {
                (int image, int pixel) = Math.DivRem(i, h * w);
                _pixels[top + (pixel / w), Gap + (image * (width + Gap)) + (pixel % w)] = values[i];
            }
        }
    }

    public override void Draw(Plot plot, CoordinateRange? range)
    {
        Heatmap map = plot.Add.Heatmap(_pixels);
        map.Colormap = new Grayscale().Reversed();
        map.NaNCellColor = Colors.White;
        (int rows, int columns) = (_pixels.GetLength(0), _pixels.GetLength(1));
        ChartStyle.Apply(plot, _title, "", "");
        plot.HideGrid();
        plot.Axes.Bottom.SetTicks([], []);
        plot.Axes.Left.SetTicks([.. _labels.Select(label => (double)label.Row)], [.. _labels.Select(label => label.Label)]);
        plot.Axes.Left.MajorTickStyle.Length = 0;
        plot.Axes.Left.FrameLineStyle.Width = 0;
        plot.Axes.Bottom.FrameLineStyle.Width = 0;
        plot.Axes.SetLimits(-0.5, columns - 0.5, rows - 0.5, -0.5);
    }
}
