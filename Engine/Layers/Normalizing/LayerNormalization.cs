using Engine.Constraints;
using Engine.Initializers;
using Engine.Kernels;
using Engine.Regularizers;

namespace Engine.Layers;

/// <summary>Normalizes each sample over its last axes: y = γ · (x − μ) / √(σ² + ε) + β; the same in all phases.</summary>
/// <remarks>
/// Ba, Kiros and Hinton, "Layer normalization", 2016. Input and output <c>[n, ...]</c>; γ and β have the lengths of the axes.
/// </remarks>
public sealed class LayerNormalization : AffineNormalization
{
    private readonly int[] _axes;

    /// <summary>Makes the layer.</summary>
    /// <param name="axes">The axes that are normalized together: the last ones, counted from −1; [−1] if null.</param>
    /// <param name="epsilon">What is added to the variance; above 0.</param>
    /// <param name="center">Whether β is added.</param>
    /// <param name="scale">Whether the result is multiplied by γ.</param>
    /// <param name="betaInitializer">First values of β; zeros if null.</param>
    /// <param name="gammaInitializer">First values of γ; ones if null.</param>
    /// <param name="betaRegularizer">A penalty on β.</param>
    /// <param name="gammaRegularizer">A penalty on γ.</param>
    /// <param name="betaConstraint">What β must satisfy after each step.</param>
    /// <param name="gammaConstraint">What γ must satisfy after each step.</param>
    /// <exception cref="ArgumentException">The axes are not the last ones.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Epsilon is not above 0.</exception>
    public LayerNormalization(
        IReadOnlyList<int>? axes = null,
        double epsilon = 1e-3,
        bool center = true,
        bool scale = true,
        Initializer? betaInitializer = null,
        Initializer? gammaInitializer = null,
        Regularizer? betaRegularizer = null,
        Regularizer? gammaRegularizer = null,
        Constraint? betaConstraint = null,
        Constraint? gammaConstraint = null)
        : base(
            epsilon, center, scale, betaInitializer, gammaInitializer, betaRegularizer, gammaRegularizer, betaConstraint,
            gammaConstraint) => _axes = TrailingAxes.Checked(axes, Kind);

    /// <summary>The axes that are normalized together, counted from −1.</summary>
    public IReadOnlyList<int> Axes => _axes;

    /// <inheritdoc/>
    public override BufferNeeds Needs(ReadOnlySpan<Shape> inputs, int batch)
    {
        int length = TrailingAxes.SizeOf(inputs[0], _axes.Length);
        int rows = batch * (inputs[0].Size / length);
        return new BufferNeeds(Kept: 2 * rows, Scratch: (2 * length) + NormalizationRows.Scratch(rows, length));
    }

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        base.Describe(writer);
        writer.Write("axes", _axes);
    }

    /// <inheritdoc/>
    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        int length = TrailingAxes.SizeOf(pass.InputShape(), _axes.Length), rows = x.Length / length;
        ReadOnlySpan<T> gamma = GammaOr(pass.Scratch[..length], pass), beta = BetaOr(pass.Scratch.Slice(length, length), pass);
        NormalizationRows.Forward(
            x, gamma, beta, Epsilon, pass.Kept[..rows], pass.Kept.Slice(rows, rows), y, pass.Threads);
    }

    /// <inheritdoc/>
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        int length = TrailingAxes.SizeOf(pass.InputShape(), _axes.Length), rows = x.Length / length;
        NormalizationRows.Backward(
            x,
            dy,
            GammaOr(pass.Scratch[..length], pass),
            pass.Kept[..rows],
            pass.Kept.Slice(rows, rows),
            dx,
            GammaGradient(pass),
            BetaGradient(pass),
            pass.Scratch[(2 * length)..],
            pass.Threads);
    }

    /// <inheritdoc/>
    protected override Shape Build(Shape input, ParameterFactory parameters)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(parameters);
        Shape lengths = TrailingAxes.LengthsOf(input, _axes.Length) ?? throw UnexpectedInput(
            $"with at least {_axes.Length} axes a sample", input, "It is normalized over its last axes.");
        AddScaleAndShift(lengths, parameters);
        return input;
    }
}
