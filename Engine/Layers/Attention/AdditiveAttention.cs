using Engine.Initializers;
using Engine.Kernels;

namespace Engine.Layers;

/// <summary>
/// Attention by sums: weights = softmax(Σ scale · tanh(query + key)), output = weights · value. Bahdanau, Cho and Bengio, "Neural
/// machine translation by jointly learning to align and translate", ICLR 2015; the projections are Dense layers in front.
/// </summary>
/// <remarks>
/// Inputs: query <c>[n, queries, features]</c>, value <c>[n, steps, width]</c>, and key <c>[n, steps, features]</c> where it is
/// another than the value; or one sequence that is all three. Output <c>[n, queries, width]</c>. The factors, "scale", are
/// <c>[features]</c>, Glorot uniform.
/// </remarks>
public sealed class AdditiveAttention : AttentionLayer
{
    /// <summary>Makes the layer.</summary>
    /// <param name="useScale">Whether the terms of a score have factors that are learned.</param>
    /// <param name="dropout">The share of the attention weights that is dropped in training, 0 to below 1.</param>
    /// <param name="useCausalMask">Whether a query sees its own and earlier steps only: for sequences that are generated.</param>
    /// <param name="seed">A seed of its own; if null the dropout follows Fit's seed.</param>
    /// <exception cref="ArgumentOutOfRangeException">The dropout is outside [0, 1).</exception>
    public AdditiveAttention(bool useScale = true, double dropout = 0, bool useCausalMask = false, ulong? seed = null)
        : base(useScale, dropout, useCausalMask, seed)
    {
    }

    private protected override Initializer ScaleInitializer => Initializer.GlorotUniform;

    private protected override Shape ScaleShape(int width) => [width];

    private protected override void Weights<T>(in AttentionBuffers<T> buffers, int threads) =>
        AttentionKernels.Weights<T, AdditiveScore>(buffers, threads);

    private protected override void WeightsGradient<T>(in AttentionBuffers<T> buffers, int threads) =>
        AttentionKernels.WeightsGradient<T, AdditiveScore>(buffers, threads);

    private protected override void ScaleGradient<T>(
        ReadOnlySpan<T> query, in AttentionBuffers<T> buffers, ReadOnlySpan<T> scale, Span<T> gradient)
    {
        if (!gradient.IsEmpty)
        {
            Reductions.ColumnSums(buffers.DScale, gradient);
        }
    }
}
