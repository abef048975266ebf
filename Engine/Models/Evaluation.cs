using System.Globalization;

namespace Engine;

/// <summary>What <see cref="Model.Evaluate"/> measured.</summary>
public sealed class Evaluation
{
    private readonly Dictionary<string, double> _values;

    internal Evaluation(IReadOnlyList<string> names, ReadOnlySpan<double> values)
    {
        _values = [];
        Names = names;
        for (int i = 0; i < names.Count; i++)
        {
            _values[names[i]] = values[i];
        }
    }

    /// <summary>The names: "loss", then the metrics.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The loss, penalties included.</summary>
    public double Loss => _values["loss"];

    /// <summary>A value by name: "accuracy".</summary>
    /// <exception cref="KeyNotFoundException">There is none; the message lists the names.</exception>
    public double this[string name] => _values.TryGetValue(name, out double value) ? value : throw new KeyNotFoundException(
        $"Evaluation: expected one of {string.Join(", ", Names)}, got '{name}'.");

    /// <summary>All values in one line.</summary>
    public override string ToString() =>
        string.Join(", ", Names.Select(name => string.Create(CultureInfo.InvariantCulture, $"{name} {_values[name]:0.0000}")));
}
