using System.Collections.ObjectModel;
using System.Globalization;

namespace Engine.Numerics;

/// <summary>
/// What is saved of an activation, an initializer, an optimizer and so on: a name and named numbers, in a fixed order.
/// </summary>
internal static class Configuration
{
    /// <summary>No parameters.</summary>
    public static IReadOnlyDictionary<string, double> Empty => ReadOnlyDictionary<string, double>.Empty;

    /// <summary>The parameters, by name.</summary>
    public static IReadOnlyDictionary<string, double> Of(params ReadOnlySpan<(string Name, double Value)> parameters)
    {
        var values = new OrderedDictionary<string, double>(parameters.Length);
        foreach ((string name, double value) in parameters)
        {
            values.Add(name, value);
        }

        return values;
    }

    /// <summary><c>leaky_relu(negative_slope: 0.2)</c>, or the name alone.</summary>
    public static string Text(string name, IReadOnlyDictionary<string, double> parameters) => parameters.Count == 0
        ? name
        : $"{name}({string.Join(", ", parameters.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Key}: {p.Value}")))})";
}
