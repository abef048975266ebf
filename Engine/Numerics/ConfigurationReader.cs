namespace Engine.Numerics;

/// <summary>Reads a saved name and its numbers, and says what is wrong with them.</summary>
internal sealed class ConfigurationReader(string where, string name, IReadOnlyDictionary<string, double>? parameters)
{
    private readonly HashSet<string> _read = [];

    /// <summary>The number of this name, or the default where it was not saved.</summary>
    public double Get(string key, double defaultValue)
    {
        _read.Add(key);
        return parameters is not null && parameters.TryGetValue(key, out double value) ? value : defaultValue;
    }

    /// <summary>The number of this name; null where it was not saved.</summary>
    public double? Find(string key)
    {
        _read.Add(key);
        return parameters is not null && parameters.TryGetValue(key, out double value) ? value : null;
    }

    /// <summary>The whole number of this name, or the default where it was not saved.</summary>
    /// <exception cref="ArgumentException">The number is not whole.</exception>
    public int GetInteger(string key, int defaultValue)
    {
        double value = Get(key, defaultValue);
        return value == Math.Truncate(value) && Math.Abs(value) <= int.MaxValue
            ? (int)value
            : throw new ArgumentException(FormattableString.Invariant(
                $"{where}: expected parameter '{key}' of '{name}' to be a whole number, got {value}."));
    }

    /// <summary>The error for a name that is none of the known ones.</summary>
    public ArgumentException UnknownName(params ReadOnlySpan<string> known) =>
        new($"{where}: expected one of {string.Join(", ", known)}, got '{name}'.");

    /// <summary>Refuses parameters that nobody asked for.</summary>
    public void ThrowIfUnread()
    {
        foreach (string key in parameters?.Keys ?? [])
        {
            if (!_read.Contains(key))
            {
                throw new ArgumentException(_read.Count == 0
                    ? $"{where}: expected no parameters for '{name}', got '{key}'."
                    : $"{where}: expected the parameters of '{name}' to be {string.Join(", ", _read)}, got '{key}'.");
            }
        }
    }
}
