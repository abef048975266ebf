using System.Numerics;

namespace Engine.Data;

/// <summary>The memory of a batch that is to be augmented: each input and target, and as it was before.</summary>
internal interface IBatchMemory<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    IReadOnlyList<Shape> InputShapes { get; }

    IReadOnlyList<Shape> TargetShapes { get; }

    Span<T> Input(int index);

    Span<T> Target(int index);

    ReadOnlySpan<T> OriginalInput(int index);

    ReadOnlySpan<T> OriginalTarget(int index);

    ReadOnlySpan<int> Partners { get; }
}
