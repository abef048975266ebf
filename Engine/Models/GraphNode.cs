using Engine.Layers;

namespace Engine;

/// <summary>One use of a layer in a flat graph.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Inputs">The values it reads.</param>
/// <param name="Outputs">The values it writes.</param>
/// <param name="Masks">The value that holds the mask of each input; −1 where it has none.</param>
/// <param name="Stream">Its independent stream of random numbers.</param>
internal sealed record GraphNode(Layer Layer, int[] Inputs, int[] Outputs, int[] Masks, ulong Stream)
{
    /// <summary>All values it reads, masks included.</summary>
    public IEnumerable<int> Reads => Inputs.Concat(Masks.Where(mask => mask >= 0));

    /// <summary>Whether one input becomes one output of the same size.</summary>
    public bool IsOneToOne(Graph graph) => Inputs.Length == 1 && Outputs.Length == 1
        && graph.ValueShapes[Inputs[0]].Size == graph.ValueShapes[Outputs[0]].Size;
}
