using System.Numerics;
using System.Numerics.Tensors;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>Normalization of each row by its own mean and variance, on several threads.</summary>
internal static class NormalizationRows
{
    // Rows are done in blocks, whose sums are joined in their order. A function of the shape alone.
    private const int BlockLength = 16 * 1024;
    private const int LeastRows = 16;

    /// <summary>The elements of working memory that backward needs for so many rows.</summary>
    public static int Scratch(int rows, int length) => 2 * length * Blocks(rows, length);

    /// <summary>y = (x − μ) r γ + β, with r = 1 / √(σ² + ε), of each row.</summary>
    /// <param name="x">[rows, length].</param>
    /// <param name="gamma">[length].</param>
    /// <param name="beta">[length].</param>
    /// <param name="epsilon">What is added to the variance.</param>
    /// <param name="means">[rows], overwritten: μ.</param>
    /// <param name="inverses">[rows], overwritten: r.</param>
    /// <param name="y">As x, overwritten; may be x.</param>
    /// <param name="threads">How many threads may work.</param>
    public static void Forward<T>(
        ReadOnlySpan<T> x,
        ReadOnlySpan<T> gamma,
        ReadOnlySpan<T> beta,
        double epsilon,
        Span<T> means,
        Span<T> inverses,
        Span<T> y,
        int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Elementwise.ThrowIfLengthsDiffer(x.Length, means.Length * gamma.Length);
        Elementwise.ThrowIfLengthsDiffer(inverses.Length, means.Length);
        var body = new ForwardBody<T>(x, gamma, beta, T.CreateChecked(epsilon), means, inverses, y);
        ParallelLoop.Run(ref body, Blocks(means.Length, gamma.Length), threads);
    }

    /// <summary>
    /// dx = r (g − Σ g / m − x̂ Σ g x̂ / m) with g = γ dy, x̂ = (x − μ) r and m the length; dγ = Σ dy x̂ and dβ = Σ dy over rows.
    /// </summary>
    /// <param name="x">[rows, length], as in forward.</param>
    /// <param name="dy">As x.</param>
    /// <param name="gamma">[length].</param>
    /// <param name="means">[rows], from forward.</param>
    /// <param name="inverses">[rows], from forward.</param>
    /// <param name="dx">As x, overwritten; may be dy; empty if it is not wanted.</param>
    /// <param name="gammaGradient">[length], overwritten; empty if it is not wanted.</param>
    /// <param name="betaGradient">[length], overwritten; empty if it is not wanted.</param>
    /// <param name="scratch">As long as <see cref="Scratch"/> says.</param>
    /// <param name="threads">How many threads may work: no effect on the result.</param>
    public static void Backward<T>(
        ReadOnlySpan<T> x,
        ReadOnlySpan<T> dy,
        ReadOnlySpan<T> gamma,
        ReadOnlySpan<T> means,
        ReadOnlySpan<T> inverses,
        Span<T> dx,
        Span<T> gammaGradient,
        Span<T> betaGradient,
        Span<T> scratch,
        int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int length = gamma.Length;
        Elementwise.ThrowIfLengthsDiffer(x.Length, means.Length * length);
        Elementwise.ThrowIfLengthsDiffer(dy.Length, x.Length);
        int blocks = Blocks(means.Length, length);
        bool wantsSums = !gammaGradient.IsEmpty || !betaGradient.IsEmpty;
        var body = new BackwardBody<T>(x, dy, gamma, means, inverses, dx, wantsSums ? scratch : []);
        ParallelLoop.Run(ref body, blocks, threads);
        gammaGradient.Clear();
        betaGradient.Clear();
        for (int block = 0; wantsSums && block < blocks; block++)
        {
            ReadOnlySpan<T> sums = scratch.Slice(2 * block * length, 2 * length);
            AddUnlessEmpty(sums[..length], gammaGradient);
            AddUnlessEmpty(sums[length..], betaGradient);
        }
    }

    private static int RowsABlock(int length) => Math.Max(LeastRows, BlockLength / length);

    private static int Blocks(int rows, int length) => (rows + RowsABlock(length) - 1) / RowsABlock(length);

    private static void AddUnlessEmpty<T>(ReadOnlySpan<T> more, Span<T> sums)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!sums.IsEmpty)
        {
            TensorPrimitives.Add(sums, more, sums);
        }
    }

    private readonly ref struct ForwardBody<T>(
        ReadOnlySpan<T> x, ReadOnlySpan<T> gamma, ReadOnlySpan<T> beta, T epsilon, Span<T> means, Span<T> inverses, Span<T> y) : IBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly ReadOnlySpan<T> _x = x, _gamma = gamma, _beta = beta;
        private readonly Span<T> _means = means, _inverses = inverses, _y = y;

        public void Run(int part)
        {
            int length = _gamma.Length, rows = RowsABlock(length);
            int end = Math.Min((part + 1) * rows, _means.Length);
            T count = T.CreateChecked(length);
            for (int row = part * rows; row < end; row++)
            {
                ReadOnlySpan<T> x = _x.Slice(row * length, length);
                T mean = NormalizationRow.Sum(x) / count;
                T inverse = T.One / T.Sqrt((NormalizationRow.SquaredDeviations(x, mean) / count) + epsilon);
                (_means[row], _inverses[row]) = (mean, inverse);
                NormalizationRow.Normalize(x, mean, inverse, _gamma, _beta, _y.Slice(row * length, length));
            }
        }
    }

    private readonly ref struct BackwardBody<T>(
        ReadOnlySpan<T> x,
        ReadOnlySpan<T> dy,
        ReadOnlySpan<T> gamma,
        ReadOnlySpan<T> means,
        ReadOnlySpan<T> inverses,
        Span<T> dx,
        Span<T> partial) : IBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly ReadOnlySpan<T> _x = x, _dy = dy, _gamma = gamma, _means = means, _inverses = inverses;
        private readonly Span<T> _dx = dx, _partial = partial;

        public void Run(int part)
        {
            int length = _gamma.Length, rows = RowsABlock(length);
            int end = Math.Min((part + 1) * rows, _means.Length);
            T count = T.CreateChecked(length);
            Span<T> sums = _partial.IsEmpty ? [] : _partial.Slice(2 * part * length, 2 * length);
            sums.Clear();
            for (int row = part * rows; row < end; row++)
            {
                ReadOnlySpan<T> x = _x.Slice(row * length, length), dy = _dy.Slice(row * length, length);
                (T mean, T inverse) = (_means[row], _inverses[row]);
                if (!sums.IsEmpty)
                {
                    NormalizationRow.AccumulateGradients(x, dy, mean, inverse, sums[..length], sums[length..]);
                }

                if (!_dx.IsEmpty)
                {
                    (T sum, T product) = NormalizationRow.GradientSums(x, dy, _gamma, mean, inverse);
                    NormalizationRow.InputGradient(
                        x, dy, _gamma, mean, inverse, sum / count, product / count, _dx.Slice(row * length, length));
                }
            }
        }
    }
}
