using System.CommandLine;
using System.Diagnostics;
using Engine.Layers;
using static Engine.Activations.ActivationFunction;

namespace Engine.Examples;

/// <summary>Section 4 of the guide: dropout in a convolutional network, and the same network without.</summary>
internal sealed class CnnExample : Example
{
    private const double AfterPooling = 0.25, BeforeOutput = 0.5;

    public override string Name => "cnn";

    public override string Summary => "Trains the guide's convolutional network with dropout, and its twin without.";

    public override IReadOnlyList<Option> Options => [Digits.Folder];

    public override int Run(ExampleContext context)
    {
        var watch = Stopwatch.StartNew();
        ulong weightSeed = context.Seed ?? 42, fitSeed = context.Seed ?? 7;
        int epochs = context.Epochs ?? (context.Quick ? 1 : context.Full ? 15 : 8);
        var digits = Digits.Load(context, [28, 28, 1]);
        if (context.Quick)
            digits = digits with { Train = digits.Train.Take(2000) };

        Sequential with = CreateModel(isDropping: true, weightSeed), without = CreateModel(isDropping: false, weightSeed);
        context.Output.WriteLine();
        context.Output.WriteLine(with.Summary());
        TrainedNetwork withDropout = TrainedNetwork.Train(with, "dropout", digits, epochs, fitSeed, context);
        TrainedNetwork withoutDropout = TrainedNetwork.Train(without, "no dropout", digits, epochs, fitSeed, context);

        context.Output.WriteLine();
        Comparison.Print(context, withDropout, withoutDropout);
        Comparison.Explain(context, digits.Test, withDropout, withoutDropout);
        Comparison.SaveCharts(context, withDropout, withoutDropout);
        Comparison.SaveConfusion(context, digits.Test, withDropout);

        ExampleResult result = Comparison.NewResult(
            context, digits, epochs, weightSeed, fitSeed, ("rate_after_pooling", AfterPooling), ("rate_before_output", BeforeOutput));
        result.Seconds = watch.Elapsed.TotalSeconds;
        withDropout.AddTo(result, "dropout");
        withoutDropout.AddTo(result, "no_dropout");
        context.WriteResult(result);
        context.PrintFiles();
        return 0;
    }

    // Dropout has no parameters: with the same seed both networks begin with the same weights.
    private static Sequential CreateModel(bool isDropping, ulong seed)
    {
        double afterPooling = isDropping ? AfterPooling : 0, beforeOutput = isDropping ? BeforeOutput : 0;
        return new Sequential(
            new Input(28, 28, 1),
            new Conv2D(32, (3, 3), ReLU),
            new MaxPooling2D((2, 2)),
            new Dropout(afterPooling),
            new Conv2D(64, (3, 3), ReLU),
            new MaxPooling2D((2, 2)),
            new Dropout(afterPooling),
            new Flatten(),
            new Dense(128, ReLU),
            new Dropout(beforeOutput),
            new Dense(10, Softmax))
        {
            Seed = seed,
        };
    }
}
