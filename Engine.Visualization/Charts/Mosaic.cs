using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using ScottPlot;
using ScottPlot.Plottables;

namespace Engine.Visualization;

/// <summary>Small images of one size in rows, with gaps between them that are not a number.</summary>
internal sealed class Mosaic
{
    // Images of a few pixels are enlarged, else the gaps would be as large as they are.
    private const int LeastSide = 12;

    private readonly int _gap;
    private readonly int _zoom;

    /// <summary>Lays images out.</summary>
    /// <param name="images">The images, each <c>[height · width]</c>, row by row of the mosaic.</param>
    /// <param name="height">The height of an image.</param>
    /// <param name="width">The width of an image.</param>
    /// <param name="columns">How many stand in a row.</param>
    public Mosaic(IReadOnlyList<float[]> images, int height, int width, int columns)
    {
        _zoom = (LeastSide + Math.Min(height, width) - 1) / Math.Min(height, width);
        (height, width) = (_zoom * height, _zoom * width);
        _gap = Math.Max(1, Math.Min(height, width) / LeastSide);
        int rows = (images.Count + columns - 1) / columns;
        Pixels = new double[(rows * (height + _gap)) + _gap, (columns * (width + _gap)) + _gap];
        MemoryMarshal.CreateSpan(ref Pixels[0, 0], Pixels.Length).Fill(double.NaN);
        for (int i = 0; i < images.Count; i++)
        {
            (int row, int column) = Math.DivRem(i, columns);
            (int top, int left) = (_gap + (row * (height + _gap)), _gap + (column * (width + _gap)));
            for (int y = 0; y < height; y++)
            {
                for (int x = 0; x < width; x++)
                {
                    double value = images[i][(y / _zoom * (width / _zoom)) + (x / _zoom)];
                    Pixels[top + y, left + x] = double.IsFinite(value) ? value : double.NaN;
                }
            }
        }
    }

    /// <summary>The whole, the top row first.</summary>
    public double[,] Pixels { get; }

    /// <summary>The number of columns that makes images of a size fill a figure of a shape best.</summary>
    /// <param name="count">The number of images.</param>
    /// <param name="height">The height of an image.</param>
    /// <param name="width">The width of an image.</param>
    /// <param name="aspect">The figure's width over its height.</param>
    public static int BestColumns(int count, int height, int width, double aspect)
    {
        return Enumerable.Range(1, count).MaxBy(Scale);

        // How large an image gets: the lesser of what width and height allow.
        double Scale(int columns)
        {
            int rows = (count + columns - 1) / columns;
            return Math.Min(aspect / (columns * (width + 1)), 1.0 / (rows * (height + 1)));
        }
    }

    /// <summary>The images of a tensor <c>[images, height, width]</c>.</summary>
    public static float[][] Split(Tensor<float> images)
    {
        int size = checked((int)(images.Lengths[1] * images.Lengths[2]));
        float[] values = new float[images.FlattenedLength];
        images.FlattenTo(values);
        return [.. values.Chunk(Math.Max(1, size))];
    }

    /// <summary>Draws the pixels as squares, without ticks and frame.</summary>
    public Heatmap Draw(Plot plot, string title, IColormap colors, Color gaps)
    {
        Heatmap map = plot.Add.Heatmap(Pixels);
        map.Colormap = colors;
        map.NaNCellColor = gaps;
        ChartStyle.Apply(plot, title, "", "");
        plot.HideGrid();
        plot.Axes.Bottom.SetTicks([], []);
        plot.Axes.Left.SetTicks([], []);
        plot.Axes.Left.FrameLineStyle.Width = 0;
        plot.Axes.Bottom.FrameLineStyle.Width = 0;
        plot.Axes.Left.MajorTickStyle.Length = 0;
        plot.Axes.SetLimits(-0.5, Pixels.GetLength(1) - 0.5, Pixels.GetLength(0) - 0.5, -0.5);
        plot.Axes.SquareUnits();
        return map;
    }
}
