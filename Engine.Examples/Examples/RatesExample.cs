using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Engine.Data;
using Engine.Layers;
using Engine.Losses;
using Engine.Metrics;
using Engine.Optimizers;
using Engine.Tuning;
using Engine.Visualization;
using static Engine.Activations.ActivationFunction;

namespace Engine.Examples;

/// <summary>Section 5 of the guide: which dropout rate? A sweep over rates, each with several seeds.</summary>
internal sealed class RatesExample : Example
{
    private const string Rate = "rate", Gap = "gap";
    private const string Train = "train_accuracy", Validation = "validation_accuracy", Test = "test_accuracy";

    private static readonly double[] s_guide = [0.1, 0.3, 0.5], s_all = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8];

    private static readonly Option<bool> s_allRates = ExampleOption.Flag(
        "--all-rates", "rates from 0 to 0.8 rather than the guide's three");

    private static readonly Option<int?> s_seeds = ExampleOption.Number(
        "--seeds", "how many seeds for each rate (default: 3)", 1, 1000);

    public override string Name => "rates";

    public override string Summary => "Which dropout rate? A sweep over rates and seeds, on all cores; goes on after a kill.";

    public override IReadOnlyList<Option> Options => [s_allRates, s_seeds, Digits.Folder];

    public override int Run(ExampleContext context)
    {
        var watch = Stopwatch.StartNew();
        double[] rates = context.Get(s_allRates) ? s_all : s_guide;
        int seeds = context.Get(s_seeds) ?? (context.Quick ? 1 : 3), epochs = context.Epochs ?? (context.Quick ? 3 : 20);
        ulong seed = context.Seed ?? 1;
        var digits = Digits.Load(context);
        if (context.Quick)
            digits = digits with { Train = digits.Train.Take(3000) };

        var sweep = new Sweep(seed)
        {
            Parameters = { SweepParameter.Values(Rate, rates) },
            Repeats = seeds,
            Settings = { ["epochs"] = epochs, ["samples"] = digits.Train.Count, ["data"] = digits.Source },
        };
        context.Output.WriteLine();
        SweepResult sweepResult = ExampleSweep.Run(
            context, sweep, "trials", [Train, Validation, Test], trial => TrainOne(trial, digits, epochs));

        context.Output.WriteLine();
        Print(context, sweepResult);
        SweepPoint best = Explain(context, sweepResult);
        context.Save(
            Chart.AccuracyAndGap(
                "Dropout rate",
                rates,
                [.. sweepResult.Points.Select(point => point.Mean(Train))],
                [.. sweepResult.Points.Select(point => point.Mean(Test))]),
            "rates.png");
        context.Save(
            sweepResult.ToChart(
                Rate, [Validation, Test], "Accuracy on digits that were not trained on", "Dropout rate",
                "Accuracy (fraction correct)"),
            "unseen.png");

        context.WriteResult(ResultOf(context, digits, sweepResult, best, epochs, watch));
        context.PrintFiles();
        return 0;
    }

    private static Sequential CreateModel(double rate, ulong seed) => new(
        new Input(784),
        new Dense(128, ReLU),
        new Dropout(rate),
        new Dense(64, ReLU),
        new Dropout(rate),
        new Dense(10, Softmax))
    {
        Seed = seed,
    };

    private static TrialResult TrainOne(Trial trial, Digits digits, int epochs)
    {
        Sequential model = CreateModel(trial[Rate], trial.Seed);
        model.Compile(new Adam(), Loss.CategoricalCrossentropy(), Metric.Accuracy());
        (Dataset train, Dataset validation) = digits.Train.Split(1 - TrainedNetwork.ValidationSplit);
        model.Fit(train, new FitOptions
        {
            Epochs = epochs,
            BatchSize = TrainedNetwork.BatchSize,
            Seed = trial.Seed,
            DegreeOfParallelism = trial.DegreeOfParallelism,
            CancellationToken = trial.CancellationToken,
        });
        double onTrain = Measure(train), onTest = Measure(digits.Test);
        return new TrialResult((Train, onTrain), (Validation, Measure(validation)), (Test, onTest), (Gap, onTrain - onTest));

        double Measure(Dataset data) => model.Evaluate(data, new PredictOptions
        {
            DegreeOfParallelism = trial.DegreeOfParallelism,
            CancellationToken = trial.CancellationToken,
        })["accuracy"];
    }

    private static void Print(ExampleContext context, SweepResult result)
    {
        var table = new ResultTable(
            (Rate, ColumnAlignment.Right),
            ("training accuracy", ColumnAlignment.Right),
            ("validation accuracy", ColumnAlignment.Right),
            ("test accuracy", ColumnAlignment.Right),
            ("gap", ColumnAlignment.Right),
            ("seeds", ColumnAlignment.Right));
        foreach (SweepPoint point in result.Points)
        {
            table.AddRow(
                Text.Fixed(point[Rate], 1),
                Cell(point, Train, "%"),
                Cell(point, Validation, "%"),
                Cell(point, Test, "%"),
                Cell(point, Gap, "points"),
                Text.Count(point.Trials.Count));
        }

        context.Print(table);

        // "92.10 ± 0.15 %": one seed alone has no standard error.
        static string Cell(SweepPoint point, string metric, string unit)
        {
            string mean = Text.Fixed(100 * point.Mean(metric), 2);
            double error = point.StandardError(metric);
            return double.IsNaN(error) ? $"{mean} {unit}" : $"{mean} ± {Text.Fixed(100 * error, 2)} {unit}";
        }
    }

    private static SweepPoint Explain(ExampleContext context, SweepResult result)
    {
        SweepPoint best = result.Best(Validation);
        context.Say(
            "Accuracies are means over the seeds, ± their standard error, measured after training with dropout off.");
        context.Output.WriteLine();
        context.Say(
            $"Validation chooses {best}, which reads {Text.Percent(best.Mean(Test))} of the test digits right: "
            + "the test digits have no say in it.");
        SweepPoint least = result.Points[0], most = result.Points[^1];
        context.Say(
            $"From {least} to {most} the gap between training and test goes from {Text.Points(least.Mean(Gap))} "
            + $"to {Text.Points(most.Mean(Gap))}.");
        return best;
    }

    private static ExampleResult ResultOf(
        ExampleContext context, Digits digits, SweepResult sweep, SweepPoint best, int epochs, Stopwatch watch)
    {
        var result = new ExampleResult { Seconds = watch.Elapsed.TotalSeconds };
        digits.AddTo(result);
        result.Settings.AddRange(
        [
            ("epochs", epochs), ("batch_size", TrainedNetwork.BatchSize), ("validation_split", TrainedNetwork.ValidationSplit),
            ("seeds_per_rate", sweep.Points[0].Trials.Count), ("threads", context.DegreeOfParallelism),
        ]);
        result.Seeds.Add(("first", sweep.Trials[0].Seed));
        result.Metrics.Add(("best_rate", best[Rate]));
        foreach (SweepPoint point in sweep.Points)
        {
            string prefix = string.Create(CultureInfo.InvariantCulture, $"rate_{point[Rate]:0.0}");
            foreach (string metric in sweep.MetricNames)
            {
                result.Metrics.Add(($"{prefix}_{metric}", point.Mean(metric)));
                result.Metrics.Add(($"{prefix}_{metric}_standard_error", point.StandardError(metric)));
            }
        }

        return result;
    }
}
