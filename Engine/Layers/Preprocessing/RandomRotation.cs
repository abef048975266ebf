using Engine.Kernels;

namespace Engine.Layers;

/// <summary>In training, turns each image about its centre by a random angle; in inference nothing happens.</summary>
public sealed class RandomRotation : RandomAffineLayer
{
    /// <summary>Makes the layer.</summary>
    /// <param name="factor">
    /// The angle as a share of a whole turn: one number f for −f to f, or a pair. Positive is counter-clockwise: 0.25 is a quarter
    /// turn to the left.
    /// </param>
    /// <param name="fillMode">What shows beyond the borders.</param>
    /// <param name="interpolation">How the image is read between its pixels.</param>
    /// <param name="seed">A seed of its own; if null the draws follow Fit's seed.</param>
    /// <param name="fillValue">The value beyond the borders where <paramref name="fillMode"/> is constant; finite.</param>
    /// <exception cref="ArgumentOutOfRangeException">The factor is no range, or the value is not finite.</exception>
    public RandomRotation(
        FactorRange factor,
        FillMode fillMode = FillMode.Reflect,
        Interpolation interpolation = Interpolation.Bilinear,
        ulong? seed = null,
        double fillValue = 0)
        : base(fillMode, interpolation, seed, fillValue, nameof(RandomRotation)) =>
        Factor = factor.Checked(nameof(RandomRotation), nameof(factor), -1, 1);

    /// <summary>The angle, as shares of a whole turn.</summary>
    public FactorRange Factor { get; }

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        base.Describe(writer);
        Factor.Write(writer, "factor");
    }

    internal override AffineMap Draw(in ImagePass image) =>
        AffineMap.Rotation(Factor.At(image.Uniform(0)), image.Height, image.Width);
}
