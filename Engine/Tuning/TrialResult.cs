namespace Engine.Tuning;

/// <summary>What one run of a sweep found: numbers under names, the same names for every trial.</summary>
public sealed class TrialResult
{
    /// <summary>Makes a result.</summary>
    /// <param name="metrics">
    /// At least one; names all different. A number that is not finite is kept as it is: a training that diverged is a finding.
    /// </param>
    /// <exception cref="ArgumentException">There is none, or a name comes twice.</exception>
    public TrialResult(params (string Name, double Value)[] metrics)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        if (metrics.Length == 0)
        {
            throw new ArgumentException("TrialResult: expected at least one number, got none.", nameof(metrics));
        }

        OrderedDictionary<string, double> values = [];
        foreach ((string name, double value) in metrics)
        {
            ArgumentException.ThrowIfNullOrEmpty(name);
            if (!values.TryAdd(name, value))
            {
                throw new ArgumentException($"TrialResult: expected different names, got '{name}' twice.", nameof(metrics));
            }
        }

        Metrics = values;
    }

    /// <summary>The numbers by name, in their order.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; }
}
