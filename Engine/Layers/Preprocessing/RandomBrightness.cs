using System.Numerics.Tensors;

namespace Engine.Layers;

/// <summary>
/// In training, adds one random number to all of an image: y = clip(x + f · (upper − lower)), with a random f of each image; in
/// inference nothing happens.
/// </summary>
public sealed class RandomBrightness : RandomImageLayer
{
    /// <summary>Makes the layer.</summary>
    /// <param name="factor">f: one number for −factor to factor, or a pair; within [−1, 1]. Negative darkens.</param>
    /// <param name="valueRange">The range of values, which the result is clipped to; (0, 255) if null.</param>
    /// <param name="seed">A seed of its own; if null the draws follow Fit's seed.</param>
    /// <exception cref="ArgumentOutOfRangeException">A range is none, or the factor is outside [−1, 1].</exception>
    public RandomBrightness(FactorRange factor, (double Lower, double Upper)? valueRange = null, ulong? seed = null)
        : base(seed)
    {
        Factor = factor.Checked(nameof(RandomBrightness), nameof(factor), -1, 1);
        ValueRange = FactorRange.CheckValues(valueRange ?? (0, 255), nameof(RandomBrightness), nameof(valueRange));
    }

    /// <summary>What is added, as shares of the range of values.</summary>
    public FactorRange Factor { get; }

    /// <summary>The range of values, which the result is clipped to.</summary>
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
        double added = Factor.At(image.Uniform(0)) * (ValueRange.Upper - ValueRange.Lower);
        TensorPrimitives.Add(x, T.CreateTruncating(added), y);
        TensorPrimitives.Clamp(y, T.CreateTruncating(ValueRange.Lower), T.CreateTruncating(ValueRange.Upper), y);
    }

    // dx = dy where nothing was clipped, else 0.
    internal override void TransformGradient<T>(ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in ImagePass image)
    {
        T least = T.CreateTruncating(ValueRange.Lower), most = T.CreateTruncating(ValueRange.Upper);
        for (int i = 0; i < dx.Length; i++)
        {
            dx[i] = y[i] > least && y[i] < most ? dy[i] : T.Zero;
        }
    }
}
