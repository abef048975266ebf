using Engine.Kernels;

namespace Engine.Layers;

/// <summary>
/// The middle of each image. Input <c>[n, height, width, channels]</c>, output with the height and width given; of an odd
/// number of pixels to cut off, one more goes at the bottom and at the right.
/// </summary>
/// <remarks>Smaller images are refused; Keras enlarges them, which <see cref="Resizing"/> before this layer does.</remarks>
public sealed class CenterCrop : ImageLayer
{
    /// <summary>Makes the layer.</summary>
    /// <param name="height">The height of the output, at least 1 and at most the image's.</param>
    /// <param name="width">The width of the output, at least 1 and at most the image's.</param>
    /// <exception cref="ArgumentOutOfRangeException">A length is below 1.</exception>
    public CenterCrop(int height, int width)
        : base(null) => (Height, Width) = Check(height, width, nameof(CenterCrop));

    /// <summary>The height of the output.</summary>
    public int Height { get; }

    /// <summary>The width of the output.</summary>
    public int Width { get; }

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write("height", Height);
        writer.Write("width", Width);
    }

    internal static (int Height, int Width) Check(int height, int width, string kind) => height >= 1 && width >= 1
        ? (height, width)
        : throw new ArgumentOutOfRangeException(
            height < 1 ? nameof(height) : nameof(width),
            $"{kind}: expected a height and a width of at least 1, got {height} and {width}.");

    internal static ImageWindow Middle(in ImagePass image, int height, int width) =>
        new((image.Height - height) / 2, (image.Width - width) / 2, height, width);

    internal override void Transform<T>(ReadOnlySpan<T> x, Span<T> y, in ImagePass image) =>
        Middle(image, Height, Width).Cut(x, image.Width, image.Channels, y);

    internal override void TransformGradient<T>(ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in ImagePass image) =>
        Middle(image, Height, Width).CutAdjoint(dy, image.Width, image.Channels, dx);

    private protected override Shape OutputOf(Shape image) => image[0] >= Height && image[1] >= Width
        ? [Height, Width, image[2]]
        : throw UnexpectedInput(
            $"of at least [n, {Height}, {Width}, channels]", image, "Put a Resizing layer before to enlarge small images.");
}
