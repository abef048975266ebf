using System.Numerics;

namespace Engine.Kernels;

/// <summary>How much a query has to do with a key.</summary>
internal interface IAttentionScore
{
    /// <summary>Writes the scores into P, [queries, keys] of the block.</summary>
    static abstract void Forward<T>(in AttentionBlock<T> block)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Writes dQ and dK, and dScale where the score has one, from the scores' gradient in DP.</summary>
    static abstract void Backward<T>(in AttentionBlock<T> block)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}

/// <summary>s = q · k. A factor is the caller's: it belongs to q.</summary>
internal readonly struct DotScore : IAttentionScore
{
    // S = Q Kᵀ   [queries, keys] = [queries, width][width, keys]
    public static void Forward<T>(in AttentionBlock<T> block)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Gemm.Multiply(block.Q, block.K.Transposed, block.P);

    // dQ = dS K, dK = dSᵀ Q
    public static void Backward<T>(in AttentionBlock<T> block)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Gemm.Multiply(block.DP, block.K, block.DQ);
        Gemm.Multiply(block.DP.Transposed, block.Q, block.DK);
    }
}
