namespace Engine.Layers;

/// <summary>
/// In training, mirrors each image with probability ½, in each direction by itself; in inference nothing happens.
/// </summary>
public sealed class RandomFlip : RandomImageLayer
{
    /// <summary>Makes the layer.</summary>
    /// <param name="mode">Which way.</param>
    /// <param name="seed">A seed of its own; if null the draws follow Fit's seed.</param>
    public RandomFlip(FlipMode mode = FlipMode.HorizontalAndVertical, ulong? seed = null)
        : base(seed) => Mode = mode;

    /// <summary>Which way.</summary>
    public FlipMode Mode { get; }

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        base.Describe(writer);
        writer.Write("mode", Mode.ToString());
    }

    internal override void Transform<T>(ReadOnlySpan<T> x, Span<T> y, in ImagePass image)
    {
        bool isMirrored = Mode != FlipMode.Vertical && image.Uniform(0) < 0.5;
        bool isTurnedOver = Mode != FlipMode.Horizontal && image.Uniform(1) < 0.5;
        int rowLength = image.Width * image.Channels;
        for (int row = 0; row < image.Height; row++)
        {
            ReadOnlySpan<T> from = x.Slice((isTurnedOver ? image.Height - 1 - row : row) * rowLength, rowLength);
            Span<T> to = y.Slice(row * rowLength, rowLength);
            if (!isMirrored)
            {
                from.CopyTo(to);
                continue;
            }

            for (int start = 0; start < rowLength; start += image.Channels)
            {
                from.Slice(rowLength - image.Channels - start, image.Channels).CopyTo(to[start..]);
            }
        }
    }

    // A mirror is its own inverse and its own transpose.
    internal override void TransformGradient<T>(ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in ImagePass image) =>
        Transform(dy, dx, image);
}
