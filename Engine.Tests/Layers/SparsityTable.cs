using Engine.Layers;

namespace Engine.Tests.Layers;

/// <summary>Wanted means of activations: rows of <see cref="LayerTable"/>.</summary>
internal static class SparsityTable
{
    public static IEnumerable<LayerCase> All =>
        from divergence in Enum.GetValues<SparsityDivergence>()
        from target in (double[])[0.4, 0.7]
        from factor in (double[])[0, 0.3]
        from input in (Shape[])[[7], [5, 3]]
        select new LayerCase(
            $"{divergence} to {target} by {factor}", () => new SparsityRegularization(target, factor, divergence), [input], input)
        {
            Wrong = [input, input],
            WrongMessage = "sparsity_regularization (SparsityRegularization): expected one input, got 2.",
        };
}
