using Engine.Activations;
using Engine.Constraints;
using Engine.Initializers;
using Engine.Layers;
using Engine.Regularizers;

namespace Engine.Tests.Layers;

/// <summary>Layers for sequences that are not recurrent themselves: rows of <see cref="LayerTable"/>.</summary>
internal static class SequenceTable
{
    public static IEnumerable<LayerCase> All => [.. Embeddings, .. Maskings, .. Arrangements, .. Distributed];

    private static IEnumerable<LayerCase> Embeddings
    {
        get
        {
            foreach (Shape input in (Shape[])[[5], [3, 7], [1]])
            {
                yield return Embedding("", input, () => new Embedding(11, 4));
                yield return Embedding("of one feature", input, () => new Embedding(6, 1));
            }

            yield return Embedding("with a mask", [7], () => new Embedding(5, 3, maskZero: true), "expected input [n, steps], got [n]. "
                + "A mask has one value a step: maskZero needs one index a step.", []);
            yield return Embedding("from ones", [5], () => new Embedding(11, 4, Initializer.Ones));
            yield return Embedding(
                "with a penalty", [5], () => new Embedding(11, 4, embeddingsRegularizer: Regularizer.L2(0.02)));
            yield return Embedding(
                "with a constraint", [5], () => new Embedding(11, 4, embeddingsConstraint: Constraint.UnitNorm([1])));
        }
    }

    private static IEnumerable<LayerCase> Maskings =>
        from input in (Shape[])[[5, 3], [3, 2, 7]]
        from value in (double[])[0, -1.5]
        select new LayerCase($"of {value}", () => new Masking(value), [input], input)
        {
            Wrong = [[7]],
            WrongMessage = "masking (Masking): expected input [n, steps, ..., features], got [n, 7]. "
                + "For indices of words take Embedding with maskZero.",
        };

    private static IEnumerable<LayerCase> Arrangements
    {
        get
        {
            foreach ((int features, int count) in ((int, int)[])[(7, 3), (5, 1), (1, 4)])
            {
                yield return new LayerCase($"{count} times", () => new RepeatVector(count), [[features]], [count, features])
                {
                    Wrong = [[5, 3]],
                    WrongMessage = "repeat_vector (RepeatVector): expected input [n, features], got [n, 5, 3]. "
                        + "Take the last step, or Flatten, in front.",
                };
            }

            foreach ((int[] dims, Shape input, Shape output) in ((int[], Shape, Shape)[])
            [
                ([1], [7], [7]), ([2, 1], [5, 3], [3, 5]), ([1, 2], [5, 3], [5, 3]), ([3, 1, 2], [2, 3, 5], [5, 2, 3]),
                ([2, 3, 1], [2, 3, 5], [3, 5, 2]),
            ])
            {
                yield return new LayerCase($"to {string.Join(", ", dims)}", () => new Permute(dims), [input], output)
                {
                    Wrong = [[2, 2, 2, 2]],
                    WrongMessage = $"permute (Permute): expected input with {dims.Length} axes beside the batch, got [n, 2, 2, 2, 2]. "
                        + $"The new order [{string.Join(", ", dims)}] names each axis.",
                };
            }
        }
    }

    private static IEnumerable<LayerCase> Distributed
    {
        get
        {
            foreach (Shape input in (Shape[])[[5, 3], [2, 7]])
            {
                yield return Steps("Dense", input, [input[0], 4], () => new Dense(4, ActivationFunction.Tanh));
                yield return Steps("Dense with gelu", input, [input[0], 4], () => new Dense(4, ActivationFunction.GELU));
                yield return Steps("Dropout", input, input, () => new Dropout(0.4)) with { IsSameInAllPhases = false };
            }

            yield return Steps("Conv2D", [3, 5, 4, 2], [3, 4, 3, 3], () => new Conv2D(3, (2, 2), ActivationFunction.Sigmoid));
            yield return Steps("BatchNormalization", [5, 3], [5, 3], () => new BatchNormalization()) with { IsSameInAllPhases = false };
            yield return Steps("LSTM", [2, 5, 3], [2, 4], () => new LSTM(4));
            yield return Steps("GRU with dropout inside", [3, 2, 5], [3, 2, 4], () => new GRU(
                4, dropout: 0.3, recurrentDropout: 0.3, zoneout: 0.2, returnSequences: true)) with
            { IsSameInAllPhases = false };
            yield return Steps("Masking", [3, 5, 2], [3, 5, 2], () => new Masking());
            yield return Steps("Flatten", [3, 2, 5], [3, 10], () => new Flatten());
            yield return Steps(
                "TimeDistributed", [3, 2, 5], [3, 2, 4], () => new TimeDistributed(new Dense(4) { Name = "inner", Trainable = false }));
        }
    }

    private static LayerCase Embedding(string name, Shape input, Func<Embedding> make, string? message = null, Shape? wrong = null) =>
        new(name, make, [input], Shape.Create([.. input, make().OutputDim]))
        {
            Wrong = wrong is null ? [input, input] : [wrong],
            WrongMessage = $"embedding (Embedding): {message ?? "expected one input, got 2."}",
            AllowTrivial = true,        // indices have no gradient
            FillInput = (_, attempt, values) => FillIndices(values, make().InputDim, attempt),
        };

    // Every index comes, some several times.
    private static void FillIndices(Span<double> values, int count, int attempt)
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = ((i * 7) + (i / 3) + attempt) % count;
        }
    }

    private static LayerCase Steps(string name, Shape input, Shape output, Func<Layer> child) =>
        new($"of {name}", () => new TimeDistributed(child()), [input], output)
        {
            Wrong = [Shape.Scalar],
            WrongMessage = "time_distributed (TimeDistributed): expected input [n, steps, ...], got [n]. "
                + "Give the samples an axis of steps.",
        };
}
