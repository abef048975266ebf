using System.CommandLine;
using System.Diagnostics;
using Engine.Data;
using Engine.Layers;
using Engine.Losses;
using Engine.Metrics;
using Engine.Optimizers;
using Engine.Uncertainty;
using Engine.Visualization;
using static Engine.Activations.ActivationFunction;

namespace Engine.Examples;

/// <summary>
/// Labels are dear: in each round the network asks for those of the digits on which its Monte Carlo samples disagree most, and a
/// twin gets labels of digits drawn at random. Gal, Islam and Ghahramani 2017.
/// </summary>
internal sealed class ActiveLearningExample : Example
{
    private const int Start = 20, Batch = 20, Samples = 30;

    private static readonly Option<int?> s_rounds =
        ExampleOption.Number<int>("--rounds", "how often labels are asked for (default: 12, with --quick 3)", 1, 1000);

    public override string Name => "active-learning";

    public override string Summary => "Asks for the labels that would teach most (BALD), against labels at random.";

    public override IReadOnlyList<Option> Options => [s_rounds, Digits.Folder];

    public override int Run(ExampleContext context)
    {
        var watch = Stopwatch.StartNew();
        int rounds = context.Get(s_rounds) ?? (context.Quick ? 3 : 12), runs = context.Quick ? 1 : 3;
        int epochs = context.Epochs ?? (context.Quick ? 20 : 60);
        ulong seed = context.Seed ?? 7;
        var digits = Digits.Load(context);
        Dataset pool = digits.Train.Take(Math.Min(digits.Train.Count, context.Quick ? 1000 : 4000));

        double[] counts = [.. Enumerable.Range(0, rounds + 1).Select(round => (double)(Start + (round * Batch)))];
        double[][] asked = new double[runs][], random = new double[runs][];
        for (int run = 0; run < runs; run++)
        {
            context.Output.WriteLine($"Run {run + 1} of {runs}: {rounds} rounds of {Batch} labels each, asked for and at random.");
            asked[run] = Learn(context, digits.Test, pool, seed + (ulong)run, rounds, epochs, isAsking: true);
            random[run] = Learn(context, digits.Test, pool, seed + (ulong)run, rounds, epochs, isAsking: false);
        }

        double[] meanAsked = Mean(asked), meanRandom = Mean(random);
        var table = new ResultTable(
            ("labels", ColumnAlignment.Right), ("asked for", ColumnAlignment.Right), ("at random", ColumnAlignment.Right));
        var result = new ExampleResult();
        for (int i = 0; i < counts.Length; i++)
        {
            table.AddRow(Text.Fixed(counts[i], 0), Text.Percent(meanAsked[i]), Text.Percent(meanRandom[i]));
            result.Metrics.AddRange(
                [($"asked_accuracy_{counts[i]:F0}", meanAsked[i]), ($"random_accuracy_{counts[i]:F0}", meanRandom[i])]);
        }

        context.Output.WriteLine();
        context.Print(table);
        context.Say($"Test accuracy, mean of {runs} run{(runs == 1 ? "" : "s")}, by the number of labels.");
        context.Save(
            Chart.Lines(
                "Labels asked for and labels at random", "Labels", "Test accuracy (%)",
                ("asked for, by mutual information", counts, [.. meanAsked.Select(accuracy => 100 * accuracy)]),
                ("at random", counts, [.. meanRandom.Select(accuracy => 100 * accuracy)])),
            "active-learning.png");

        digits.AddTo(result);
        result.Settings.AddRange(
        [
            ("pool", pool.Count), ("start", Start), ("batch", Batch), ("rounds", rounds), ("runs", runs), ("epochs", epochs),
            ("samples", Samples), ("threads", context.DegreeOfParallelism),
        ]);
        result.Seeds.Add(("first_run", seed));
        result.Seconds = watch.Elapsed.TotalSeconds;
        context.WriteResult(result);
        context.PrintFiles();
        return 0;
    }

    // Test accuracy after each round; the network begins anew each time, so that it does not cling to its first labels.
    private static double[] Learn(
        ExampleContext context, Dataset test, Dataset pool, ulong seed, int rounds, int epochs, bool isAsking)
    {
        var choice = new Random(checked((int)(seed & int.MaxValue)));
        int[] order = [.. Enumerable.Range(0, pool.Count)];
        choice.Shuffle(order);
        List<int> labeled = [.. order[..Start]], others = [.. order[Start..]];
        double[] accuracy = new double[rounds + 1];
        for (int round = 0; round <= rounds; round++)
        {
            Sequential model = CreateModel(seed);
            model.Compile(new Adam(2e-3), Loss.CategoricalCrossentropy(), Metric.Accuracy());
            model.Fit(pool.Select([.. labeled]), new FitOptions
            {
                Epochs = epochs,
                BatchSize = 20,
                Seed = seed,
                DegreeOfParallelism = context.DegreeOfParallelism,
                CancellationToken = context.Cancellation,
            });
            accuracy[round] = model.Evaluate(test, context.NewPredictOptions())["accuracy"];
            int[] next = isAsking ? Ask(context, model, pool.Select([.. others]), seed) : [.. Enumerable.Range(0, Batch)];
            labeled.AddRange(next.Select(i => others[i]));
            HashSet<int> taken = [.. next];
            others = [.. others.Where((_, i) => !taken.Contains(i))];
        }

        return accuracy;
    }

    // The digits on which the samples disagree most.
    private static int[] Ask(ExampleContext context, Model model, Dataset unlabeled, ulong seed)
    {
        MonteCarloPrediction prediction = model.PredictMonteCarlo(unlabeled.Inputs, Samples, seed, new MonteCarloOptions
        {
            DegreeOfParallelism = context.DegreeOfParallelism,
            CancellationToken = context.Cancellation,
        });
        return Acquisition.TopBy(prediction.MutualInformation, Batch);
    }

    private static double[] Mean(double[][] runs) => [.. runs[0].Select((_, i) => runs.Average(run => run[i]))];

    private static Sequential CreateModel(ulong seed) => new(
        new Input(784),
        new Dense(128, ReLU),
        new Dropout(0.5),
        new Dense(128, ReLU),
        new Dropout(0.5),
        new Dense(10, Softmax))
    {
        Seed = seed,
    };
}
