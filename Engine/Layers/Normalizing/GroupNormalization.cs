using Engine.Constraints;
using Engine.Initializers;
using Engine.Kernels;
using Engine.Regularizers;

namespace Engine.Layers;

/// <summary>
/// Normalizes each sample over all positions of a group of neighbouring channels: y = γ · (x − μ) / √(σ² + ε) + β; the same in all
/// phases, and so for any batch size.
/// </summary>
/// <remarks>
/// Wu and He, "Group normalization", ECCV 2018. Input and output <c>[n, ..., channels]</c>, γ and β <c>[channels]</c>. One group is
/// a layer normalization over the whole sample, but for the shape of γ and β; a group for each channel is an instance normalization.
/// </remarks>
public sealed class GroupNormalization : AffineNormalization
{
    /// <summary>Makes the layer.</summary>
    /// <param name="groups">The number of groups, a divisor of the channels; −1 makes each channel a group.</param>
    /// <param name="epsilon">What is added to the variance; above 0.</param>
    /// <param name="center">Whether β is added.</param>
    /// <param name="scale">Whether the result is multiplied by γ.</param>
    /// <param name="betaInitializer">First values of β; zeros if null.</param>
    /// <param name="gammaInitializer">First values of γ; ones if null.</param>
    /// <param name="betaRegularizer">A penalty on β.</param>
    /// <param name="gammaRegularizer">A penalty on γ.</param>
    /// <param name="betaConstraint">What β must satisfy after each step.</param>
    /// <param name="gammaConstraint">What γ must satisfy after each step.</param>
    /// <exception cref="ArgumentOutOfRangeException">The groups are neither 1 or more nor −1, or epsilon is not above 0.</exception>
    public GroupNormalization(
        int groups = 32,
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
            gammaConstraint)
    {
        Groups = groups is -1 or >= 1 ? groups : throw new ArgumentOutOfRangeException(
            nameof(groups), $"GroupNormalization: expected at least 1 group, or -1 for one a channel, got {groups}.");
    }

    /// <summary>The number of groups; −1 for one a channel.</summary>
    public int Groups { get; }

    /// <inheritdoc/>
    public override BufferNeeds Needs(ReadOnlySpan<Shape> inputs, int batch)
    {
        int channels = inputs[0][^1];
        return new BufferNeeds(
            Kept: 2 * batch * GroupsOf(channels), Scratch: (2 * channels) + NormalizationGroups.Scratch(batch, channels));
    }

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        base.Describe(writer);
        writer.Write("groups", Groups);
    }

    /// <inheritdoc/>
    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        int channels = pass.InputShape()[^1], kept = pass.Batch * GroupsOf(channels);
        NormalizationGroups.Forward(
            x,
            GammaOr(pass.Scratch[..channels], pass),
            BetaOr(pass.Scratch.Slice(channels, channels), pass),
            Epsilon,
            pass.Kept[..kept],
            pass.Kept.Slice(kept, kept),
            pass.Batch,
            pass.Scratch[(2 * channels)..],
            y,
            pass.Threads);
    }

    /// <inheritdoc/>
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        int channels = pass.InputShape()[^1], kept = pass.Batch * GroupsOf(channels);
        NormalizationGroups.Backward(
            x,
            dy,
            GammaOr(pass.Scratch[..channels], pass),
            pass.Kept[..kept],
            pass.Kept.Slice(kept, kept),
            pass.Batch,
            pass.Scratch[(2 * channels)..],
            dx,
            GammaGradient(pass),
            BetaGradient(pass),
            pass.Threads);
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

        if (input[^1] % GroupsOf(input[^1]) != 0)
        {
            throw UnexpectedInput(
                $"[n, ..., channels] with a multiple of {Groups} channels", input, "Choose groups that divide the channels.");
        }

        AddScaleAndShift([input[^1]], parameters);
        return input;
    }

    private int GroupsOf(int channels) => Groups == -1 ? channels : Groups;
}
