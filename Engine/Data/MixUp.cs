using Engine.Numerics;

namespace Engine.Data;

/// <summary>
/// Mixes each sample with another of its batch: x = λ xᵢ + (1 − λ) xⱼ, and the targets in the same way with the same λ, drawn from
/// Beta(α, α) for each sample.
/// </summary>
/// <remarks>
/// Zhang, Cisse, Dauphin and Lopez-Paz, "mixup: beyond empirical risk minimization", ICLR 2018, equation 2; a λ for each sample as
/// in Keras. All inputs are mixed, so they must be numbers, not indices. Targets must be mixable: one-hot labels or numbers, not
/// class numbers. Weights of samples stay.
/// </remarks>
public sealed class MixUp : BatchAugmentation
{
    /// <summary>Makes the augmentation.</summary>
    /// <param name="alpha">α of the beta distribution, above 0: the larger, the more is mixed; 1 draws λ uniformly.</param>
    /// <param name="seed">A seed of its own; if null the draws follow Fit's seed.</param>
    /// <exception cref="ArgumentOutOfRangeException">Alpha is not above 0.</exception>
    public MixUp(double alpha = 0.2, ulong? seed = null)
        : base(seed) => Alpha = Guard.Positive(alpha, nameof(MixUp), nameof(alpha));

    /// <summary>α of the beta distribution.</summary>
    public double Alpha { get; }

    /// <inheritdoc/>
    public override void Apply<T>(in AugmentedBatch<T> batch, int sample)
    {
        double lambda = BetaDraws.Symmetric(batch.Random, Alpha, (uint)sample);
        int partner = batch.PartnerOf(sample);
        for (int i = 0; i < batch.InputShapes.Count; i++)
        {
            Mix(batch.OriginalInput(i, sample), batch.OriginalInput(i, partner), lambda, batch.Input(i, sample));
        }

        MixTargets(batch, sample, lambda);
    }
}
