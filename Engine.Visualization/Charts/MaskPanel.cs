using System.Globalization;
using System.Numerics.Tensors;
using ScottPlot;
using ScottPlot.Colormaps;
using ScottPlot.Plottables;

namespace Engine.Visualization;

/// <summary>What a dropout mask keeps, in blue, and what it drops, in white.</summary>
internal sealed class MaskPanel : PlotPanel
{
    private static readonly Color Kept = ChartStyle.ColorOf(0);
    private static readonly Color Gaps = Color.FromHex("#C0C0C0");

    private readonly string _title;
    private readonly Mosaic? _mosaic;
    private readonly double[,]? _matrix;

    /// <summary>Zero is dropped, everything else is kept.</summary>
    public MaskPanel(string label, Tensor<float> mask)
    {
        ArgumentNullException.ThrowIfNull(mask);
        if (mask.Rank is < 2 or > 4 || mask.FlattenedLength == 0)
        {
            throw new ShapeException(
                "Chart.OfMasks: expected [samples, units], [n, height, width] or [n, height, width, channels], got "
                + $"[{string.Join(", ", mask.Lengths.ToArray())}] in '{label}'.");
        }

        float[] kept = new float[mask.FlattenedLength];
        mask.FlattenTo(kept);
        for (int i = 0; i < kept.Length; i++)
            kept[i] = kept[i] == 0 ? 0 : 1;
        string share = (1 - kept.Average(value => (double)value)).ToString("P1", CultureInfo.InvariantCulture);
        _title = $"{label}: {share} dropped";
        if (mask.Rank == 2)
        {
            _matrix = new double[mask.Lengths[0], mask.Lengths[1]];
            for (int i = 0; i < kept.Length; i++)
                _matrix[i / _matrix.GetLength(1), i % _matrix.GetLength(1)] = kept[i];
            return;
        }

        _mosaic = OfImages(kept, mask);
    }

    public override IReadOnlyList<LegendEntry> Legend =>
        [new("kept", LegendSymbol.Box, 0), new("dropped", LegendSymbol.Box, 0) { OwnColor = Colors.White }];

    public override void Draw(Plot plot, CoordinateRange? range)
    {
        var colors = new CustomInterpolated([Colors.White, Kept]);
        if (_matrix is null)
        {
            _mosaic!.Draw(plot, _title, colors, Gaps).ManualRange = new ScottPlot.Range(0, 1);
            return;
        }

        Heatmap map = plot.Add.Heatmap(_matrix);
        map.Colormap = colors;
        map.ManualRange = new ScottPlot.Range(0, 1);
        ChartStyle.Apply(plot, _title, "Unit", "Sample");
        ChartStyle.UseIntegerTicks(plot.Axes.Bottom);
        ChartStyle.UseIntegerTicks(plot.Axes.Left);
        plot.HideGrid();
        plot.Axes.SetLimits(-0.5, _matrix.GetLength(1) - 0.5, _matrix.GetLength(0) - 0.5, -0.5);
    }

    // A row for each sample, a column for each channel; with one channel as many columns as fit best.
    private static Mosaic OfImages(float[] kept, Tensor<float> mask)
    {
        (int samples, int height, int width) = ((int)mask.Lengths[0], (int)mask.Lengths[1], (int)mask.Lengths[2]);
        int channels = mask.Rank == 4 ? (int)mask.Lengths[3] : 1;
        List<float[]> images = [];
        for (int sample = 0; sample < samples; sample++)
        {
            for (int channel = 0; channel < channels; channel++)
            {
                int first = (sample * height * width * channels) + channel;
                images.Add([.. Enumerable.Range(0, height * width).Select(i => kept[first + (i * channels)])]);
            }
        }

        return new Mosaic(images, height, width, channels > 1 ? channels : Mosaic.BestColumns(samples, height, width, 1));
    }
}
