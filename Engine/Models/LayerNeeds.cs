using Engine.Activations;
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
            if (layer.Children[i] is Model model)
            {
                throw model.CannotBeChild();
            }

            ChildUse use = layer.UseOfChild(i, inputs, batch);
            BufferNeeds child = Of(layer.Children[i], use.Inputs, use.Batch);
            BufferNeeds activation = OfActivation(layer.Children[i], use);
            kept = checked(kept + child.Kept + RoundUp(activation.Kept));
            scratch = checked(scratch + child.Scratch + RoundUp(activation.Scratch));
        }

        return new BufferNeeds(kept, scratch);
    }

    /// <summary>
    /// What a child's trailing activation needs, since it is no node of its own: its input, unless it can be applied in place and
    /// nobody reads that input in backward; and the gradient of its input.
    /// </summary>
    public static BufferNeeds OfActivation(Layer child, in ChildUse use)
    {
        if (child.TrailingActivation is not { } activation)
        {
            return default;
        }

        int length = checked(child.BuildFor(use.Inputs)[0].Size * use.Batch);
        bool isRead = (activation.BackwardReads & ActivationReads.Input) != 0 || (child.BackwardReads & Reads.Output) != 0;
        return new BufferNeeds(isRead ? length : 0, length);
    }

    /// <summary>A whole number of cache lines, for either number type.</summary>
    public static int RoundUp(int length) => checked(length + 15) / 16 * 16;
}
