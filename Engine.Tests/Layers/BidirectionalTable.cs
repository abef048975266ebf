using Engine.Layers;

namespace Engine.Tests.Layers;

/// <summary>Two directions of every recurrent layer, and every way to merge them: rows of <see cref="LayerTable"/>.</summary>
internal static class BidirectionalTable
{
    private static readonly Shape[] Inputs = [[5, 3], [2, 7]];

    public static IEnumerable<LayerCase> All
    {
        get
        {
            foreach (Shape input in Inputs)
            {
                foreach (MergeMode mode in Enum.GetValues<MergeMode>())
                {
                    int units = mode == MergeMode.Concatenate ? 8 : 4;
                    yield return Row($"by {mode}", input, [units], () => new Bidirectional(new LSTM(4), mode));
                    yield return Row(
                        $"by {mode}, sequences", input, [input[0], units],
                        () => new Bidirectional(new SimpleRNN(4, returnSequences: true), mode));
                }

                yield return Row("of a GRU and an LSTM", input, [8], () => new Bidirectional(
                    new GRU(4), backwardLayer: new LSTM(4, goBackwards: true) { Name = "back", Trainable = false }));
                yield return Row("with dropout", input, [8], () => new Bidirectional(
                    new LSTM(4, dropout: 0.3, recurrentDropout: 0.2))) with
                { IsSameInAllPhases = false };
            }
        }
    }

    private static LayerCase Row(string name, Shape input, Shape output, Func<Bidirectional> make) => new(name, make, [input], output)
    {
        Wrong = [input, [4]],
        WrongMessage = "bidirectional (Bidirectional): expected a sequence, and as many initial states for each direction, got 2 inputs.",
    };
}
