using System.CommandLine;
using System.Diagnostics;
using Engine.Losses;
using Engine.Metrics;
using Engine.Optimizers;
using Engine.Visualization;

namespace Engine.Examples;

/// <summary>A network of Keras's examples, with its settings: what accuracy it reaches, as a mean of several seeds.</summary>
internal abstract class KerasExample : Example
{
    private const int BatchSize = 128;

    private static readonly Option<int> s_runs = ExampleOption.Number(
        "--runs", "how many trainings, each with a seed of its own", 1, 100, 3);

    public override IReadOnlyList<Option> Options => [s_runs, Digits.Folder];

    // Keras's figures are those of all of MNIST, which the page does not have.
    public override GalleryContent Gallery => GalleryContent.None;

    /// <summary>The dropout rate, for the record.</summary>
    protected abstract double Rate { get; }

    /// <summary>Keras's number of epochs.</summary>
    protected abstract int Epochs { get; }

    /// <summary>The shape of a digit.</summary>
    protected abstract Shape Input { get; }

    /// <summary>Keras's network.</summary>
    protected abstract Sequential CreateModel(ulong seed);

    /// <summary>Keras's optimizer.</summary>
    protected abstract Optimizer CreateOptimizer();

    public override int Run(ExampleContext context)
    {
        var watch = Stopwatch.StartNew();
        int runs = context.Quick ? 1 : context.Get(s_runs);
        int epochs = context.Epochs ?? (context.Quick ? 1 : Epochs);
        ulong firstSeed = context.Seed ?? 1;
        var digits = Digits.Load(context, Input);
        var result = new ExampleResult();
        digits.AddTo(result);
        result.Settings.AddRange(
            [("epochs", epochs), ("batch_size", BatchSize), ("rate", Rate), ("threads", context.DegreeOfParallelism)]);

        var table = new ResultTable(
            ("seed", ColumnAlignment.Right),
            ("test accuracy", ColumnAlignment.Right),
            ("best epoch's", ColumnAlignment.Right),
            ("test loss", ColumnAlignment.Right),
            ("seconds", ColumnAlignment.Right));
        var accuracies = new List<double>();
        var histories = new List<(string, History)>();
        for (int run = 0; run < runs; run++)
        {
            ulong seed = firstSeed + (ulong)run;
            Sequential model = CreateModel(seed);
            context.Output.WriteLine();
            if (run == 0)
                context.Output.WriteLine(model.Summary());
            context.Output.WriteLine($"Training {run + 1} of {runs}, seed {seed}:");
            (History history, Evaluation test, double seconds) = Train(model, digits, epochs, seed, context);
            double best = history["val_accuracy"].Max();
            accuracies.Add(test["accuracy"]);
            histories.Add(($"seed {seed}", history));
            table.AddRow(
                seed.ToString(System.Globalization.CultureInfo.InvariantCulture),
                Text.Percent(test["accuracy"]),
                Text.Percent(best),
                Text.Fixed(test.Loss, 4),
                Text.Fixed(seconds, 1));
            result.Seeds.Add(($"run_{run + 1}", seed));
            result.Metrics.AddRange(
            [
                ($"run_{run + 1}_test_accuracy", test["accuracy"]),
                ($"run_{run + 1}_best_epoch_test_accuracy", best),
                ($"run_{run + 1}_test_loss", test.Loss),
                ($"run_{run + 1}_training_seconds", seconds),
            ]);
        }

        double mean = accuracies.Average();
        result.Metrics.Insert(0, ("mean_test_accuracy", mean));
        context.Output.WriteLine();
        context.Print(table);
        context.Say(
            $"Mean test accuracy after the last epoch: {Text.Percent(mean)}. The best epoch is chosen by the test digits: for information only.");
        context.Save(Chart.OfHistories([.. histories], "val_accuracy"), "accuracy.png");
        context.Save(Chart.OfHistories([.. histories], "loss", "val_loss"), "loss.png");
        result.Seconds = watch.Elapsed.TotalSeconds;
        context.WriteResult(result);
        context.PrintFiles();
        return 0;
    }

    private (History History, Evaluation Test, double Seconds) Train(
        Sequential model, Digits digits, int epochs, ulong seed, ExampleContext context)
    {
        model.Compile(CreateOptimizer(), Loss.CategoricalCrossentropy(), Metric.Accuracy());
        var watch = Stopwatch.StartNew();
        History history = model.Fit(digits.Train, new FitOptions
        {
            Epochs = epochs,
            BatchSize = BatchSize,
            Seed = seed,
            ValidationData = digits.Test,
            DegreeOfParallelism = context.DegreeOfParallelism,
            CancellationToken = context.Cancellation,
            Callbacks = [context.NewProgress()],
        });
        double seconds = watch.Elapsed.TotalSeconds;
        return (history, model.Evaluate(digits.Test, context.NewPredictOptions()), seconds);
    }
}
