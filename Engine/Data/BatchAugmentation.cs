using System.Numerics;
using System.Numerics.Tensors;

namespace Engine.Data;

/// <summary>
/// Changes inputs and targets of each batch of a training together, before the model sees them: what no layer can do, since layers
/// see no targets. Given to Fit as <c>Augment = [new MixUp(0.2)]</c>; validation, Evaluate and Predict are never augmented.
/// </summary>
/// <remarks>
/// A function of seed, place in the list, step and sample: the same on any number of threads, and in a training that goes on.
/// Derive for your own: one class, no state of a call.
/// </remarks>
public abstract class BatchAugmentation
{
    /// <summary>For derived classes.</summary>
    /// <param name="seed">A seed of its own; if null the draws follow Fit's seed.</param>
    protected BatchAugmentation(ulong? seed = null) => Seed = seed;

    /// <summary>The seed of its own; null if the draws follow Fit's seed.</summary>
    public ulong? Seed { get; }

    /// <summary>Refuses inputs that it cannot work with; nothing by default. Called once, before the training.</summary>
    /// <param name="inputs">The shape of one sample of each input.</param>
    /// <exception cref="ShapeException">An input does not fit.</exception>
    public virtual void Validate(IReadOnlyList<Shape> inputs)
    {
    }

    /// <summary>Changes one sample. Called for each sample of a batch, on several threads. Must not allocate.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="sample">The sample to change: inputs and targets of others may be read as they were, no more.</param>
    public abstract void Apply<T>(in AugmentedBatch<T> batch, int sample)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>mixed = share · x + (1 − share) · other.</summary>
    /// <param name="x">What counts by <paramref name="share"/>.</param>
    /// <param name="other">What counts by the rest; as long.</param>
    /// <param name="share">0 to 1.</param>
    /// <param name="mixed">Overwritten; apart from both.</param>
    protected static void Mix<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> other, double share, Span<T> mixed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TensorPrimitives.Multiply(x, T.CreateTruncating(share), mixed);
        TensorPrimitives.MultiplyAdd(other, T.CreateTruncating(1 - share), mixed, mixed);
    }

    /// <summary>Mixes all targets of a sample with its partner's.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="sample">The sample.</param>
    /// <param name="share">The sample's own share, 0 to 1.</param>
    protected static void MixTargets<T>(in AugmentedBatch<T> batch, int sample, double share)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int partner = batch.PartnerOf(sample);
        for (int k = 0; k < batch.TargetShapes.Count; k++)
        {
            Mix(batch.OriginalTarget(k, sample), batch.OriginalTarget(k, partner), share, batch.Target(k, sample));
        }
    }
}
