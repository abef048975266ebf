using Engine.Layers;

namespace Engine;

/// <summary>The working memory of a layer together with its children's, which stands behind its own.</summary>
internal static class LayerNeeds
{
    public static BufferNeeds Of(Layer layer, Shape[] inputs, int batch)
    {
        BufferNeeds own = layer.Needs(inputs, batch);
        int kept = RoundUp(own.Kept);
        int scratch = RoundUp(own.Scratch);
        for (int i = 0; i < layer.Children.Count; i++)
        {
            ChildUse use = layer.UseOfChild(i, inputs, batch);
            BufferNeeds child = Of(layer.Children[i], use.Inputs, use.Batch);
            kept = checked(kept + child.Kept);
            scratch = checked(scratch + child.Scratch);
        }

        return new BufferNeeds(kept, scratch);
    }

    /// <summary>A whole number of cache lines, for either number type.</summary>
    public static int RoundUp(int length) => checked(length + 15) / 16 * 16;
}
