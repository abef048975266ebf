using System.Diagnostics;
using System.Globalization;

namespace Engine.Examples;

/// <summary>A set's splits as far as they are done: the file that another run goes on with.</summary>
internal sealed record PaperGalProgress(PaperGalSettings Settings, string? Commit, IReadOnlyList<PaperGalSplit> Splits);

/// <summary>The splits of a set, spread over threads, each of them on one.</summary>
internal sealed class PaperGalRun
{
    private readonly Lock _lock = new();
    private readonly ExampleContext _context;
    private readonly string _path;
    private PaperGalProgress _progress;
    private long _lastDone = Stopwatch.GetTimestamp();

    private PaperGalRun(ExampleContext context, PaperGalSet set, PaperGalSettings settings)
    {
        (_context, Set, _path) = (context, set, context.PathOf($"{set.Key}.json"));
        var start = new PaperGalProgress(settings, Repository.CommitOf(AppContext.BaseDirectory), []);
        _progress = ProgressFile.Load<PaperGalProgress>(_path) is { } earlier && earlier.Settings == settings ? earlier : start;
    }

    public PaperGalSet Set { get; }

    public string? Commit => _progress.Commit;

    public int Epochs => _progress.Settings.Epochs;

    public IReadOnlyList<PaperGalSplit> Splits => _progress.Splits;

    /// <summary>What the splits took by the clock, all parts together; not a number if a part did not write it down.</summary>
    public double WallSeconds => Splits.Sum(split => split.WallSeconds ?? double.NaN);

    public PaperGalFigure PlainRmse => Figure(split => split.PlainRmse);

    public PaperGalFigure Rmse => Figure(split => split.Rmse);

    public PaperGalFigure LogLikelihood => Figure(split => split.LogLikelihood);

    /// <summary>Runs the first splits of a set, but for those that an earlier run with the same settings has done.</summary>
    public static PaperGalRun Run(ExampleContext context, PaperGalSet set, int splits, PaperGalSettings settings)
    {
        var run = new PaperGalRun(context, set, settings);
        int[] missing = [.. Enumerable.Range(0, splits).Except(run.Splits.Select(split => split.Split))];
        if (missing.Length < splits)
            context.Output.WriteLine($"{set.Name}: {splits - missing.Length} of {splits} splits were done before.");
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = context.DegreeOfParallelism,
            CancellationToken = context.Cancellation,
        };
        Parallel.ForEach(missing, options, split => run.Add(PaperGalSplit.Run(set, split, settings, context.Cancellation), splits));
        run._progress = run._progress with { Splits = [.. run.Splits.Where(split => split.Split < splits)] };
        return run;
    }

    private void Add(PaperGalSplit split, int splits)
    {
        lock (_lock)
        {
            split = split with { WallSeconds = Stopwatch.GetElapsedTime(_lastDone).TotalSeconds };
            _lastDone = Stopwatch.GetTimestamp();
            _progress = _progress with { Splits = [.. Splits.Append(split).OrderBy(done => done.Split)] };
            ProgressFile.Save(_path, _progress);
            _context.Output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{Set.Name}: split {split.Split,2}, {Splits.Count} of {splits} done: rate {split.Rate}, τ {split.Precision}, "
                + $"RMSE {split.Rmse:F3}, log-likelihood {split.LogLikelihood:F3}, "
                + $"{split.TrainingSeconds + split.SamplingSeconds:F1} s"));
        }
    }

    private PaperGalFigure Figure(Func<PaperGalSplit, double> value) => PaperGalFigure.Of([.. Splits.Select(value)]);
}
