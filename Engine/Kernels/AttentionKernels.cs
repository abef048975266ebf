using System.Numerics;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>
/// Attention: O = softmax(S) V, with a score S of queries and keys. Vaswani et al., "Attention is all you need", NeurIPS 2017,
/// equation 1, without its factor. A query that sees no key has weights of zero, and so has a masked one.
/// </summary>
/// <remarks>
/// The weights are kept, [queries, keys] for each sample and head, as backward and dropout need them. A sample's head is one
/// thread's; the result is the same on any number of threads.
/// </remarks>
internal static class AttentionKernels
{
    private interface IStep
    {
        static abstract void Run<T>(in AttentionBlock<T> block, in AttentionBuffers<T> buffers)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>;
    }

    /// <summary>P = softmax(S), from Q and K.</summary>
    public static void Weights<T, TScore>(in AttentionBuffers<T> buffers, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TScore : struct, IAttentionScore => Run<T, WeightsStep<TScore>>(buffers, threads);

    /// <summary>O = Mixed V.</summary>
    public static void Mix<T>(in AttentionBuffers<T> buffers, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Run<T, MixStep>(buffers, threads);

    /// <summary>DP = dO Vᵀ, dV = Mixedᵀ dO.</summary>
    public static void MixGradient<T>(in AttentionBuffers<T> buffers, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Run<T, MixGradientStep>(buffers, threads);

    /// <summary>dQ and dK from P and its gradient DP, which is overwritten by that of the scores.</summary>
    public static void WeightsGradient<T, TScore>(in AttentionBuffers<T> buffers, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TScore : struct, IAttentionScore => Run<T, WeightsGradientStep<TScore>>(buffers, threads);

    private static void Run<T, TStep>(in AttentionBuffers<T> buffers, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TStep : struct, IStep
    {
        Body<T, TStep> body = new(buffers);
        ParallelLoop.Run(ref body, buffers.Geometry.Batch * buffers.Geometry.Heads, threads);
    }

    // The weights of a row beyond what its query sees are zero; masked keys in between get a score of −∞.
    private static void Normalize<T>(in AttentionBlock<T> block)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int query = block.QueryFrom; query < block.QueryTo; query++)
        {
            Span<T> row = block.WeightRow(query);
            int from = block.KeyFrom, end = block.End(query);
            row[..from].Clear();
            row[end..].Clear();
            if (end == from)
            {
                continue;
            }

            for (int key = from; block.HasHoles && key < end; key++)
            {
                row[key] = block.IsVisible(key) ? row[key] : T.NegativeInfinity;
            }

            Span<T> seen = row[from..end];
            SoftmaxKernels.Forward(seen, seen, seen.Length);
        }
    }

    private static void NormalizeGradient<T>(in AttentionBlock<T> block)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int query = block.QueryFrom; query < block.QueryTo; query++)
        {
            Span<T> gradient = block.GradientRow(query);
            int from = block.KeyFrom, end = block.End(query);
            gradient[end..].Clear();
            if (end > from)
            {
                SoftmaxKernels.Backward(block.WeightRow(query)[from..end], gradient[from..end], gradient[from..end], end - from);
            }
        }
    }

    private readonly ref struct Body<T, TStep>(AttentionBuffers<T> buffers) : IBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TStep : struct, IStep
    {
        private readonly AttentionBuffers<T> _buffers = buffers;

        public void Run(int part) => TStep.Run(new AttentionBlock<T>(_buffers, part), _buffers);
    }

    private readonly struct WeightsStep<TScore> : IStep
        where TScore : struct, IAttentionScore
    {
        public static void Run<T>(in AttentionBlock<T> block, in AttentionBuffers<T> buffers)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            block.ClearWeights();
            if (!block.IsEmpty)
            {
                TScore.Forward(block);
                Normalize(block);
            }
        }
    }

    private readonly struct MixStep : IStep
    {
        public static void Run<T>(in AttentionBlock<T> block, in AttentionBuffers<T> buffers)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            block.ClearQueries(buffers.O, buffers.Geometry.ValueWidth);
            if (!block.IsEmpty)
            {
                Gemm.Multiply(block.Mixed, block.V, block.O);
            }
        }
    }

    private readonly struct MixGradientStep : IStep
    {
        public static void Run<T>(in AttentionBlock<T> block, in AttentionBuffers<T> buffers)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            block.ClearKeys(buffers.DV, buffers.Geometry.ValueWidth);
            if (!block.IsEmpty)
            {
                Gemm.Multiply(block.DO, block.V.Transposed, block.DP);
                Gemm.Multiply(block.Mixed.Transposed, block.DO, block.DV);
            }
        }
    }

    private readonly struct WeightsGradientStep<TScore> : IStep
        where TScore : struct, IAttentionScore
    {
        public static void Run<T>(in AttentionBlock<T> block, in AttentionBuffers<T> buffers)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            block.ClearQueries(buffers.DQ, buffers.Geometry.KeyWidth);
            block.ClearKeys(buffers.DK, buffers.Geometry.KeyWidth);
            if (!block.IsEmpty)
            {
                NormalizeGradient(block);
                TScore.Backward(block);
            }
            else if (!buffers.DScale.IsEmpty)
            {
                block.DScale.Clear();
            }
        }
    }
}
