using System.Globalization;
using System.Runtime.CompilerServices;
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
    private const int MaxNodes = 100_000;

    public static void Write(Model model, IDictionary<string, string> metadata)
    {
        metadata["format"] = "engine";
        metadata[VersionKey] = ModelFile.FormatVersion.ToString(CultureInfo.InvariantCulture);
        JsonObject value = Describe(model, "", new Dictionary<Layer, string>(ReferenceEqualityComparer.Instance));
        if (model.Name is not null)
        {
            value["name"] = model.Name;
        }

        WriteTrainable(model, value);
        metadata[ModelKey] = value.ToJsonString();
    }

    /// <exception cref="InvalidDataException">
    /// The configuration is missing, damaged, or asks for what the catalog lacks.
    /// </exception>
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
                $"{path}: expected format version 1 to {ModelFile.FormatVersion}, got '{version}'. "
                + "Use a newer version of the library.");
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement;
            Model model = MakeModel(root, catalog, "", []);
            if (root.TryGetProperty("name", out JsonElement name))
            {
                model.SetName(name.GetString() ?? throw new InvalidDataException("expected a name for the model, got nothing."));
            }

            ReadTrainable(model, root);
            return model;
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or InvalidOperationException
            or KeyNotFoundException or FormatException or InvalidDataException or ArithmeticException or IndexOutOfRangeException
            or InsufficientExecutionStackException)
        {
            throw new InvalidDataException($"{path}: the configuration of the model is damaged: {exception.Message}", exception);
        }
    }

    // The layers that were described before, in this model or in one around it or beside it, are known by their path.
    private static JsonObject Describe(Model model, string path, Dictionary<Layer, string> known)
    {
        List<(Layer Layer, string Name)> layers = [.. model.Layers.Select(layer => (layer, model.NameOf(layer)))];
        List<LayerCall> calls = [.. model.Layers.SelectMany(model.CallsOf)];
        Dictionary<Node, Node> standIns = AddStandIns(model, layers, calls);

        JsonArray layerArray = [];
        foreach ((Layer layer, string name) in layers)
        {
            layerArray.Add((JsonNode)Describe(layer, name, path, known));
        }

        JsonArray callArray = [];
        foreach (LayerCall call in calls)
        {
            callArray.Add((JsonNode)new JsonObject
            {
                ["layer"] = layers.FindIndex(entry => ReferenceEquals(entry.Layer, call.Layer)),
                ["inputs"] = Places(call.Inputs, calls, standIns),
            });
        }

        return new JsonObject
        {
            ["kind"] = model.Kind,
            ["seed"] = model.Seed.ToString(CultureInfo.InvariantCulture),
            ["precision"] = model.Precision == Precision.Single ? "single" : "double",
            ["layers"] = layerArray,
            ["calls"] = callArray,
            ["inputs"] = Places(model.Inputs, calls, standIns),
            ["outputs"] = Places(model.Outputs, calls, standIns),
        };
    }

    // A model may begin at a node within another model's graph. What computes that node is not part of this model: in the file,
    // an Input of its shape stands for it.
    private static Dictionary<Node, Node> AddStandIns(Model model, List<(Layer Layer, string Name)> layers, List<LayerCall> calls)
    {
        Dictionary<Node, Node> standIns = [];
        HashSet<string> taken = [.. layers.Select(entry => entry.Name)];
        foreach (Node node in model.Inputs.Where(node => !calls.Contains(node.Call)).ToArray())
        {
            Input input = new([.. node.Shape]);
            string name = LayerNames.Next(input, taken);
            taken.Add(name);
            layers.Add((input, name));
            standIns[node] = input;
        }

        calls.AddRange(standIns.Values.Select(input => input.Call));
        return standIns;
    }

    private static JsonObject Describe(Layer layer, string name, string path, Dictionary<Layer, string> known)
    {
        if (known.TryGetValue(layer, out string? place))
        {
            return new JsonObject { ["name"] = name, ["same_as"] = place };
        }

        known[layer] = path + name;
        JsonObject value = new() { ["name"] = name, ["is_own_name"] = layer.Name is not null, ["kind"] = layer.Kind };
        if (layer is Model inner)
        {
            value["model"] = Describe(inner, $"{path}{name}/", known);
        }
        else
        {
            ConfigurationWriter writer = new();
            layer.Describe(writer);
            value["configuration"] = writer.Values;
        }

        WriteTrainable(layer, value);
        return value;
    }

    private static void WriteTrainable(Layer layer, JsonObject value)
    {
        if (!layer.Trainable)
        {
            value["trainable"] = false;
        }
    }

    private static void ReadTrainable(Layer layer, JsonElement value)
    {
        if (value.TryGetProperty("trainable", out JsonElement trainable) && trainable.ValueKind == JsonValueKind.False)
        {
            layer.Freeze();
        }
    }

    private static JsonArray Places(IReadOnlyList<Node> nodes, List<LayerCall> calls, Dictionary<Node, Node> standIns)
    {
        JsonArray places = [];
        foreach (Node node in nodes)
        {
            Node written = standIns.GetValueOrDefault(node, node);
            places.Add((JsonNode)new JsonArray(calls.IndexOf(written.Call), written.Index));
        }

        return places;
    }

    private static Model MakeModel(JsonElement json, LayerCatalog catalog, string path, Dictionary<string, Layer> known)
    {
        JsonElement[] descriptions = [.. json.GetProperty("layers").EnumerateArray()];
        Layer[] layers = [.. descriptions.Select(layer => MakeLayer(layer, catalog, path, known))];
        for (int i = 0; i < layers.Length; i++)
        {
            // A layer that stands in several models may have another name in each.
            layers[i].AssignedName = descriptions[i].GetProperty("name").GetString();
        }

        JsonElement[] calls = [.. json.GetProperty("calls").EnumerateArray()];
        IReadOnlyList<Node>?[] outputs = new IReadOnlyList<Node>?[calls.Length];
        bool[] isBusy = new bool[calls.Length];

        int nodes = 0;
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
                RuntimeHelpers.EnsureSufficientExecutionStack();
                Layer layer = layers[calls[call].GetProperty("layer").GetInt32()];
                nodes = checked(nodes + (layer is Model inner ? inner.Graph.Nodes.Count : 1));
                if (nodes > MaxNodes)
                {
                    // Models in models, each used a few times, multiply: a small file could ask for any amount of memory.
                    throw new InvalidDataException($"expected at most {MaxNodes} uses of layers, got more.");
                }

                outputs[call] = layer is Input input ? [input.Output] : layer.ApplyMany(Nodes(calls[call].GetProperty("inputs")));
            }

            return outputs[call]![place[1].GetInt32()];
        }
    }

    private static Layer MakeLayer(JsonElement json, LayerCatalog catalog, string path, Dictionary<string, Layer> known)
    {
        string name = json.GetProperty("name").GetString() ?? throw new InvalidDataException("expected a name for every layer.");
        if (json.TryGetProperty("same_as", out JsonElement place))
        {
            return known.TryGetValue(place.GetString() ?? "", out Layer? same) ? same : throw new InvalidDataException(
                $"{name}: expected a layer described before, got '{place}'.");
        }

        string kind = json.GetProperty("kind").GetString()
            ?? throw new InvalidDataException($"{name}: expected a kind, got nothing.");
        Layer layer;
        try
        {
            layer = json.TryGetProperty("model", out JsonElement model)
                ? MakeModel(model, catalog, $"{path}{name}/", known)
                : catalog.Make(kind, new LayerConfiguration($"{name} ({kind})", json.GetProperty("configuration"), catalog));
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException($"{name}: {exception.Message}", exception);
        }

        if (json.TryGetProperty("is_own_name", out JsonElement own) && own.ValueKind == JsonValueKind.True)
        {
            layer.SetName(name);
        }

        ReadTrainable(layer, json);
        known[path + name] = layer;
        return layer;
    }
}
