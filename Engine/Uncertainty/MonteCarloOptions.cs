using Engine.Data;

namespace Engine.Uncertainty;

/// <summary>How to draw Monte Carlo samples, and what to compute of them.</summary>
public sealed record MonteCarloOptions
{
    internal static MonteCarloOptions Default { get; } = new();

    /// <summary>
    /// The most rows computed at once by a thread, of one sample or of several; at least 1. Bounds the working memory. The result
    /// is the same, bit for bit; but for layers of one's own that draw by a sample's place in the batch, and for a
    /// <see cref="DeepEnsemble"/>, whose models round differently in batches of less than five rows.
    /// </summary>
    public int BatchSize { get; init; } = 256;

    /// <summary>How many threads compute; the number of cores unless given. The result is the same, bit for bit.</summary>
    public int DegreeOfParallelism { get; init; } = Environment.ProcessorCount;

    /// <summary>
    /// Whether a sample has the same masks for all inputs: it is then one function, drawn from the distribution over functions
    /// that the network stands for, and differences between inputs keep their correlation. Off by default: then each input has
    /// masks of its own. Layers that draw without regard to rows do not know of it.
    /// </summary>
    public bool SharesMasks { get; init; }

    /// <summary>
    /// What the output means; if null it follows from the last activation: <see cref="PredictionKind.Categories"/> for softmax,
    /// <see cref="PredictionKind.Binary"/> for sigmoid, else <see cref="PredictionKind.Values"/>.
    /// </summary>
    public PredictionKind? Kind { get; init; }

    /// <summary>
    /// The quantiles to compute, each from 0 to 1: [0.05, 0.95] for an interval of nine in ten; none by default. They are exact:
    /// the samples of some rows at a time are kept until these rows are done, in 64 MB or, where they need more, in the memory of
    /// one row's samples.
    /// </summary>
    public IReadOnlyList<double> Quantiles { get; init; } = [];

    /// <summary>The true values of a regression, <c>[n, ...]</c> as the output: for the predictive log-likelihood.</summary>
    public DataColumn? Targets { get; init; }

    /// <summary>
    /// The precision τ of the observations, the inverse of the variance of their noise, in the units of the targets; above 0.
    /// Only with <see cref="Targets"/>; 1 by default.
    /// </summary>
    public double NoisePrecision { get; init; } = 1;

    /// <summary>Cancels between batches with an <see cref="OperationCanceledException"/>.</summary>
    public CancellationToken CancellationToken { get; init; }

    internal void Validate()
    {
        CheckAtLeastOne(BatchSize, nameof(BatchSize));
        CheckAtLeastOne(DegreeOfParallelism, nameof(DegreeOfParallelism));
        Numerics.Guard.Positive(NoisePrecision, "PredictMonteCarlo", nameof(NoisePrecision));
        foreach (double level in Quantiles)
        {
            if (!(level is >= 0 and <= 1))
            {
                throw new ArgumentOutOfRangeException(
                    nameof(Quantiles),
                    FormattableString.Invariant(
                        $"PredictMonteCarlo: expected quantiles from 0 to 1, got {level}. Not in percent."));
            }
        }
    }

    private static void CheckAtLeastOne(int value, string name)
    {
        if (value < 1)
        {
            throw new ArgumentOutOfRangeException(
                name, FormattableString.Invariant($"PredictMonteCarlo: expected {name} at least 1, got {value}."));
        }
    }
}
