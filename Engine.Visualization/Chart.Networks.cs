using System.Numerics.Tensors;
using Engine.Layers;

namespace Engine.Visualization;

// What is inside a network.
public sealed partial class Chart
{
    private const int WeightPanelColumns = 2;

    /// <summary>
    /// A model as a drawing: a box for each use of a layer with its name, kind, output shape and number of parameters; arrows from
    /// top to bottom. Blue boxes train, grey ones are frozen, white ones have no parameters.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="title">The title of the figure; by default the model's kind and the number of its parameters.</param>
    /// <param name="expandNested">Whether models inside it are dissolved into their layers; else each is a box.</param>
    /// <remarks><see cref="Save"/> without a size makes the picture as large as the drawing.</remarks>
    public static Chart OfModel(Model model, string? title = null, bool expandNested = false)
    {
        ArgumentNullException.ThrowIfNull(model);
        title ??= string.Create(
            System.Globalization.CultureInfo.InvariantCulture, $"{model.Kind}, {model.ParameterCount:N0} parameters");
        return new Chart(new ModelPanel(model, title, expandNested));
    }

    /// <summary>Dropout's masks, side by side: blue is kept, white is dropped, and the title gives the share of the dropped.</summary>
    /// <param name="masks">
    /// A label and a mask each, in which 0 is dropped and all else is kept: <c>[samples, units]</c>; <c>[n, height, width]</c>; or
    /// <c>[n, height, width, channels]</c>, a row for each sample and a column for each channel. Dropout of ones is such a mask:
    /// <c>Dropout.Apply(ones, 0.5, seed)</c>.
    /// </param>
    /// <exception cref="ArgumentException">No mask.</exception>
    /// <exception cref="ShapeException">A mask of another number of axes, or an empty one.</exception>
    public static Chart OfMasks(params (string Label, Tensor<float> Mask)[] masks)
    {
        ArgumentNullException.ThrowIfNull(masks);
        return masks.Length > 0
            ? SideBySide([.. masks.Select(mask => new Chart(new MaskPanel(mask.Label, mask.Mask)))])
            : throw new ArgumentException("Chart.OfMasks: expected at least one mask, got none.", nameof(masks));
    }

    /// <summary>The feature maps of one sample behind a convolution: an image for each channel, viridis, one scale for all.</summary>
    /// <param name="activations">
    /// <c>[n, height, width, channels]</c>: <c>model.OutputOf("conv2d").Predict(x)</c>.
    /// </param>
    /// <param name="title">The title of the figure.</param>
    /// <param name="sample">Which of the samples.</param>
    /// <exception cref="ShapeException">The tensor does not have four axes.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such sample.</exception>
    /// <exception cref="ArgumentException">No value is finite.</exception>
    public static Chart OfFeatureMaps(Tensor<float> activations, string title = "Feature maps", int sample = 0) =>
        new(MapsPanel.OfFeatureMaps(activations, title, sample));

    /// <summary>
    /// The filters of a convolution: blue weights are negative, white ones 0, red ones positive, one scale for all. With several
    /// input channels a row for each (8 at most) and a column for each filter (16 at most).
    /// </summary>
    /// <param name="layer">A layer of a built model whose first parameter is a kernel <c>[height, width, in, out]</c>.</param>
    /// <param name="title">The title of the figure.</param>
    /// <exception cref="ArgumentException">The layer has no parameters yet.</exception>
    /// <exception cref="ShapeException">Its first parameter does not have four axes.</exception>
    public static Chart OfFilters(Layer layer, string title = "Filters")
    {
        ArgumentNullException.ThrowIfNull(layer);
        return layer.Parameters.Count > 0
            ? OfFilters(FloatsOf(layer.Parameters[0]), title)
            : throw new ArgumentException(
                $"Chart.OfFilters: expected a layer with a kernel, got {layer.Kind} without parameters. "
                + "Take a Conv2D layer of a model.",
                nameof(layer));
    }

    /// <summary>The filters of a convolution, from its kernel.</summary>
    /// <param name="kernel"><c>[height, width, in, out]</c>.</param>
    /// <param name="title">The title of the figure.</param>
    /// <exception cref="ShapeException">The tensor does not have four axes.</exception>
    public static Chart OfFilters(Tensor<float> kernel, string title = "Filters") => new(MapsPanel.OfFilters(kernel, title));

    /// <summary>
    /// How the weights of several models of one architecture are distributed: a histogram for each layer with a kernel, the models
    /// over one another, one set of bins for all.
    /// </summary>
    /// <param name="models">The models under the names they get in the legends; at least one. Their layers have the same names.</param>
    /// <exception cref="ArgumentException">No model, or the first one has no layer with parameters.</exception>
    /// <exception cref="KeyNotFoundException">A model lacks a layer that the first one has.</exception>
    public static Chart OfWeights(params (string Label, Model Model)[] models)
    {
        ArgumentNullException.ThrowIfNull(models);
        if (models.Length == 0)
            throw new ArgumentException("Chart.OfWeights: expected at least one model, got none.", nameof(models));
        Model first = models[0].Model;
        string[] names = [.. first.Layers.Where(layer => layer is not Model && layer.Parameters.Any(one => one.Shape.Rank > 1))
            .Select(first.NameOf)];
        if (names.Length == 0)
        {
            throw new ArgumentException(
                $"Chart.OfWeights: expected a model with layers that have kernels, got none in '{models[0].Label}'.", nameof(models));
        }

        return Grid(Math.Min(WeightPanelColumns, names.Length), [.. names.Select(name => Histogram(
            $"Weights of {name}", "Weight", [.. models.Select(model => (model.Label, KernelOf(model.Model.GetLayer(name))))]))]);
    }

    /// <summary>
    /// Accuracy on training and test data against a setting, such as the dropout rate, and beside it the gap between both.
    /// </summary>
    /// <param name="xTitle">The title of the horizontal axes: "Dropout rate".</param>
    /// <param name="x">The settings, from left to right; at least one.</param>
    /// <param name="training">The accuracies on the training data, 0 to 1, with dropout off; as many.</param>
    /// <param name="test">The accuracies on data that were not trained on, 0 to 1; as many.</param>
    /// <exception cref="ArgumentException">No setting, or lists of different lengths.</exception>
    public static Chart AccuracyAndGap(
        string xTitle, IReadOnlyList<double> x, IReadOnlyList<double> training, IReadOnlyList<double> test)
    {
        Curve[] curves = Curve.FromSeries(nameof(AccuracyAndGap), [("training", x, training), ("test", x, test)], connected: true);
        Curve upper = curves[0] with { Y = [.. training.Select(one => 100 * one)], IsDashed = true };
        Curve lower = curves[1] with { Y = [.. test.Select(one => 100 * one)] };
        var gap = new Curve("training − test", upper.X, [.. upper.Y.Zip(lower.Y, (a, b) => a - b)]) { Color = 2, Marker = 2 };
        return new Chart(new ChartLayout(
            [
                new LinesPanel("Accuracy", xTitle, "Accuracy (%)", [upper, lower]),
                new LinesPanel("Gap", xTitle, "Gap (percentage points)", [gap]) { HasZero = true },
            ],
            Columns: 2));
    }

    private static Tensor<float> KernelOf(Layer layer) => FloatsOf(layer.Parameters.First(one => one.Shape.Rank > 1));

    private static Tensor<float> FloatsOf(Parameter parameter) => parameter.Precision == Precision.Single
        ? parameter.ToTensor<float>()
        : Tensor.ConvertTruncating<double, float>(parameter.ToTensor<double>());
}
