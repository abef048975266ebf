using Engine.Kernels;

namespace Engine.Layers;

/// <summary>
/// In training, moves each image up or down and left or right by random shares of its height and width; in inference nothing
/// happens.
/// </summary>
public sealed class RandomTranslation : RandomAffineLayer
{
    /// <summary>Makes the layer.</summary>
    /// <param name="heightFactor">
    /// How far down, as a share of the height: one number f for −f to f, or a pair; within [−1, 1]. Negative is up.
    /// </param>
    /// <param name="widthFactor">How far to the right, as a share of the width, in the same way. Negative is to the left.</param>
    /// <param name="fillMode">What shows beyond the borders.</param>
    /// <param name="interpolation">How the image is read between its pixels.</param>
    /// <param name="seed">A seed of its own; if null the draws follow Fit's seed.</param>
    /// <param name="fillValue">The value beyond the borders where <paramref name="fillMode"/> is constant; finite.</param>
    /// <exception cref="ArgumentOutOfRangeException">A factor is outside [−1, 1], or the value is not finite.</exception>
    public RandomTranslation(
        FactorRange heightFactor,
        FactorRange widthFactor,
        FillMode fillMode = FillMode.Reflect,
        Interpolation interpolation = Interpolation.Bilinear,
        ulong? seed = null,
        double fillValue = 0)
        : base(fillMode, interpolation, seed, fillValue, nameof(RandomTranslation))
    {
        HeightFactor = heightFactor.Checked(nameof(RandomTranslation), nameof(heightFactor), -1, 1);
        WidthFactor = widthFactor.Checked(nameof(RandomTranslation), nameof(widthFactor), -1, 1);
    }

    /// <summary>How far down, as shares of the height.</summary>
    public FactorRange HeightFactor { get; }

    /// <summary>How far to the right, as shares of the width.</summary>
    public FactorRange WidthFactor { get; }

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        base.Describe(writer);
        HeightFactor.Write(writer, "height_factor");
        WidthFactor.Write(writer, "width_factor");
    }

    internal override AffineMap Draw(in ImagePass image) => AffineMap.Translation(
        HeightFactor.At(image.Uniform(0)) * image.Height, WidthFactor.At(image.Uniform(1)) * image.Width);
}
