using System.Numerics.Tensors;
using Engine.Layers;
using static Engine.Activations.ActivationFunction;

namespace Engine.Benchmarks;

/// <summary>What sequences of different lengths in one batch cost: padded and masked against as many whole steps.</summary>
internal static class PaddingTable
{
    private const int Units = 64, Features = 32, Longest = 50, Mean = 25;

    private static readonly (string Name, Func<Layer> Make)[] s_layers =
    [
        ("LSTM(64)", () => new LSTM(Units)),
        ("GRU(64)", () => new GRU(Units)),
    ];

    public static void Run(TextWriter output)
    {
        TableHead.Write(output, "What padding costs in a recurrent layer", "padding");
        output.WriteLine($"""
            A layer on steps of {Features} features, Dense 32, Dense 10. One step: forward, loss, backward, Adam. Padded: lengths from 1 to {Longest},
            evenly spread, {Mean} in the mean, in {Longest} steps with zeros at the end and Masking in front. Whole: as many steps and no mask, as so
            many sequences of {Mean} steps, and as half as many of {Longest}, which need as many steps one after the other as the longest of the
            padded ones. Both {PairedSteps.Duration}:
            the median of their ratios, with the quarters around it, and the median times.

            | layer | padded | whole | threads | whole, ms | padded, ms | cost | quarters |
            |---|--:|--:|--:|--:|--:|--:|--:|
            """);
        foreach ((string name, Func<Layer> make) in s_layers)
        {
            foreach (int batch in new[] { 16, 32, 128 })
            {
                foreach ((int whole, int steps) in new[] { (batch, Mean), (batch / 2, Longest) })
                {
                    foreach (int threads in new[] { 1, 2 })
                    {
                        string measured = PairedSteps.Compare(Padded(make(), batch, threads), Whole(make(), whole, steps, threads));
                        output.WriteLine($"| {name} | {batch} | {whole} × {steps} | {threads} | {measured} |");
                    }
                }
            }
        }
    }

    private static Stepper Padded(Layer layer, int batch, int threads)
    {
        float[] x = new float[batch * Longest * Features];
        RandomTensor.Uniform([x.Length], seed: 1).FlattenTo(x);
        for (int sample = 0; sample < batch; sample++)
        {
            // Rounded down, so that the mean is 25 and not half a step more.
            int length = 1 + (sample * (Longest - 1) / (batch - 1));
            x.AsSpan(((sample * Longest) + length) * Features, (Longest - length) * Features).Clear();
        }

        return new(Network(Longest, new Masking(), layer), Tensor.Create(x, [batch, Longest, Features]), threads);
    }

    private static Stepper Whole(Layer layer, int batch, int steps, int threads) =>
        new(Network(steps, layer), RandomTensor.Uniform([batch, steps, Features], seed: 1), threads);

    private static Sequential Network(int steps, params Layer[] layers) =>
        new([new Input(steps, Features), .. layers, new Dense(32, ReLU), new Dense(10, Softmax)]) { Seed = 1 };
}
