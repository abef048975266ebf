using SkiaSharp;

namespace Engine.Examples;

/// <summary>Pictures for a page: copies that are small enough to stay in a repository.</summary>
internal static class SmallPicture
{
    private const double Step = 0.85;
    private const int LeastWidth = 100;

    /// <summary>
    /// Copies a PNG; one that is too large is compressed as well as the format can, and then made smaller until it fits.
    /// </summary>
    /// <param name="source">The file.</param>
    /// <param name="target">Where to; its folder is there.</param>
    /// <param name="limit">The most bytes.</param>
    /// <exception cref="InvalidDataException">The file is no picture, or does not fit at any size.</exception>
    public static void Copy(string source, string target, int limit)
    {
        if (new FileInfo(source).Length <= limit)
        {
            File.Copy(source, target, overwrite: true);
            return;
        }

        using SKBitmap picture = SKBitmap.Decode(source)
            ?? throw new InvalidDataException($"SmallPicture: expected a picture, got something else in {source}.");
        for (double scale = 1; scale * picture.Width >= LeastWidth; scale *= Step)
        {
            var size = new SKImageInfo((int)(scale * picture.Width), (int)(scale * picture.Height));
            using SKBitmap? smaller = picture.Resize(size, new SKSamplingOptions(SKCubicResampler.Mitchell));
            using SKPixmap? pixels = smaller?.PeekPixels();
            using SKData? data = pixels?.Encode(new SKPngEncoderOptions(SKPngEncoderFilterFlags.AllFilters, zLibLevel: 9));
            if (data is null || data.Size > limit)
                continue;
            File.WriteAllBytes(target, data.ToArray());
            return;
        }

        throw new InvalidDataException($"SmallPicture: expected a picture that fits in {Text.Count(limit)} bytes, got {source}.");
    }
}
