namespace Engine.Tuning;

/// <summary>A combination of values and what its trials found.</summary>
public sealed class SweepPoint
{
    private readonly IReadOnlyList<TrialRecord> _trials;

    internal SweepPoint(IReadOnlyList<TrialRecord> trials)
    {
        _trials = trials;
    }

    /// <summary>The number of the combination, from 0.</summary>
    public int Index => _trials[0].Point;

    /// <summary>The values by the names of the parameters, in their order.</summary>
    public IReadOnlyDictionary<string, SweepValue> Values => _trials[0].Values;

    /// <summary>The trials, in the order of their repetitions.</summary>
    public IReadOnlyList<TrialRecord> Trials => _trials;

    /// <summary>A number by the name of its parameter; NaN for a text.</summary>
    /// <exception cref="KeyNotFoundException">There is no such parameter; the message lists them.</exception>
    public double this[string parameter] => Values.TryGetValue(parameter, out SweepValue value)
        ? value.Number
        : throw new KeyNotFoundException($"SweepPoint: expected one of {string.Join(", ", Values.Keys)}, got '{parameter}'.");

    /// <summary>The mean of a metric over the repetitions; NaN if it was NaN in one.</summary>
    /// <exception cref="KeyNotFoundException">There is no such metric; the message lists them.</exception>
    public double Mean(string metric) => _trials.Average(trial => SweepResult.MetricOf(trial, metric));

    /// <summary>
    /// The standard error of the mean: the deviation of the repetitions (with n − 1) by the root of their number. NaN for a
    /// single one.
    /// </summary>
    /// <exception cref="KeyNotFoundException">There is no such metric; the message lists them.</exception>
    public double StandardError(string metric)
    {
        double mean = Mean(metric);
        int n = _trials.Count;
        return n == 1
            ? double.NaN
            : Math.Sqrt(_trials.Sum(trial => Math.Pow(SweepResult.MetricOf(trial, metric) - mean, 2)) / (n - 1) / n);
    }

    /// <summary>The values: "rate 0.3, units 64".</summary>
    public override string ToString() => string.Join(", ", Values.Select(pair => $"{pair.Key} {pair.Value}"));
}
