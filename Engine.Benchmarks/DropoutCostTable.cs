using Engine.Layers;
using static Engine.Activations.ActivationFunction;

namespace Engine.Benchmarks;

/// <summary>What dropout costs: a training step of the guide's networks with it against the same without.</summary>
internal static class DropoutCostTable
{
    public static void Run(TextWriter output)
    {
        TableHead.Write(output, "What dropout costs a training step", "dropout-cost");
        output.WriteLine($"""
            One step: forward, loss, backward, Adam. With and without {PairedSteps.Duration}:
            the median of their ratios, with the quarters around it, and the median times. One thread.

            | network | batch | without, ms | with, ms | cost | quarters |
            |---|--:|--:|--:|--:|--:|
            """);
        foreach (int batch in new[] { 32, 128 })
        {
            Row(output, "guide 1: 784-64-64-10, dropout 0.5 twice", [784], batch, Classifier);
            Row(output, "guide 4: two convolutions, dropout 0.25, 0.25, 0.5", [28, 28, 1], batch, Convolutional);
        }
    }

    private static Sequential Classifier(bool drops) => Network(
        drops,
        new Input(784),
        new Dense(64, ReLU),
        new Dropout(0.5),
        new Dense(64, ReLU),
        new Dropout(0.5),
        new Dense(10, Softmax));

    private static Sequential Convolutional(bool drops) => Network(
        drops,
        new Input(28, 28, 1),
        new Conv2D(32, (3, 3), ReLU),
        new MaxPooling2D((2, 2)),
        new Dropout(0.25),
        new Conv2D(64, (3, 3), ReLU),
        new MaxPooling2D((2, 2)),
        new Dropout(0.25),
        new Flatten(),
        new Dense(128, ReLU),
        new Dropout(0.5),
        new Dense(10, Softmax));

    private static Sequential Network(bool drops, params Layer[] layers) =>
        new([.. layers.Where(layer => drops || layer is not Dropout)]) { Seed = 1 };

    private static void Row(TextWriter output, string name, Shape input, int batch, Func<bool, Sequential> make) =>
        output.WriteLine(
            $"| {name} | {batch} | {PairedSteps.Compare(new Stepper(make(true), input, batch), new Stepper(make(false), input, batch))} |");
}
