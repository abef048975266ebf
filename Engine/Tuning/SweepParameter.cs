using System.Text.Json;
using Engine.Numerics;

namespace Engine.Tuning;

/// <summary>
/// Something that a sweep tries several values of, under a name: a list of values, for a grid or a random search, or a range, for
/// a random search.
/// </summary>
public sealed class SweepParameter
{
    private readonly SweepValue[] _values;
    private readonly Kind _kind;
    private readonly double _min;
    private readonly double _max;

    private SweepParameter(string name, Kind kind, double min, double max, SweepValue[] values)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
        _kind = kind;
        _min = min;
        _max = max;
        _values = values;
    }

    private enum Kind
    {
        Values,
        Uniform,
        LogUniform,
        Integer,
    }

    /// <summary>The name, by which a trial asks for the value.</summary>
    public string Name { get; }

    /// <summary>How many values a grid tries; null for a range of numbers, which has no end of them.</summary>
    internal int? Count => _kind switch
    {
        Kind.Values => _values.Length,
        Kind.Integer => checked((int)(_max - _min + 1)),
        _ => null,
    };

    /// <summary>These numbers, and no others. A random search takes one of them.</summary>
    /// <param name="name">The name.</param>
    /// <param name="values">At least one, all different.</param>
    /// <exception cref="ArgumentException">There is no value, or one comes twice.</exception>
    public static SweepParameter Values(string name, params double[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return OfValues(name, [.. values.Select(value => new SweepValue(value))]);
    }

    /// <summary>These texts, and no others. A random search takes one of them.</summary>
    /// <param name="name">The name.</param>
    /// <param name="values">At least one, all different.</param>
    /// <exception cref="ArgumentException">There is no value, or one comes twice.</exception>
    public static SweepParameter Values(string name, params string[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return OfValues(name, [.. values.Select(value => new SweepValue(value))]);
    }

    /// <summary>A number from a range, all equally likely: for a random search.</summary>
    /// <param name="name">The name.</param>
    /// <param name="min">The least number.</param>
    /// <param name="max">Above the least; itself never drawn.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range is empty or not finite.</exception>
    public static SweepParameter Uniform(string name, double min, double max)
    {
        CheckRange(name, min, max);
        return new SweepParameter(name, Kind.Uniform, min, max, []);
    }

    /// <summary>
    /// A number from a range, its logarithm uniform: for a random search of what counts in factors, as learning rates do.
    /// </summary>
    /// <param name="name">The name.</param>
    /// <param name="min">The least number, above 0.</param>
    /// <param name="max">Above the least.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range is empty or not finite, or begins at 0 or below.</exception>
    public static SweepParameter LogUniform(string name, double min, double max)
    {
        CheckRange(name, Guard.Positive(min, $"SweepParameter '{name}'", nameof(min)), max);
        return new SweepParameter(name, Kind.LogUniform, min, max, []);
    }

    /// <summary>A whole number from a range: for a random search, or all of them for a grid.</summary>
    /// <param name="name">The name.</param>
    /// <param name="min">The least number.</param>
    /// <param name="max">The largest number, not below the least.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range is empty.</exception>
    public static SweepParameter Integer(string name, int min, int max)
    {
        if (max < min)
        {
            throw new ArgumentOutOfRangeException(
                nameof(max), $"SweepParameter '{name}': expected max to be at least min, {min}, got {max}.");
        }

        return new SweepParameter(name, Kind.Integer, min, max, []);
    }

    /// <summary>The name and what is tried.</summary>
    public override string ToString() => _kind switch
    {
        Kind.Values => $"{Name}: {string.Join(", ", _values)}",
        Kind.Integer => FormattableString.Invariant($"{Name}: whole numbers from {_min} to {_max}"),
        Kind.Uniform => FormattableString.Invariant($"{Name}: from {_min} to {_max}"),
        _ => FormattableString.Invariant($"{Name}: from {_min} to {_max}, logarithmic"),
    };

    /// <summary>The value at a place of a grid.</summary>
    internal SweepValue At(int index) => _kind == Kind.Values ? _values[index] : _min + index;

    /// <summary>The value for a number uniform on [0, 1).</summary>
    internal SweepValue Draw(double uniform) => _kind switch
    {
        Kind.Uniform => _min + (uniform * (_max - _min)),
        Kind.LogUniform => Math.Exp(Math.Log(_min) + (uniform * (Math.Log(_max) - Math.Log(_min)))),
        Kind.Integer => _min + Math.Floor(uniform * (_max - _min + 1)),
        _ => _values[(int)(uniform * _values.Length)],
    };

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("name", Name);
        if (_kind == Kind.Values)
        {
            json.WriteStartArray("values");
            foreach (SweepValue value in _values)
            {
                SweepFile.Write(json, value);
            }

            json.WriteEndArray();
        }
        else
        {
            json.WriteString(
                "range", _kind switch { Kind.Uniform => "uniform", Kind.LogUniform => "log-uniform", _ => "integer" });
            json.WriteNumber("min", _min);
            json.WriteNumber("max", _max);
        }

        json.WriteEndObject();
    }

    private static SweepParameter OfValues(string name, SweepValue[] values)
    {
        if (values.Length == 0)
        {
            throw new ArgumentException($"SweepParameter '{name}': expected at least one value, got none.", nameof(values));
        }

        if (values.GroupBy(value => value).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new ArgumentException(
                $"SweepParameter '{name}': expected each value once, got {twice.Key} {twice.Count()} times. "
                + "Set Repeats to try the same values with several seeds.",
                nameof(values));
        }

        return new SweepParameter(name, Kind.Values, 0, 0, values);
    }

    private static void CheckRange(string name, double min, double max)
    {
        if (!(max > min) || !double.IsFinite(max - min))
        {
            throw new ArgumentOutOfRangeException(nameof(max), FormattableString.Invariant(
                $"SweepParameter '{name}': expected a finite range with max above min, got {min} to {max}."));
        }
    }
}
