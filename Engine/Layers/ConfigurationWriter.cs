using System.Text.Json.Nodes;

namespace Engine.Layers;

/// <summary>Collects the configuration of a layer under names, so that a saved model can make the layer again.</summary>
public sealed class ConfigurationWriter
{
    internal JsonObject Values { get; } = [];

    /// <summary>Writes a number.</summary>
    public void Write(string name, double value) => Values[name] = value;

    /// <summary>Writes a whole number.</summary>
    public void Write(string name, long value) => Values[name] = value;

    /// <summary>Writes a yes or no.</summary>
    public void Write(string name, bool value) => Values[name] = value;

    /// <summary>Writes a text.</summary>
    public void Write(string name, string value) => Values[name] = value;

    /// <summary>Writes whole numbers, such as a shape.</summary>
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
}
