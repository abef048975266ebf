using Engine.Numerics;

namespace Engine;

/// <summary>Which independent random stream of a seed serves what. The numbers are part of what a seed means: never change one.</summary>
internal static class RandomStreams
{
    /// <summary>The order of the samples, an epoch a step.</summary>
    public const ulong Shuffling = 1ul << 32;

    /// <summary>The first values of the parameter at a place in the model's list.</summary>
    public static ulong Parameter(int index) => (2ul << 32) + (uint)index;

    /// <summary>The masks of the node at a place in the flat graph.</summary>
    public static ulong Node(int index) => (3ul << 32) + (uint)index;

    /// <summary>What the batch augmentation at a place in the list draws.</summary>
    public static ulong Augmentation(int index) => (4ul << 32) + (uint)index;

    /// <summary>The masks of a child of a node, or of a child.</summary>
    public static ulong Child(ulong stream, int index) => RandomSource.BranchOf(stream, index);
}
