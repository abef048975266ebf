namespace Engine.Kernels;

/// <summary>
/// How long the ways of a convolution take: nanoseconds of a core of a Zen 5 with vectors of 512 bits, in float, fitted to what was
/// measured with 1 to 64 channels and filters on images of 14 × 14 and 28 × 28. Only comparisons between them matter.
/// </summary>
internal static class ConvolutionCost
{
    // A multiply-add of a tile of two vectors of 8 lanes, of one vector, and of a strip of 32 columns of the product.
    private const double OfTwoVectors = 0.25, OfVector = 0.16, OfStrip = 0.28;

    // To begin and to write a vector of the direct way.
    private const double OfVectorWritten = 1;

    // What the product takes for a position before it multiplies, and for each element of its window.
    private const double OfPosition = 5, OfWindowElement = 0.8;

    // Winograd's unit is a multiply-add of its product. In these: the transform of one channel of a tile, of one weight, and of the
    // gradient of one weight.
    private const double OfWinogradForward = 0.0077, OfWinogradGradient = 0.0105;
    private const double UnitsOfTile = 400, UnitsOfWeight = 430, UnitsOfWeightGradient = 800;

    /// <summary>Winograd's way has a larger error of rounding, so it must be clearly faster.</summary>
    private const double WinogradMargin = 1.15;

    /// <summary>Direct convolution: the columns of a tile are whole vectors.</summary>
    /// <param name="outputs">The positions that are written, of all samples.</param>
    /// <param name="patchLength">The elements that each of them sums.</param>
    /// <param name="written">The channels of each.</param>
    public static double Direct(double outputs, double patchLength, int written) =>
        (outputs * OfVectorWritten * Vectors(written)) + DirectWeightGradient(outputs, patchLength, written);

    /// <summary>The same for the kernel's gradient, which reads the outputs instead of writing them.</summary>
    public static double DirectWeightGradient(double outputs, double patchLength, int filters)
    {
        (int pairs, int single) = Math.DivRem(Vectors(filters), 2);
        return outputs * patchLength * ((OfTwoVectors * pairs) + (OfVector * single));
    }

    /// <summary>The implicit product: patches are packed, and up to 32 columns take as long as 32.</summary>
    /// <param name="outputs">The positions that are written, of all samples.</param>
    /// <param name="windowPositions">The positions of a window.</param>
    /// <param name="patchLength">The elements that each output sums.</param>
    /// <param name="written">The channels of each.</param>
    public static double ImplicitGemm(double outputs, int windowPositions, double patchLength, int written) =>
        outputs * (OfPosition + (OfWindowElement * windowPositions) + (OfStrip * patchLength * ((written + 31) / 32)));

    /// <summary>Winograd's way, forward and for the input's gradient, with what it must win by.</summary>
    /// <param name="tiles">The tiles of 4 × 4 that are written, of all samples.</param>
    /// <param name="read">The channels of what is read.</param>
    /// <param name="written">The channels of what is written.</param>
    public static double Winograd(double tiles, int read, int written) =>
        WinogradMargin * OfWinogradForward * Units(tiles, read, written, read, UnitsOfWeight);

    /// <summary>The same for the kernel's gradient, which is summed over the tiles, up to 96 at a time.</summary>
    public static double WinogradWeightGradient(double tiles, int channels, int filters) =>
        WinogradMargin * OfWinogradGradient * Units(tiles, channels, filters, Math.Min(tiles, 96), UnitsOfWeightGradient);

    private static double Units(double tiles, int read, int written, double summed, double unitsOfWeight)
    {
        // A short summed axis is mostly beginning and end. Up to 16 columns the product is one of narrow vectors.
        double columns = written <= 16 ? 1.6 * 16 : (written + 15) / 16 * 16;
        double products = 1.1 * (1 + (8 / summed)) * WinogradTransform.Points * (tiles + 2) * read * columns;
        return products + (UnitsOfTile * tiles * (Transformed(read) + Transformed(written))) + (unitsOfWeight * read * written);
    }

    private static int Vectors(int columns) => (columns + 7) / 8;

    // The last channels, fewer than a vector, take as long as three vectors.
    private static int Transformed(int channels) => channels % 8 == 0 ? channels : (channels / 8 * 8) + 24;
}
