using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Engine.Layers;

namespace Engine.Serialization;

/// <summary>
/// The structure of a model as JSON: its layers, each once, and its calls, each with the calls and outputs it reads. Names that
/// people gave and names that the model gave are kept apart, so that a loaded model is the saved one.
/// </summary>
internal static class ModelConfiguration
{
    private const string VersionKey = "engine.format_version";
    private const string ModelKey = "engine.model";

    public static void Write(Model model, IDictionary<string, string> metadata)
    {
        metadata["format"] = "engine";
        metadata[VersionKey] = ModelFile.FormatVersion.ToString(CultureInfo.InvariantCulture);
        metadata[ModelKey] = Describe(model).ToJsonString();
    }

    /// <exception cref="InvalidDataException">The configuration is missing, damaged, or asks for what the catalog lacks.</exception>
    public static Model Read(SafetensorsFile file, string path, LayerCatalog catalog)
    {
        if (!file.Metadata.TryGetValue(ModelKey, out string? json) || !file.Metadata.TryGetValue(VersionKey, out string? version))
        {
            throw new InvalidDataException(
                $"{path}: expected a model written by Save, got a safetensors file without '{ModelKey}' in its metadata. "
                + "Make the model and call LoadWeights to take weights by name.");
        }

        if (!int.TryParse(version, CultureInfo.InvariantCulture, out int number) || number is < 1 or > ModelFile.FormatVersion)
        {
            throw new InvalidDataException(
                $"{path}: expected format version 1 to {ModelFile.FormatVersion}, got '{version}'. Use a newer version of the library.");
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return MakeModel(document.RootElement, catalog);
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or InvalidOperationException
            or KeyNotFoundException or FormatException or InvalidDataException or OverflowException or IndexOutOfRangeException)
        {
            throw new InvalidDataException($"{path}: the configuration of the model is damaged: {exception.Message}", exception);
        }
    }

    private static JsonObject Describe(Model model)
    {
        List<LayerCall> calls = [];
        foreach (Layer layer in model.Layers)
        {
            calls.AddRange(model.CallsOf(layer));
        }

        JsonArray layers = [];
        foreach (Layer layer in model.Layers)
        {
            layers.Add((JsonNode)Describe(layer, model.NameOf(layer)));
        }

        JsonArray callArray = [];
        foreach (LayerCall call in calls)
        {
            callArray.Add((JsonNode)new JsonObject
            {
                ["layer"] = IndexOf(model.Layers, call.Layer),
                ["inputs"] = Places(call.Inputs, calls),
            });
        }

        return new JsonObject
        {
            ["kind"] = model.Kind,
            ["seed"] = model.Seed.ToString(CultureInfo.InvariantCulture),
            ["precision"] = model.Precision == Precision.Single ? "single" : "double",
            ["layers"] = layers,
            ["calls"] = callArray,
            ["inputs"] = Places(model.Inputs, calls),
            ["outputs"] = Places(model.Outputs, calls),
        };
    }

    private static JsonObject Describe(Layer layer, string name)
    {
        JsonObject value = new() { ["name"] = name, ["is_own_name"] = layer.Name is not null, ["kind"] = layer.Kind };
        if (layer is Model inner)
        {
            value["model"] = Describe(inner);
        }
        else
        {
            ConfigurationWriter writer = new();
            layer.Describe(writer);
            value["configuration"] = writer.Values;
        }

        if (!layer.Trainable)
        {
            value["trainable"] = false;
        }

        return value;
    }

    private static JsonArray Places(IReadOnlyList<Node> nodes, List<LayerCall> calls)
    {
        JsonArray places = [];
        foreach (Node node in nodes)
        {
            places.Add((JsonNode)new JsonArray(calls.IndexOf(node.Call), node.Index));
        }

        return places;
    }

    private static int IndexOf(IReadOnlyList<Layer> layers, Layer layer)
    {
        for (int i = 0; i < layers.Count; i++)
        {
            if (ReferenceEquals(layers[i], layer))
            {
                return i;
            }
        }

        throw new InvalidOperationException($"Save: expected {layer.Title} among the model's layers.");
    }

    private static Model MakeModel(JsonElement json, LayerCatalog catalog)
    {
        Layer[] layers = [.. json.GetProperty("layers").EnumerateArray().Select(layer => MakeLayer(layer, catalog))];
        JsonElement[] calls = [.. json.GetProperty("calls").EnumerateArray()];
        IReadOnlyList<Node>?[] outputs = new IReadOnlyList<Node>?[calls.Length];
        bool[] isBusy = new bool[calls.Length];

        Node[] inputs = Nodes(json.GetProperty("inputs"));
        Node[] results = Nodes(json.GetProperty("outputs"));
        ulong seed = ulong.Parse(json.GetProperty("seed").GetString()!, CultureInfo.InvariantCulture);
        Precision precision = json.GetProperty("precision").GetString() switch
        {
            "single" => Precision.Single,
            "double" => Precision.Double,
            string other => throw new InvalidDataException($"expected single or double precision, got '{other}'."),
            null => throw new InvalidDataException("expected single or double precision, got nothing."),
        };
        return json.GetProperty("kind").GetString() == "Sequential" && inputs.Length == 1 && results.Length == 1
            ? new Sequential(inputs[0], results[0]) { Seed = seed, Precision = precision }
            : new Model(inputs, results) { Seed = seed, Precision = precision };

        Node[] Nodes(JsonElement places) => [.. places.EnumerateArray().Select(NodeAt)];

        Node NodeAt(JsonElement place)
        {
            int call = place[0].GetInt32();
            if (outputs[call] is null)
            {
                if (isBusy[call])
                {
                    throw new InvalidDataException("expected a graph without cycles, got one with a cycle.");
                }

                isBusy[call] = true;
                Layer layer = layers[calls[call].GetProperty("layer").GetInt32()];
                outputs[call] = layer is Input input ? [input.Output] : layer.ApplyMany(Nodes(calls[call].GetProperty("inputs")));
            }

            return outputs[call]![place[1].GetInt32()];
        }
    }

    private static Layer MakeLayer(JsonElement json, LayerCatalog catalog)
    {
        string name = json.GetProperty("name").GetString() ?? throw new InvalidDataException("expected a name for every layer.");
        string kind = json.GetProperty("kind").GetString() ?? throw new InvalidDataException($"{name}: expected a kind, got nothing.");
        Layer layer;
        try
        {
            layer = json.TryGetProperty("model", out JsonElement model)
                ? MakeModel(model, catalog)
                : catalog.Make(kind, new LayerConfiguration($"{name} ({kind})", json.GetProperty("configuration"), catalog));
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException($"{name}: {exception.Message}", exception);
        }

        layer.AssignedName = name;
        if (json.TryGetProperty("is_own_name", out JsonElement own) && own.ValueKind == JsonValueKind.True)
        {
            layer.SetName(name);
        }

        if (json.TryGetProperty("trainable", out JsonElement trainable) && trainable.ValueKind == JsonValueKind.False)
        {
            layer.Freeze();
        }

        return layer;
    }
}
