namespace Engine.Layers;

/// <summary>The working memory of a layer, in elements of the pass's number type.</summary>
/// <param name="Kept">Elements that forward writes and backward reads; each use of the layer in a graph has its own.</param>
/// <param name="Scratch">Elements that one call of forward or backward may use as it likes; their content is undefined.</param>
public readonly record struct BufferNeeds(int Kept = 0, int Scratch = 0);
