using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Engine.Layers;

namespace Engine.Interop;

/// <summary>A model as Keras would see it: the order and the class names of its layers.</summary>
internal static partial class KerasModel
{
    /// <summary>A layer's name and kind, as messages have it: <c>dense_1 (Dense)</c>.</summary>
    public static string Title(Model model, Layer layer) => $"{model.NameOf(layer)} ({layer.Kind})";

    /// <summary>
    /// The layers in the order of <c>model.layers</c> in Keras: those farther from the outputs first, among equals those that a
    /// walk from the outputs to the inputs meets first.
    /// </summary>
    public static IReadOnlyList<Layer> Layers(Model model)
    {
        if (model is Sequential)
        {
            return model.Layers;
        }

        HashSet<Node> inputs = [.. model.Inputs];
        HashSet<Call> visited = [];
        List<Call> order = [];                        // each after those it reads from
        Dictionary<Layer, int> met = [];
        foreach (Node output in model.Outputs)
        {
            Visit(output);
        }

        Dictionary<Call, int> depths = [];
        Dictionary<Layer, int> layerDepths = [];
        foreach (Call call in Enumerable.Reverse(order))
        {
            int depth = Math.Max(depths.GetValueOrDefault(call), layerDepths.GetValueOrDefault(call.Layer));
            depths[call] = layerDepths[call.Layer] = depth;
            foreach (Node input in call.Inputs.Where(input => visited.Contains(Call.Of(input))))
            {
                depths[Call.Of(input)] = Math.Max(depths.GetValueOrDefault(Call.Of(input)), depth + 1);
            }
        }

        return [.. layerDepths.Keys.OrderByDescending(layer => layerDepths[layer]).ThenBy(layer => met[layer])];

        void Visit(Node node)
        {
            RuntimeHelpers.EnsureSufficientExecutionStack();
            Call call = Call.Of(node);
            if ((inputs.Contains(node) && node.Layer is not Input) || !visited.Add(call))
            {
                return;
            }

            met.TryAdd(call.Layer, met.Count);
            foreach (Node input in call.Inputs)
            {
                Visit(input);
            }

            order.Add(call);
        }
    }

    /// <summary>
    /// The layers inside, those of nested models instead of these, that have weights; and whether they train, which they do where
    /// all models around them do.
    /// </summary>
    public static IEnumerable<(Model Model, Layer Layer, bool Trains)> Leaves(Model model, bool trains = true) => Layers(model)
        .Where(layer => layer.Parameters.Count > 0)
        .SelectMany(layer => layer is Model inner
            ? Leaves(inner, trains && model.Trainable)
            : [(model, layer, trains && model.Trainable && layer.Trainable)]);

    /// <summary>The layers with the names that files of Keras 3 give them: by class, numbered in order.</summary>
    public static IEnumerable<(string Name, Layer Layer)> Numbered(Model model)
    {
        Dictionary<string, int> counts = [];
        foreach (Layer layer in Layers(model))
        {
            string name = SnakeCase(ClassOf(layer));
            int count = counts.GetValueOrDefault(name);
            counts[name] = count + 1;
            yield return (count == 0 ? name : $"{name}_{count}", layer);
        }
    }

    /// <summary>
    /// The weights that a layer has in Keras: its parameters, and null for the count that Normalization has there beside mean and
    /// variance, one whole number that nothing reads any more.
    /// </summary>
    public static IEnumerable<Parameter?> Weights(Layer layer) =>
        layer is Normalization ? layer.Parameters.Append<Parameter?>(null) : OwnWeights(layer);

    /// <summary>A layer's parameters without the states that a stateful recurrent layer remembers: those are no weights.</summary>
    public static IReadOnlyList<Parameter> OwnWeights(Layer layer) => [.. layer.Parameters.Where(parameter => parameter.Trains
        || !(parameter.Name.EndsWith("hidden_state", StringComparison.Ordinal)
            || parameter.Name.EndsWith("cell_state", StringComparison.Ordinal)))];

    /// <summary>Whether the last of so many weights in a file is the count of a Normalization.</summary>
    public static bool HasCount(Layer layer, int saved) => layer is Normalization && saved == layer.Parameters.Count + 1;

    /// <summary>A name of Keras's classes in snake case: Conv2D is conv2d, MaxPooling2D max_pooling2d.</summary>
    public static string SnakeCase(string name) =>
        LowerThenUpper().Replace(WordStart().Replace(name, "$1_$2"), "$1_$2").ToLowerInvariant();

    private static string ClassOf(Layer layer) => layer is Model and not Sequential ? "Functional" : layer.Kind;

    [GeneratedRegex("(.)([A-Z][a-z]+)")]
    private static partial Regex WordStart();

    [GeneratedRegex("([a-z])([A-Z])")]
    private static partial Regex LowerThenUpper();

    // One use of a layer: its outputs come from the same list of inputs.
    private readonly record struct Call(Layer Layer, IReadOnlyList<Node> Inputs)
    {
        public static Call Of(Node node) => new(node.Layer, node.Inputs);
    }
}
