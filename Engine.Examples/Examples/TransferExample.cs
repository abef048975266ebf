using System.CommandLine;
using System.Diagnostics;
using Engine.Data;
using Engine.Layers;
using Engine.Losses;
using Engine.Metrics;
using Engine.Optimizers;
using Engine.Visualization;
using static Engine.Activations.ActivationFunction;

namespace Engine.Examples;

/// <summary>
/// Section 13 of the guide: a base that has learned one task, frozen, under a new head with dropout that learns another from few
/// examples. The base is a small one, trained here on the digits 0 to 4, or VGG16 with the user's file of weights.
/// </summary>
internal sealed class TransferExample : Example
{
    private const int BatchSize = 128, HeadUnits = 128, Classes = 5;

    private static readonly Option<int> s_examples = ExampleOption.Number(
        "--examples", "how many examples of each of the digits 5 to 9 to learn from", 1, 6000, 20);

    private static readonly Option<string?> s_weights = ExampleOption.Text(
        "--weights", "file", "VGG16's weights without the head, as Keras gives them: takes VGG16 as the base");

    public override string Name => "transfer";

    public override string Summary => "Freezes a trained convolutional base and teaches a new head with dropout; --full trains on all of MNIST.";

    public override IReadOnlyList<Option> Options => [s_examples, s_weights, Digits.Folder];

    public override int Run(ExampleContext context)
    {
        if (context.Get(s_weights) is { } path)
            return VggTransfer.Run(context, path, context.Get(s_examples));

        var watch = Stopwatch.StartNew();
        ulong seed = context.Seed ?? 42;
        int baseEpochs = context.Epochs ?? (context.Quick ? 1 : 5), epochs = context.Epochs ?? (context.Quick ? 2 : 5);
        int fewEpochs = context.Quick ? 4 : 40;
        var digits = Digits.Load(context, [28, 28, 1]);
        Dataset lower = DigitClasses.Take(digits.Train, 0, Classes), upper = DigitClasses.Take(digits.Train, 5, Classes);
        Dataset lowerTest = DigitClasses.Take(digits.Test, 0, Classes), upperTest = DigitClasses.Take(digits.Test, 5, Classes);
        Dataset few = DigitClasses.Few(upper, Classes, context.Get(s_examples));
        if (context.Quick)
            (lower, upper, lowerTest, upperTest) = (lower.Take(1500), upper.Take(500), lowerTest.Take(300), upperTest.Take(300));

        context.Output.WriteLine();
        context.Output.WriteLine($"The base learns the digits 0 to 4, of {Text.Count(lower.Count)} examples:");
        Sequential trainedBase = CreateBase(seed);
        Trained task = Train("digits 0–4", new Sequential([trainedBase, .. CreateHead()]) { Seed = seed }, lower, lowerTest, baseEpochs, seed, context);
        trainedBase.Trainable = false;

        context.Output.WriteLine();
        context.Output.WriteLine(new Sequential([trainedBase, .. CreateHead()]).Summary());
        List<Trained> trained = [];
        foreach ((string data, Dataset train, int count) in ((string, Dataset, int)[])[($"{few.Count} examples", few, fewEpochs), ("all examples", upper, epochs)])
        {
            context.Output.WriteLine();
            context.Output.WriteLine($"Digits 5 to 9, {data}, the base frozen:");
            trained.Add(Train(
                $"{data}: frozen base", new Sequential([trainedBase, .. CreateHead()]) { Seed = seed + 1 }, train, upperTest, count, seed, context));
            context.Output.WriteLine();
            context.Output.WriteLine($"Digits 5 to 9, {data}, from scratch:");
            trained.Add(Train(
                $"{data}: from scratch",
                new Sequential([CreateBase(seed + 1), .. CreateHead()]) { Seed = seed + 1 },
                train,
                upperTest,
                count,
                seed,
                context));
        }

        // What was frozen is thawed for a while at a lower rate, on the same few examples.
        context.Output.WriteLine();
        context.Output.WriteLine($"Digits 5 to 9, {few.Count} examples, the base thawed, at a lower rate:");
        trainedBase.Trainable = true;
        trained.Add(Train($"{few.Count} examples: frozen, then thawed", trained[0].Model, few, upperTest, fewEpochs / 4, seed, context, 1e-4));

        Print(context, [task, .. trained]);
        Conclude(context, few.Count, trained);
        context.Save(Chart.OfHistories([.. trained.Take(2).Select(run => (run.Name, run.History))], "val_accuracy"), "few-examples.png");
        context.Save(Chart.OfHistories([.. trained.Skip(2).Take(2).Select(run => (run.Name, run.History))], "val_accuracy"), "all-examples.png");

        var result = new ExampleResult { Seconds = watch.Elapsed.TotalSeconds };
        digits.AddTo(result);
        result.Settings.AddRange(
        [
            ("base_epochs", baseEpochs),
            ("epochs", epochs),
            ("epochs_of_few", fewEpochs),
            ("few_samples", few.Count),
            ("batch_size", BatchSize),
            ("threads", context.DegreeOfParallelism),
        ]);
        result.Seeds.Add(("all", seed));
        string[] keys = ["base", "few_frozen", "few_from_scratch", "all_frozen", "all_from_scratch", "few_thawed"];
        foreach ((string key, Trained run) in keys.Zip([task, .. trained]))
        {
            result.Metrics.AddRange(
            [
                ($"{key}_test_accuracy", run.TestAccuracy),
                ($"{key}_trained_parameters", run.TrainedParameters),
                ($"{key}_training_seconds", run.Seconds),
            ]);
        }

        context.WriteResult(result);
        context.PrintFiles();
        return 0;
    }

    /// <summary>The new head: what dropout is for where examples are few.</summary>
    internal static Layer[] CreateHead() => [new Dense(HeadUnits, ReLU), new Dropout(0.5), new Dense(Classes, Softmax)];

    internal static Trained Train(
        string name, Model model, Dataset train, Dataset test, int epochs, ulong seed, ExampleContext context,
        double learningRate = 1e-3)
    {
        model.Compile(new Adam(learningRate), Loss.CategoricalCrossentropy(), Metric.Accuracy());
        var watch = Stopwatch.StartNew();
        History history = model.Fit(train, new FitOptions
        {
            Epochs = epochs,
            BatchSize = Math.Min(BatchSize, Math.Max(train.Count / 8, 8)),
            Seed = seed,
            ValidationData = test,
            DegreeOfParallelism = context.DegreeOfParallelism,
            CancellationToken = context.Cancellation,
            Callbacks = [context.NewProgress()],
        });
        return new Trained(
            name,
            model,
            train.Count,
            model.TrainableParameterCount,
            model.Evaluate(test, context.NewPredictOptions())["accuracy"],
            history,
            watch.Elapsed.TotalSeconds);
    }

    internal static void Print(ExampleContext context, IReadOnlyList<Trained> runs)
    {
        var table = new ResultTable(
            ("training", ColumnAlignment.Left),
            ("examples", ColumnAlignment.Right),
            ("trained parameters", ColumnAlignment.Right),
            ("test accuracy", ColumnAlignment.Right),
            ("seconds", ColumnAlignment.Right));
        foreach (Trained run in runs)
        {
            table.AddRow(
                run.Name,
                Text.Count(run.Examples),
                Text.Count(run.TrainedParameters),
                Text.Percent(run.TestAccuracy),
                Text.Fixed(run.Seconds, 1));
        }

        context.Output.WriteLine();
        context.Print(table);
    }

    private static void Conclude(ExampleContext context, int few, List<Trained> trained)
    {
        double gain = trained[0].TestAccuracy - trained[1].TestAccuracy;
        context.Say(
            $"From {few} examples the frozen base under a new head reads {Text.Points(Math.Abs(gain))} {(gain >= 0 ? "more" : "less")} "
            + $"of the test digits right than the network from scratch, and trains {Text.Fixed(trained[1].Seconds / trained[0].Seconds, 1)} "
            + "times as fast: no gradient goes below the head.");
    }

    private static Sequential CreateBase(ulong seed) => new(
        new Input(28, 28, 1),
        new Conv2D(32, (3, 3), ReLU),
        new Conv2D(32, (3, 3), ReLU),
        new MaxPooling2D((2, 2)),
        new Dropout(0.25),
        new Flatten())
    {
        Name = "base",
        Seed = seed,
    };

    internal sealed record Trained(
        string Name, Model Model, int Examples, long TrainedParameters, double TestAccuracy, History History, double Seconds);
}
