using Engine.Layers;

namespace Engine.Checking;

/// <summary>
/// Compares what backward computes with finite differences of forward, in double and through the code that ships.
/// </summary>
/// <remarks>
/// The objective is a random weighting of the outputs, plus the layer's penalties. Each element of every input and parameter is
/// moved by ±h and ±2h: f′ ≈ (f(−2h) − 8f(−h) + 8f(h) − f(2h)) / 12h, whose error is h⁴/30 · f⁽⁵⁾. A passes where
/// |a − n| ≤ 1e-8 (|a| + |n|) + 1e-10 ‖g‖∞. Where stencils of two widths disagree with each other the point lies on a kink, and
/// another is drawn.
/// </remarks>
public static class GradientCheck
{
    private const int MaxAttempts = 30;

    /// <summary>Checks a layer with one input.</summary>
    /// <param name="layer">The layer; it is used up: its parameters get values of the check.</param>
    /// <param name="input">The shape of one sample.</param>
    /// <param name="options">Batch, phase, tolerances.</param>
    /// <exception cref="ShapeException">The layer does not take the input.</exception>
    public static GradientReport Run(Layer layer, Shape input, GradientCheckOptions? options = null) =>
        Run(layer, [input], options);

    /// <summary>Checks a layer with any number of inputs.</summary>
    /// <param name="layer">The layer; it is used up: its parameters get values of the check.</param>
    /// <param name="inputs">The shape of one sample of each input.</param>
    /// <param name="options">Batch, phase, tolerances.</param>
    /// <exception cref="ShapeException">The layer does not take the inputs.</exception>
    public static GradientReport Run(Layer layer, IReadOnlyList<Shape> inputs, GradientCheckOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(layer);
        ArgumentNullException.ThrowIfNull(inputs);
        return Run(CheckedModels.Of(layer, inputs, Precision.Double), options);
    }

    /// <summary>Checks a whole model of double precision: the gradients of all its inputs and trainable parameters.</summary>
    /// <param name="model">The model; parameters that are all zero get values of the check.</param>
    /// <param name="options">Batch, phase, tolerances.</param>
    /// <exception cref="ArgumentException">The model is not of double precision.</exception>
    public static GradientReport Run(Model model, GradientCheckOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        options ??= GradientCheckOptions.Default;
        if (model.Precision != Precision.Double)
        {
            throw new ArgumentException(
                $"GradientCheck: expected a model of Double precision, got one of {model.Precision} precision. "
                + "Float cannot show an error below half a percent.");
        }

        CheckedModels.FillZeros<double>(model, options.Seed);
        Harness<double> harness = new(model, options, options.Batch);
        string subject = model.Layers.Count == model.Inputs.Count + 1 ? model.Layers[^1].Title : model.Title;
        for (int attempt = 0; attempt < MaxAttempts; attempt++)
        {
            harness.FillInputs(attempt);
            if (new Stencil(harness, subject).Compare() is { } report)
            {
                return report;
            }
        }

        return new GradientReport(
            subject, false, 0, "", 0, 0, 1, 0, $"expected a point off the kinks, found none in {MaxAttempts} attempts.");
    }
}
