using Engine.Kernels;

namespace Engine.Layers;

/// <summary>
/// In training, a random part of each image; in inference its middle. Input <c>[n, height, width, channels]</c>, output with the
/// height and width given.
/// </summary>
/// <remarks>
/// Each image draws its own place; in Keras a batch shares one. Smaller images are refused; Keras enlarges them, which
/// <see cref="Resizing"/> before this layer does.
/// </remarks>
public sealed class RandomCrop : RandomImageLayer
{
    /// <summary>Makes the layer.</summary>
    /// <param name="height">The height of the output, at least 1 and at most the image's.</param>
    /// <param name="width">The width of the output, at least 1 and at most the image's.</param>
    /// <param name="seed">A seed of its own; if null the draws follow Fit's seed.</param>
    /// <exception cref="ArgumentOutOfRangeException">A length is below 1.</exception>
    public RandomCrop(int height, int width, ulong? seed = null)
        : base(seed) => (Height, Width) = CenterCrop.Check(height, width, nameof(RandomCrop));

    /// <summary>The height of the output.</summary>
    public int Height { get; }

    /// <summary>The width of the output.</summary>
    public int Width { get; }

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        base.Describe(writer);
        writer.Write("height", Height);
        writer.Write("width", Width);
    }

    // The middle is something to do, too.
    internal override bool IsIdentity(bool isTraining) => false;

    internal override void Transform<T>(ReadOnlySpan<T> x, Span<T> y, in ImagePass image) =>
        Window(image).Cut(x, image.Width, image.Channels, y);

    internal override void TransformGradient<T>(ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in ImagePass image) =>
        Window(image).CutAdjoint(dy, image.Width, image.Channels, dx);

    private protected override Shape OutputOf(Shape image) => image[0] >= Height && image[1] >= Width
        ? [Height, Width, image[2]]
        : throw UnexpectedInput(
            $"of at least [n, {Height}, {Width}, channels]", image, "Put a Resizing layer before to enlarge small images.");

    private ImageWindow Window(in ImagePass image) => image.IsTraining
        ? new(image.Whole(0, image.Height - Height), image.Whole(1, image.Width - Width), Height, Width)
        : CenterCrop.Middle(image, Height, Width);
}
