namespace Engine.Layers;

/// <summary>One use of a layer in a graph. A layer that is used twice has two calls, and one set of parameters.</summary>
internal sealed class LayerCall
{
    public LayerCall(Layer layer, Node[] inputs, Shape[] outputShapes)
    {
        Layer = layer;
        Inputs = inputs;
        Outputs = [.. outputShapes.Select((shape, i) => new Node(this, i, shape))];
    }

    public Layer Layer { get; }

    public IReadOnlyList<Node> Inputs { get; }

    public IReadOnlyList<Node> Outputs { get; }
}
