using Engine.Activations;
using Engine.Checking;
using Engine.Layers;

namespace Engine.Tests.Layers;

/// <summary>
/// The contract of layers and the gradients of recurrent layers whatever steps count: samples of which nothing counts and a batch of
/// such samples included.
/// </summary>
public sealed class MaskedContractTests
{
    private const int Steps = 6, Features = 3, Units = 4;

    // Which steps count, for samples in turn.
    private static readonly string[] s_all = ["101101", "000000", "111100", "000111", "111111", "000100"];
    private static readonly string[] s_others = ["000111", "111111", "000100"];
    private static readonly string[] s_none = ["000000", "000000"];

    /// <summary>A layer, and how many initial states it is given.</summary>
    public sealed record Case(string Name, int States, Func<Layer> Make)
    {
        public override string ToString() => Name;
    }

    private static IEnumerable<Case> Layers =>
    [
        new("LSTM", 2, () => new LSTM(
            Units, returnSequences: true, returnState: true, dropout: 0.3, recurrentDropout: 0.3, zoneout: 0.2, cellZoneout: 0.2)),
        new("LSTM, backwards, per step", 2, () => new LSTM(
            Units, returnSequences: true, returnState: true, goBackwards: true, dropout: 0.3, recurrentDropout: 0.3, dropoutPerStep: true,
            zoneout: 0.2, cellZoneout: 0.2)),
        new("LSTM, the last output, tied, SiLU", 2, () => new LSTM(
            Units, ActivationFunction.SiLU, returnState: true, dropout: 0.3, recurrentDropout: 0.3, dropoutMasks: DropoutMasks.Tied)),
        new("GRU, the last output", 1, () => new GRU(
            Units, returnState: true, dropout: 0.3, recurrentDropout: 0.3, zoneout: 0.2)),
        new("GRU, backwards, tied, per step", 1, () => new GRU(
            Units, returnSequences: true, returnState: true, goBackwards: true, dropout: 0.3, recurrentDropout: 0.3, dropoutPerStep: true,
            dropoutMasks: DropoutMasks.Tied, zoneout: 0.2)),
        new("GRU, reset before, zeros, backwards, per step", 1, () => new GRU(
            Units, returnSequences: true, returnState: true, zeroOutputForMask: true, goBackwards: true, resetAfter: false, dropout: 0.3,
            recurrentDropout: 0.3, dropoutPerStep: true)),
        new("SimpleRNN, per step", 1, () => new SimpleRNN(
            Units, returnSequences: true, returnState: true, dropout: 0.3, recurrentDropout: 0.3, dropoutPerStep: true, zoneout: 0.2)),
        new("LayerNormalizedLSTM, backwards, per step", 2, () => new LayerNormalizedLSTM(
            Units, returnSequences: true, returnState: true, goBackwards: true, dropout: 0.3, recurrentDropout: 0.3, dropoutPerStep: true,
            zoneout: 0.2, cellZoneout: 0.1, epsilon: 0.1)),
        new("Bidirectional, concatenated", 4, () => new Bidirectional(new LSTM(
            Units, returnSequences: true, returnState: true, dropout: 0.3, recurrentDropout: 0.3))),
        new("Bidirectional, multiplied", 2, () => new Bidirectional(
            new GRU(Units, returnSequences: true, returnState: true, dropout: 0.3, recurrentDropout: 0.3), MergeMode.Multiply)),
        new("Bidirectional, added, the last output", 2, () => new Bidirectional(
            new SimpleRNN(Units, returnState: true, recurrentDropout: 0.3), MergeMode.Sum)),
        new("Bidirectional, averaged", 4, () => new Bidirectional(
            new LSTM(Units, returnSequences: true, zoneout: 0.3), MergeMode.Average)),
        new("Bidirectional, apart", 4, () => new Bidirectional(new LSTM(Units, returnSequences: true, zoneout: 0.3), MergeMode.None)),
    ];

    // Of the first three samples in double, of all kinds on several threads.
    [TestCaseSource(nameof(Layers))]
    public void TheContractHolds(Case layer) => LayerContract.Verify(
        () =>
        {
            (Node[] inputs, Node[] outputs) = Masked(layer);
            return new Model(inputs, outputs);
        },
        [.. Masked(layer).Inputs.Select(input => input.Shape)],
        new LayerContractOptions { Catalog = new LayerCatalog().Add("MaskBy", _ => new MaskBy()), GradientCheck = Options(s_all) });

    [TestCaseSource(nameof(Layers))]
    public void GradientsAreRight(Case layer)
    {
        foreach (string[] counts in (string[][])[s_others, s_none])
        {
            (Node[] inputs, Node[] outputs) = Masked(layer);
            GradientCheck.Run(new Model(inputs, outputs) { Precision = Precision.Double }, Options(counts)).ThrowIfFailed();
        }
    }

    private static (Node[] Inputs, Node[] Outputs) Masked(Case layer)
    {
        Node x = new Input(Steps, Features), counts = new Input(Steps);
        Node[] initial = [.. Enumerable.Range(0, layer.States).Select(_ => new Input(Units).Output)];
        IReadOnlyList<Node> outputs = layer.Make().ApplyMany([new MaskBy().Apply(x, counts), .. initial]);

        // The last output is there for the mask's own input to have a gradient, which the check asks for.
        return ([x, counts, .. initial], [.. outputs, new Dense(1).Apply(counts)]);
    }

    private static GradientCheckOptions Options(string[] counts) => new()
    {
        Batch = counts.Length,
        AllowTrivial = counts == s_none,
        FillInput = (index, attempt, values) =>
        {
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = index == 1
                    ? (counts[i / Steps % counts.Length][i % Steps] == '1' ? 1 : -1)
                    : Math.Sin((i * 1.7) + attempt + index);
            }
        },
    };
}
