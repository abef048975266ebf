using System.CommandLine;
using System.Diagnostics;
using System.Numerics.Tensors;
using Engine.Data;
using Engine.Layers;
using Engine.Losses;
using Engine.Metrics;
using Engine.Optimizers;
using Engine.Serialization;
using Engine.Visualization;
using static Engine.Activations.ActivationFunction;

namespace Engine.Examples;

/// <summary>
/// Sections 1, 3, 6 and 14 of the guide: one classifier with dropout and one without, otherwise alike; neither stops early, so
/// that both see as many epochs.
/// </summary>
internal sealed class DropoutExample : Example
{
    private const int BatchSize = 128;
    private const double ValidationSplit = 0.1;
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
        Trained withDropout = Train(with, withName, digits, epochs, fitSeed, context);
        Trained withoutDropout = Train(without, "no dropout", digits, epochs, fitSeed, context);

        context.Output.WriteLine();
        Print(context, withDropout, withoutDropout);
        Explain(context, digits.Test, withDropout, withoutDropout);

        (string, History)[] histories = [(withDropout.Name, withDropout.History), (withoutDropout.Name, withoutDropout.History)];
        context.Save(Chart.OfHistories(histories, "accuracy", "val_accuracy"), "accuracy.png");
        context.Save(Chart.OfHistories(histories, "loss", "val_loss"), "loss.png");

        SaveAndLoad(context, digits.Test, with);

        var result = new ExampleResult { Seconds = watch.Elapsed.TotalSeconds };
        digits.AddTo(result);
        result.Settings.AddRange(
        [
            ("epochs", epochs),
            ("batch_size", BatchSize),
            ("validation_split", ValidationSplit),
            ("rate", rate),
            ("threads", context.DegreeOfParallelism),
        ]);
        result.Seeds.AddRange([("weights", weightSeed), ("fit", fitSeed)]);
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

    private static Trained Train(Sequential model, string name, Digits digits, int epochs, ulong seed, ExampleContext context)
    {
        context.Output.WriteLine();
        context.Output.WriteLine($"Training with {name}:");
        model.Compile(new Adam(learningRate: 1e-3), Loss.CategoricalCrossentropy(), Metric.Accuracy());
        var watch = Stopwatch.StartNew();
        History history = model.Fit(digits.Train, new FitOptions
        {
            Epochs = epochs,
            BatchSize = BatchSize,
            ValidationSplit = ValidationSplit,
            Seed = seed,
            DegreeOfParallelism = context.DegreeOfParallelism,
            CancellationToken = context.Cancellation,
            Callbacks = [context.NewProgress()],
        });
        double seconds = watch.Elapsed.TotalSeconds;

        // The training's own numbers are taken with dropout on: measured again, on what was trained on, with dropout off.
        (Dataset trained, _) = digits.Train.Split(1 - ValidationSplit);
        PredictOptions options = context.NewPredictOptions();
        double trainAccuracy = model.Evaluate(trained, options)["accuracy"];
        double testAccuracy = model.Evaluate(digits.Test, options)["accuracy"];
        return new Trained(name, model, history, trainAccuracy, testAccuracy, seconds);
    }

    private static void Print(ExampleContext context, params Trained[] runs)
    {
        var table = new ResultTable(
            ("network", ColumnAlignment.Left),
            ("parameters", ColumnAlignment.Right),
            ("training accuracy", ColumnAlignment.Right),
            ("test accuracy", ColumnAlignment.Right),
            ("gap", ColumnAlignment.Right),
            ("seconds", ColumnAlignment.Right));
        foreach (Trained run in runs)
        {
            table.AddRow(
                run.Name,
                Text.Count(run.Model.ParameterCount),
                Text.Percent(run.TrainAccuracy),
                Text.Percent(run.TestAccuracy),
                Text.Points(run.Gap),
                Text.Fixed(run.Seconds, 1));
        }

        context.Print(table);
        context.Output.WriteLine("Both accuracies are measured after training, with dropout off; the gap is their difference.");
    }

    // What the numbers say, and how far chance alone would carry them.
    private static void Explain(ExampleContext context, Dataset test, Trained with, Trained without)
    {
        int[] labels = test.GetLabels();
        bool[] first = Correct(with.Model, test, labels, context), second = Correct(without.Model, test, labels, context);
        int onlyFirst = first.Zip(second).Count(pair => pair.First && !pair.Second);
        int onlySecond = first.Zip(second).Count(pair => !pair.First && pair.Second);

        // McNemar: were both equally good, each of these digits would be a coin toss.
        double chance = 2 * Math.Sqrt(onlyFirst + onlySecond);
        bool isClear = Math.Abs(onlyFirst - onlySecond) > chance;
        context.Output.WriteLine();
        context.Output.WriteLine(
            $"The gap between training and test {(with.Gap < without.Gap ? "is narrower" : "is not narrower")} with dropout: "
            + $"{Text.Points(with.Gap)} against {Text.Points(without.Gap)}.");
        context.Output.WriteLine(
            $"Of {Text.Count(labels.Length)} test digits, {onlyFirst} are read right by the network with dropout alone and {onlySecond} "
            + "by the one without it alone.");
        string better = onlyFirst > onlySecond ? "with" : "without";
        context.Output.WriteLine(isClear
            ? $"That is more than chance: the network {better} dropout reads unseen digits better."
            : "Chance alone would do that: on unseen digits neither network is clearly better.");
    }

    // What is kept is what was trained: the loaded model must predict the same, bit for bit.
    private static void SaveAndLoad(ExampleContext context, Dataset test, Model model)
    {
        const string File = "digits.safetensors";
        context.Save(model, File);
        PredictOptions options = context.NewPredictOptions();
        if (!Model.Load(context.PathOf(File)).Predict(test.Inputs, options).SequenceEqual(model.Predict(test.Inputs, options)))
        {
            throw new InvalidDataException(
                $"dropout: expected the model in {context.PathOf(File)} to predict what the saved one does, got other numbers.");
        }

        context.Output.WriteLine();
        context.Output.WriteLine("The network with dropout was saved and loaded: it predicts the same, bit for bit.");
    }

    private static bool[] Correct(Model model, Dataset test, int[] labels, ExampleContext context)
    {
        Tensor<float> probabilities = model.Predict(test.Inputs, context.NewPredictOptions());
        float[] row = new float[Classes];
        bool[] correct = new bool[labels.Length];
        for (int i = 0; i < labels.Length; i++)
        {
            for (int digit = 0; digit < Classes; digit++)
                row[digit] = probabilities[i, digit];
            correct[i] = TensorPrimitives.IndexOfMax<float>(row) == labels[i];
        }

        return correct;
    }

    private sealed record Trained(
        string Name, Sequential Model, History History, double TrainAccuracy, double TestAccuracy, double Seconds)
    {
        public double Gap => TrainAccuracy - TestAccuracy;

        public void AddTo(ExampleResult result, string prefix) => result.Metrics.AddRange(
        [
            ($"{prefix}_parameters", Model.ParameterCount),
            ($"{prefix}_train_accuracy", TrainAccuracy),
            ($"{prefix}_validation_accuracy", History["val_accuracy"][^1]),
            ($"{prefix}_test_accuracy", TestAccuracy),
            ($"{prefix}_gap", Gap),
            ($"{prefix}_training_seconds", Seconds),
        ]);
    }
}
