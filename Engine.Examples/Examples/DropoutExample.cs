using System.CommandLine;
using System.Diagnostics;
using System.Numerics.Tensors;
using Engine.Data;
using Engine.Layers;
using Engine.Serialization;
using static Engine.Activations.ActivationFunction;

namespace Engine.Examples;

/// <summary>
/// Sections 1, 3, 6 and 14 of the guide: one classifier with dropout and one without, otherwise alike; neither stops early, so
/// that both see as many epochs.
/// </summary>
internal sealed class DropoutExample : Example
{
    private const int Classes = 10;

    private static readonly Option<double> s_rate = ExampleOption.Number("--rate", "the dropout rate", 0.0, 0.99, 0.5);

    public override string Name => "dropout";

    public override string Summary => "Trains a classifier of handwritten digits with dropout, and its twin without.";

    public override IReadOnlyList<Option> Options => [s_rate, Digits.Folder];

    public override int Run(ExampleContext context)
    {
        var watch = Stopwatch.StartNew();
        double rate = context.Get(s_rate);
        ulong weightSeed = context.Seed ?? 42, fitSeed = context.Seed ?? 7;
        int epochs = context.Epochs ?? (context.Quick ? 5 : 20);
        var digits = Digits.Load(context);

        string withName = $"dropout {Text.Fixed(rate, 2).TrimEnd('0').TrimEnd('.')}";
        Sequential with = CreateModel(rate, weightSeed), without = CreateModel(0, weightSeed);
        context.Output.WriteLine();
        context.Output.WriteLine(with.Summary());
        TrainedNetwork withDropout = TrainedNetwork.Train(with, withName, digits, epochs, fitSeed, context);
        TrainedNetwork withoutDropout = TrainedNetwork.Train(without, "no dropout", digits, epochs, fitSeed, context);

        context.Output.WriteLine();
        Comparison.Print(context, withDropout, withoutDropout);
        Comparison.Explain(context, digits.Test, withDropout, withoutDropout);

        Comparison.SaveCharts(context, withDropout, withoutDropout);

        SaveAndLoad(context, digits.Test, with);

        ExampleResult result = Comparison.NewResult(
            context, digits, epochs, weightSeed, fitSeed, ("rate", rate));
        result.Seconds = watch.Elapsed.TotalSeconds;
        withDropout.AddTo(result, "dropout");
        withoutDropout.AddTo(result, "no_dropout");
        context.WriteResult(result);
        context.PrintFiles();
        return 0;
    }

    // Dropout has no parameters: with the same seed both networks begin with the same weights.
    private static Sequential CreateModel(double rate, ulong seed) => new(
        new Input(784),
        new Dense(64, ReLU),
        new Dropout(rate),
        new Dense(64, ReLU),
        new Dropout(rate),
        new Dense(Classes, Softmax))
    {
        Seed = seed,
    };

    // What is kept is what was trained: the loaded model must predict the same, bit for bit.
    private static void SaveAndLoad(ExampleContext context, Dataset test, Model model)
    {
        const string File = "digits.safetensors";
        context.Save(model, File);
        PredictOptions options = context.NewPredictOptions();
        if (!Model.Load(context.PathOf(File)).Predict(test.Inputs, options).SequenceEqual(model.Predict(test.Inputs, options)))
        {
            throw new InvalidDataException(
                $"expected the model in {context.PathOf(File)} to predict what the saved one does, got other numbers.");
        }

        context.Output.WriteLine();
        context.Say("The network with dropout was saved and loaded: it predicts the same, bit for bit.");
    }
}
