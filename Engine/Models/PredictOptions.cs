using Engine.Layers;

namespace Engine;

/// <summary>How to compute predictions and evaluations.</summary>
public sealed record PredictOptions
{
    internal static PredictOptions Default { get; } = new();

    /// <summary>The most samples computed at once; at least 1. Bounds the working memory.</summary>
    public int BatchSize { get; init; } = 256;

    /// <summary>How many threads compute; the number of cores unless given. The result is the same, bit for bit.</summary>
    public int DegreeOfParallelism { get; init; } = Environment.ProcessorCount;

    /// <summary>
    /// What Predict runs the layers for; Evaluate always infers. <see cref="Phase.StochasticInference"/> draws one sample of dropout's
    /// masks; <see cref="Phase.Training"/> shows what the layers do to the samples in training, augmentation for one.
    /// </summary>
    public Phase Phase { get; init; } = Phase.Inference;

    /// <summary>The seed of what is drawn where the phase is not <see cref="Phase.Inference"/>.</summary>
    public ulong Seed { get; init; }

    /// <summary>Cancels between batches with an <see cref="OperationCanceledException"/>.</summary>
    public CancellationToken CancellationToken { get; init; }

    internal void Validate()
    {
        if (BatchSize < 1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(BatchSize), FormattableString.Invariant($"Predict: expected BatchSize at least 1, got {BatchSize}."));
        }

        if (DegreeOfParallelism < 1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(DegreeOfParallelism),
                FormattableString.Invariant($"Predict: expected DegreeOfParallelism at least 1, got {DegreeOfParallelism}."));
        }
    }
}
