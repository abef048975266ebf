using System.Globalization;
using System.Numerics;
using System.Numerics.Tensors;
using Engine.Kernels;
using Engine.Numerics;

namespace Engine.Layers;

/// <summary>
/// Passes its input on and adds a penalty to the loss for units that are active more, or less, than wanted: factor · Σ KL(ρ ‖ m),
/// summed over the units, where m is a unit's mean over the batch.
/// </summary>
/// <remarks>
/// <para>Input and output <c>[n, ...]</c>: each element of a sample is a unit. The penalty counts in every phase.</para>
/// <para>
/// Lee, Ekanadham and Ng, "Sparse deep belief net model for visual area V2", NIPS 2007, and Ng's notes on sparse autoencoders;
/// one of the regularizers that Srivastava et al. (2014, table 9) compare dropout with. Where m is below a tenth of ρ, or 1 − m
/// below a tenth of 1 − ρ, the divergence goes on along its tangent: a silent unit has a gradient that is large but finite.
/// </para>
/// </remarks>
public sealed class SparsityRegularization : SimpleLayer
{
    /// <summary>Makes the layer.</summary>
    /// <param name="target">
    /// ρ, the mean activation wanted: above 0, and below 1 for <see cref="SparsityDivergence.Bernoulli"/>.
    /// </param>
    /// <param name="factor">The weight of the penalty; at least 0.</param>
    /// <param name="divergence">What the activations are like.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public SparsityRegularization(
        double target = 0.05, double factor = 0.01, SparsityDivergence divergence = SparsityDivergence.Bernoulli)
    {
        if (!Enum.IsDefined(divergence))
        {
            throw new ArgumentOutOfRangeException(
                nameof(divergence), $"SparsityRegularization: expected Bernoulli or Poisson, got {divergence}.");
        }

        bool isBounded = divergence == SparsityDivergence.Bernoulli;
        if (!(target > 0 && (isBounded ? target < 1 : double.IsFinite(target))))
        {
            throw new ArgumentOutOfRangeException(nameof(target), string.Create(
                CultureInfo.InvariantCulture,
                $"SparsityRegularization: expected a target above 0{(isBounded ? " and below 1" : "")}, got {target}."));
        }

        Target = target;
        Factor = Guard.NonNegative(factor, nameof(SparsityRegularization), nameof(factor));
        Divergence = divergence;
    }

    /// <summary>ρ, the mean activation wanted.</summary>
    public double Target { get; }

    /// <summary>The weight of the penalty.</summary>
    public double Factor { get; }

    /// <summary>What the activations are like.</summary>
    public SparsityDivergence Divergence { get; }

    /// <inheritdoc/>
    public override Reads BackwardReads => Reads.Output;

    /// <inheritdoc/>
    public override bool CanRunInPlace => true;

    /// <inheritdoc/>
    public override BufferNeeds Needs(ReadOnlySpan<Shape> inputs, int batch) => new(Scratch: inputs[0].Size);

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write("target", Target);
        writer.Write("factor", Factor);
        writer.Write("divergence", Divergence.ToString());
    }

    /// <inheritdoc/>
    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        if (!x.Overlaps(y))
        {
            x.CopyTo(y);
        }

        double penalty = 0;
        foreach (T sum in Sums(y, pass))
        {
            penalty += DivergenceOf(double.CreateTruncating(sum) / pass.Batch).Value;
        }

        pass.AddPenalty(Factor * penalty);
    }

    /// <inheritdoc/>
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        if (dx.IsEmpty)
        {
            return;
        }

        // dx = dy + (factor / n) ∂KL/∂m, the same for all samples
        Span<T> slopes = Sums(y, pass);
        foreach (ref T slope in slopes)
        {
            slope = T.CreateTruncating(Factor / pass.Batch * DivergenceOf(double.CreateTruncating(slope) / pass.Batch).Slope);
        }

        for (int start = 0; start < dy.Length; start += slopes.Length)
        {
            TensorPrimitives.Add(dy.Slice(start, slopes.Length), slopes, dx.Slice(start, slopes.Length));
        }
    }

    /// <inheritdoc/>
    protected override Shape Build(Shape input, ParameterFactory parameters) => input;

    private static Span<T> Sums<T>(ReadOnlySpan<T> y, in Pass<T> pass)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<T> sums = pass.Scratch[..(y.Length / pass.Batch)];
        Reductions.ColumnSums(y, sums);
        return sums;
    }

    // KL(ρ ‖ m) and its derivative by m.
    private (double Value, double Slope) DivergenceOf(double mean)
    {
        const double Floor = 0.1;
        double low = Floor * Target;
        double high = Divergence == SparsityDivergence.Bernoulli ? 1 - (Floor * (1 - Target)) : double.PositiveInfinity;
        double m = Math.Clamp(mean, low, high);
        double value = Target * Math.Log(Target / m), slope = -Target / m;
        if (Divergence == SparsityDivergence.Bernoulli)
        {
            value += (1 - Target) * Math.Log((1 - Target) / (1 - m));
            slope += (1 - Target) / (1 - m);
        }
        else
        {
            value += m - Target;
            slope += 1;
        }

        return (value + (slope * (mean - m)), slope);
    }
}
