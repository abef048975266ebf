using System.Globalization;
using System.Numerics.Tensors;
using Engine.Initializers;
using Engine.Kernels;
using Engine.Regularizers;

namespace Engine.Layers;

/// <summary>
/// Concrete dropout: a layer around another, with dropout on its input whose rate is learned along with the weights. In training
/// the mask is a relaxed one, so that the loss has a gradient with respect to the rate; in inference the inner layer runs
/// alone.
/// </summary>
/// <remarks>
/// <para>
/// Gal, Hron and Kendall, "Concrete dropout", NIPS 2017. With p = sigmoid(logit), the logit being the parameter
/// <c>dropout_logit</c>, and u uniform: z = 1 − sigmoid((logit + ln u − ln (1 − u)) / temperature), eq. 5, and y = layer(x · z /
/// (1 − p)). Input and output are the inner layer's. The mask has one draw for each sample and channel, the last axis, and repeats along
/// other axes, such as those of an image, as in the authors' code for convolutions.
/// </para>
/// <para>
/// Added to the loss, in every phase, eq. 3 and 4: <c>weightRegularizer · ΣW² / (1 − p)</c> over the inner layer's kernels, and
/// <c>dropoutRegularizer · channels · (p ln p + (1 − p) ln (1 − p))</c>, which rewards uncertainty. With N samples, prior length
/// scale l and observation precision τ the two are l² / (τ N) and 2 / (τ N) for squared errors; for cross-entropies, as the
/// authors' code has it, take τ = 1 and leave out the 2. E[y] is near to but not exactly that of the plain layer: the relaxed z
/// has the mean 1 − p only as the temperature nears 0.
/// </para>
/// </remarks>
/// <example>
/// <code>
/// var layer = new ConcreteDropout(new Dense(128, ActivationFunction.ReLU), weightRegularizer: 1e-6, dropoutRegularizer: 2e-5);
/// ...
/// Console.WriteLine(layer.Rate);      // after Fit
/// </code>
/// </example>
public sealed class ConcreteDropout : SimpleLayer
{
    // ΣW², summed with care.
    private static readonly Regularizer s_squares = Regularizer.L2(1);

    private Parameter? _logit;
    private Parameter[] _kernels = [];

    /// <summary>Makes the layer.</summary>
    /// <param name="layer">The layer whose input is dropped: one with one input, one output and a kernel, not used elsewhere.</param>
    /// <param name="weightRegularizer">The weight of the penalty on the kernels; at least 0.</param>
    /// <param name="dropoutRegularizer">The weight of the dropout's negative entropy; at least 0.</param>
    /// <param name="initialRate">The rate that training begins with, between 0 and 1.</param>
    /// <param name="temperature">How soft the mask is: above 0, where it would be hard; 0.1 in the paper.</param>
    /// <param name="seed">A seed of its own; if null the masks follow Fit's seed.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range, or none.</exception>
    public ConcreteDropout(
        Layer layer,
        double weightRegularizer = 1e-6,
        double dropoutRegularizer = 1e-5,
        double initialRate = 0.1,
        double temperature = 0.1,
        ulong? seed = null)
    {
        ArgumentNullException.ThrowIfNull(layer);
        Layer = layer;
        Children = [layer];
        WeightRegularizer = Checked(weightRegularizer, weightRegularizer >= 0, "a weight regularizer of at least 0");
        DropoutRegularizer = Checked(dropoutRegularizer, dropoutRegularizer >= 0, "a dropout regularizer of at least 0");
        InitialRate = Checked(initialRate, initialRate is > 0 and < 1, "an initial rate between 0 and 1");
        Temperature = Checked(temperature, temperature > 0, "a temperature above 0");
        Seed = seed;
    }

    /// <summary>The layer whose input is dropped.</summary>
    public Layer Layer { get; }

    /// <summary>The weight of the penalty on the kernels.</summary>
    public double WeightRegularizer { get; }

    /// <summary>The weight of the dropout's negative entropy.</summary>
    public double DropoutRegularizer { get; }

    /// <summary>The rate that training begins with.</summary>
    public double InitialRate { get; }

    /// <summary>How soft the mask is.</summary>
    public double Temperature { get; }

    /// <summary>The seed of its own; null if the masks follow Fit's seed.</summary>
    public ulong? Seed { get; }

    /// <summary>The logit of the rate, <c>[1]</c>; null before the layer is used.</summary>
    public Parameter? Logit => _logit;

    /// <summary>The rate as it is learned so far: the probability of dropping an input, between 0 and 1.</summary>
    /// <remarks>
    /// May be changed between the steps of a Fit, from a callback, but not while a step runs; training goes on from there. No
    /// <see cref="IHasRate"/>: a schedule of all rates leaves one that is learned alone.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">The value is not between 0 and 1.</exception>
    /// <exception cref="InvalidOperationException">It is set before the layer is part of a model.</exception>
    public double Rate
    {
        get => _logit is not { IsInitialized: true } logit
            ? InitialRate
            : Sigmoid(logit.Precision == Precision.Single ? logit.Values<float>()[0] : logit.Values<double>()[0]);
        set
        {
            double logit = LogitOf(Checked(value, value is > 0 and < 1, "a rate between 0 and 1"));
            if (_logit is null)
            {
                throw new InvalidOperationException(
                    $"{Title}: expected a layer that is part of a model, got one that is not used yet. Give the rate as initialRate.");
            }

            _logit.SetValues<double>([logit]);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Layer> Children { get; }

    /// <inheritdoc/>
    public override Reads BackwardReads => Reads.Input | (Layer.ReadsAsChild & Reads.Output);

    /// <inheritdoc/>
    public override bool DrawsByRow => true;

    /// <inheritdoc/>
    public override BufferNeeds Needs(ReadOnlySpan<Shape> inputs, int batch) =>
        new(Kept: batch * inputs[0][^1], Scratch: checked(2 * batch * inputs[0].Size));

    /// <summary>That of the inner layer.</summary>
    public override MaskRule OutputMask(ReadOnlySpan<bool> masked) => Layer.OutputMask(masked);

    /// <inheritdoc/>
    public override void ComputeMask<T>(in Pass<T> pass, Span<T> mask) => Layer.ComputeMask(pass, mask);

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write("layer", Layer);
        writer.Write("weight_regularizer", WeightRegularizer);
        writer.Write("dropout_regularizer", DropoutRegularizer);
        writer.Write("initial_rate", InitialRate);
        writer.Write("temperature", Temperature);
        MaskDraws.WriteSeed(writer, Seed);
    }

    /// <inheritdoc/>
    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        double logit = double.CreateTruncating(pass.Values(_logit!)[0]);
        double p = Sigmoid(logit);
        int channels = pass.InputShape()[^1];

        // ΣW² / (1 − p) and channels · (p ln p + (1 − p) ln (1 − p)), the latter finite at both ends
        double squares = 0;
        foreach (Parameter kernel in _kernels)
        {
            squares += s_squares.Penalty(pass.Values(0, kernel));
        }

        double entropy = (p * Softplus(-logit)) + ((1 - p) * Softplus(logit));
        pass.AddPenalty((WeightRegularizer * squares / (1 - p)) - (DropoutRegularizer * channels * entropy));
        if (!pass.IsStochastic)
        {
            pass.Forward(0, x, y, pass.Batch);
            return;
        }

        // y = layer(x · z / (1 − p))
        Span<T> masks = pass.Kept;
        masks = masks[..(pass.Batch * channels)];
        ConcreteMask.Fill(masks, channels, logit, Temperature, MaskDraws.RandomOf(Seed, pass), pass.RowKeys);
        Span<T> masked = pass.Scratch[..x.Length];
        ChannelMask.Apply(x, masks, masked, channels, pass.Threads);
        pass.Forward(0, masked, y, pass.Batch);
    }

    /// <inheritdoc/>
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        double logit = double.CreateTruncating(pass.Values(_logit!)[0]);
        double p = Sigmoid(logit);
        int channels = pass.InputShape()[^1];
        Span<T> logitGradient = pass.Gradient(_logit!);
        double dLogit = 0;
        if (!pass.IsStochastic)
        {
            pass.Backward(0, x, y, dy, dx, pass.Batch);
        }
        else
        {
            // The masked input again, and its gradient; then dx = d(x · mask) · mask.
            ReadOnlySpan<T> masks = pass.Kept[..(pass.Batch * channels)];
            Span<T> masked = pass.Scratch[..x.Length];
            ChannelMask.Apply(x, masks, masked, channels, pass.Threads);
            Span<T> dMasked = !dx.IsEmpty ? dx : logitGradient.IsEmpty ? [] : pass.Scratch.Slice(x.Length, x.Length);
            pass.Backward(0, masked, y, dy, dMasked, pass.Batch);
            if (!logitGradient.IsEmpty)
            {
                dLogit = ConcreteMask.LogitGradient(masked, dMasked, masks, channels, logit, Temperature);
            }

            if (!dx.IsEmpty)
            {
                ChannelMask.Apply(dx, masks, dx, channels, pass.Threads);
            }
        }

        // dW += 2 λ W / (1 − p)
        double squares = 0;
        foreach (Parameter kernel in _kernels)
        {
            ReadOnlySpan<T> w = pass.Values(0, kernel);
            squares += logitGradient.IsEmpty ? 0 : s_squares.Penalty(w);
            Span<T> gradient = pass.Gradient(0, kernel);
            if (!gradient.IsEmpty)
            {
                TensorPrimitives.MultiplyAdd(w, T.CreateTruncating(2 * WeightRegularizer / (1 - p)), gradient, gradient);
            }
        }

        // ∂/∂logit 1 / (1 − p) = p / (1 − p); ∂/∂p of the negative entropy is the logit, and ∂p/∂logit = p (1 − p)
        if (!logitGradient.IsEmpty)
        {
            dLogit += (WeightRegularizer * squares * p / (1 - p)) + (DropoutRegularizer * channels * logit * p * (1 - p));
            logitGradient[0] = T.CreateTruncating(dLogit);
        }
    }

    /// <inheritdoc/>
    protected override Shape Build(Shape input, ParameterFactory parameters)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(parameters);
        if (input.Rank == 0)
        {
            throw UnexpectedInput("[n, ..., channels]", input, "Give the samples at least one axis.");
        }

        Shape[] outputs = BuildChild(Layer, input);
        if (outputs.Length != 1)
        {
            throw new ShapeException($"{Title}: expected a layer with one output, got {Layer.Title} with {outputs.Length}.");
        }

        IReadOnlyList<Parameter> all = Layer.Parameters;
        _kernels = [.. all.Where(parameter => parameter.Trains && parameter.Name.EndsWith("kernel", StringComparison.Ordinal))];
        if (_kernels.Length == 0)
        {
            throw new ArgumentException(
                $"{Title}: expected a layer with a parameter named kernel, got {Layer.Title} with "
                + $"{(all.Count == 0 ? "none" : string.Join(", ", all.Select(parameter => parameter.Name)))}.");
        }

        _logit = parameters.Add("dropout_logit", [1], Initializer.Constant(LogitOf(InitialRate)));
        return outputs[0];
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static double LogitOf(double rate) => Math.Log(rate / (1 - rate));

    private static double Softplus(double x) => Math.Max(x, 0) + Math.Log(1 + Math.Exp(-Math.Abs(x)));

    private static double Checked(double value, bool isInRange, string expected) =>
        isInRange && double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(
            nameof(value), string.Create(CultureInfo.InvariantCulture, $"ConcreteDropout: expected {expected}, got {value}."));
}
