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

/// <summary>
/// Section 12 of the guide: three optimizers over learning rates, with and without dropout; then one optimizer under schedules.
/// </summary>
internal sealed class LearningRateExample : Example
{
    private const string Optimizer = "optimizer", Dropout = "dropout", LearningRate = "learning rate", Schedule = "schedule";
    private const string Validation = "validation_accuracy", Test = "test_accuracy", Epoch = "validation_accuracy_epoch_";
    private const double ScheduledRate = 0.1, ScheduledDropout = 0.3, Momentum = 0.9;

    // How many of the schedules are no cosines: the first.
    private const int Decays = 4;

    public override string Name => "learning-rate";

    public override string Summary => "SGD, RMSprop and Adam over learning rates, with and without dropout; and seven schedules.";

    public override IReadOnlyList<Option> Options => [Digits.Folder];

    public override int Run(ExampleContext context)
    {
        var watch = Stopwatch.StartNew();
        int epochs = context.Epochs ?? (context.Quick ? 1 : 10);
        ulong seed = context.Seed ?? 1;
        var digits = Digits.Load(context);
        if (context.Quick)
            digits = digits with { Train = digits.Train.Take(2000) };
        (Dataset train, _) = digits.Train.Split(1 - TrainedNetwork.ValidationSplit);
        int stepsPerEpoch = (train.Count + TrainedNetwork.BatchSize - 1) / TrainedNetwork.BatchSize;

        SweepResult optimizers = CompareOptimizers(context, digits, epochs, seed);
        SweepResult schedules = CompareSchedules(context, digits, epochs, stepsPerEpoch, seed);

        context.WriteResult(ResultOf(context, digits, optimizers, schedules, epochs, seed, watch));
        context.PrintFiles();
        return 0;
    }

    private static SweepResult CompareOptimizers(ExampleContext context, Digits digits, int epochs, ulong seed)
    {
        double[] rates = context.Quick ? [1e-3, 1e-1] : [1e-4, 1e-3, 1e-2, 1e-1, 1];
        var sweep = new Sweep(seed)
        {
            Parameters =
            {
                SweepParameter.Values(Optimizer, "SGD", "RMSprop", "Adam"),
                SweepParameter.Values(Dropout, 0, 0.5),
                SweepParameter.Values(LearningRate, rates),
            },
        };
        AddSettings(sweep, digits, epochs);
        context.Output.WriteLine();
        context.Output.WriteLine("Three optimizers over learning rates:");
        SweepResult result = ExampleSweep.Run(context, sweep, "optimizers", [Validation, Test], trial => TrainOne(
            trial, digits, epochs, trial[Dropout], CreateOptimizer(trial.Text(Optimizer), trial[LearningRate])));

        (string, ColumnAlignment)[] columns =
        [
            ("optimizer", ColumnAlignment.Left), ("dropout", ColumnAlignment.Right),
            .. rates.Select(rate => (rate.ToString(CultureInfo.InvariantCulture), ColumnAlignment.Right)),
        ];
        var table = new ResultTable(columns) { Title = "Validation accuracy by learning rate" };
        foreach (var row in result.Points.GroupBy(point => (Name: point.Values[Optimizer].ToString(), Rate: point[Dropout])))
        {
            table.AddRow(
                [row.Key.Name, Text.Fixed(row.Key.Rate, 1), .. row.Select(point => Text.Percent(point.Mean(Validation)))]);
        }

        context.Output.WriteLine();
        context.Print(table);
        context.Say("A tenth is what guessing reads right: there the training has diverged, or has hardly begun.");
        context.Save(Chart.SideBySide(Draw("Without dropout", 0), Draw("With dropout 0.5", 0.5)), "optimizers.png");
        return result;

        Chart Draw(string title, double dropout) => Chart.Lines(
            title, "Learning rate", "Validation accuracy (fraction correct)",
            [
                .. from point in result.Points
                   where point[Dropout] == dropout
                   group point by point.Values[Optimizer].ToString() into line
                   select (
                       line.Key,
                       (IReadOnlyList<double>)[.. line.Select(point => point[LearningRate])],
                       (IReadOnlyList<double>)[.. line.Select(point => point.Mean(Validation))]),
            ]).WithLogarithmicX().WithYRange(0, 1);
    }

    private static SweepResult CompareSchedules(ExampleContext context, Digits digits, int epochs, int stepsPerEpoch, ulong seed)
    {
        (string Name, LearningRateSchedule? Schedule)[] schedules = CreateSchedules(epochs * (long)stepsPerEpoch);
        var sweep = new Sweep(seed)
        {
            Parameters = { SweepParameter.Values(Schedule, [.. schedules.Select(schedule => schedule.Name)]) },
            Repeats = context.Quick ? 1 : 3,
        };
        AddSettings(sweep, digits, epochs);
        context.Output.WriteLine();
        context.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"SGD with momentum {Momentum} from {ScheduledRate}, under schedules, with dropout {ScheduledDropout}:"));
        SweepResult result = ExampleSweep.Run(context, sweep, "schedules", [Validation, Test], trial => TrainOne(
            trial, digits, epochs, ScheduledDropout, CreateScheduled(schedules[trial.Point].Schedule)));

        context.Output.WriteLine();
        context.Print(result.ToTable((Validation, "validation accuracy", "P2"), (Test, "test accuracy", "P2")));
        context.Say("Means over the seeds, ± their standard error.");
        context.Save(DrawSchedules(schedules, epochs, stepsPerEpoch), "schedules.png");
        context.Save(DrawAccuracies(result, epochs), "validation.png");
        return result;
    }

    // Three periods of restarts, of 1, 2 and 4 parts, fill the training. All begin at the same rate, but for the warm-up,
    // which rises to it; all but the constant one end at a hundredth or below.
    private static (string Name, LearningRateSchedule? Schedule)[] CreateSchedules(long steps)
    {
        long warmup = Math.Max(1, steps / 10), firstPeriod = (steps + 6) / 7;
        return
        [
            ("constant", null),
            ("exponential", new ExponentialDecay(ScheduledRate, steps, decayRate: 0.01)),
            ("polynomial", new PolynomialDecay(ScheduledRate, steps, end: 0, power: 2)),
            ("piecewise", new PiecewiseConstantDecay(
                [steps / 2, steps * 3 / 4], [ScheduledRate, ScheduledRate / 10, ScheduledRate / 100])),
            ("cosine", new CosineDecay(ScheduledRate, steps)),
            ("cosine, warm-up", new CosineDecay(0, steps - warmup, warmupTarget: ScheduledRate, warmupSteps: warmup)),
            ("cosine, restarts", new CosineDecayRestarts(ScheduledRate, firstPeriod)),
        ];
    }

    private static Chart DrawSchedules((string Name, LearningRateSchedule? Schedule)[] schedules, int epochs, int stepsPerEpoch)
    {
        // Every step is a point: a jump is seen where it is.
        double[] x = [.. Enumerable.Range(0, epochs * stepsPerEpoch).Select(step => (double)step / stepsPerEpoch)];
        (string, IReadOnlyList<double>, IReadOnlyList<double>)[] series =
        [
            .. schedules.Select(schedule => (
                schedule.Name,
                (IReadOnlyList<double>)x,
                (IReadOnlyList<double>)
                    [.. Enumerable.Range(0, x.Length).Select(step => CreateScheduled(schedule.Schedule).LearningRateAt(step))])),
        ];
        return Chart.SideBySide(
            Chart.Lines("Decays", "Epoch", "Learning rate", series[..Decays]),
            Chart.Lines("Cosines", "Epoch", "Learning rate", [series[0], .. series[Decays..]]));
    }

    // The constant rate stands in both panels, to compare with.
    private static Chart DrawAccuracies(SweepResult result, int epochs)
    {
        double[] numbers = [.. Enumerable.Range(1, epochs).Select(epoch => (double)epoch)];
        (string, IReadOnlyList<double>, IReadOnlyList<double>)[] series =
        [
            .. result.Points.Select(point => (
                point.Values[Schedule].ToString(),
                (IReadOnlyList<double>)numbers,
                (IReadOnlyList<double>)[.. numbers.Select(epoch => point.Mean(NameOf((int)epoch)))])),
        ];
        double low = series.Min(one => one.Item3.Min()), high = series.Max(one => one.Item3.Max());
        double room = (0.05 * (high - low)) + 1e-3;
        return Chart.SideBySide(
            Chart.Lines("Under decays", "Epoch", "Validation accuracy (fraction correct)", series[..Decays]),
            Chart.Lines("Under cosines", "Epoch", "Validation accuracy (fraction correct)", [series[0], .. series[Decays..]]))
            .WithYRange(low - room, high + room);
    }

    private static SGD CreateScheduled(LearningRateSchedule? schedule) =>
        schedule is null ? new SGD(ScheduledRate, Momentum) : new SGD(schedule, Momentum);

    private static Optimizer CreateOptimizer(string name, double learningRate) => name switch
    {
        "SGD" => new SGD(learningRate),
        "RMSprop" => new RMSprop(learningRate),
        _ => new Adam(learningRate),
    };

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

    private static TrialResult TrainOne(Trial trial, Digits digits, int epochs, double rate, Optimizer optimizer)
    {
        Sequential model = CreateModel(rate, trial.Seed);
        model.Compile(optimizer, Loss.CategoricalCrossentropy(), Metric.Accuracy());
        History history = model.Fit(digits.Train, new FitOptions
        {
            Epochs = epochs,
            BatchSize = TrainedNetwork.BatchSize,
            ValidationSplit = TrainedNetwork.ValidationSplit,
            Seed = trial.Seed,
            DegreeOfParallelism = trial.DegreeOfParallelism,
            CancellationToken = trial.CancellationToken,
        });
        IReadOnlyList<double> validation = history["val_accuracy"];
        PredictOptions options = new()
        {
            DegreeOfParallelism = trial.DegreeOfParallelism,
            CancellationToken = trial.CancellationToken,
        };
        return new TrialResult(
        [
            (Validation, validation[^1]),
            (Test, model.Evaluate(digits.Test, options)["accuracy"]),
            .. validation.Select((accuracy, epoch) => (NameOf(epoch + 1), accuracy)),
        ]);
    }

    private static string NameOf(int epoch) => Epoch + epoch.ToString(CultureInfo.InvariantCulture);

    private static void AddSettings(Sweep sweep, Digits digits, int epochs)
    {
        sweep.Settings["epochs"] = epochs;
        sweep.Settings["samples"] = digits.Train.Count;
        sweep.Settings["data"] = digits.Source;
    }

    private static ExampleResult ResultOf(
        ExampleContext context, Digits digits, SweepResult optimizers, SweepResult schedules, int epochs, ulong seed,
        Stopwatch watch)
    {
        var result = new ExampleResult { Seconds = watch.Elapsed.TotalSeconds };
        digits.AddTo(result);
        result.Settings.AddRange(
        [
            ("epochs", epochs), ("batch_size", TrainedNetwork.BatchSize), ("validation_split", TrainedNetwork.ValidationSplit),
            ("scheduled_from", ScheduledRate), ("scheduled_momentum", Momentum), ("scheduled_dropout", ScheduledDropout),
            ("seeds_per_schedule", schedules.Points[0].Trials.Count), ("threads", context.DegreeOfParallelism),
        ]);
        result.Seeds.Add(("first", seed));
        foreach (SweepPoint point in optimizers.Points.Concat(schedules.Points))
        {
            string name = string.Join('_', point.Values.Select(pair => pair.Value.IsText
                ? pair.Value.ToString().Replace(", ", "_", StringComparison.Ordinal)
                : $"{pair.Key.Replace(' ', '_')}_{pair.Value}"));
            result.Metrics.Add(($"{name}_{Validation}", point.Mean(Validation)));
            result.Metrics.Add(($"{name}_{Test}", point.Mean(Test)));
        }

        return result;
    }
}
