using Engine.Kernels;

namespace Engine.Layers;

/// <summary>In training, zooms each image about its centre by random factors; in inference nothing happens.</summary>
public sealed class RandomZoom : RandomAffineLayer
{
    /// <summary>Makes the layer.</summary>
    /// <param name="heightFactor">
    /// The zoom of the height: one number f for −f to f, or a pair; within [−1, 1]. Positive zooms out: 0.2 shows 1.2 times the
    /// image's height, −0.2 the middle 0.8 of it.
    /// </param>
    /// <param name="widthFactor">The zoom of the width, in the same way; if null the width follows the height.</param>
    /// <param name="fillMode">What shows beyond the borders.</param>
    /// <param name="interpolation">How the image is read between its pixels.</param>
    /// <param name="seed">A seed of its own; if null the draws follow Fit's seed.</param>
    /// <param name="fillValue">The value beyond the borders where <paramref name="fillMode"/> is constant; finite.</param>
    /// <exception cref="ArgumentOutOfRangeException">A factor is outside [−1, 1], or the value is not finite.</exception>
    public RandomZoom(
        FactorRange heightFactor,
        FactorRange? widthFactor = null,
        FillMode fillMode = FillMode.Reflect,
        Interpolation interpolation = Interpolation.Bilinear,
        ulong? seed = null,
        double fillValue = 0)
        : base(fillMode, interpolation, seed, fillValue, nameof(RandomZoom))
    {
        HeightFactor = heightFactor.Checked(nameof(RandomZoom), nameof(heightFactor), -1, 1);
        WidthFactor = widthFactor?.Checked(nameof(RandomZoom), nameof(widthFactor), -1, 1);
    }

    /// <summary>The zoom of the height, less 1.</summary>
    public FactorRange HeightFactor { get; }

    /// <summary>The zoom of the width, less 1; null where the width follows the height.</summary>
    public FactorRange? WidthFactor { get; }

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        base.Describe(writer);
        HeightFactor.Write(writer, "height_factor");
        WidthFactor?.Write(writer, "width_factor");
    }

    internal override AffineMap Draw(in ImagePass image)
    {
        double vertical = 1 + HeightFactor.At(image.Uniform(0));
        double horizontal = WidthFactor is { } range ? 1 + range.At(image.Uniform(1)) : vertical;
        return AffineMap.Zoom(vertical, horizontal, image.Height, image.Width);
    }
}
