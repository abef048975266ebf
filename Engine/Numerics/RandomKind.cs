namespace Engine.Numerics;

/// <summary>
/// What random words are drawn for: the two leading bits of the block counter, so that the mask of a row, say, has nothing to do
/// with the uniform numbers of the same row and step. 2³⁰ blocks remain for each.
/// </summary>
internal enum RandomKind : uint
{
    /// <summary>Dropout masks: 16 bits an element.</summary>
    Mask = 0u << 30,

    /// <summary>Uniform numbers: two words an element.</summary>
    Uniform = 1u << 30,

    /// <summary>Normal numbers: four words a pair.</summary>
    Normal = 2u << 30,

    /// <summary>Words one after the other, as <see cref="RandomWords"/> takes them: permutations.</summary>
    Sequence = 3u << 30,
}
