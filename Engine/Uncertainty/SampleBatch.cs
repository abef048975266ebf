using System.Numerics;
using Engine.Numerics;

namespace Engine.Uncertainty;

/// <summary>Room for one batch of rows of one or several samples.</summary>
internal sealed class SampleBatch<T>(int rows, IReadOnlyList<Shape> inputs)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The key of each row.</summary>
    public uint[] Keys { get; } = new uint[rows];

    /// <summary>What the rows read, of each input; made when it is needed, since most batches read it where it lies.</summary>
    public IReadOnlyList<AlignedMemory> Inputs => field ??=
        [.. inputs.Select(shape => new AlignedMemory(AlignedMemory.PrecisionOf<T>(), (long)rows * shape.Size))];
}
