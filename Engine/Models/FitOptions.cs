using Engine.Data;

namespace Engine;

/// <summary>How to train: see <see cref="Model.Fit"/>.</summary>
public sealed record FitOptions
{
    internal static FitOptions Default { get; } = new();

    /// <summary>
    /// The number of passes over the data, counted from 0 even where <see cref="InitialEpoch"/> is later; at least 1.
    /// </summary>
    public int Epochs { get; init; } = 1;

    /// <summary>
    /// The epochs that are already done, when a training goes on: with the same seed, epoch k then shuffles as it would have.
    /// </summary>
    public int InitialEpoch { get; init; }

    /// <summary>The samples of a step; at least 1. The last step of an epoch takes what is left.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>Whether each epoch takes the samples in another order.</summary>
    public bool Shuffle { get; init; } = true;

    /// <summary>
    /// The length of each sample's sequence, in the order of the data: batches then take sequences of similar lengths (bucketing),
    /// still in a random order. None by default. With layers that skip masked steps it is not needed for the work, but equal lengths
    /// keep all rows of a batch busy to its end. Needs <see cref="Shuffle"/>.
    /// </summary>
    public IReadOnlyList<int>? SequenceLengths { get; init; }

    /// <summary>The seed of shuffling, dropout and augmentation. The seed of the initial weights is the model's.</summary>
    public ulong Seed { get; init; }

    /// <summary>Data to evaluate after each epoch; takes precedence over <see cref="ValidationSplit"/>.</summary>
    public Dataset? ValidationData { get; init; }

    /// <summary>
    /// The share of the data, from the end and before any shuffling, that is kept for validation: 0 to below 1.
    /// </summary>
    public double ValidationSplit { get; init; }

    /// <summary>The samples of a validation computed at once; at least 1. <see cref="BatchSize"/> if null.</summary>
    public int? ValidationBatchSize { get; init; }

    /// <summary>
    /// What changes inputs and targets of each batch together before the model sees them, one after the other:
    /// <c>[new MixUp(0.2)]</c>. Only the batches that are trained on; metrics of the training are measured on what came out.
    /// </summary>
    public IReadOnlyList<BatchAugmentation> Augment { get; init; } = [];

    /// <summary>What watches and steers the training.</summary>
    public IReadOnlyList<Callback> Callbacks { get; init; } = [];

    /// <summary>How many threads compute; the number of cores unless given. The result is the same, bit for bit.</summary>
    public int DegreeOfParallelism { get; init; } = Environment.ProcessorCount;

    /// <summary>
    /// Cancels after the current step with an <see cref="OperationCanceledException"/>; the model keeps what it learned. The
    /// history of the epochs that were finished is in <see cref="TrainingState.History"/>.
    /// </summary>
    public CancellationToken CancellationToken { get; init; }

    internal void Validate()
    {
        Require(Epochs >= 1, nameof(Epochs), "at least 1", Epochs);
        Require(InitialEpoch >= 0 && InitialEpoch < Epochs, nameof(InitialEpoch), $"0 to {Epochs - 1}", InitialEpoch);
        Require(BatchSize >= 1, nameof(BatchSize), "at least 1", BatchSize);
        Require(ValidationBatchSize is not < 1, nameof(ValidationBatchSize), "at least 1", ValidationBatchSize ?? BatchSize);
        Require(ValidationSplit is >= 0 and < 1, nameof(ValidationSplit), "0 to below 1", ValidationSplit);
        ValidateThreads();
    }

    /// <summary>Checks the split against the data: Dataset.Split would speak of the other part's share.</summary>
    internal void ValidateSplit(Dataset data)
    {
        double count = data.CountOf(1 - ValidationSplit);
        Require(
            count >= 1 && count < data.Count,
            nameof(ValidationSplit),
            $"to leave at least one of {data.Count} samples on each side",
            ValidationSplit);
    }

    /// <summary>Checks the lengths of the sequences against the data, before any of them is kept for validation.</summary>
    internal void ValidateLengths(Dataset data)
    {
        if (SequenceLengths is not null)
        {
            Require(
                SequenceLengths.Count == data.Count,
                nameof(SequenceLengths),
                $"for each of {data.Count} samples",
                SequenceLengths.Count);
            if (!Shuffle)
            {
                throw new ArgumentException(
                    "Fit: expected Shuffle with SequenceLengths, got it switched off. Sort the data by length instead: see Dataset.Select.");
            }
        }
    }

    internal void ValidateThreads() =>
        Require(DegreeOfParallelism >= 1, nameof(DegreeOfParallelism), "at least 1", DegreeOfParallelism);

    private static void Require(bool holds, string name, string expected, double actual)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(
                name, FormattableString.Invariant($"Fit: expected {name} {expected}, got {actual}."));
        }
    }
}
