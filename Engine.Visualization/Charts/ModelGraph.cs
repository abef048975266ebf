using System.Globalization;
using Engine.Layers;

namespace Engine.Visualization;

/// <summary>One box of a model's drawing.</summary>
/// <param name="Name">The layer's name, with the path through nested models that were dissolved.</param>
/// <param name="Kind">Its kind, with the kinds of what it wraps.</param>
/// <param name="Shapes">The shapes of one sample of its outputs.</param>
/// <param name="Parameters">How many parameters it has.</param>
/// <param name="Trains">Whether training changes any of them.</param>
/// <param name="IsShared">Whether the layer has a box before this one.</param>
internal sealed record ModelBox(string Name, string Kind, string Shapes, long Parameters, bool Trains, bool IsShared)
{
    /// <summary>What stands below the name.</summary>
    public string Details => IsShared ? $"{Shapes}, shared"
        : Parameters == 0 ? Shapes
        : string.Create(CultureInfo.InvariantCulture, $"{Shapes}, {Parameters:N0} parameters");
}

/// <summary>The uses of layers in a model as boxes, each after those that it reads, and the edges between them.</summary>
internal sealed class ModelGraph
{
    private readonly List<ModelBox> _boxes = [];
    private readonly List<(int From, int To)> _edges = [];
    private readonly HashSet<Layer> _seen = new(ReferenceEqualityComparer.Instance);
    private readonly bool _isExpanded;

    private ModelGraph(bool isExpanded) => _isExpanded = isExpanded;

    public IReadOnlyList<ModelBox> Boxes => _boxes;

    public IReadOnlyList<(int From, int To)> Edges => _edges;

    /// <summary>The graph of a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="isExpanded">Whether models inside it are dissolved into their layers; else each is a box.</param>
    public static ModelGraph Of(Model model, bool isExpanded)
    {
        ArgumentNullException.ThrowIfNull(model);
        var graph = new ModelGraph(isExpanded);
        graph.Add(model, "", null);
        return graph;
    }

    // The boxes of a model's outputs. Its inputs are boxes of their own, or, inside another model, what that one hands in.
    private int[] Add(Model model, string path, int[]? inputs)
    {
        Dictionary<object, int[]> boxes = new(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < model.Inputs.Count; i++)
            boxes[KeyOf(model.Inputs[i])] = [inputs?[i] ?? AddBox(model, path, model.Inputs[i], [model.Inputs[i].Shape])];

        return [.. model.Outputs.Select(Visit)];

        int Visit(Node node)
        {
            if (boxes.TryGetValue(KeyOf(node), out int[]? known))
                return known[known.Length == 1 ? 0 : node.Index];
            int[] sources = [.. node.Inputs.Select(Visit)];
            int[] made = _isExpanded && node.Layer is Model inner
                ? Add(inner, $"{path}{model.NameOf(inner)}/", sources)
                : [AddBox(model, path, node, ShapesOf(node), sources)];
            boxes[KeyOf(node)] = made;
            return made[made.Length == 1 ? 0 : node.Index];
        }
    }

    private int AddBox(Model model, string path, Node node, IReadOnlyList<Shape> shapes, params int[] sources)
    {
        Layer layer = node.Layer;
        int box = _boxes.Count;
        string name = model.Layers.Contains(layer) ? model.NameOf(layer) : layer.Name ?? layer.Kind;
        _boxes.Add(new ModelBox(
            path + name,
            layer is Model or { Children.Count: 0 }
                ? layer.Kind
                : $"{layer.Kind} of {string.Join(", ", layer.Children.Select(child => child.Kind))}",
            string.Join(", ", shapes.Select(TextOf)),
            layer.Parameters.Sum(parameter => (long)parameter.Shape.Size),
            Trains(layer),
            !_seen.Add(layer)));
        _edges.AddRange(sources.Distinct().Select(source => (source, box)));
        return box;
    }

    // All outputs of one use of a layer share the list of what it was applied to; an input is used once.
    private static object KeyOf(Node node) => node.Inputs.Count > 0 ? node.Inputs : node.Layer;

    private static bool Trains(Layer layer) => layer.Trainable && (layer.Children.Any(Trains)
        || layer.Parameters.Except(layer.Children.SelectMany(child => child.Parameters)).Any(parameter => parameter.Trains));

    private static IReadOnlyList<Shape> ShapesOf(Node node) =>
        node.Layer is Model inner ? [.. inner.Outputs.Select(output => output.Shape)] : [node.Shape];

    private static string TextOf(Shape shape) => shape.Rank == 0 ? "scalar" : string.Join(" × ", shape);
}
