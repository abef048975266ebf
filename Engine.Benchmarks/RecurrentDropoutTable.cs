using Engine.Layers;
using static Engine.Activations.ActivationFunction;

namespace Engine.Benchmarks;

/// <summary>What dropout costs inside a recurrent layer: a training step with it against the same without.</summary>
internal static class RecurrentDropoutTable
{
    private const int Units = 64;

    private static readonly (string Name, Func<double, double, DropoutMasks, Layer> Make)[] s_layers =
    [
        ("LSTM(64)", (dropout, recurrent, masks) => new LSTM(Units, dropout: dropout, recurrentDropout: recurrent, dropoutMasks: masks)),
        ("GRU(64)", (dropout, recurrent, masks) => new GRU(Units, dropout: dropout, recurrentDropout: recurrent, dropoutMasks: masks)),
    ];

    public static void Run(TextWriter output)
    {
        TableHead.Write(output, "What dropout costs inside a recurrent layer", "recurrent-dropout");
        output.WriteLine($"""
            A layer on 50 steps of 32 features, Dense 32, Dense 10. One step: forward, loss, backward, Adam; dropout and recurrentDropout
            0.2. With and without {PairedSteps.Duration}: the median of
            their ratios, with the quarters around it, and the median times. One thread.

            | layer | masks | batch | without, ms | with, ms | cost | quarters |
            |---|---|--:|--:|--:|--:|--:|
            """);
        foreach ((string name, Func<double, double, DropoutMasks, Layer> make) in s_layers)
        {
            foreach (int batch in new[] { 32, 128 })
            {
                foreach (DropoutMasks masks in new[] { DropoutMasks.Tied, DropoutMasks.PerGate })
                {
                    string cells = PairedSteps.Compare(Step(make(0.2, 0.2, masks), batch), Step(make(0, 0, masks), batch));
                    output.WriteLine($"| {name} | {(masks == DropoutMasks.Tied ? "tied" : "per gate")} | {batch} | {cells} |");
                }
            }
        }
    }

    private static Stepper Step(Layer layer, int batch) =>
        new(new Sequential(new Input(50, 32), layer, new Dense(32, ReLU), new Dense(10, Softmax)) { Seed = 1 }, [50, 32], batch);
}
