using Engine.Kernels;
using Engine.Numerics;

namespace Engine.Layers;

/// <summary>
/// DropConnect: a layer around another whose weights, not units, are dropped. In training each weight is zero with probability
/// <see cref="DropoutLayer.Rate"/> and otherwise grows by 1 / (1 − rate), with one mask for the whole batch; in inference the
/// inner layer runs with its weights as they are.
/// </summary>
/// <remarks>
/// <para>
/// Wan, Zeiler, Zhang, LeCun and Fergus, "Regularization of neural networks using DropConnect", ICML 2013. Input and output are the
/// inner layer's. A dropped weight gets no gradient. Where it differs: the paper draws a mask for each sample, and approximates
/// the output in inference by normal moments of the sums; here a batch shares a mask, and inference takes the mean weights:
/// since they are scaled in training, E[W · mask / keep] = W. Average over Monte Carlo samples for the paper's inference
/// without its approximation.
/// </para>
/// <para>
/// Around a recurrent layer, with the parameter <c>recurrent_kernel</c>, it is the weight-dropped LSTM of Merity, Keskar and Socher,
/// "Regularizing and optimizing LSTM language models", ICLR 2018: one mask for all time steps. Penalties and constraints of the
/// inner layer act on the weights themselves. Row keys, by which the samples of a Monte Carlo run differ within a batch, have no
/// effect: one mask serves a whole call.
/// </para>
/// </remarks>
/// <example>
/// <code>
/// var layer = new DropConnect(new Dense(128, ActivationFunction.ReLU), rate: 0.5);
/// </code>
/// </example>
public sealed class DropConnect : DropoutLayer
{
    private readonly string[]? _parameterNames;
    private Parameter[] _masked = [];

    /// <summary>Makes the layer.</summary>
    /// <param name="layer">The layer whose weights are dropped: one with one input and one output, not used elsewhere.</param>
    /// <param name="rate">The probability of dropping a weight, 0 to 1; 0 changes nothing, 1 leaves no weights.</param>
    /// <param name="parameterNames">
    /// The names of the parameters that are masked, such as "kernel" and "bias"; if null all that train and whose name ends with
    /// "kernel".
    /// </param>
    /// <param name="seed">A seed of its own; if null the masks follow Fit's seed.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is outside [0, 1] or not a number.</exception>
    /// <exception cref="ArgumentException">A list of names is given that has none.</exception>
    public DropConnect(Layer layer, double rate, IReadOnlyList<string>? parameterNames = null, ulong? seed = null)
        : base(rate, seed)
    {
        ArgumentNullException.ThrowIfNull(layer);
        if (parameterNames is { Count: 0 })
        {
            throw new ArgumentException("DropConnect: expected at least one name of a parameter, got none.", nameof(parameterNames));
        }

        Layer = layer;
        Children = [layer];
        _parameterNames = parameterNames is null ? null : [.. parameterNames];
    }

    /// <summary>The layer whose weights are dropped.</summary>
    public Layer Layer { get; }

    /// <summary>The names of the parameters that are masked; null: all that train and whose name ends with "kernel".</summary>
    public IReadOnlyList<string>? ParameterNames => _parameterNames;

    /// <inheritdoc/>
    public override IReadOnlyList<Layer> Children { get; }

    /// <inheritdoc/>
    public override Reads BackwardReads => Layer.ReadsAsChild;

    /// <inheritdoc/>
    public override bool CanRunInPlace => false;

    /// <inheritdoc/>
    public override BufferNeeds Needs(ReadOnlySpan<Shape> inputs, int batch) =>
        new(Kept: _masked.Sum(parameter => parameter.Shape.Size));

    /// <summary>That of the inner layer.</summary>
    public override MaskRule OutputMask(ReadOnlySpan<bool> masked) => Layer.OutputMask(masked);

    /// <inheritdoc/>
    public override void ComputeMask<T>(in Pass<T> pass, Span<T> mask) => Layer.ComputeMask(pass, mask);

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        base.Describe(writer);
        writer.Write("layer", Layer);
        if (_parameterNames is not null)
        {
            writer.Write("parameter_names", _parameterNames);
        }
    }

    /// <inheritdoc/>
    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        // y = layer(x) with W · mask / keep in place of W
        if (pass.IsStochastic && Rate != 0)
        {
            RandomSource random = MaskDraws.RandomOf(Seed, pass);
            int start = 0;
            for (int i = 0; i < _masked.Length; i++)
            {
                ReadOnlySpan<T> w = pass.Values(0, _masked[i]);
                Span<T> masked = pass.Kept.Slice(start, w.Length);
                DropoutKernels.Apply(w, masked, w.Length, DropoutRate, random, [(uint)i], pass.Threads);
                pass.Substitute(0, _masked[i], masked);
                start += w.Length;
            }
        }

        pass.Forward(0, x, y, pass.Batch);
    }

    /// <inheritdoc/>
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        if (!pass.IsStochastic || Rate == 0)
        {
            pass.Backward(0, x, y, dy, dx, pass.Batch);
            return;
        }

        int start = 0;
        foreach (Parameter parameter in _masked)
        {
            pass.Substitute(0, parameter, pass.Kept.Slice(start, parameter.Shape.Size));
            start += parameter.Shape.Size;
        }

        pass.Backward(0, x, y, dy, dx, pass.Batch);

        // dW = d(W · mask / keep) · mask / keep
        RandomSource random = MaskDraws.RandomOf(Seed, pass);
        for (int i = 0; i < _masked.Length; i++)
        {
            Span<T> gradient = pass.Gradient(0, _masked[i]);
            if (!gradient.IsEmpty)
            {
                DropoutKernels.Apply(gradient, gradient, gradient.Length, DropoutRate, random, [(uint)i], pass.Threads);
            }
        }
    }

    /// <inheritdoc/>
    protected override Shape Build(Shape input, ParameterFactory parameters)
    {
        ArgumentNullException.ThrowIfNull(input);
        Shape[] outputs = BuildChild(Layer, input);
        if (outputs.Length != 1)
        {
            throw new ShapeException($"{Title}: expected a layer with one output, got {Layer.Title} with {outputs.Length}.");
        }

        IReadOnlyList<Parameter> all = Layer.Parameters;
        string? missing = _parameterNames?.FirstOrDefault(name => all.All(parameter => parameter.Name != name));
        _masked = [.. all.Where(IsMasked)];
        if (missing is not null || _masked.Length == 0)
        {
            throw new ArgumentException(
                $"{Title}: expected a layer with a parameter named {missing ?? "kernel"}, got {Layer.Title} with "
                + $"{(all.Count == 0 ? "none" : string.Join(", ", all.Select(parameter => parameter.Name)))}.");
        }

        return outputs[0];
    }

    private bool IsMasked(Parameter parameter) => _parameterNames is null
        ? parameter.Trains && parameter.Name.EndsWith("kernel", StringComparison.Ordinal)
        : _parameterNames.Contains(parameter.Name);
}
