namespace Engine.Kernels;

/// <summary>
/// How long the ways of a convolution take: nanoseconds of a core of a Zen 5, in float, fitted to what was measured
/// (<c>Engine.Benchmarks -- convolution</c>). Only comparisons between them matter.
/// </summary>
internal static class ConvolutionCost
{
    // A multiply-add of a row of a tile of two vectors of 8 lanes, of one vector, and of a strip of 32 columns of the product.
    private const double OfTwoVectors = 0.25, OfVector = 0.16, OfStrip = 0.28;

    // What else the direct way does: to begin and write a vector of the output, to add up a tile of the kernel's gradient, to copy
    // an element of the source, to pack a vector of the kernel.
    private const double OfVectorWritten = 1, OfTile = 3, OfElementCopied = 0.035, OfVectorPacked = 4;

    // What the product takes for a position before it multiplies, for each element of its window, and to pack a weight.
    private const double OfPosition = 5, OfWindowElement = 0.8, OfWeightPacked = 0.2;

    // Winograd's unit is a multiply-add of its product. In these: the transform of one channel of a tile, and of one weight or its
    // gradient.
    private const double OfWinogradForward = 0.0077, OfWinogradGradient = 0.0105;
    private const double UnitsOfTile = 400, UnitsOfWeight = 360;

    /// <summary>Winograd's way has a larger error of rounding, so it must be clearly faster.</summary>
    private const double WinogradMargin = 1.15;

    // Of the direct way: lanes of a vector, rows of a tile, and how many it has at least, in time.
    private const int Lanes = 8, RowsOfTwoVectors = 6, LeastRowsOfTwoVectors = 4, RowsOfVector = 8;

    /// <summary>Direct convolution, forward and for the input's gradient.</summary>
    /// <param name="plan">The cut, for vectors of eight lanes.</param>
    /// <param name="batch">The number of samples.</param>
    public static double Direct(in DirectPlan plan, int batch)
    {
        int outputs = plan.BandPositions;
        double ofBand = (plan.PatchLength * OfStep(plan, outputs)) + (OfVectorWritten * plan.Vectors * outputs);
        return ((double)batch * plan.Bands * (ofBand + (OfElementCopied * plan.BlockLength())))
            + (OfVectorPacked * plan.PatchLength * plan.Vectors);
    }

    /// <summary>The gradient of the kernel by direct convolution.</summary>
    /// <param name="plan">The cut, for vectors of eight lanes.</param>
    /// <param name="batch">The number of samples.</param>
    public static double DirectWeightGradient(in DirectPlan plan, int batch)
    {
        double tiles = (double)plan.PatchLength / RowsOfTwoVectors * DivideUp(plan.Vectors, 2);
        double ofBand = (plan.BandPositions * OfStep(plan, plan.PatchLength)) + (OfTile * tiles);
        return (double)batch * plan.Bands * (ofBand + (OfElementCopied * plan.BlockLength()));
    }

    /// <summary>The implicit product: patches and kernel are packed, and up to 32 columns take as long as 32.</summary>
    /// <param name="outputs">The positions that are written, of all samples.</param>
    /// <param name="windowPositions">The positions of a window.</param>
    /// <param name="patchLength">The elements that each output sums.</param>
    /// <param name="written">The channels of each.</param>
    public static double ImplicitGemm(double outputs, int windowPositions, double patchLength, int written) =>
        (OfWeightPacked * patchLength * written) + Product(outputs, windowPositions, patchLength, written);

    /// <summary>The same for the kernel's gradient, for which no kernel is packed.</summary>
    /// <param name="outputs">The positions that are read, of all samples.</param>
    /// <param name="windowPositions">The positions of a window.</param>
    /// <param name="patchLength">The elements that each output sums.</param>
    /// <param name="filters">The channels of each.</param>
    public static double ImplicitWeightGradient(double outputs, int windowPositions, double patchLength, int filters) =>
        Product(outputs, windowPositions, patchLength, filters);

    /// <summary>Winograd's way, forward and for the input's gradient, with what it must win by.</summary>
    /// <param name="tiles">The tiles of 4 × 4 that are written, of all samples.</param>
    /// <param name="read">The channels of what is read.</param>
    /// <param name="written">The channels of what is written.</param>
    public static double Winograd(double tiles, int read, int written) =>
        WinogradMargin * OfWinogradForward * Units(tiles, read, written, 8.0 / read);

    /// <summary>The same for the kernel's gradient, which is summed over the tiles, a block of them at a time.</summary>
    /// <param name="tiles">The tiles of 4 × 4 that are read, of all samples.</param>
    /// <param name="channels">The channels of the input.</param>
    /// <param name="filters">The channels of the output.</param>
    public static double WinogradWeightGradient(double tiles, int channels, int filters) =>
        WinogradMargin * OfWinogradGradient * Units(
            tiles, channels, filters, 2 / Math.Min(tiles, WinogradWeightGradient<float>.MaxTiles));

    private static double Product(double positions, int windowPositions, double patchLength, int columns) =>
        positions * (OfPosition + (OfWindowElement * windowPositions) + (OfStrip * patchLength * DivideUp(columns, 32)));

    // A step of the summed axis for so many rows, of all columns.
    private static double OfStep(in DirectPlan plan, int rows)
    {
        (int pairs, int single) = Math.DivRem(plan.Vectors, 2);
        int ofPair = Math.Max(rows, LeastRowsOfTwoVectors * DivideUp(rows, RowsOfTwoVectors));
        return (OfTwoVectors * pairs * ofPair) + (OfVector * single * RowsOfVector * DivideUp(rows, RowsOfVector));
    }

    // A short summed axis is mostly beginning and end: so much more. Up to 16 columns the product is one of narrow vectors.
    private static double Units(double tiles, int read, int written, double ends)
    {
        double columns = written <= 16 ? 1.6 * 16 : DivideUp(written, 16) * 16;
        double products = 1.1 * (1 + ends) * WinogradTransform.Points * (tiles + 2) * read * columns;
        return products + (UnitsOfTile * tiles * (Transformed(read) + Transformed(written))) + (UnitsOfWeight * read * written);
    }

    // The last channels, fewer than a vector, take as long as three vectors.
    private static int Transformed(int channels) =>
        channels % Lanes == 0 ? channels : ((channels / Lanes) + 3) * Lanes;

    private static int DivideUp(int a, int b) => (a + b - 1) / b;
}
