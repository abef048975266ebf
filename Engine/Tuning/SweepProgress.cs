namespace Engine.Tuning;

/// <summary>Where a sweep stands.</summary>
/// <param name="Finished">The trials that are done, those found in the results file included.</param>
/// <param name="Resumed">The trials that were found in the results file.</param>
/// <param name="Total">All trials.</param>
/// <param name="Last">The trial that was just finished; null at the beginning.</param>
/// <param name="Elapsed">The time since this run began.</param>
public sealed record SweepProgress(int Finished, int Resumed, int Total, TrialRecord? Last, TimeSpan Elapsed)
{
    /// <summary>The time that is left if the trials to come take as long as those of this run; null before the first.</summary>
    public TimeSpan? Remaining => Finished > Resumed ? Elapsed / (Finished - Resumed) * (Total - Finished) : null;
}
