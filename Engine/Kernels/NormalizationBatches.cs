using System.Numerics;
using System.Numerics.Tensors;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>
/// The passes of batch normalization, on several threads: rows in blocks, whose sums are joined in their order. Coefficients have
/// one element a column; what they mean is said in <see cref="NormalizationColumns"/>.
/// </summary>
internal static class NormalizationBatches
{
    /// <summary>The elements of working memory that the sums over so many rows need.</summary>
    public static int Scratch(int rows, int columns) => 2 * columns * NormalizationMoments.Blocks(rows, columns);

    /// <summary>Mean and biased variance of each column.</summary>
    /// <param name="x">[rows, columns], at least one row.</param>
    /// <param name="mean">[columns], overwritten.</param>
    /// <param name="variance">[columns], overwritten; never below 0.</param>
    /// <param name="scratch">As long as <see cref="Scratch"/> says.</param>
    /// <param name="threads">How many threads may work: no effect on the result.</param>
    public static void Moments<T>(ReadOnlySpan<T> x, Span<T> mean, Span<T> variance, Span<T> scratch, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int columns = mean.Length, rows = x.Length / columns, rowsABlock = NormalizationMoments.RowsABlock(columns);
        var body = new MomentsBody<T>(x, scratch, columns);
        int blocks = NormalizationMoments.Blocks(rows, columns);
        ParallelLoop.Run(ref body, blocks, threads);
        scratch[..columns].CopyTo(mean);
        scratch.Slice(columns, columns).CopyTo(variance);
        for (int block = 1; block < blocks; block++)
        {
            int before = block * rowsABlock;
            ReadOnlySpan<T> more = scratch.Slice(2 * block * columns, 2 * columns);
            NormalizationMoments.Join(
                before, mean, variance, Math.Min(rowsABlock, rows - before), more[..columns], more[columns..]);
        }

        TensorPrimitives.Divide(variance, T.CreateChecked(rows), variance);
    }

    /// <summary>y = (x − mean) · scale + shift, column by column; y may be x.</summary>
    public static void Normalize<T>(
        ReadOnlySpan<T> x, ReadOnlySpan<T> mean, ReadOnlySpan<T> scale, ReadOnlySpan<T> shift, Span<T> y, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Elementwise.ThrowIfLengthsDiffer(y.Length, x.Length);
        var body = new NormalizeBody<T>(x, mean, scale, shift, y);
        ParallelLoop.Run(ref body, NormalizationMoments.Blocks(x.Length / mean.Length, mean.Length), threads);
    }

    /// <summary>sums = Σ dy, products = Σ dy (x − mean), column by column, both overwritten.</summary>
    public static void GradientSums<T>(
        ReadOnlySpan<T> x, ReadOnlySpan<T> dy, ReadOnlySpan<T> mean, Span<T> sums, Span<T> products, Span<T> scratch, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int columns = mean.Length;
        Elementwise.ThrowIfLengthsDiffer(dy.Length, x.Length);
        var body = new GradientSumsBody<T>(x, dy, mean, scratch);
        int blocks = NormalizationMoments.Blocks(x.Length / columns, columns);
        ParallelLoop.Run(ref body, blocks, threads);
        sums.Clear();
        products.Clear();
        for (int block = 0; block < blocks; block++)
        {
            ReadOnlySpan<T> more = scratch.Slice(2 * block * columns, 2 * columns);
            TensorPrimitives.Add(sums, more[..columns], sums);
            TensorPrimitives.Add(products, more[columns..], products);
        }
    }

    /// <summary>dx = scale · dy − (x − mean) · slope − shift, column by column; dx may be dy.</summary>
    public static void InputGradient<T>(
        ReadOnlySpan<T> x,
        ReadOnlySpan<T> dy,
        ReadOnlySpan<T> mean,
        ReadOnlySpan<T> scale,
        ReadOnlySpan<T> slope,
        ReadOnlySpan<T> shift,
        Span<T> dx,
        int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Elementwise.ThrowIfLengthsDiffer(dy.Length, x.Length);
        Elementwise.ThrowIfLengthsDiffer(dx.Length, x.Length);
        var body = new InputGradientBody<T>(x, dy, mean, scale, slope, shift, dx);
        ParallelLoop.Run(ref body, NormalizationMoments.Blocks(x.Length / mean.Length, mean.Length), threads);
    }

    // The elements of a block of rows.
    private static Range Block(int block, int length, int columns)
    {
        int size = NormalizationMoments.RowsABlock(columns) * columns;
        return (block * size)..Math.Min((block + 1) * size, length);
    }

    private readonly ref struct MomentsBody<T>(ReadOnlySpan<T> x, Span<T> partial, int columns) : IBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly ReadOnlySpan<T> _x = x;
        private readonly Span<T> _partial = partial;

        public void Run(int part)
        {
            Span<T> target = _partial.Slice(2 * part * columns, 2 * columns);
            NormalizationMoments.Of(_x[Block(part, _x.Length, columns)], target[..columns], target[columns..]);
        }
    }

    private readonly ref struct NormalizeBody<T>(
        ReadOnlySpan<T> x, ReadOnlySpan<T> mean, ReadOnlySpan<T> scale, ReadOnlySpan<T> shift, Span<T> y) : IBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly ReadOnlySpan<T> _x = x, _mean = mean, _scale = scale, _shift = shift;
        private readonly Span<T> _y = y;

        public void Run(int part)
        {
            Range block = Block(part, _x.Length, _mean.Length);
            NormalizationColumns.Normalize(_x[block], _mean, _scale, _shift, _y[block]);
        }
    }

    private readonly ref struct GradientSumsBody<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> dy, ReadOnlySpan<T> mean, Span<T> partial) : IBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly ReadOnlySpan<T> _x = x, _dy = dy, _mean = mean;
        private readonly Span<T> _partial = partial;

        public void Run(int part)
        {
            int columns = _mean.Length;
            Range block = Block(part, _x.Length, columns);
            Span<T> target = _partial.Slice(2 * part * columns, 2 * columns);
            NormalizationColumns.GradientSums(_x[block], _dy[block], _mean, target[..columns], target[columns..]);
        }
    }

    private readonly ref struct InputGradientBody<T>(
        ReadOnlySpan<T> x,
        ReadOnlySpan<T> dy,
        ReadOnlySpan<T> mean,
        ReadOnlySpan<T> scale,
        ReadOnlySpan<T> slope,
        ReadOnlySpan<T> shift,
        Span<T> dx) : IBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly ReadOnlySpan<T> _x = x, _dy = dy, _mean = mean, _scale = scale, _slope = slope, _shift = shift;
        private readonly Span<T> _dx = dx;

        public void Run(int part)
        {
            Range block = Block(part, _x.Length, _mean.Length);
            NormalizationColumns.InputGradient(_x[block], _dy[block], _mean, _scale, _slope, _shift, _dx[block]);
        }
    }
}
