namespace Engine.Kernels;

/// <summary>The sizes of one attention: who asks, who is asked, and how wide their vectors are.</summary>
/// <param name="Batch">The number of samples.</param>
/// <param name="Heads">The number of heads, which lie side by side in each vector.</param>
/// <param name="Queries">The steps that ask.</param>
/// <param name="Keys">The steps that are asked.</param>
/// <param name="KeyWidth">The length of a head's query and key.</param>
/// <param name="ValueWidth">The length of a head's value.</param>
/// <param name="IsCausal">Whether a query sees the keys of its own and earlier steps only.</param>
internal readonly record struct AttentionGeometry(
    int Batch, int Heads, int Queries, int Keys, int KeyWidth, int ValueWidth, bool IsCausal)
{
    /// <summary>The number of weights, [batch, heads, queries, keys].</summary>
    public int Weights => checked(Batch * Heads * Queries * Keys);
}
