using Engine.Tuning;

namespace Engine.Examples;

/// <summary>Runs sweeps of examples: what a kill leaves behind is gone on with by the next run.</summary>
internal static class ExampleSweep
{
    /// <summary>Runs a sweep on all threads, with progress, and saves its trials as CSV.</summary>
    /// <param name="context">The threads, where to print and to save.</param>
    /// <param name="sweep">What to try.</param>
    /// <param name="name">The name of the files, without an ending.</param>
    /// <param name="metrics">What of each trial's numbers is printed.</param>
    /// <param name="run">What a trial does.</param>
    public static SweepResult Run(
        ExampleContext context, Sweep sweep, string name, string[] metrics, Func<Trial, TrialResult> run)
    {
        // Only an unfinished sweep has this file: the next run of a finished one begins anew.
        string unfinished = context.PathOf($"{name}.unfinished.jsonl");
        SweepResult result = sweep.Run(run, new SweepOptions
        {
            ResultsFile = unfinished,
            DegreeOfParallelism = context.DegreeOfParallelism,
            Progress = context.NewSweepProgress(metrics),
            CancellationToken = context.Cancellation,
        });
        context.Save(result, $"{name}.csv");
        File.Delete(unfinished);
        return result;
    }
}
