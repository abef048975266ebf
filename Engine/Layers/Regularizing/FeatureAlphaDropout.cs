using System.Numerics;
using Engine.Kernels;

namespace Engine.Layers;

/// <summary>
/// Alpha dropout of whole channels: in training each channel of a sample takes the value at which selu saturates, −1.758, at all
/// positions with probability <see cref="DropoutLayer.Rate"/>, and all is then mapped affinely so that mean 0 and variance 1
/// stay.
/// </summary>
/// <remarks>
/// Klambauer, Unterthiner, Mayr and Hochreiter, "Self-normalizing neural networks", NIPS 2017, section 2, on whole channels, as
/// PyTorch has it and as <see cref="SpatialDropout"/> does for relu. Input and output <c>[n, ..., channels]</c>; without
/// positions it is <see cref="AlphaDropout"/>. A rate of 1 gives zeros.
/// </remarks>
public sealed class FeatureAlphaDropout : DropoutLayer
{
    /// <summary>Makes the layer.</summary>
    /// <param name="rate">The probability of dropping a channel, 0 to 1; 0 changes nothing, 1 gives zeros.</param>
    /// <param name="seed">A seed of its own; if null the masks follow Fit's seed.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is outside [0, 1] or not a number.</exception>
    public FeatureAlphaDropout(double rate, ulong? seed = null)
        : base(rate, seed)
    {
    }

    /// <inheritdoc/>
    public override bool DrawsByRow => true;

    /// <inheritdoc/>
    public override BufferNeeds Needs(ReadOnlySpan<Shape> inputs, int batch) => new(Scratch: batch * inputs[0][^1]);

    /// <inheritdoc/>
    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        // y = a · x + b where kept, else a · α′ + b
        if (!MaskDraws.CopiesUnmasked(x, y, Rate, pass))
        {
            SeluMoments moments = new(DropoutRate);
            Mask(x, y, moments.Scale, moments.Shift, moments.Dropped, pass);
        }
    }

    /// <inheritdoc/>
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        // dx = a · dy where kept, else 0
        if (!MaskDraws.CopiesUnmasked(dy, dx, Rate, pass))
        {
            Mask(dy, dx, new SeluMoments(DropoutRate).Scale, 0, 0, pass);
        }
    }

    /// <inheritdoc/>
    protected override Shape Build(Shape input, ParameterFactory parameters)
    {
        ArgumentNullException.ThrowIfNull(input);
        return input.Rank > 0 ? input : throw UnexpectedInput(
            "[n, ..., channels]", input, "Give the samples at least one axis.");
    }

    private void Mask<T>(ReadOnlySpan<T> x, Span<T> y, double scale, double shift, double dropped, in Pass<T> pass)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (DropoutRate.DropsAll)
        {
            y.Clear();
            return;
        }

        int channels = pass.InputShape()[^1];
        Span<T> masks = pass.Scratch[..(pass.Batch * channels)];
        masks.Fill(T.One);
        DropoutKernels.Apply(masks, masks, channels, DropoutRate, MaskDraws.RandomOf(Seed, pass), pass.RowKeys, threads: 1);
        ChannelMask.ApplyAffine(x, masks, y, channels, scale, shift, dropped, pass.Threads);
    }
}
