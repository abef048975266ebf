namespace Engine.Tuning;

/// <summary>A finished trial: a line of the results file.</summary>
/// <param name="Point">The number of the combination of values, from 0.</param>
/// <param name="Repeat">The number of the repetition, from 0.</param>
/// <param name="Seed">The seed it ran with.</param>
/// <param name="Values">The values by the names of the parameters, in their order.</param>
/// <param name="Metrics">What it found, by name.</param>
/// <param name="Seconds">The wall-clock seconds it took.</param>
public sealed record TrialRecord(
    int Point,
    int Repeat,
    ulong Seed,
    IReadOnlyDictionary<string, SweepValue> Values,
    IReadOnlyDictionary<string, double> Metrics,
    double Seconds)
{
    /// <summary>The values and the seed: "rate 0.3, seed 7".</summary>
    public override string ToString() => Trial.Describe(Values, Seed);
}
