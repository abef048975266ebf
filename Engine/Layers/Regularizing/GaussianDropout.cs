using Engine.Kernels;

namespace Engine.Layers;

/// <summary>
/// Gaussian dropout: in training each element is multiplied by a normal number of mean 1 and variance rate / (1 − rate), that
/// of dropout's own factor; in inference nothing happens.
/// </summary>
/// <remarks>
/// Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov, "Dropout: a simple way to prevent neural networks from
/// overfitting", JMLR 15 (2014), section 10. Input and output <c>[n, ...]</c>. E[y] = x. Factors may be negative, and no element
/// is exactly zero. The noise reaches to 6.6 standard deviations.
/// </remarks>
public sealed class GaussianDropout : DropoutLayer
{
    /// <summary>Makes the layer.</summary>
    /// <param name="rate">The rate of the dropout with the same variance: 0, which changes nothing, to less than 1.</param>
    /// <param name="seed">A seed of its own; if null the noise follows Fit's seed.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is outside [0, 1) or not a number.</exception>
    public GaussianDropout(double rate, ulong? seed = null)
        : base(rate, seed)
    {
    }

    /// <inheritdoc/>
    public override bool DrawsByRow => true;

    // The variance would be infinite.
    private protected override bool TakesRateOfOne => false;

    /// <inheritdoc/>
    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass) => Multiply(x, y, pass);

    /// <inheritdoc/>
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass) =>
        Multiply(dy, dx, pass);

    /// <inheritdoc/>
    protected override Shape Build(Shape input, ParameterFactory parameters) => input;

    // y = x · (1 + σ z), σ² = rate / (1 − rate); the same for the gradients.
    private void Multiply<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        if (!MaskDraws.CopiesUnmasked(x, y, Rate, pass))
        {
            double deviation = Math.Sqrt(Rate / (1 - Rate));
            NoiseKernels.Multiply(
                x, y, pass.InputShape().Size, deviation, MaskDraws.RandomOf(Seed, pass), pass.RowKeys, pass.Threads);
        }
    }
}
