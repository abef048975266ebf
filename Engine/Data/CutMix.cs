using Engine.Numerics;

namespace Engine.Data;

/// <summary>
/// Pastes a random rectangle of another image of the batch into each image, and mixes the targets by the share of the image that
/// is left.
/// </summary>
/// <remarks>
/// Yun, Han, Oh, Chun, Choe and Yoo, "CutMix: regularization strategy to train strong classifiers with localizable features", ICCV
/// 2019, equations 1 and 2: with λ of Beta(α, α) the rectangle has √(1 − λ) of the image's height and width, its centre lies
/// anywhere, and what hangs over the border is cut off; the targets go by the pixels that remain. All inputs must be images,
/// <c>[n, height, width, channels]</c>; each gets the same rectangle in shares of its size. Weights of samples stay.
/// </remarks>
public sealed class CutMix : BatchAugmentation
{
    // Beyond what a draw of λ uses.
    private const long CentreY = 1L << 30, CentreX = CentreY + 1;

    /// <summary>Makes the augmentation.</summary>
    /// <param name="alpha">α of the beta distribution, above 0; 1 draws λ uniformly.</param>
    /// <param name="seed">A seed of its own; if null the draws follow Fit's seed.</param>
    /// <exception cref="ArgumentOutOfRangeException">Alpha is not above 0.</exception>
    public CutMix(double alpha = 1, ulong? seed = null)
        : base(seed) => Alpha = Guard.Positive(alpha, nameof(CutMix), nameof(alpha));

    /// <summary>α of the beta distribution.</summary>
    public double Alpha { get; }

    /// <inheritdoc/>
    public override void Validate(IReadOnlyList<Shape> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        foreach (Shape input in inputs)
        {
            if (input.Rank != 3)
            {
                throw new ShapeException(
                    $"CutMix: expected inputs [n, height, width, channels], got {input.BatchText}. MixUp takes any shape.", null, input);
            }
        }
    }

    /// <inheritdoc/>
    public override void Apply<T>(in AugmentedBatch<T> batch, int sample)
    {
        uint row = (uint)sample;
        double side = Math.Sqrt(1 - BetaDraws.Symmetric(batch.Random, Alpha, row));
        double y = batch.Random.Uniform(CentreY, row), x = batch.Random.Uniform(CentreX, row);
        int partner = batch.PartnerOf(sample);
        double pasted = 0;
        for (int i = 0; i < batch.InputShapes.Count; i++)
        {
            Shape shape = batch.InputShapes[i];
            (int top, int bottom) = Range(y, side, shape[0]);
            (int left, int right) = Range(x, side, shape[1]);
            ReadOnlySpan<T> other = batch.OriginalInput(i, partner);
            Span<T> image = batch.Input(i, sample);
            for (int r = top; r < bottom; r++)
            {
                int start = ((r * shape[1]) + left) * shape[2], length = (right - left) * shape[2];
                other.Slice(start, length).CopyTo(image[start..]);
            }

            // Images of different sizes round the rectangle differently: the targets go by their mean.
            pasted += (double)((bottom - top) * (right - left)) / (shape[0] * shape[1]) / batch.InputShapes.Count;
        }

        MixTargets(batch, sample, 1 - pasted);
    }

    private static (int From, int To) Range(double centre, double side, int length)
    {
        int from = (int)Math.Round((centre - (side / 2)) * length), to = (int)Math.Round((centre + (side / 2)) * length);
        return (Math.Max(from, 0), Math.Min(to, length));
    }
}
