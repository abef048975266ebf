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

    /// <summary>The whole number of this name, or the default where it was not saved.</summary>
    /// <exception cref="ArgumentException">The number is not whole, or too large to be sure of it.</exception>
    public long GetLong(string key, long defaultValue)
    {
        double value = Get(key, defaultValue);
        return value == Math.Truncate(value) && Math.Abs(value) < 1L << 53
            ? (long)value
            : throw new ArgumentException(FormattableString.Invariant(
                $"{where}: expected parameter '{key}' of '{name}' to be a whole number, got {value}."));
    }

    /// <summary>The number of this name, which has no default.</summary>
    /// <exception cref="ArgumentException">It was not saved.</exception>
    public double Require(string key) => Find(key)
        ?? throw new ArgumentException($"{where}: expected parameter '{key}' for '{name}', got none.");

    /// <summary>The whole number of this name, which has no default.</summary>
    /// <exception cref="ArgumentException">It was not saved, or is not whole.</exception>
    public long RequireLong(string key)
    {
        _ = Require(key);
        return GetLong(key, 0);
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
