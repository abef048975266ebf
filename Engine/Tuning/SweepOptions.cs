namespace Engine.Tuning;

/// <summary>How to run a <see cref="Sweep"/>.</summary>
public sealed record SweepOptions
{
    /// <summary>
    /// The file that each finished trial is added to, as a line of JSON; none if null. A sweep that is started again with the
    /// same file skips what is there, so that a kill costs the trials that were running and no more.
    /// </summary>
    public string? ResultsFile { get; init; }

    /// <summary>How many trials run at once: at least 1; the number of cores unless given. Results do not depend on it.</summary>
    public int DegreeOfParallelism { get; init; } = Environment.ProcessorCount;

    /// <summary>
    /// Is told at the beginning and after each trial, one call at a time, on the thread that ran the trial: a
    /// <c>ConsoleSweepProgress</c>, or one's own.
    /// </summary>
    public IProgress<SweepProgress>? Progress { get; init; }

    /// <summary>
    /// Cancels between the steps of the trials that are running, if they hand <see cref="Trial.CancellationToken"/> on, with an
    /// <see cref="OperationCanceledException"/>. What was finished is in the results file.
    /// </summary>
    public CancellationToken CancellationToken { get; init; }
}
