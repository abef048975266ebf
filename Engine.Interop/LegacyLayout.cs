using Engine.Layers;
using PureHDF;

namespace Engine.Interop;

/// <summary>
/// The layout of Keras 1 and 2. Root, or <c>model_weights</c> in a whole model: attribute <c>layer_names</c>; a group a layer
/// with the attribute <c>weight_names</c>, and the weights as data sets under these names. A model inside is one group: its weights
/// that train, then those that do not.
/// </summary>
internal static class LegacyLayout
{
    private const string LayerNames = "layer_names", WeightNames = "weight_names";

    // What an attribute may hold in Keras; longer lists are cut into attributes with numbers at their names' ends.
    private const int MaxNames = 64512 / 16;

    /// <summary>The group that holds the layers; null where the file is of another layout.</summary>
    public static IH5Group? Find(Hdf5Source source) =>
        source.HasStrings(source.Root, LayerNames) ? source.Root
        : source.FindGroup(source.Root, "model_weights") is { } weights && source.HasStrings(weights, LayerNames) ? weights
        : null;

    /// <summary>Finds for each parameter its weights.</summary>
    public static IReadOnlyList<WeightPair> Match(
        Model model, Hdf5Source source, IH5Group root, bool byName, out KerasLoadReport report)
    {
        List<SavedLayer> saved = [.. source.ReadStrings(root, LayerNames)
            .Select(name => new SavedLayer(name, ReadWeights(source, root, name))).Where(layer => layer.Weights.Count > 0)];
        List<Layer> layers = [.. KerasModel.Layers(model).Where(layer => layer.Parameters.Count > 0)];
        List<(Layer Layer, SavedLayer Saved)> matched =
            byName ? ByName(model, source, layers, saved) : ByOrder(model, source, layers, saved);
        report = new KerasLoadReport(
            KerasLayout.Legacy,
            [.. matched.Select(pair => model.NameOf(pair.Layer))],
            [.. layers.Except(matched.Select(pair => pair.Layer)).Select(model.NameOf)],
            [.. saved.Except(matched.Select(pair => pair.Saved)).Select(layer => layer.Name)]);
        return [.. matched.SelectMany(pair => pair.Layer is Model inner
            ? MatchInner(inner, model.NameOf(inner), source, pair.Saved)
            : MatchLayer(model, pair.Layer, source, pair.Saved.Name, pair.Saved.Weights))];
    }

    /// <summary>The file of a model.</summary>
    public static H5File Write(Model model)
    {
        H5File file = new();
        IReadOnlyList<Layer> layers = KerasModel.Layers(model);
        WriteNames(file, LayerNames, [.. layers.Select(model.NameOf)]);

        // Without a version Keras would take the weights for those of Keras 1 and turn some over.
        file.Attributes["keras_version"] = "2.15.0";
        file.Attributes["backend"] = "tensorflow";
        foreach (Layer layer in layers)
        {
            H5Group group = [];
            List<string> names = [];
            string name = model.NameOf(layer);
            foreach ((string weight, Parameter? parameter) in layer is Model inner
                ? InKerasOrder(inner)
                : KerasParts.InKeras2(layer).Select(own => ($"{name}/{own.Name}", own.Parameter)))
            {
                names.Add($"{weight}:0");
                Hdf5Target.Add(group, names[^1], parameter);
            }

            if (names.Count > 0)
            {
                WriteNames(group, WeightNames, names);
            }

            file[name] = group;
        }

        return file;
    }

    // Keras lists the weights of a model inside that train before those that do not, each in the order of the layers.
    private static IEnumerable<(string Name, Parameter? Parameter)> InKerasOrder(Model inner) => KerasModel.Leaves(inner)
        .SelectMany(leaf => KerasParts.InKeras2(leaf.Layer).Select(weight =>
            (Name: $"{leaf.Model.NameOf(leaf.Layer)}/{weight.Name}", weight.Parameter, leaf.Trains)))
        .OrderByDescending(weight => weight.Trains && weight.Parameter is { Trains: true })
        .Select(weight => (weight.Name, weight.Parameter));

    private static List<(Layer Layer, SavedLayer Saved)> ByOrder(
        Model model, Hdf5Source source, List<Layer> layers, List<SavedLayer> saved)
    {
        source.CheckLayers("the model", layers.Select(model.NameOf), "the file", saved.Select(layer => layer.Name));
        return [.. layers.Zip(saved)];
    }

    private static List<(Layer Layer, SavedLayer Saved)> ByName(
        Model model, Hdf5Source source, List<Layer> layers, List<SavedLayer> saved)
    {
        Dictionary<string, SavedLayer> named = [];
        saved.ForEach(layer => named.TryAdd(layer.Name, layer));
        List<(Layer, SavedLayer)> matched = [.. layers
            .Where(layer => named.ContainsKey(model.NameOf(layer)))
            .Select(layer => (layer, named[model.NameOf(layer)]))];
        return matched.Count > 0 ? matched : throw source.NoCommonName(layers.Select(model.NameOf), named.Keys);
    }

    private static IEnumerable<WeightPair> MatchLayer(
        Model model, Layer layer, Hdf5Source source, string savedName, IReadOnlyList<SavedWeight> saved)
    {
        string title = KerasModel.Title(model, layer);
        int read = saved.Count - (KerasModel.HasCount(layer, saved.Count) ? 1 : 0);
        IReadOnlyList<Parameter> parameters = KerasModel.OwnWeights(layer);
        source.CheckWeights(title, parameters, savedName, [.. saved.Take(read).Select(weight => weight.Name)]);
        return parameters.Zip(saved, (parameter, weight) =>
            new WeightPair(parameter, $"{parameter.Name} of {title}", $"{savedName}/{weight.Name}", weight.Dataset));
    }

    // What trains stood first when the file was written, which need not be what trains now. So the weights are put together by
    // the layer that their names tell, and layers are matched by name where all names are the same, else in order.
    private static IEnumerable<WeightPair> MatchInner(Model inner, string name, Hdf5Source source, SavedLayer saved)
    {
        List<(Model Model, Layer Layer)> layers = [.. KerasModel.Leaves(inner).Select(leaf => (leaf.Model, leaf.Layer))];
        List<IGrouping<string, SavedWeight>> groups = [.. saved.Weights.GroupBy(weight => weight.Owner)];
        source.CheckLayers(
            name,
            layers.Select(leaf => leaf.Model.NameOf(leaf.Layer)),
            $"'{saved.Name}' of the file",
            groups.Select(group => group.Key));
        Dictionary<string, IGrouping<string, SavedWeight>> named = [];
        groups.ForEach(group => named.TryAdd(group.Key.Split('/')[^1], group));
        bool byName = layers.All(leaf => named.ContainsKey(leaf.Model.NameOf(leaf.Layer)))
            && layers.Select(leaf => leaf.Model.NameOf(leaf.Layer)).Distinct().Count() == layers.Count;
        return layers.SelectMany((leaf, i) =>
        {
            IGrouping<string, SavedWeight> group = byName ? named[leaf.Model.NameOf(leaf.Layer)] : groups[i];
            return MatchLayer(leaf.Model, leaf.Layer, source, saved.Name, [.. group]);
        });
    }

    private static List<SavedWeight> ReadWeights(Hdf5Source source, IH5Group root, string layer)
    {
        IH5Group group = source.FindGroup(root, layer)
            ?? throw source.Error($"expected a group for the layer '{layer}', which {LayerNames} lists, got none");
        return [.. source.ReadStrings(group, WeightNames).Select(name => new SavedWeight(
            name,
            source.FindDataset(group, name) ?? throw source.Error(
                $"expected a data set '{layer}/{name}', which {WeightNames} lists, got none")))];
    }

    private static void WriteNames(H5Group group, string attribute, List<string> names)
    {
        if (names.Count <= MaxNames)
        {
            group.Attributes[attribute] = names.ToArray();
            return;
        }

        foreach ((int index, string[] part) in names.Chunk(MaxNames).Index())
        {
            group.Attributes[$"{attribute}{index}"] = part;
        }
    }

    private sealed record SavedLayer(string Name, IReadOnlyList<SavedWeight> Weights);

    private sealed record SavedWeight(string Name, IH5Dataset Dataset)
    {
        /// <summary>The layer that the name tells: "dense_1" in "base/dense_1/kernel:0"; empty where it tells none.</summary>
        public string Owner { get; } = Name.LastIndexOf('/') is > 0 and int slash ? Name[..slash] : "";
    }
}
