namespace Engine.Examples;

/// <summary>What became of a row: one training, or several that differ in the seed alone.</summary>
/// <param name="Row">The row.</param>
/// <param name="Runs">The trainings, each measured at least once.</param>
internal sealed record PaperSrivastavaOutcome(PaperSrivastavaRow Row, IReadOnlyList<PaperSrivastavaProgress> Runs)
{
    /// <summary>The settings, those of the first.</summary>
    public PaperSrivastavaSettings Settings => Runs[0].Settings;

    /// <summary>The epochs that all have done.</summary>
    public int Epochs => Runs.Min(run => run.Epochs[^1]);

    /// <summary>Whether all are trained to their end.</summary>
    public bool IsFinished => Runs.All(run => run.IsFinished);

    /// <summary>The mean training loss of the last epochs.</summary>
    public double Loss => Runs.Average(run => run.Losses[^1]);

    /// <summary>The time of all together.</summary>
    public double Seconds => Runs.Sum(run => run.Seconds);

    /// <summary>The mean share of test digits read wrong at the end.</summary>
    public double Error => Runs.Average(run => run.Errors[^1]);

    /// <summary>What so many test digits, which are the same for all seeds, bring with them.</summary>
    public double StandardError => Math.Sqrt(Error * (1 - Error) / Settings.TestSamples);

    /// <summary>After which epochs all were measured, and the mean errors then.</summary>
    public (IReadOnlyList<int> Epochs, IReadOnlyList<double> Errors) Curve
    {
        get
        {
            int count = Runs.Min(run => run.Epochs.Count);
            return (
                [.. Runs[0].Epochs.Take(count)],
                [.. Enumerable.Range(0, count).Select(i => Runs.Average(run => run.Errors[i]))]);
        }
    }
}
