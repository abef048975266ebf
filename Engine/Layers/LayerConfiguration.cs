using System.Text.Json;
using Engine.Activations;
using Engine.Constraints;
using Engine.Initializers;
using Engine.Regularizers;

namespace Engine.Layers;

/// <summary>
/// The configuration of a layer as a file has it: what <see cref="Layer.Describe"/> wrote, under the same names. A
/// <see cref="LayerCatalog"/> hands it to the factory of the layer's kind.
/// </summary>
public sealed class LayerConfiguration
{
    private readonly JsonElement _values;
    private readonly LayerCatalog _catalog;
    private readonly string _title;

    internal LayerConfiguration(string title, JsonElement values, LayerCatalog catalog)
    {
        _title = title;
        _values = values;
        _catalog = catalog;
    }

    /// <summary>Whether there is a value of this name, other than null.</summary>
    /// <param name="name">The name it was written under.</param>
    public bool Has(string name) =>
        _values.ValueKind == JsonValueKind.Object
        && _values.TryGetProperty(name, out JsonElement value)
        && value.ValueKind != JsonValueKind.Null;

    /// <summary>A number.</summary>
    /// <param name="name">The name it was written under.</param>
    /// <exception cref="InvalidDataException">It is missing, or no number; the message says where.</exception>
    public double Number(string name) =>
        TryGetNumber(Find(name), out double value) ? value : throw Unexpected(name, "a number");

    /// <summary>A whole number.</summary>
    /// <param name="name">The name it was written under.</param>
    /// <exception cref="InvalidDataException">It is missing, or no whole number of 32 bits; the message says where.</exception>
    public int WholeNumber(string name)
    {
        JsonElement element = Find(name);
        return element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out int value)
            ? value
            : throw Unexpected(name, "a whole number");
    }

    /// <summary>A yes or no.</summary>
    /// <param name="name">The name it was written under.</param>
    /// <exception cref="InvalidDataException">It is missing, or neither true nor false; the message says where.</exception>
    public bool Flag(string name) => Find(name).ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Unexpected(name, "true or false"),
    };

    /// <summary>A text.</summary>
    /// <param name="name">The name it was written under.</param>
    /// <exception cref="InvalidDataException">It is missing, or no text; the message says where.</exception>
    public string Text(string name) =>
        Find(name) is { ValueKind: JsonValueKind.String } element ? element.GetString()! : throw Unexpected(name, "a text");

    /// <summary>Whole numbers, such as a shape.</summary>
    /// <param name="name">The name it was written under.</param>
    /// <exception cref="InvalidDataException">It is missing, or no list of whole numbers; the message says where.</exception>
    public int[] WholeNumbers(string name)
    {
        JsonElement element = Find(name);
        if (element.ValueKind != JsonValueKind.Array)
        {
            throw Unexpected(name, "whole numbers");
        }

        int[] values = new int[element.GetArrayLength()];
        for (int i = 0; i < values.Length; i++)
        {
            if (element[i].ValueKind != JsonValueKind.Number || !element[i].TryGetInt32(out values[i]))
            {
                throw Unexpected(name, "whole numbers");
            }
        }

        return values;
    }

    /// <summary>Texts, such as names.</summary>
    /// <param name="name">The name they were written under.</param>
    /// <exception cref="InvalidDataException">They are missing, or no list of texts; the message says where.</exception>
    public string[] Texts(string name)
    {
        JsonElement element = Find(name);
        return element.ValueKind == JsonValueKind.Array
            && element.EnumerateArray().All(text => text.ValueKind == JsonValueKind.String)
            ? [.. element.EnumerateArray().Select(text => text.GetString()!)]
            : throw Unexpected(name, "texts");
    }

    /// <summary>A layer inside this one.</summary>
    /// <param name="name">The name it was written under.</param>
    /// <exception cref="InvalidDataException">
    /// It is missing, no layer, or of a kind that the catalog does not know; the message says where.
    /// </exception>
    public Layer Layer(string name)
    {
        JsonElement element = Find(name);
        if (element.ValueKind != JsonValueKind.Object
            || !element.TryGetProperty("kind", out JsonElement kind) || kind.ValueKind != JsonValueKind.String
            || !element.TryGetProperty("configuration", out JsonElement configuration))
        {
            throw Unexpected(name, "a layer");
        }

        // A file may hold layers in layers to any depth.
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        Layer layer = _catalog.Make(
            kind.GetString()!, new LayerConfiguration($"{_title}: {name} ({kind.GetString()})", configuration, _catalog));
        if (element.TryGetProperty("name", out JsonElement own) && own.ValueKind == JsonValueKind.String)
        {
            layer.SetName(own.GetString()!);
        }

        if (element.TryGetProperty("trainable", out JsonElement trainable) && trainable.ValueKind == JsonValueKind.False)
        {
            layer.Freeze();
        }

        return layer;
    }

    /// <summary>An activation function; null if none was written.</summary>
    /// <param name="name">The name it was written under.</param>
    /// <exception cref="InvalidDataException">It is no name with numbers; the message says where.</exception>
    /// <exception cref="ArgumentException">Neither catalog nor library knows its name, or it has no such number.</exception>
    public ActivationFunction? Activation(string name) => Make(name, _catalog.Activation);

    /// <summary>An initializer; null if none was written.</summary>
    /// <param name="name">The name it was written under.</param>
    /// <exception cref="InvalidDataException">It is no name with numbers; the message says where.</exception>
    /// <exception cref="ArgumentException">Neither catalog nor library knows its name, or it has no such number.</exception>
    public Initializer? Initializer(string name) => Make(name, _catalog.Initializer);

    /// <summary>A regularizer; null if none was written.</summary>
    /// <param name="name">The name it was written under.</param>
    /// <exception cref="InvalidDataException">It is no name with numbers; the message says where.</exception>
    /// <exception cref="ArgumentException">Neither catalog nor library knows its name, or it has no such number.</exception>
    public Regularizer? Regularizer(string name) => Make(name, _catalog.Regularizer);

    /// <summary>A constraint; null if none was written.</summary>
    /// <param name="name">The name it was written under.</param>
    /// <exception cref="InvalidDataException">It is no name with numbers; the message says where.</exception>
    /// <exception cref="ArgumentException">Neither catalog nor library knows its name, or it has no such number.</exception>
    public Constraint? Constraint(string name) => Make(name, _catalog.Constraint);

    internal static IReadOnlyDictionary<string, double> Numbers(JsonElement values)
    {
        Dictionary<string, double> numbers = [];
        foreach (JsonProperty property in values.EnumerateObject())
        {
            if (property.Name != "name" && TryGetNumber(property.Value, out double number))
            {
                numbers[property.Name] = number;
            }
        }

        return numbers;
    }

    private T? Make<T>(string name, Func<string, IReadOnlyDictionary<string, double>, T> make)
        where T : class
    {
        if (!Has(name))
        {
            return null;
        }

        JsonElement value = _values.GetProperty(name);
        return value.ValueKind == JsonValueKind.Object && value.TryGetProperty("name", out JsonElement kind)
            && kind.ValueKind == JsonValueKind.String
            ? make(kind.GetString()!, Numbers(value))
            : throw Unexpected(name, "a name with numbers");
    }

    private static bool TryGetNumber(JsonElement element, out double value)
    {
        value = 0;
        return element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out value);
    }

    private JsonElement Find(string name) => Has(name) ? _values.GetProperty(name) : throw Unexpected(name, "a value");

    private InvalidDataException Unexpected(string name, string expected) => new(
        $"{_title}: expected {expected} as '{name}', got {(Has(name) ? _values.GetProperty(name).GetRawText() : "nothing")}.");
}
