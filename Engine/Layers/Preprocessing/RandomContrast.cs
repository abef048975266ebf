namespace Engine.Layers;

/// <summary>
/// In training, moves the values of each channel of an image away from or toward their mean:
/// y = clip(f · (x − mean) + mean), with a random f of each image; in inference nothing happens.
/// </summary>
public sealed class RandomContrast : RandomImageLayer
{
    /// <summary>Makes the layer.</summary>
    /// <param name="factor">
    /// f − 1: one number for f from 1 − factor to 1 + factor, or the pair of both ends, (−0.2, 0.3) for f from 0.8 to 1.3. Keras
    /// writes that pair without the sign, (0.2, 0.3). At least −1.
    /// </param>
    /// <param name="valueRange">The range that the result is clipped to; (0, 255) if null.</param>
    /// <param name="seed">A seed of its own; if null the draws follow Fit's seed.</param>
    /// <exception cref="ArgumentOutOfRangeException">A range is none, or the factor is below −1.</exception>
    public RandomContrast(FactorRange factor, (double Lower, double Upper)? valueRange = null, ulong? seed = null)
        : base(seed)
    {
        Factor = factor.Checked(nameof(RandomContrast), nameof(factor), -1, double.MaxValue);
        ValueRange = FactorRange.CheckValues(valueRange ?? (0, 255), nameof(RandomContrast), nameof(valueRange));
    }

    /// <summary>What is added to 1 to get the factor.</summary>
    public FactorRange Factor { get; }

    /// <summary>The range that the result is clipped to.</summary>
    public (double Lower, double Upper) ValueRange { get; }

    /// <inheritdoc/>
    public override Reads BackwardReads => Reads.Output;

    /// <inheritdoc/>
    public override bool CanRunInPlace => true;

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        base.Describe(writer);
        Factor.Write(writer, "factor");
        new FactorRange(ValueRange.Lower, ValueRange.Upper).Write(writer, "value_range");
    }

    internal override void Transform<T>(ReadOnlySpan<T> x, Span<T> y, in ImagePass image)
    {
        T factor = T.CreateTruncating(1 + Factor.At(image.Uniform(0)));
        T least = T.CreateTruncating(ValueRange.Lower), most = T.CreateTruncating(ValueRange.Upper);
        for (int channel = 0; channel < image.Channels; channel++)
        {
            double sum = 0;
            for (int i = channel; i < x.Length; i += image.Channels)
            {
                sum += double.CreateTruncating(x[i]);
            }

            T mean = T.CreateTruncating(sum / (image.Height * image.Width));
            for (int i = channel; i < x.Length; i += image.Channels)
            {
                y[i] = T.Clamp(((x[i] - mean) * factor) + mean, least, most);
            }
        }
    }

    // With g = dy where nothing was clipped, else 0, and N pixels: dx = f · g + (1 − f) / N · Σ g.
    internal override void TransformGradient<T>(ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in ImagePass image)
    {
        double factor = 1 + Factor.At(image.Uniform(0));
        T scale = T.CreateTruncating(factor);
        T least = T.CreateTruncating(ValueRange.Lower), most = T.CreateTruncating(ValueRange.Upper);
        for (int channel = 0; channel < image.Channels; channel++)
        {
            double sum = 0;
            for (int i = channel; i < y.Length; i += image.Channels)
            {
                sum += y[i] > least && y[i] < most ? double.CreateTruncating(dy[i]) : 0;
            }

            T share = T.CreateTruncating((1 - factor) * sum / (image.Height * image.Width));
            for (int i = channel; i < y.Length; i += image.Channels)
            {
                dx[i] = (y[i] > least && y[i] < most ? dy[i] * scale : T.Zero) + share;
            }
        }
    }
}
