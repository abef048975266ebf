using Engine.Activations;
using Engine.Constraints;
using Engine.Initializers;
using Engine.Layers;
using Engine.Regularizers;

namespace Engine.Tests.Layers;

/// <summary>The recurrent layers: rows of <see cref="LayerTable"/>.</summary>
internal static class RecurrentTable
{
    // Five steps of three features, two of five; states of four units and of nineteen, more than one vector and part of another.
    private static readonly Shape Few = [5, 3], Many = [2, 5];

    public static IEnumerable<LayerCase> All => [.. Lstms];

    private static IEnumerable<LayerCase> Lstms =>
    [
        Lstm("", Few, 4, () => new LSTM(4)),
        Lstm("", Many, 19, () => new LSTM(19)),
        Lstm("with other activations", Few, 4, () => new LSTM(4, ActivationFunction.GELU, ActivationFunction.Softplus)),
        Lstm("with softmax", Many, 4, () => new LSTM(4, ActivationFunction.Softmax, ActivationFunction.Tanh)),
        Lstm("without a bias", Many, 4, () => new LSTM(4, useBias: false)),
        Lstm("from elsewhere", Few, 4, () => new LSTM(
            4,
            kernelInitializer: Initializer.RandomNormal(0.3),
            recurrentInitializer: Initializer.GlorotUniform,
            biasInitializer: Initializer.RandomNormal(0.2),
            unitForgetBias: false)),
        Lstm("with penalties", Few, 4, () => new LSTM(
            4,
            kernelRegularizer: Regularizer.L2(0.02),
            recurrentRegularizer: Regularizer.L1(0.03),
            biasRegularizer: Regularizer.L2(0.01))),
        Lstm("with constraints", Few, 4, () => new LSTM(
            4,
            kernelConstraint: Constraint.MaxNorm(1.5),
            recurrentConstraint: Constraint.UnitNorm(),
            biasConstraint: Constraint.NonNegative())),
        Lstm("with dropout", Few, 4, () => new LSTM(4, dropout: 0.4)),
        Lstm("with recurrent dropout", Few, 4, () => new LSTM(4, recurrentDropout: 0.4)),
        Lstm("with both", Many, 19, () => new LSTM(19, dropout: 0.3, recurrentDropout: 0.4)),
        Lstm("with both, tied", Many, 19, () => new LSTM(
            19, dropout: 0.3, recurrentDropout: 0.4, dropoutMasks: DropoutMasks.Tied)),
        Lstm("with dropout per gate", Few, 4, () => new LSTM(4, dropout: 0.4, dropoutMasks: DropoutMasks.PerGate)),
        Lstm("with both at each step", Few, 4, () => new LSTM(4, dropout: 0.3, recurrentDropout: 0.4, dropoutPerStep: true)),
        Lstm("with both, other activations and a seed", Few, 4, () => new LSTM(
            4, ActivationFunction.SiLU, dropout: 0.3, recurrentDropout: 0.4, seed: 7)),
        Lstm("with zoneout", Few, 4, () => new LSTM(4, zoneout: 0.3)),
        Lstm("with zoneout of both states", Few, 4, () => new LSTM(4, zoneout: 0.3, cellZoneout: 0.2, recurrentDropout: 0.1)),
        Lstm("of sequences", Few, 4, () => new LSTM(4, returnSequences: true)),
        Lstm("of sequences and states", Few, 4, () => new LSTM(4, returnSequences: true, returnState: true)),
        Lstm("backwards", Few, 4, () => new LSTM(4, returnSequences: true, goBackwards: true)),
        Lstm("with zeros at masks", Few, 4, () => new LSTM(4, returnSequences: true, zeroOutputForMask: true)),
        Lstm("truncated", Few, 4, () => new LSTM(4, truncation: 5)),
        Lstm("stateful", Few, 4, () => new LSTM(4, returnSequences: true, stateful: true, batch: 10_000)),
        Lstm("from initial states", Few, 4, () => new LSTM(4, returnState: true)) with { Inputs = [Few, [4], [4]] },
    ];

    private static LayerCase Lstm(string name, Shape input, int units, Func<LSTM> make) => Of(name, input, units, make, "lstm (LSTM)");

    private static LayerCase Of(string name, Shape input, int units, Func<RecurrentLayer> make, string title)
    {
        RecurrentLayer layer = make();
        return new LayerCase(name, make, [input], layer.ReturnSequences ? [input[0], units] : [units])
        {
            Wrong = [[7]],
            WrongMessage = $"{title}: expected input [n, steps, features], got [n, 7]. Give each step one axis of features.",
            IsSameInAllPhases = layer is { Dropout: 0, RecurrentDropout: 0, Zoneout: 0 },
        };
    }
}
