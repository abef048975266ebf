using System.Numerics;
using System.Numerics.Tensors;

namespace Engine.Kernels;

/// <summary>
/// Means and sums of squared deviations of columns. Within a block of rows, which stays in cache, the mean is mended once before the squares; blocks are joined by Chan, Golub and
/// LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979: nothing large is ever subtracted
/// from something large.
/// </summary>
internal static class NormalizationMoments
{
    // Rows whose elements stay in the first cache for the second pass. A function of the shape alone.
    private const int BlockLength = 8192;
    private const int LeastRows = 32;

    /// <summary>The number of rows that are summed together.</summary>
    public static int RowsABlock(int columns) => Math.Max(LeastRows, BlockLength / columns);

    /// <summary>The number of blocks of so many rows.</summary>
    public static int Blocks(int rows, int columns) => (rows + RowsABlock(columns) - 1) / RowsABlock(columns);

    /// <summary>mean[c] = Σ x[r, c] / rows; squares[c] = Σ (x[r, c] − mean[c])². Both overwritten.</summary>
    /// <param name="x">[rows, columns], at least one row.</param>
    /// <param name="mean">[columns].</param>
    /// <param name="squares">[columns].</param>
    public static void Of<T>(ReadOnlySpan<T> x, Span<T> mean, Span<T> squares)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int rows = x.Length / mean.Length;
        Reductions.ColumnSums(x, mean);
        TensorPrimitives.Divide(mean, T.CreateChecked(rows), mean);

        // A sum of large numbers has lost digits; that of the deviations from its mean has not, and mends it.
        NormalizationColumns.DeviationSums(x, mean, squares);
        TensorPrimitives.Divide(squares, T.CreateChecked(rows), squares);
        TensorPrimitives.Add(mean, squares, mean);
        NormalizationColumns.SquaredDeviations(x, mean, squares);
    }

    /// <summary>As <see cref="Of"/>, but block by block.</summary>
    /// <param name="x">[rows, columns], at least one row.</param>
    /// <param name="mean">[columns].</param>
    /// <param name="squares">[columns].</param>
    /// <param name="scratch">2 · columns.</param>
    public static void OfBlocks<T>(ReadOnlySpan<T> x, Span<T> mean, Span<T> squares, Span<T> scratch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int columns = mean.Length, size = RowsABlock(columns) * columns;
        Of(x[..Math.Min(size, x.Length)], mean, squares);
        for (int start = size; start < x.Length; start += size)
        {
            ReadOnlySpan<T> block = x.Slice(start, Math.Min(size, x.Length - start));
            Span<T> moreMean = scratch[..columns], moreSquares = scratch.Slice(columns, columns);
            Of(block, moreMean, moreSquares);
            Join(start / columns, mean, squares, block.Length / columns, moreMean, moreSquares);
        }
    }

    /// <summary>Joins the moments of more rows to those of the rows before.</summary>
    /// <param name="rows">The number of rows before.</param>
    /// <param name="mean">[columns], of the rows before; then of all.</param>
    /// <param name="squares">[columns], of the rows before; then of all.</param>
    /// <param name="moreRows">The number of rows that are joined.</param>
    /// <param name="moreMean">[columns], of the rows that are joined.</param>
    /// <param name="moreSquares">[columns], of the rows that are joined.</param>
    public static void Join<T>(
        int rows, Span<T> mean, Span<T> squares, int moreRows, ReadOnlySpan<T> moreMean, ReadOnlySpan<T> moreSquares)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // mean += δ · m / (n + m);  squares += more + δ² · n m / (n + m)   with δ = moreMean − mean
        double share = moreRows / ((double)rows + moreRows);
        T step = T.CreateChecked(share), spread = T.CreateChecked(share * rows);
        for (int c = 0; c < mean.Length; c++)
        {
            T delta = moreMean[c] - mean[c];
            mean[c] += delta * step;
            squares[c] += moreSquares[c] + (delta * delta * spread);
        }
    }
}
