using Engine.Layers;
using PureHDF;

namespace Engine.Interop;

/// <summary>
/// The layout of Keras 3: <c>layers/NAME/vars/0</c>, 1, ... for each layer, where NAME is the class in snake case and a number;
/// a model inside has its own <c>layers</c>. Newer files tell the layer's name in an attribute <c>name</c> of <c>vars</c>.
/// </summary>
internal static class Keras3Layout
{
    private const string Variables = "vars", Layers = "layers";

    // What Keras 2.13 called the layers of a model.
    private const string EarlyLayers = "_layer_checkpoint_dependencies";

    // State of the random numbers of dropout and of augmentation: no weights.
    private static readonly string[] s_generators = ["seed_generator", "generator"];

    // Groups inside groups; no layer of Keras goes deeper, and a group may hold itself.
    private const int MaxDepth = 32;

    /// <summary>Finds for each parameter its weights.</summary>
    public static IReadOnlyList<WeightPair> Match(Model model, Hdf5Source source, bool byName, out KerasLoadReport report)
    {
        string layers = source.FindGroup(source.Root, EarlyLayers) is null ? Layers : EarlyLayers;
        if (source.FindGroup(source.Root, layers) is null)
        {
            throw source.Error(
                "expected weights of Keras, either groups 'layers' as of Keras 3, "
                + "or attributes 'layer_names' as of Keras 2, got neither");
        }

        List<SavedLayer> saved = [];
        ReadLayers(source, source.Root, layers, "", saved, 0);
        List<ModelLayer> wanted = [.. LayersOf(model, "", layers)];
        List<(ModelLayer Layer, SavedLayer Saved)> matched =
            byName ? ByName(source, wanted, saved) : ByPath(source, wanted, saved);
        report = new KerasLoadReport(
            KerasLayout.Keras3,
            [.. matched.Select(pair => pair.Layer.Name)],
            [.. wanted.Except(matched.Select(pair => pair.Layer)).Select(layer => layer.Name)],
            [.. saved.Except(matched.Select(pair => pair.Saved)).Select(layer => layer.Name ?? layer.Path)]);
        return [.. matched.SelectMany(pair => MatchLayer(source, pair.Layer, pair.Saved))];
    }

    /// <summary>The file of a model.</summary>
    public static H5File Write(Model model)
    {
        // Keras asks for a group of the model's own variables, of which there are none.
        H5File file = new() { [Variables] = new H5Group() };
        foreach (ModelLayer layer in LayersOf(model, "", Layers))
        {
            foreach ((string path, Parameter? parameter) in KerasParts.InKeras3(layer.Layer))
            {
                Hdf5Target.Add(file, $"{layer.Path}/{path}", parameter);
            }

            Hdf5Target.Group(file, $"{layer.Path}/{Variables}").Attributes["name"] = layer.Model.NameOf(layer.Layer);
        }

        return file;
    }

    // The layers with weights, those of nested models instead of these, with their paths in the file.
    private static IEnumerable<ModelLayer> LayersOf(Model model, string path, string layers, string outer = "") =>
        KerasModel.Numbered(model).Where(numbered => numbered.Layer.Parameters.Count > 0).SelectMany(numbered =>
        {
            string place = $"{path}{layers}/{numbered.Name}";
            string name = outer + model.NameOf(numbered.Layer);
            return numbered.Layer is Model inner
                ? LayersOf(inner, $"{place}/", layers, $"{name}/")
                : [new ModelLayer(model, numbered.Layer, name, place)];
        });

    private static List<(ModelLayer Layer, SavedLayer Saved)> ByPath(
        Hdf5Source source, List<ModelLayer> wanted, List<SavedLayer> saved)
    {
        Dictionary<string, SavedLayer> places = saved.ToDictionary(layer => layer.Path);
        foreach (ModelLayer layer in wanted.Where(layer => !places.ContainsKey(layer.Path)))
        {
            throw source.Error(
                $"expected the weights of {layer.Title} at '{layer.Path}/{Variables}', got none. "
                + $"The file has {string.Join(", ", saved.Select(other => other.Path))}");
        }

        if (saved.Count > wanted.Count)
        {
            throw source.Error(
                $"expected {wanted.Count} layers with weights, as the model has, got {saved.Count}. The model lacks "
                + string.Join(", ", saved.Select(layer => layer.Path).Except(wanted.Select(layer => layer.Path))));
        }

        return [.. wanted.Select(layer => (layer, places[layer.Path]))];
    }

    private static List<(ModelLayer Layer, SavedLayer Saved)> ByName(
        Hdf5Source source, List<ModelLayer> wanted, List<SavedLayer> saved)
    {
        ILookup<string, SavedLayer> named = saved.Where(layer => layer.Name is not null).ToLookup(layer => layer.Name!);
        if (named.Count == 0)
        {
            throw source.Error(
                "expected the names of layers, got a file of an earlier Keras 3, which has none. Load it by order");
        }

        List<(ModelLayer Layer, SavedLayer Saved)> matched = [];
        foreach (IGrouping<string, ModelLayer> layers in wanted.GroupBy(layer => layer.Model.NameOf(layer.Layer)))
        {
            if (!named.Contains(layers.Key))
            {
                continue;
            }

            // Models inside one another may each have a "dense", and the file does not tell the names of models.
            int here = layers.Count(), there = named[layers.Key].Count();
            matched.Add(here == 1 && there == 1 ? (layers.Single(), named[layers.Key].Single()) : throw source.Error(
                $"expected one layer '{layers.Key}' in the model and one in the file, got {here} and {there}. Load it by order"));
        }

        return matched.Count > 0
            ? matched
            : throw source.NoCommonName(wanted.Select(layer => layer.Name), named.Select(layer => layer.Key));
    }

    private static IEnumerable<WeightPair> MatchLayer(Hdf5Source source, ModelLayer layer, SavedLayer saved)
    {
        IReadOnlyList<(string Path, IH5Dataset Dataset)> weights = InOrder(layer.Layer, saved);
        int read = weights.Count - (KerasModel.HasCount(layer.Layer, weights.Count) ? 1 : 0);
        IReadOnlyList<Parameter> parameters = KerasModel.OwnWeights(layer.Layer);
        source.CheckWeights(layer.Title, parameters, saved.Path, [.. weights.Take(read).Select(weight => weight.Path)]);
        return parameters.Zip(weights, (parameter, weight) =>
            new WeightPair(parameter, $"{parameter.Name} of {layer.Title}", weight.Path, weight.Dataset));
    }

    // Keras keeps the parts of a layer by their names; in which order they are this layer's weights only the layer knows. A file
    // whose parts have other names keeps its own order.
    private static IReadOnlyList<(string Path, IH5Dataset Dataset)> InOrder(Layer layer, SavedLayer saved)
    {
        Dictionary<string, (string Path, IH5Dataset Dataset)> places = saved.Weights.ToDictionary(weight => weight.Path);
        (string Path, IH5Dataset Dataset)[] known = [.. KerasParts.InKeras3(layer)
            .Select(weight => $"{saved.Path}/{weight.Path}").Where(places.ContainsKey).Select(path => places[path])];
        int states = saved.Weights.Count(weight => IsState(layer, weight.Path[(saved.Path.Length + 1)..]));
        return known.Length == saved.Weights.Count - states ? known : saved.Weights;
    }

    // What a stateful recurrent layer of Keras remembers stands beside its cell.
    private static bool IsState(Layer layer, string path) => layer switch
    {
        RecurrentLayer => path.StartsWith($"{Variables}/", StringComparison.Ordinal),
        Bidirectional => path.StartsWith($"forward_layer/{Variables}/", StringComparison.Ordinal)
            || path.StartsWith($"backward_layer/{Variables}/", StringComparison.Ordinal),
        _ => false,
    };

    private static void ReadLayers(
        Hdf5Source source, IH5Group group, string layers, string path, List<SavedLayer> saved, int depth)
    {
        if (depth > MaxDepth)
        {
            throw source.Error($"expected groups inside groups up to {MaxDepth} deep, got deeper ones");
        }

        if (source.FindGroup(group, layers) is not { } list)
        {
            return;
        }

        foreach (IH5Group layer in source.Groups(list))
        {
            string place = $"{path}{layers}/{layer.Name}";
            if (source.FindGroup(layer, layers) is not null)
            {
                ReadLayers(source, layer, layers, $"{place}/", saved, depth + 1);
                continue;
            }

            List<(string Path, IH5Dataset Dataset)> weights = [];
            ReadVariables(source, layer, place, weights, depth + 1);
            if (weights.Count > 0)
            {
                string? name = source.FindGroup(layer, Variables) is { } own ? source.FindString(own, "name") : null;
                saved.Add(new SavedLayer(name, place, weights));
            }
        }
    }

    // A layer's own variables, then those of its parts in their order: a recurrent layer keeps all in its cell.
    private static void ReadVariables(
        Hdf5Source source, IH5Group group, string path, List<(string Path, IH5Dataset Dataset)> weights, int depth)
    {
        if (depth > MaxDepth)
        {
            throw source.Error($"expected groups inside groups up to {MaxDepth} deep, got deeper ones");
        }

        if (source.FindGroup(group, Variables) is { } own)
        {
            for (int i = 0; source.FindDataset(own, $"{i}") is { } dataset; i++)
            {
                weights.Add(($"{path}/{Variables}/{i}", dataset));
            }
        }

        foreach (IH5Group part in source.Groups(group).Where(part => part.Name != Variables && !s_generators.Contains(part.Name))
            .OrderBy(part => part.Name, StringComparer.Ordinal))
        {
            ReadVariables(source, part, $"{path}/{part.Name}", weights, depth + 1);
        }
    }

    private sealed record ModelLayer(Model Model, Layer Layer, string Name, string Path)
    {
        public string Title => $"{Name} ({Layer.Kind})";
    }

    private sealed record SavedLayer(string? Name, string Path, IReadOnlyList<(string Path, IH5Dataset Dataset)> Weights);
}
