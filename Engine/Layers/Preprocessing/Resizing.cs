using Engine.Kernels;

namespace Engine.Layers;

/// <summary>
/// Images of another size: each is stretched to the height and width given. Input <c>[n, height, width, channels]</c>, output with
/// those. Edges lie on edges, and a pixel's value at its centre; much smaller images are read at points, not averaged.
/// </summary>
public sealed class Resizing : ImageLayer
{
    /// <summary>Makes the layer.</summary>
    /// <param name="height">The height of the output, at least 1.</param>
    /// <param name="width">The width of the output, at least 1.</param>
    /// <param name="interpolation">How the image is read between its pixels.</param>
    /// <exception cref="ArgumentOutOfRangeException">A length is below 1.</exception>
    public Resizing(int height, int width, Interpolation interpolation = Interpolation.Bilinear)
        : base(null)
    {
        (Height, Width) = CenterCrop.Check(height, width, nameof(Resizing));
        Interpolation = interpolation;
    }

    /// <summary>The height of the output.</summary>
    public int Height { get; }

    /// <summary>The width of the output.</summary>
    public int Width { get; }

    /// <summary>How the image is read between its pixels.</summary>
    public Interpolation Interpolation { get; }

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write("height", Height);
        writer.Write("width", Width);
        writer.Write("interpolation", Interpolation.ToString());
    }

    internal override void Transform<T>(ReadOnlySpan<T> x, Span<T> y, in ImagePass image) =>
        ImageTransform.Forward(x, AffineMap.Resize(image.Height, image.Width, Height, Width), Sampling(image), y);

    internal override void TransformGradient<T>(ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in ImagePass image) =>
        ImageTransform.Adjoint(dy, AffineMap.Resize(image.Height, image.Width, Height, Width), Sampling(image), dx);

    private protected override Shape OutputOf(Shape image) => [Height, Width, image[2]];

    private ImageSampling Sampling(in ImagePass image) => new(
        image.Height, image.Width, Height, Width, image.Channels, FillMode.Nearest, Interpolation == Interpolation.Nearest, 0);
}
