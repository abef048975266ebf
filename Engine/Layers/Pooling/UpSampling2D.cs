namespace Engine.Layers;

/// <summary>Enlarges images by whole factors.</summary>
/// <remarks>
/// Input <c>[n, height, width, channels]</c>, output <c>[n, height · size, width · size, channels]</c>. Bilinear: position o
/// of the output lies at (o + ½) / size − ½ of the input, between the centers of its cells; beyond the outermost centers the value
/// is theirs.
/// </remarks>
public sealed class UpSampling2D : UpSampling
{
    /// <summary>Makes the layer.</summary>
    /// <param name="size">Rows and columns for each one of the input, at least 1; 2 × 2 if null.</param>
    /// <param name="interpolation">Where the values come from.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, or the interpolation is none of the two.</exception>
    public UpSampling2D((int Height, int Width)? size = null, Interpolation interpolation = Interpolation.Nearest)
        : base(2, Extents.Of(size ?? (2, 2)), interpolation == Interpolation.Bilinear)
    {
        Size = size ?? (2, 2);
        Interpolation = Enum.IsDefined(interpolation) ? interpolation : throw new ArgumentOutOfRangeException(
            nameof(interpolation), $"UpSampling2D: expected the interpolation Nearest or Bilinear, got {interpolation}.");
    }

    /// <summary>Rows and columns for each one of the input.</summary>
    public (int Height, int Width) Size { get; }

    /// <summary>Where the values come from.</summary>
    public Interpolation Interpolation { get; }

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        base.Describe(writer);
        writer.Write("interpolation", Interpolation.ToString());
    }
}
