using Engine.Constraints;
using Engine.Initializers;
using Engine.Layers;
using Engine.Regularizers;

namespace Engine.Tests.Layers;

/// <summary>Attention, in all forms: rows of <see cref="LayerTable"/>.</summary>
internal static class AttentionTable
{
    private static readonly Shape[][] Inputs =
        [[[5, 3]], [[4, 3], [7, 3]], [[4, 3], [6, 5], [6, 3]], [[2, 2], [3, 4], [3, 2]]];

    public static IEnumerable<LayerCase> All => [.. Plain, .. MultiHead];

    private static IEnumerable<LayerCase> Plain
    {
        get
        {
            foreach (Shape[] inputs in Inputs)
            {
                yield return Row("", inputs, () => new Attention());
                yield return Row("with a scale", inputs, () => new Attention(useScale: true));
                yield return Row("causal", inputs, () => new Attention(useCausalMask: true));
                yield return Row("", inputs, () => new AdditiveAttention());
                yield return Row("without a scale", inputs, () => new AdditiveAttention(useScale: false));
                yield return Row("causal", inputs, () => new AdditiveAttention(useCausalMask: true));
            }

            foreach (ulong? seed in (ulong?[])[null, 2ul << 60])
            {
                yield return Row("with dropout", Inputs[2], () => new Attention(true, 0.3, seed: seed)) with { IsSameInAllPhases = false };
                yield return Row("with dropout", Inputs[1], () => new AdditiveAttention(dropout: 0.3, seed: seed)) with
                {
                    IsSameInAllPhases = false,
                };
            }
        }
    }

    private static IEnumerable<LayerCase> MultiHead
    {
        get
        {
            foreach (Shape[] inputs in Inputs)
            {
                yield return Heads("of one head", inputs, () => new MultiHeadAttention(1, 3));
                yield return Heads("of two heads", inputs, () => new MultiHeadAttention(2, 3, 4));
                yield return Heads("causal", inputs, () => new MultiHeadAttention(3, 2, useCausalMask: true));
            }

            yield return Heads("without biases", Inputs[1], () => new MultiHeadAttention(2, 3, useBias: false));
            yield return Heads("of another output", Inputs[2], () => new MultiHeadAttention(2, 3, 4, outputDim: 7));
            yield return Heads("from ones", Inputs[0], () => new MultiHeadAttention(
                2, 3, kernelInitializer: Initializer.RandomNormal(0.4), biasInitializer: Initializer.Constant(0.3)));
            yield return Heads("with penalties", Inputs[0], () => new MultiHeadAttention(
                2, 3, kernelRegularizer: Regularizer.L2(0.02), biasRegularizer: Regularizer.L1(0.03)));
            yield return Heads("with constraints", Inputs[0], () => new MultiHeadAttention(
                2, 3, kernelConstraint: Constraint.MaxNorm(0.9), biasConstraint: Constraint.NonNegative()));
            foreach (ulong? seed in (ulong?[])[null, 2ul << 60])
            {
                yield return Heads("with dropout", Inputs[2], () => new MultiHeadAttention(2, 3, dropout: 0.3, seed: seed)) with
                {
                    IsSameInAllPhases = false,
                };
            }
        }
    }

    private static LayerCase Row(string name, Shape[] inputs, Func<AttentionLayer> make) =>
        new(name, make, inputs, [inputs[0][0], inputs[Math.Min(1, inputs.Length - 1)][1]])
        {
            Wrong = [[4, 3], [6, 5]],
            WrongMessage = $"{make().DefaultName} ({make().Kind}): expected input a key of 3 features, as the query has, got [n, 6, 5]. "
                + "Put a Dense layer in front of one of them.",
        };

    private static LayerCase Heads(string name, Shape[] inputs, Func<MultiHeadAttention> make) =>
        new(name, make, inputs, [inputs[0][0], make().OutputDim ?? inputs[0][1]])
        {
            Wrong = [[4, 3], [6, 5], [7, 5]],
            WrongMessage = "multi_head_attention (MultiHeadAttention): expected input a key of 6 steps, as the value has, got [n, 7, 5]. "
                + "Each value has its key.",
        };
}
