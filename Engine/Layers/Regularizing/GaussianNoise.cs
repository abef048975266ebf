using System.Globalization;
using Engine.Kernels;

namespace Engine.Layers;

/// <summary>
/// Adds normal noise of mean 0 in training, and nothing in inference: augmentation of inputs, or a smoothing of what a layer
/// learns.
/// </summary>
/// <remarks>
/// Bishop, "Training with noise is equivalent to Tikhonov regularization", Neural Computation 7 (1995). Input and output
/// <c>[n, ...]</c>. E[y] = x. The noise reaches to 6.6 standard deviations.
/// </remarks>
public sealed class GaussianNoise : SimpleLayer
{
    /// <summary>Makes the layer.</summary>
    /// <param name="standardDeviation">Of the noise, in the input's units; at least 0, which changes nothing.</param>
    /// <param name="seed">A seed of its own; if null the noise follows Fit's seed.</param>
    /// <exception cref="ArgumentOutOfRangeException">The deviation is negative, infinite or not a number.</exception>
    public GaussianNoise(double standardDeviation, ulong? seed = null)
    {
        StandardDeviation = standardDeviation;
        Seed = seed;
    }

    /// <summary>The standard deviation of the noise, in the input's units; at least 0.</summary>
    /// <remarks>May be changed between the steps of a Fit, from a callback, but not while a step runs.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative, infinite or not a number.</exception>
    public double StandardDeviation
    {
        get;
        set => field = value >= 0 && double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(
            nameof(value),
            string.Create(CultureInfo.InvariantCulture, $"{Kind}: expected a standard deviation of at least 0, got {value}."));
    }

    /// <summary>The seed of its own; null if the noise follows Fit's seed.</summary>
    public ulong? Seed { get; }

    /// <inheritdoc/>
    public override Reads BackwardReads => Reads.None;

    /// <inheritdoc/>
    public override bool CanRunInPlace => true;

    /// <inheritdoc/>
    public override bool DrawsByRow => true;

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write("standard_deviation", StandardDeviation);
        MaskDraws.WriteSeed(writer, Seed);
    }

    /// <inheritdoc/>
    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        // y = x + σ z
        if (!MaskDraws.CopiesUnmasked(x, y, StandardDeviation, pass))
        {
            NoiseKernels.Add(
                x, y, pass.InputShape().Size, StandardDeviation, MaskDraws.RandomOf(Seed, pass), pass.RowKeys, pass.Threads);
        }
    }

    /// <inheritdoc/>
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        if (!dx.IsEmpty && !dy.Overlaps(dx))
        {
            dy.CopyTo(dx);
        }
    }

    /// <inheritdoc/>
    protected override Shape Build(Shape input, ParameterFactory parameters) => input;
}
