using Engine.Layers;

namespace Engine;

/// <summary>A value in a graph of layers: one output of one use of a layer. Made by <see cref="Layer.Apply"/>.</summary>
public sealed class Node
{
    internal Node(LayerCall call, int index, Shape shape)
    {
        Call = call;
        Index = index;
        Shape = shape;
    }

    /// <summary>The shape of one sample.</summary>
    public Shape Shape { get; }

    /// <summary>The layer that it comes from.</summary>
    public Layer Layer => Call.Layer;

    /// <summary>What that use of the layer was applied to; empty for an <see cref="Input"/>.</summary>
    public IReadOnlyList<Node> Inputs => Call.Inputs;

    /// <summary>Which output of the layer it is, from 0.</summary>
    public int Index { get; }

    /// <summary>The use of the layer that it comes from.</summary>
    internal LayerCall Call { get; }

    /// <summary>For a debugger: <c>dense_1 (Dense) → [64]</c>.</summary>
    public override string ToString() => $"{Layer.Title} → {Shape}";
}
