using System.Numerics.Tensors;
using ScottPlot;
using ScottPlot.Colormaps;
using ScottPlot.Plottables;

namespace Engine.Visualization;

/// <summary>Feature maps or filters: many small images with one colour scale.</summary>
internal sealed class MapsPanel : PlotPanel
{
    private const double Aspect = 1.5;      // of the figure without title and colour bar
    private const int MostFilters = 64;
    private const int MostInputs = 8;

    private readonly string _title;
    private readonly string _valueTitle;
    private readonly Mosaic _mosaic;
    private readonly bool _isSigned;

    private MapsPanel(string title, string valueTitle, Mosaic mosaic, bool isSigned)
    {
        (_title, _valueTitle, _mosaic, _isSigned) = (title, valueTitle, mosaic, isSigned);
        double[] finite = [.. mosaic.Pixels.Cast<double>().Where(double.IsFinite)];
        if (finite.Length == 0)
            throw new ArgumentException($"Chart: expected at least one finite value, got none in '{title}'.", nameof(mosaic));
        double most = finite.Max(Math.Abs);
        ValueRange = isSigned ? new CoordinateRange(-most, most) : new CoordinateRange(finite.Min(), finite.Max());
    }

    public override CoordinateRange? ValueRange { get; }

    // Weights and activations have colours of their own.
    public override object ScaleKind => (GetType(), _isSigned);

    /// <summary>The channels of one sample, in viridis.</summary>
    public static MapsPanel OfFeatureMaps(Tensor<float> activations, string title, int sample)
    {
        ArgumentNullException.ThrowIfNull(activations);
        if (activations.Rank != 4)
        {
            throw new ShapeException(
                $"Chart.OfFeatureMaps: expected [n, height, width, channels], got {TextOf(activations)}. "
                + "Take the output of a convolution: model.OutputOf(\"conv2d\").Predict(x).");
        }

        int samples = (int)activations.Lengths[0];
        if (sample < 0 || sample >= samples)
        {
            throw new ArgumentOutOfRangeException(
                nameof(sample), $"Chart.OfFeatureMaps: expected a sample from 0 to {samples - 1}, got {sample}.");
        }

        (int height, int width, int channels) = ((int)activations.Lengths[1], (int)activations.Lengths[2], (int)activations.Lengths[3]);
        float[] values = new float[activations.FlattenedLength];
        activations.FlattenTo(values);
        float[][] maps = [.. Enumerable.Range(0, channels).Select(channel =>
            Enumerable.Range(0, height * width).Select(i => values[(((sample * height * width) + i) * channels) + channel]).ToArray())];
        int columns = Mosaic.BestColumns(channels, height, width, Aspect);
        return new MapsPanel(title, "Activation", new Mosaic(maps, height, width, columns), isSigned: false)
        {
            Note = $"{channels} feature maps of {height} × {width}, all in one scale.",
        };
    }

    /// <summary>The kernels of a convolution, blue below zero, red above it.</summary>
    public static MapsPanel OfFilters(Tensor<float> kernel, string title)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        if (kernel.Rank != 4)
        {
            throw new ShapeException(
                $"Chart.OfFilters: expected a kernel [height, width, in, out], got {TextOf(kernel)}. Take a Conv2D layer.");
        }

        (int height, int width, int inputs, int filters) =
            ((int)kernel.Lengths[0], (int)kernel.Lengths[1], (int)kernel.Lengths[2], (int)kernel.Lengths[3]);
        float[] values = new float[kernel.FlattenedLength];
        kernel.FlattenTo(values);
        (int shownInputs, int shownFilters) = (Math.Min(inputs, MostInputs), Math.Min(filters, MostFilters));

        // One input channel: the filters in reading order. Several: a row for each input channel, a column for each filter.
        if (inputs > 1)
            shownFilters = Math.Min(shownFilters, 2 * MostInputs);
        List<float[]> images = [];
        for (int input = 0; input < shownInputs; input++)
        {
            for (int filter = 0; filter < shownFilters; filter++)
                images.Add([.. Enumerable.Range(0, height * width).Select(i => values[(((i * inputs) + input) * filters) + filter])]);
        }

        int columns = inputs > 1 ? shownFilters : Mosaic.BestColumns(shownFilters, height, width, Aspect);
        string of = shownFilters < filters || shownInputs < inputs ? $" (of {filters} filters and {inputs} input channels)" : "";
        return new MapsPanel(title, "Weight", new Mosaic(images, height, width, columns), isSigned: true)
        {
            Note = inputs > 1
                ? $"{shownFilters} filters of {height} × {width}, one a column; {shownInputs} input channels, one a row{of}."
                : $"{shownFilters} filters of {height} × {width}{of}.",
        };
    }

    public override void Draw(Plot plot, CoordinateRange? range)
    {
        Heatmap map = _mosaic.Draw(
            plot, _title, _isSigned ? ChartStyle.Diverging : new Viridis(), _isSigned ? Color.FromHex("#808080") : Colors.White);
        ChartStyle.AddColorBar(plot, map, range ?? ValueRange!.Value, _valueTitle);
    }

    private static string TextOf(Tensor<float> tensor) => $"[{string.Join(", ", tensor.Lengths.ToArray())}]";
}
