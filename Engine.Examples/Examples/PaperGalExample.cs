using System.CommandLine;
using System.Globalization;
using Engine.Visualization;

namespace Engine.Examples;

/// <summary>
/// Gal and Ghahramani (2016), "Dropout as a Bayesian approximation: representing model uncertainty in deep learning", ICML:
/// table 1, regression on sets of the UCI repository. The protocol is that of the authors' code of 2018 (github.com/yaringal/
/// DropoutUncertaintyExps): a network for each rate and precision of the set's grid on the first four fifths of a split's
/// training rows, the best by the last fifth's log-likelihood trained again on all of them, a hundred times the set's epochs.
/// </summary>
internal sealed class PaperGalExample : Example
{
    private const int FullFactor = 100, FullSplits = 20, FullSamples = 10_000;
    private const int ShortFactor = 20, ShortSplits = 5, ShortSamples = 1000;
    private const int QuickFactor = 5, QuickSplits = 2, QuickSamples = 200;

    private static readonly Option<string?> s_sets = ExampleOption.Text(
        "--sets",
        "names",
        $"which sets, separated by commas: {string.Join(", ", PaperGalSet.Keys)} (default: yacht; with --full all)");

    private static readonly Option<int?> s_splits = ExampleOption.Number("--splits", "how many of the 20 splits", 1, FullSplits);

    private static readonly Option<int?> s_samples = ExampleOption.Number(
        "--samples", "the passes with dropout on", 1, 1_000_000);

    public override string Name => "paper-gal";

    public override string Summary =>
        "Monte Carlo dropout for regression on UCI sets, beside the paper's table; --full runs all five.";

    // Its tables say little at short settings; those of the long runs are kept with their results.
    public override GalleryContent Gallery => GalleryContent.None;

    public override IReadOnlyList<Option> Options => [s_sets, s_splits, s_samples];

    public override int Run(ExampleContext context)
    {
        string[] keys = context.Get(s_sets)?.Split(',') ?? (context.Full ? [.. PaperGalSet.Keys] : ["yacht"]);
        if (Array.Find(keys, key => !PaperGalSet.Keys.Contains(key)) is { } unknown)
        {
            throw new ArgumentException(
                $"--sets: expected some of {string.Join(", ", PaperGalSet.Keys)}, separated by commas, got '{unknown}'.");
        }

        int splits = context.Get(s_splits) ?? (context.Full ? FullSplits : context.Quick ? QuickSplits : ShortSplits);
        int samples = context.Get(s_samples) ?? (context.Full ? FullSamples : context.Quick ? QuickSamples : ShortSamples);
        int factor = context.Full ? FullFactor : context.Quick ? QuickFactor : ShortFactor;
        ulong seed = context.Seed ?? 1;
        PaperGalSet[] sets = [.. keys.Select(PaperGalSet.Load)];
        foreach (PaperGalSet set in sets)
        {
            context.Output.WriteLine(
                $"Data: {set.Name}, {Text.Count(set.Count)} rows, {set.Splits} splits, a grid of {set.Rates.Length} rates and "
                + $"{set.Precisions.Length} precisions.");
        }

        context.Output.WriteLine();
        PaperGalRun[] runs =
        [
            .. sets.Select(set => PaperGalRun.Run(
                context,
                set,
                Math.Min(splits, set.Splits),
                new PaperGalSettings(context.Epochs ?? (set.Epochs * factor), samples, seed))),
        ];
        context.Output.WriteLine();
        Print(context, "Test root mean squared error", runs, run => run.Rmse, set => set.Rmse, set => set.PaperRmse);
        Print(context, "Test log-likelihood", runs, run => run.LogLikelihood, set => set.Likelihood, set => set.PaperLikelihood);
        Conclude(context, runs, splits, factor);
        SaveChart(context, runs);
        WriteResult(context, runs, samples, seed);
        context.PrintFiles();
        return 0;
    }

    private static void Print(
        ExampleContext context,
        string title,
        PaperGalRun[] runs,
        Func<PaperGalRun, PaperGalFigure> ours,
        Func<PaperGalSet, PaperGalFigure> later,
        Func<PaperGalSet, PaperGalFigure> paper)
    {
        var table = new ResultTable(
            ("set", ColumnAlignment.Left),
            ("splits", ColumnAlignment.Right),
            ("here", ColumnAlignment.Right),
            ("authors, 2018", ColumnAlignment.Right),
            ("difference", ColumnAlignment.Right),
            ("allowed", ColumnAlignment.Right),
            ("agrees", ColumnAlignment.Left),
            ("paper, 2016", ColumnAlignment.Right))
        {
            Title = title,
        };
        foreach (PaperGalRun run in runs)
        {
            PaperGalFigure mine = ours(run), theirs = later(run.Set), first = paper(run.Set);
            table.AddRow(
                run.Set.Name,
                Text.Count(run.Splits.Count),
                mine.ToString(),
                theirs.ToString(),
                (mine.Mean - theirs.Mean).ToString("+0.000;-0.000", CultureInfo.InvariantCulture),
                Text.Fixed(2 * Math.Sqrt((mine.Error * mine.Error) + (theirs.Error * theirs.Error)), 3),
                mine.Agrees(theirs) ? "yes" : "no",
                string.Create(CultureInfo.InvariantCulture, $"{first.Mean:F2} ± {first.Error:F2}"));
        }

        context.Print(table);
        context.Output.WriteLine();
    }

    private static void Conclude(ExampleContext context, PaperGalRun[] runs, int splits, int factor)
    {
        context.Say(
            "± is the standard error over the splits, in the paper's column their standard deviation; allowed is twice the standard "
            + "error of the difference.");
        if (splits < FullSplits || factor < FullFactor || context.Epochs is not null)
            context.Say("A short run: the figures of 2018 are of 20 splits and 4,000 epochs; --full trains as long.");
        double training = runs.Sum(run => run.Splits.Sum(split => split.TrainingSeconds));
        double sampling = runs.Sum(run => run.Splits.Sum(split => split.SamplingSeconds));
        context.Say(
            $"The trainings took {Text.Fixed(training, 0)} s and the samples {Text.Fixed(sampling, 0)} s, added up over the threads.");
    }

    private static void SaveChart(ExampleContext context, PaperGalRun[] runs)
    {
        if (runs.Any(run => run.Splits.Count < 2))
            return;     // one split has no standard error
        context.Save(
            Chart.Bars(
                "Here minus the authors' run of 2018: agreement is from −2 to 2",
                "Difference (standard errors of the difference)",
                [.. runs.Select(run => run.Set.Name)],
                ("root mean squared error", [.. runs.Select(run => run.Rmse.DistanceFrom(run.Set.Rmse))]),
                ("log-likelihood", [.. runs.Select(run => run.LogLikelihood.DistanceFrom(run.Set.Likelihood))])),
            "differences.png");
    }

    private static void WriteResult(ExampleContext context, PaperGalRun[] runs, int samples, ulong seed)
    {
        var result = new ExampleResult { Seconds = runs.Sum(run => run.WallSeconds) };       // null where a part is not known
        result.Settings.AddRange(
            [("samples", samples), ("batch_size", PaperGalNetwork.BatchSize), ("threads", context.DegreeOfParallelism)]);
        result.Seeds.Add(("all", seed));
        foreach (PaperGalRun run in runs)
        {
            string key = run.Set.Key;
            result.Settings.AddRange([($"{key}_epochs", run.Epochs), ($"{key}_splits", run.Splits.Count)]);
            if (run.Commit is { } commit)
                result.Settings.Add(($"{key}_commit", commit));
            result.Metrics.AddRange(
            [
                ($"{key}_rmse", run.Rmse.Mean),
                ($"{key}_rmse_standard_error", run.Rmse.Error),
                ($"{key}_rmse_agrees", run.Rmse.Agrees(run.Set.Rmse) ? 1 : 0),
                ($"{key}_log_likelihood", run.LogLikelihood.Mean),
                ($"{key}_log_likelihood_standard_error", run.LogLikelihood.Error),
                ($"{key}_log_likelihood_agrees", run.LogLikelihood.Agrees(run.Set.Likelihood) ? 1 : 0),
                ($"{key}_plain_rmse", run.PlainRmse.Mean),
                ($"{key}_plain_rmse_standard_error", run.PlainRmse.Error),
                ($"{key}_training_thread_seconds", run.Splits.Sum(split => split.TrainingSeconds)),
                ($"{key}_sampling_thread_seconds", run.Splits.Sum(split => split.SamplingSeconds)),
            ]);
        }

        context.WriteResult(result);
    }
}
