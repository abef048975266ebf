using System.Numerics;
using System.Numerics.Tensors;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>
/// Normalization of each sample over all positions of a group of channels. Sums are taken channel by channel, where lanes are
/// neighbours, and joined to those of the groups.
/// </summary>
internal static class NormalizationGroups
{
    // Rows of working memory that a sample has: mean, scale, slope, shift, sums, products.
    private const int Rows = 6;

    /// <summary>The elements of working memory that forward and backward need.</summary>
    public static int Scratch(int batch, int channels) => Rows * batch * channels;

    /// <summary>y = (x − μ) r γ + β, with μ and r = 1 / √(σ² + ε) of sample and group.</summary>
    /// <param name="x">[batch, positions, channels].</param>
    /// <param name="gamma">[channels].</param>
    /// <param name="beta">[channels].</param>
    /// <param name="epsilon">What is added to the variance.</param>
    /// <param name="means">[batch, groups], overwritten: μ.</param>
    /// <param name="inverses">[batch, groups], overwritten: r.</param>
    /// <param name="batch">The number of samples.</param>
    /// <param name="scratch">As long as <see cref="Scratch"/> says.</param>
    /// <param name="y">As x, overwritten; may be x.</param>
    /// <param name="threads">How many threads may work; a sample is one thread's.</param>
    public static void Forward<T>(
        ReadOnlySpan<T> x,
        ReadOnlySpan<T> gamma,
        ReadOnlySpan<T> beta,
        double epsilon,
        Span<T> means,
        Span<T> inverses,
        int batch,
        Span<T> scratch,
        Span<T> y,
        int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Elementwise.ThrowIfLengthsDiffer(y.Length, x.Length);
        var body = new ForwardBody<T>(x, gamma, beta, T.CreateChecked(epsilon), means, inverses, batch, scratch, y);
        ParallelLoop.Run(ref body, batch, threads);
    }

    /// <summary>
    /// dx = r (g − Σ g / m − x̂ Σ g x̂ / m) with g = γ dy, x̂ = (x − μ) r and m the elements of a group; dγ = Σ dy x̂ and dβ = Σ dy.
    /// </summary>
    /// <param name="x">[batch, positions, channels], as in forward.</param>
    /// <param name="dy">As x.</param>
    /// <param name="gamma">[channels].</param>
    /// <param name="means">[batch, groups], from forward.</param>
    /// <param name="inverses">[batch, groups], from forward.</param>
    /// <param name="batch">The number of samples.</param>
    /// <param name="scratch">As long as <see cref="Scratch"/> says.</param>
    /// <param name="dx">As x, overwritten; may be dy; empty if it is not wanted.</param>
    /// <param name="gammaGradient">[channels], overwritten; empty if it is not wanted.</param>
    /// <param name="betaGradient">[channels], overwritten; empty if it is not wanted.</param>
    /// <param name="threads">How many threads may work; a sample is one thread's.</param>
    public static void Backward<T>(
        ReadOnlySpan<T> x,
        ReadOnlySpan<T> dy,
        ReadOnlySpan<T> gamma,
        ReadOnlySpan<T> means,
        ReadOnlySpan<T> inverses,
        int batch,
        Span<T> scratch,
        Span<T> dx,
        Span<T> gammaGradient,
        Span<T> betaGradient,
        int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Elementwise.ThrowIfLengthsDiffer(dy.Length, x.Length);
        var body = new BackwardBody<T>(x, dy, gamma, means, inverses, batch, scratch, dx);
        ParallelLoop.Run(ref body, batch, threads);
        gammaGradient.Clear();
        betaGradient.Clear();
        for (int sample = 0; sample < batch; sample++)
        {
            AddUnlessEmpty(Row(scratch, sample, 5, gamma.Length), gammaGradient);
            AddUnlessEmpty(Row(scratch, sample, 4, gamma.Length), betaGradient);
        }
    }

    private static void AddUnlessEmpty<T>(ReadOnlySpan<T> more, Span<T> sums)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!sums.IsEmpty)
        {
            TensorPrimitives.Add(sums, more, sums);
        }
    }

    private static Span<T> Row<T>(Span<T> scratch, int sample, int row, int channels) =>
        scratch.Slice(((sample * Rows) + row) * channels, channels);

    private readonly ref struct ForwardBody<T>(
        ReadOnlySpan<T> x,
        ReadOnlySpan<T> gamma,
        ReadOnlySpan<T> beta,
        T epsilon,
        Span<T> means,
        Span<T> inverses,
        int batch,
        Span<T> scratch,
        Span<T> y) : IBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly ReadOnlySpan<T> _x = x, _gamma = gamma, _beta = beta;
        private readonly Span<T> _means = means, _inverses = inverses, _scratch = scratch, _y = y;

        public void Run(int part)
        {
            int channels = _gamma.Length, size = _x.Length / batch, groups = _means.Length / batch;
            int groupChannels = channels / groups, positions = size / channels;
            ReadOnlySpan<T> x = _x.Slice(part * size, size);
            Span<T> mean = Row(_scratch, part, 0, channels), scale = Row(_scratch, part, 1, channels);
            Span<T> channelMean = Row(_scratch, part, 4, channels), squares = Row(_scratch, part, 5, channels);
            NormalizationMoments.OfBlocks(x, channelMean, squares, _scratch.Slice(((part * Rows) + 2) * channels, 2 * channels));
            T count = T.CreateChecked(positions), members = T.CreateChecked(groupChannels);
            for (int group = 0; group < groups; group++)
            {
                // All channels have as many elements: σ² = mean of (σ_c² + (μ_c − μ)²).
                int first = group * groupChannels;
                ReadOnlySpan<T> ownMeans = channelMean.Slice(first, groupChannels);
                T groupMean = NormalizationRow.Sum(ownMeans) / members;
                T variance = ((NormalizationRow.Sum<T>(squares.Slice(first, groupChannels)) / count)
                    + NormalizationRow.SquaredDeviations(ownMeans, groupMean)) / members;
                T inverse = T.One / T.Sqrt(variance + epsilon);
                _means[(part * groups) + group] = groupMean;
                _inverses[(part * groups) + group] = inverse;
                mean.Slice(first, groupChannels).Fill(groupMean);
                TensorPrimitives.Multiply(_gamma.Slice(first, groupChannels), inverse, scale.Slice(first, groupChannels));
            }

            NormalizationColumns.Normalize(x, mean, scale, _beta, _y.Slice(part * size, size));
        }
    }

    private readonly ref struct BackwardBody<T>(
        ReadOnlySpan<T> x,
        ReadOnlySpan<T> dy,
        ReadOnlySpan<T> gamma,
        ReadOnlySpan<T> means,
        ReadOnlySpan<T> inverses,
        int batch,
        Span<T> scratch,
        Span<T> dx) : IBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly ReadOnlySpan<T> _x = x, _dy = dy, _gamma = gamma, _means = means, _inverses = inverses;
        private readonly Span<T> _scratch = scratch, _dx = dx;

        public void Run(int part)
        {
            int channels = _gamma.Length, size = _x.Length / batch, groups = _means.Length / batch;
            int groupChannels = channels / groups;
            ReadOnlySpan<T> x = _x.Slice(part * size, size), dy = _dy.Slice(part * size, size);
            Span<T> mean = Row(_scratch, part, 0, channels), scale = Row(_scratch, part, 1, channels);
            Span<T> slope = Row(_scratch, part, 2, channels), shift = Row(_scratch, part, 3, channels);
            Span<T> sums = Row(_scratch, part, 4, channels), products = Row(_scratch, part, 5, channels);
            for (int group = 0; group < groups; group++)
            {
                mean.Slice(group * groupChannels, groupChannels).Fill(_means[(part * groups) + group]);
            }

            NormalizationColumns.GradientSums(x, dy, mean, sums, products);
            T count = T.CreateChecked(size / groups);
            for (int group = 0; group < groups; group++)
            {
                int first = group * groupChannels;
                T inverse = _inverses[(part * groups) + group];
                ReadOnlySpan<T> gamma = _gamma.Slice(first, groupChannels);
                Span<T> ownProducts = products.Slice(first, groupChannels);
                TensorPrimitives.Multiply(ownProducts, inverse, ownProducts);
                T sum = TensorPrimitives.Dot(gamma, sums.Slice(first, groupChannels)) / count;
                T product = TensorPrimitives.Dot<T>(gamma, ownProducts) / count;
                TensorPrimitives.Multiply(gamma, inverse, scale.Slice(first, groupChannels));
                slope.Slice(first, groupChannels).Fill(inverse * inverse * product);
                shift.Slice(first, groupChannels).Fill(inverse * sum);
            }

            if (!_dx.IsEmpty)
            {
                NormalizationColumns.InputGradient(x, dy, mean, scale, slope, shift, _dx.Slice(part * size, size));
            }
        }
    }
}
