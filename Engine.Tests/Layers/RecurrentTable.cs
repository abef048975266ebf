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

    public static IEnumerable<LayerCase> All => [.. Lstms, .. Grus, .. Simples, .. Normalized];

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
        Lstm("with a truncation as long as the sequence", Few, 4, () => new LSTM(4, truncation: 5)),
        Lstm("stateful", Few, 4, () => new LSTM(4, returnSequences: true, stateful: true, batch: 10_000)),
        Lstm("from initial states", Few, 4, () => new LSTM(4, returnState: true)) with { Inputs = [Few, [4], [4]] },
    ];

    private static IEnumerable<LayerCase> Grus =>
    [
        Gru("", Few, 4, () => new GRU(4)),
        Gru("", Many, 19, () => new GRU(19)),
        Gru("with the reset gate before the product", Few, 4, () => new GRU(4, resetAfter: false)),
        Gru("with other activations", Few, 4, () => new GRU(4, ActivationFunction.GELU, ActivationFunction.Softplus)),
        Gru("with other activations, reset before", Many, 4, () => new GRU(
            4, ActivationFunction.SiLU, ActivationFunction.Softmax, resetAfter: false)),
        Gru("without a bias", Many, 4, () => new GRU(4, useBias: false)),
        Gru("from elsewhere", Few, 4, () => new GRU(
            4,
            kernelInitializer: Initializer.RandomNormal(0.3),
            recurrentInitializer: Initializer.GlorotUniform,
            biasInitializer: Initializer.RandomNormal(0.2))),
        Gru("with penalties", Few, 4, () => new GRU(
            4,
            kernelRegularizer: Regularizer.L2(0.02),
            recurrentRegularizer: Regularizer.L1(0.03),
            biasRegularizer: Regularizer.L2(0.01))),
        Gru("with constraints", Few, 4, () => new GRU(
            4,
            kernelConstraint: Constraint.MaxNorm(1.5),
            recurrentConstraint: Constraint.UnitNorm(),
            biasConstraint: Constraint.NonNegative())),
        Gru("with dropout", Few, 4, () => new GRU(4, dropout: 0.4)),
        Gru("with both", Many, 19, () => new GRU(19, dropout: 0.3, recurrentDropout: 0.4)),
        Gru("with both, tied", Few, 4, () => new GRU(4, dropout: 0.3, recurrentDropout: 0.4, dropoutMasks: DropoutMasks.Tied)),
        Gru("with both at each step, reset before", Few, 4, () => new GRU(
            4, dropout: 0.3, recurrentDropout: 0.4, dropoutPerStep: true, resetAfter: false, seed: 7)),
        Gru("with zoneout", Few, 4, () => new GRU(4, zoneout: 0.3)),
        Gru("of sequences and states", Few, 4, () => new GRU(4, returnSequences: true, returnState: true)),
        Gru("backwards", Few, 4, () => new GRU(4, returnSequences: true, goBackwards: true)),
        Gru("with zeros at masks", Few, 4, () => new GRU(4, returnSequences: true, zeroOutputForMask: true)),
        Gru("with a truncation as long as the sequence", Few, 4, () => new GRU(4, truncation: 5)),
        Gru("stateful", Few, 4, () => new GRU(4, returnSequences: true, stateful: true, batch: 10_000)),
        Gru("from an initial state", Few, 4, () => new GRU(4, returnState: true)) with { Inputs = [Few, [4]] },
    ];

    private static IEnumerable<LayerCase> Simples =>
    [
        Simple("", Few, 4, () => new SimpleRNN(4)),
        Simple("", Many, 19, () => new SimpleRNN(19)),
        Simple("with gelu", Few, 4, () => new SimpleRNN(4, ActivationFunction.GELU)),
        Simple("without a bias", Many, 4, () => new SimpleRNN(4, useBias: false)),
        Simple("from elsewhere", Few, 4, () => new SimpleRNN(
            4,
            kernelInitializer: Initializer.RandomNormal(0.3),
            recurrentInitializer: Initializer.GlorotUniform,
            biasInitializer: Initializer.RandomNormal(0.2))),
        Simple("with penalties", Few, 4, () => new SimpleRNN(
            4,
            kernelRegularizer: Regularizer.L2(0.02),
            recurrentRegularizer: Regularizer.L1(0.03),
            biasRegularizer: Regularizer.L2(0.01))),
        Simple("with constraints", Few, 4, () => new SimpleRNN(
            4,
            kernelConstraint: Constraint.MaxNorm(1.5),
            recurrentConstraint: Constraint.UnitNorm(),
            biasConstraint: Constraint.NonNegative())),
        Simple("with dropout", Few, 4, () => new SimpleRNN(4, dropout: 0.4)),
        Simple("with both", Many, 19, () => new SimpleRNN(19, dropout: 0.3, recurrentDropout: 0.4)),
        Simple("with both at each step", Few, 4, () => new SimpleRNN(
            4, dropout: 0.3, recurrentDropout: 0.4, dropoutPerStep: true, seed: 7)),
        Simple("with zoneout", Few, 4, () => new SimpleRNN(4, zoneout: 0.3)),
        Simple("of sequences and states", Few, 4, () => new SimpleRNN(4, returnSequences: true, returnState: true)),
        Simple("backwards", Few, 4, () => new SimpleRNN(4, returnSequences: true, goBackwards: true)),
        Simple("with zeros at masks", Few, 4, () => new SimpleRNN(4, returnSequences: true, zeroOutputForMask: true)),
        Simple("with a truncation as long as the sequence", Few, 4, () => new SimpleRNN(4, truncation: 5)),
        Simple("stateful", Few, 4, () => new SimpleRNN(4, returnSequences: true, stateful: true, batch: 10_000)),
        Simple("from an initial state", Few, 4, () => new SimpleRNN(4, returnState: true)) with { Inputs = [Few, [4]] },
    ];

    private static IEnumerable<LayerCase> Normalized =>
    [
        Norm("", Few, 4, () => new LayerNormalizedLSTM(4)),
        Norm("with epsilon 0.1", Many, 19, () => new LayerNormalizedLSTM(19, epsilon: 0.1)),
        Norm("without a bias, with epsilon 0.1", Many, 4, () => new LayerNormalizedLSTM(4, useBias: false, epsilon: 0.1)),
        Norm("from elsewhere", Few, 4, () => new LayerNormalizedLSTM(
            4,
            kernelInitializer: Initializer.RandomNormal(0.3),
            recurrentInitializer: Initializer.GlorotUniform,
            biasInitializer: Initializer.RandomNormal(0.2),
            unitForgetBias: false)),
        Norm("with penalties", Few, 4, () => new LayerNormalizedLSTM(
            4,
            kernelRegularizer: Regularizer.L2(0.02),
            recurrentRegularizer: Regularizer.L1(0.03),
            biasRegularizer: Regularizer.L2(0.01))),
        Norm("with constraints", Few, 4, () => new LayerNormalizedLSTM(
            4,
            kernelConstraint: Constraint.MaxNorm(1.5),
            recurrentConstraint: Constraint.UnitNorm(),
            biasConstraint: Constraint.NonNegative())),
        Norm("with both", Many, 19, () => new LayerNormalizedLSTM(19, dropout: 0.3, recurrentDropout: 0.4, epsilon: 0.1)),
        Norm("with both at each step", Few, 4, () => new LayerNormalizedLSTM(
            4, dropout: 0.3, recurrentDropout: 0.4, dropoutPerStep: true, seed: 7)),
        Norm("with zoneout of both states", Few, 4, () => new LayerNormalizedLSTM(4, zoneout: 0.3, cellZoneout: 0.2)),
        Norm("of sequences and states", Few, 4, () => new LayerNormalizedLSTM(4, returnSequences: true, returnState: true)),
        Norm("backwards", Few, 4, () => new LayerNormalizedLSTM(4, returnSequences: true, goBackwards: true)),
        Norm("with zeros at masks", Few, 4, () => new LayerNormalizedLSTM(4, returnSequences: true, zeroOutputForMask: true)),
        Norm("with a truncation as long as the sequence", Few, 4, () => new LayerNormalizedLSTM(4, truncation: 5)),
        Norm("stateful", Few, 4, () => new LayerNormalizedLSTM(4, returnSequences: true, stateful: true, batch: 10_000)),
        Norm("from initial states", Few, 4, () => new LayerNormalizedLSTM(4, returnState: true)) with { Inputs = [Few, [4], [4]] },
    ];

    private static LayerCase Lstm(string name, Shape input, int units, Func<LSTM> make) => Of(name, input, units, make, "lstm (LSTM)");

    private static LayerCase Gru(string name, Shape input, int units, Func<GRU> make) => Of(name, input, units, make, "gru (GRU)");

    private static LayerCase Norm(string name, Shape input, int units, Func<LayerNormalizedLSTM> make) =>
        Of(name, input, units, make, "layer_normalized_lstm (LayerNormalizedLSTM)");

    private static LayerCase Simple(string name, Shape input, int units, Func<SimpleRNN> make) =>
        Of(name, input, units, make, "simple_rnn (SimpleRNN)");

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
