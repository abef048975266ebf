using Engine.Kernels;
using Engine.Numerics;

namespace Engine.Layers;

/// <summary>
/// In training, overwrites a random rectangle of an image by one value or by noise; in inference nothing happens.
/// </summary>
/// <remarks>
/// Zhong, Zheng, Kang, Li and Yang, "Random erasing data augmentation", AAAI 2020, with Keras's rectangle: its height and its width
/// are the image's times √u, with a draw u of <see cref="Scale"/> for each of them; it lies anywhere within the image. Other than in
/// Keras the probability is <see cref="Factor"/> itself, not a draw from 0 to it (which erases half as often), and noise is uniform
/// over the range of values, as in the paper, not normal and clipped; a fill is not clipped either.
/// </remarks>
public sealed class RandomErasing : RandomImageLayer
{
    private const int FirstNoise = 8;

    /// <summary>Makes the layer.</summary>
    /// <param name="factor">The probability that an image loses a rectangle, 0 to 1.</param>
    /// <param name="scale">The range of the rectangle's share of the image, within [0, 1]; (0.02, 0.33) if null.</param>
    /// <param name="fillValue">What is written, finite; if null each element is drawn uniformly from the range of values.</param>
    /// <param name="valueRange">The range that noise is drawn from; (0, 255) if null.</param>
    /// <param name="seed">A seed of its own; if null the draws follow Fit's seed.</param>
    /// <exception cref="ArgumentOutOfRangeException">A range is none, or a number is outside its bounds.</exception>
    public RandomErasing(
        double factor = 1,
        (double Lower, double Upper)? scale = null,
        double? fillValue = null,
        (double Lower, double Upper)? valueRange = null,
        ulong? seed = null)
        : base(seed)
    {
        Factor = factor is >= 0 and <= 1 ? factor : throw new ArgumentOutOfRangeException(nameof(factor), FormattableString.Invariant(
            $"RandomErasing: expected factor to be a probability from 0 to 1, got {factor}."));
        FactorRange range = scale ?? (0.02, 0.33);
        range.Checked(nameof(RandomErasing), nameof(scale), 0, 1);
        Scale = (range.Lower, range.Upper);
        FillValue = fillValue is { } value ? Guard.Finite(value, nameof(RandomErasing), nameof(fillValue)) : null;
        ValueRange = FactorRange.CheckValues(valueRange ?? (0, 255), nameof(RandomErasing), nameof(valueRange));
    }

    /// <summary>The probability that an image loses a rectangle.</summary>
    public double Factor { get; }

    /// <summary>The range of the rectangle's share of the image.</summary>
    public (double Lower, double Upper) Scale { get; }

    /// <summary>What is written; null for noise.</summary>
    public double? FillValue { get; }

    /// <summary>The range that noise is drawn from.</summary>
    public (double Lower, double Upper) ValueRange { get; }

    /// <inheritdoc/>
    public override bool CanRunInPlace => true;

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        base.Describe(writer);
        writer.Write("factor", Factor);
        new FactorRange(Scale.Lower, Scale.Upper).Write(writer, "scale");
        new FactorRange(ValueRange.Lower, ValueRange.Upper).Write(writer, "value_range");
        if (FillValue is { } value)
        {
            writer.Write("fill_value", value);
        }
    }

    internal override void Transform<T>(ReadOnlySpan<T> x, Span<T> y, in ImagePass image)
    {
        x.CopyTo(y);
        ImageWindow window = Window(image);
        double span = ValueRange.Upper - ValueRange.Lower;
        for (int row = 0; row < window.Height; row++)
        {
            Span<T> erased = window.Row(y, row, image.Width, image.Channels);
            if (FillValue is { } value)
            {
                erased.Fill(T.CreateTruncating(value));
                continue;
            }

            long element = FirstNoise + ((long)row * erased.Length);
            for (int i = 0; i < erased.Length; i++)
            {
                erased[i] = T.CreateTruncating(ValueRange.Lower + (span * image.Uniform(element + i)));
            }
        }
    }

    // dx = dy around the rectangle, 0 in it.
    internal override void TransformGradient<T>(ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in ImagePass image)
    {
        dy.CopyTo(dx);
        ImageWindow window = Window(image);
        for (int row = 0; row < window.Height; row++)
        {
            window.Row(dx, row, image.Width, image.Channels).Clear();
        }
    }

    private ImageWindow Window(in ImagePass image)
    {
        if (image.Uniform(0) >= Factor)
        {
            return default;
        }

        FactorRange scale = Scale;
        int height = (int)(Math.Sqrt(scale.At(image.Uniform(1))) * image.Height);
        int width = (int)(Math.Sqrt(scale.At(image.Uniform(2))) * image.Width);
        return new(image.Whole(3, image.Height - height), image.Whole(4, image.Width - width), height, width);
    }
}
