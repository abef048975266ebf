using System.Numerics;
using Engine.Numerics;

namespace Engine.Data;

/// <summary>What a <see cref="BatchAugmentation"/> works with: inputs and targets of a batch, before and after, and random numbers.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>: the model's precision.</typeparam>
public readonly ref struct AugmentedBatch<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly IBatchMemory<T> _memory;

    internal AugmentedBatch(IBatchMemory<T> memory, RandomSource random)
    {
        _memory = memory;
        Random = random;
    }

    /// <summary>The number of samples.</summary>
    public int Count => _memory.Partners.Length;

    /// <summary>The shape of one sample of each input.</summary>
    public IReadOnlyList<Shape> InputShapes => _memory.InputShapes;

    /// <summary>The shape of one sample of each target.</summary>
    public IReadOnlyList<Shape> TargetShapes => _memory.TargetShapes;

    /// <summary>The random numbers of this augmentation at this step: give the sample as the row.</summary>
    public RandomSource Random { get; }

    /// <summary>The sample that a sample may be mixed with: a random permutation of the batch; some are their own.</summary>
    /// <param name="sample">0 to <see cref="Count"/> − 1.</param>
    public int PartnerOf(int sample) => _memory.Partners[sample];

    /// <summary>One sample of an input, to be changed in place.</summary>
    /// <param name="index">Which input.</param>
    /// <param name="sample">The sample; of others only the originals may be read.</param>
    public Span<T> Input(int index, int sample)
    {
        int size = InputShapes[index].Size;
        return _memory.Input(index).Slice(sample * size, size);
    }

    /// <summary>One sample of a target, to be changed in place.</summary>
    /// <param name="index">Which target.</param>
    /// <param name="sample">The sample; of others only the originals may be read.</param>
    public Span<T> Target(int index, int sample)
    {
        int size = TargetShapes[index].Size;
        return _memory.Target(index).Slice(sample * size, size);
    }

    /// <summary>One sample of an input as it was before this augmentation.</summary>
    /// <param name="index">Which input.</param>
    /// <param name="sample">Any sample of the batch.</param>
    public ReadOnlySpan<T> OriginalInput(int index, int sample)
    {
        int size = InputShapes[index].Size;
        return _memory.OriginalInput(index).Slice(sample * size, size);
    }

    /// <summary>One sample of a target as it was before this augmentation.</summary>
    /// <param name="index">Which target.</param>
    /// <param name="sample">Any sample of the batch.</param>
    public ReadOnlySpan<T> OriginalTarget(int index, int sample)
    {
        int size = TargetShapes[index].Size;
        return _memory.OriginalTarget(index).Slice(sample * size, size);
    }
}
