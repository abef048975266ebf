using Engine.Layers;

namespace Engine.Interop;

/// <summary>
/// The parts in which Keras keeps the weights of some layers: the cell of a recurrent layer, the projections of an attention, the
/// layers inside a wrapper.
/// </summary>
internal static class KerasParts
{
    private static readonly string[] s_projections = ["query", "key", "value", "output"];

    /// <summary>The weights of a layer under their paths in files of Keras 3, as <c>cell/vars/0</c>, in the layer's own order.</summary>
    public static IEnumerable<(string Path, Parameter? Parameter)> InKeras3(Layer layer) => layer switch
    {
        RecurrentLayer => Numbered("cell/", KerasModel.OwnWeights(layer)),
        MultiHeadAttention => s_projections.SelectMany(name => Numbered($"{name}_dense/", Projection(layer, name))),
        Bidirectional both => [.. Inside("forward_layer/", both.Layer), .. Inside("backward_layer/", both.BackwardLayer)],
        TimeDistributed steps => Inside("layer/", steps.Layer),
        _ => Numbered("", KerasModel.Weights(layer)),
    };

    /// <summary>The weights of a layer under their names in files of Keras 2, without that of the layer, in the layer's order.</summary>
    public static IEnumerable<(string Name, Parameter? Parameter)> InKeras2(Layer layer) => layer switch
    {
        RecurrentLayer => KerasModel.OwnWeights(layer).Select(weight =>
            ($"{KerasModel.SnakeCase(layer.Kind)}_cell/{weight.Name}", (Parameter?)weight)),
        MultiHeadAttention => s_projections.SelectMany(name => Projection(layer, name).Select(weight =>
            ($"{(name == "output" ? "attention_output" : name)}/{weight.Name[(name.Length + 1)..]}", (Parameter?)weight))),
        Bidirectional both => new[] { ("forward", both.Layer), ("backward", both.BackwardLayer) }.SelectMany(side =>
            InKeras2(side.Item2).Select(weight => ($"{side.Item1}_{KerasModel.SnakeCase(side.Item2.Kind)}/{weight.Name}", weight.Parameter))),
        TimeDistributed steps => InKeras2(steps.Layer),
        _ => KerasModel.Weights(layer).Select(weight => (weight?.Name ?? "count", weight)),
    };

    private static IEnumerable<Parameter> Projection(Layer layer, string name) =>
        layer.Parameters.Where(weight => weight.Name.StartsWith($"{name}_", StringComparison.Ordinal));

    private static IEnumerable<(string, Parameter?)> Inside(string path, Layer layer) =>
        InKeras3(layer).Select(weight => (path + weight.Path, weight.Parameter));

    private static IEnumerable<(string, Parameter?)> Numbered(string path, IEnumerable<Parameter?> weights) =>
        weights.Select((weight, i) => ($"{path}vars/{i}", weight));
}
