using System.Diagnostics.CodeAnalysis;

namespace Engine;

/// <summary>
/// What a training recorded: one value an epoch under Keras's keys: <c>loss</c>, the metrics' names, and both with <c>val_</c> in
/// front for the validation data. Where the learning rate changes, by a schedule or a callback, also <c>learning_rate</c>: that
/// of the epoch's last step.
/// </summary>
public sealed class History
{
    internal const string LearningRateKey = "learning_rate";

    private readonly List<string> _keys = [];
    private readonly Dictionary<string, List<double>> _values = [];
    private readonly List<double> _seconds = [];

    /// <summary>The recorded keys, in the order of their first appearance.</summary>
    public IReadOnlyList<string> Keys => _keys;

    /// <summary>The number of finished epochs.</summary>
    public int Epochs => _seconds.Count;

    /// <summary>The wall-clock seconds of each epoch, validation included.</summary>
    public IReadOnlyList<double> Seconds => _seconds;

    /// <summary>The values of a key, one an epoch.</summary>
    /// <exception cref="KeyNotFoundException">The key was not recorded; the message lists those that were.</exception>
    public IReadOnlyList<double> this[string key] => TryGet(key, out IReadOnlyList<double>? values)
        ? values
        : throw new KeyNotFoundException($"History: expected one of {string.Join(", ", _keys)}, got '{key}'.");

    /// <summary>Looks a key up without throwing.</summary>
    public bool TryGet(string key, [NotNullWhen(true)] out IReadOnlyList<double>? values)
    {
        bool found = _values.TryGetValue(key, out List<double>? list);
        values = list;
        return found;
    }

    internal void Add(string key, double value)
    {
        if (!_values.TryGetValue(key, out List<double>? list))
        {
            _values[key] = list = [];
            _keys.Add(key);
        }

        list.Add(value);
    }

    internal void EndEpoch(double seconds) => _seconds.Add(seconds);
}
