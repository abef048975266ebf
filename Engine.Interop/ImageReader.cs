using StbImageSharp;

namespace Engine.Interop;

/// <summary>Decodes an image file and brings it to a size.</summary>
internal static class ImageReader
{
    /// <summary>Reads a file as numbers of 0 to 255: [height, width, channels].</summary>
    /// <exception cref="InvalidDataException">The file is no image, damaged, or too large; the message names it.</exception>
    public static float[] Read(string path, ImageFolderOptions options)
    {
        using FileStream stream = File.OpenRead(path);
        CheckSize(path, stream, options.MaxPixels);
        stream.Position = 0;
        ImageResult image;
        try
        {
            image = ImageResult.FromStream(
                stream, options.Channels == 1 ? ColorComponents.Grey : ColorComponents.RedGreenBlue);
        }
        catch (Exception exception) when (IsOfDecoder(exception))
        {
            // The decoder throws anything at damaged files, an index out of range among them.
            throw Undecodable(path, exception);
        }

        float[] resized = new float[options.Size.Height * options.Size.Width * options.Channels];
        Resize(image.Data, image.Height, image.Width, options.Channels, resized, options.Size.Height, options.Size.Width);
        return resized;
    }

    /// <summary>
    /// Bilinear, with the centres of pixels half a pixel from their edges and the border repeated, as TensorFlow's resize without
    /// antialiasing: y = (1 − v)((1 − u) x₀₀ + u x₀₁) + v((1 − u) x₁₀ + u x₁₁).
    /// </summary>
    internal static void Resize(
        ReadOnlySpan<byte> source, int height, int width, int channels, Span<float> destination, int newHeight, int newWidth)
    {
        int line = width * channels;
        for (int row = 0; row < newHeight; row++)
        {
            (int top, int bottom, float v) = Neighbours(row, height, newHeight);
            for (int column = 0; column < newWidth; column++)
            {
                (int left, int right, float u) = Neighbours(column, width, newWidth);
                for (int channel = 0; channel < channels; channel++)
                {
                    int x0 = (left * channels) + channel, x1 = (right * channels) + channel;
                    float upper = Mix(source[(top * line) + x0], source[(top * line) + x1], u);
                    float lower = Mix(source[(bottom * line) + x0], source[(bottom * line) + x1], u);
                    destination[(((row * newWidth) + column) * channels) + channel] = Mix(upper, lower, v);
                }
            }
        }
    }

    private static float Mix(float first, float second, float weight) => first + (weight * (second - first));

    private static (int First, int Second, float Weight) Neighbours(int place, int length, int newLength)
    {
        float at = ((place + 0.5f) * length / newLength) - 0.5f;
        int first = (int)MathF.Floor(at);
        return (Math.Clamp(first, 0, length - 1), Math.Clamp(first + 1, 0, length - 1), at - first);
    }

    private static void CheckSize(string path, FileStream stream, long maxPixels)
    {
        ImageInfo? info;
        try
        {
            info = ImageInfo.FromStream(stream);
        }
        catch (Exception exception) when (IsOfDecoder(exception))
        {
            throw Undecodable(path, exception);
        }

        if (info is not { Width: > 0, Height: > 0 } size)
        {
            throw Undecodable(path, null);
        }

        if ((long)size.Width * size.Height > maxPixels)
        {
            throw new InvalidDataException(
                $"ImageFolder: {path}: expected an image of at most {maxPixels} pixels, "
                + $"got one of {size.Width} by {size.Height}. Scale it down, or raise {nameof(ImageFolderOptions.MaxPixels)}.");
        }
    }

    // A file that ends too early is damaged; other errors of reading are the disk's.
    private static bool IsOfDecoder(Exception exception) =>
        exception is EndOfStreamException or not (IOException or OutOfMemoryException);

    private static InvalidDataException Undecodable(string path, Exception? cause) => new(
        $"ImageFolder: {path}: expected a PNG, JPEG or BMP image, got a file that cannot be decoded"
        + (cause is null ? "." : $": {cause.Message.TrimEnd('.')}."),
        cause);
}
