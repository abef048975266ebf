using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace Engine.Examples;

/// <summary>Makes options whose values are checked, with errors that say what was expected and what came.</summary>
internal static class ExampleOption
{
    /// <summary>An option without a value: true where it is given.</summary>
    public static Option<bool> Flag(string name, string description) =>
        new(name) { Description = description, Arity = ArgumentArity.Zero };

    /// <summary>A number (int, ulong, double, ...) within bounds, or null where it is not given.</summary>
    public static Option<T?> Number<T>(string name, string description, T min, T max)
        where T : struct, INumber<T>, IMinMaxValue<T> =>
        new(name) { Description = description, HelpName = ValueName<T>(), CustomParser = result => ParseNullable(result, name, min, max) };

    /// <summary>A number (int, ulong, double, ...) within bounds, with a default.</summary>
    public static Option<T> Number<T>(string name, string description, T min, T max, T defaultValue)
        where T : struct, INumber<T>, IMinMaxValue<T> =>
        new(name)
        {
            Description = $"{description} (default: {defaultValue.ToString(null, CultureInfo.InvariantCulture)})",
            HelpName = ValueName<T>(),
            DefaultValueFactory = _ => defaultValue,
            CustomParser = result => ParseNullable(result, name, min, max) ?? defaultValue,
        };

    /// <summary>Any text, such as a path; null where it is not given.</summary>
    public static Option<string?> Text(string name, string valueName, string description) =>
        new(name) { Description = description, HelpName = valueName };

    /// <summary>One of a few words; the first is the default.</summary>
    public static Option<string> Choice(string name, string description, params string[] choices) =>
        new(name)
        {
            Description = $"{description} (default: {choices[0]})",
            HelpName = string.Join('|', choices),
            DefaultValueFactory = _ => choices[0],
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                if (!choices.Contains(text))
                    result.AddError($"{name}: expected one of {string.Join(", ", choices)}, got '{text}'.");
                return text;
            },
        };

    private static T? ParseNullable<T>(ArgumentResult result, string name, T min, T max)
        where T : struct, INumber<T>, IMinMaxValue<T>
    {
        string text = result.Tokens[0].Value;
        if (T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out T value) && value >= min && value <= max)
            return value;
        string kind = typeof(T) == typeof(double) || typeof(T) == typeof(float) ? "a number" : "a whole number";
        string bounds = max == T.MaxValue ? string.Create(CultureInfo.InvariantCulture, $"of at least {min}")
            : string.Create(CultureInfo.InvariantCulture, $"from {min} to {max}");
        result.AddError($"{name}: expected {kind} {bounds}, got '{text}'.");
        return null;
    }

    private static string ValueName<T>() => typeof(T) == typeof(double) || typeof(T) == typeof(float) ? "x" : "n";
}
