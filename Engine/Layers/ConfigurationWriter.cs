using System.Text.Json.Nodes;
using Engine.Activations;
using Engine.Constraints;
using Engine.Initializers;
using Engine.Regularizers;

namespace Engine.Layers;

/// <summary>
/// Collects the configuration of a layer under names, so that a saved model can make the layer again from a
/// <see cref="LayerConfiguration"/> with the same names.
/// </summary>
public sealed class ConfigurationWriter
{
    internal JsonObject Values { get; } = [];

    /// <summary>Writes a number.</summary>
    /// <param name="name">Under which it is read again; a value that was there gives way.</param>
    /// <param name="value">Finite.</param>
    public void Write(string name, double value) => Values[name] = value;

    /// <summary>Writes a whole number.</summary>
    /// <param name="name">Under which it is read again; a value that was there gives way.</param>
    /// <param name="value">The number.</param>
    public void Write(string name, int value) => Values[name] = value;

    /// <summary>Writes a yes or no.</summary>
    /// <param name="name">Under which it is read again; a value that was there gives way.</param>
    /// <param name="value">True for yes.</param>
    public void Write(string name, bool value) => Values[name] = value;

    /// <summary>Writes a text.</summary>
    /// <param name="name">Under which it is read again; a value that was there gives way.</param>
    /// <param name="value">The text.</param>
    public void Write(string name, string value) => Values[name] = value;

    /// <summary>Writes whole numbers, such as a shape.</summary>
    /// <param name="name">Under which it is read again; a value that was there gives way.</param>
    /// <param name="values">Any number of them.</param>
    public void Write(string name, IEnumerable<int> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        JsonArray array = [];
        foreach (int value in values)
        {
            array.Add((JsonNode)value);
        }

        Values[name] = array;
    }

    /// <summary>Writes texts, such as names.</summary>
    /// <param name="name">Under which it is read again; a value that was there gives way.</param>
    /// <param name="values">Any number of them.</param>
    public void Write(string name, IEnumerable<string> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        JsonArray array = [];
        foreach (string value in values)
        {
            array.Add((JsonNode)value);
        }

        Values[name] = array;
    }

    /// <summary>Writes a layer inside this one: its kind, its configuration, the name a person gave it, whether it trains.</summary>
    /// <param name="name">Under which it is read again; a value that was there gives way.</param>
    /// <param name="value">A layer of the library, or one that the catalog for loading knows.</param>
    public void Write(string name, Layer value)
    {
        ArgumentNullException.ThrowIfNull(value);
        ConfigurationWriter inner = new();
        value.Describe(inner);
        JsonObject layer = new() { ["kind"] = value.Kind, ["configuration"] = inner.Values };
        if (value.Name is { } own)
        {
            layer["name"] = own;
        }

        if (!value.Trainable)
        {
            layer["trainable"] = false;
        }

        Values[name] = layer;
    }

    /// <summary>Writes an activation function; nothing if null.</summary>
    /// <param name="name">Under which it is read again; a value that was there gives way.</param>
    /// <param name="value">A built-in one, or one that the catalog for loading knows.</param>
    public void Write(string name, ActivationFunction? value) => Write(name, value?.Name, value?.Parameters);

    /// <summary>Writes an initializer; nothing if null.</summary>
    /// <param name="name">Under which it is read again; a value that was there gives way.</param>
    /// <param name="value">A built-in one, or one that the catalog for loading knows.</param>
    public void Write(string name, Initializer? value) => Write(name, value?.Name, value?.Parameters);

    /// <summary>Writes a regularizer; nothing if null.</summary>
    /// <param name="name">Under which it is read again; a value that was there gives way.</param>
    /// <param name="value">A built-in one, or one that the catalog for loading knows.</param>
    public void Write(string name, Regularizer? value) => Write(name, value?.Name, value?.Parameters);

    /// <summary>Writes a constraint; nothing if null.</summary>
    /// <param name="name">Under which it is read again; a value that was there gives way.</param>
    /// <param name="value">A built-in one, or one that the catalog for loading knows.</param>
    public void Write(string name, Constraint? value) => Write(name, value?.Name, value?.Parameters);

    private void Write(string name, string? kind, IReadOnlyDictionary<string, double>? parameters)
    {
        if (kind is null)
        {
            return;
        }

        JsonObject value = new() { ["name"] = kind };
        foreach ((string parameter, double number) in parameters!)
        {
            value[parameter] = number;
        }

        Values[name] = value;
    }
}
