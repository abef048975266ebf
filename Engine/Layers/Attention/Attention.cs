using System.Numerics.Tensors;
using Engine.Initializers;
using Engine.Kernels;

namespace Engine.Layers;

/// <summary>
/// Attention by products: weights = softmax(scale · query · key), output = weights · value. Luong, Pham and Manning, "Effective
/// approaches to attention-based neural machine translation", EMNLP 2015, the score "dot".
/// </summary>
/// <remarks>
/// Inputs: query <c>[n, queries, features]</c>, value <c>[n, steps, width]</c>, and key <c>[n, steps, features]</c> where it is
/// another than the value; or one sequence that is all three. Output <c>[n, queries, width]</c>. The factor, "scale", is one
/// number that begins at 1; without it scores are not divided by anything, as in Keras.
/// </remarks>
public sealed class Attention : AttentionLayer
{
    /// <summary>Makes the layer.</summary>
    /// <param name="useScale">Whether the scores have a factor that is learned.</param>
    /// <param name="dropout">The share of the attention weights that is dropped in training, 0 to below 1.</param>
    /// <param name="useCausalMask">Whether a query sees its own and earlier steps only: for sequences that are generated.</param>
    /// <param name="seed">A seed of its own; if null the dropout follows Fit's seed.</param>
    /// <exception cref="ArgumentOutOfRangeException">The dropout is outside [0, 1).</exception>
    public Attention(bool useScale = false, double dropout = 0, bool useCausalMask = false, ulong? seed = null)
        : base(useScale, dropout, useCausalMask, seed)
    {
    }

    private protected override Initializer ScaleInitializer => Initializer.Ones;

    private protected override Shape ScaleShape(int width) => Shape.Scalar;

    private protected override void Weights<T>(in AttentionBuffers<T> buffers, int threads) =>
        AttentionKernels.Weights<T, DotScore>(buffers, threads);

    private protected override void WeightsGradient<T>(in AttentionBuffers<T> buffers, int threads) =>
        AttentionKernels.WeightsGradient<T, DotScore>(buffers, threads);

    // The kernel saw q' = scale · q: dscale = q · dq', a product whose order does not depend on where it lies, and dq = scale · dq'.
    private protected override void ScaleGradient<T>(
        ReadOnlySpan<T> query, in AttentionBuffers<T> buffers, ReadOnlySpan<T> scale, Span<T> gradient)
    {
        if (!gradient.IsEmpty)
        {
            Gemm.Multiply(
                new ReadOnlyMatrixView<T>(query, 1, query.Length),
                new ReadOnlyMatrixView<T>(buffers.DQ, query.Length, 1),
                new MatrixView<T>(gradient, 1, 1));
        }

        TensorPrimitives.Multiply(buffers.DQ, scale[0], buffers.DQ);
    }
}
