namespace Engine.Interop;

/// <summary>How <see cref="ImageFolder"/> reads images.</summary>
public sealed class ImageFolderOptions
{
    /// <summary>The size that each image is resized to, bilinearly, in pixels; both at least 1.</summary>
    public (int Height, int Width) Size { get; init; } = (256, 256);

    /// <summary>Numbers a pixel: 3 for red, green and blue, or 1 for brightness.</summary>
    public int Channels { get; init; } = 3;

    /// <summary>Whether targets are one-hot rows of the classes, else the classes' numbers.</summary>
    public bool OneHot { get; init; } = true;

    /// <summary>
    /// What is done with each resized image, [height, width, channels] of 0 to 255, before it is used; nothing if null. Called
    /// by several threads at once. What the models of Engine.Applications expect is their Preprocess.
    /// </summary>
    public Action<Span<float>>? Preprocess { get; init; }

    /// <summary>
    /// The images that are kept at most: the next batch is decoded while the one before is computed, so this should be two
    /// batches or more. Folders of no more images than that are decoded once.
    /// </summary>
    public int Kept { get; init; } = 256;

    /// <summary>The pixels of the largest image that is read, so that a small file cannot take all memory.</summary>
    public long MaxPixels { get; init; } = 100_000_000;

    internal void Validate()
    {
        if (Size.Height < 1 || Size.Width < 1)
        {
            throw Unexpected(nameof(Size), "at least 1 pixel on each side", $"{Size.Height} by {Size.Width}");
        }

        if (Channels is not (1 or 3))
        {
            throw Unexpected(nameof(Channels), "1 or 3 numbers a pixel", $"{Channels}");
        }

        if (Kept < 1)
        {
            throw Unexpected(nameof(Kept), "at least 1 image", $"{Kept}");
        }

        if (MaxPixels < 1)
        {
            throw Unexpected(nameof(MaxPixels), "at least 1 pixel", $"{MaxPixels}");
        }
    }

    private static ArgumentOutOfRangeException Unexpected(string option, string expected, string got) =>
        new(option, $"ImageFolderOptions.{option}: expected {expected}, got {got}.");
}
