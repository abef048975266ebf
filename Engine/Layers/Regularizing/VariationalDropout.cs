using Engine.Kernels;
using Engine.Numerics;

namespace Engine.Layers;

/// <summary>
/// Dropout with one mask for all samples of a batch, drawn anew at each step, or kept over all calls until it is renewed: each mask
/// is then one function drawn from the network, applied to as many inputs as one likes.
/// </summary>
/// <remarks>
/// Gal and Ghahramani, "Dropout as a Bayesian approximation", ICML 2016, section 3: a mask stands for one draw of the weights.
/// Input and output <c>[n, ...]</c>; the mask has the shape of one sample. E[y] = x over draws. Row keys, by which the samples of
/// a Monte Carlo run differ within a batch, have no effect. A mask that is kept is the same in all samples of such a run, and counts
/// as no draw: the part of the model that it belongs to is computed once. For masks that repeat along the steps of a sequence, too,
/// give a <see cref="Dropout"/> the noise shape <c>[1, 1, null]</c>.
/// </remarks>
public sealed class VariationalDropout : DropoutLayer
{
    /// <summary>Makes the layer.</summary>
    /// <param name="rate">The probability of dropping an element of the mask, 0 to 1; 0 changes nothing, 1 gives zeros.</param>
    /// <param name="untilRenewed">
    /// Whether a mask stays, from step to step and from call to call, until <see cref="Renew"/>; else each step has its own.
    /// </param>
    /// <param name="seed">A seed of its own; if null the masks follow the seed of Fit or of a Monte Carlo run.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is outside [0, 1] or not a number.</exception>
    public VariationalDropout(double rate, bool untilRenewed = false, ulong? seed = null)
        : base(rate, seed) => UntilRenewed = untilRenewed;

    /// <summary>Whether a mask stays until <see cref="Renew"/>.</summary>
    public bool UntilRenewed { get; }

    /// <summary>
    /// The number of the mask that is kept, from 0: the same number under the same seed is the same mask. Without effect where
    /// each step has its own.
    /// </summary>
    /// <remarks>May be changed between calls, not while one runs. It is saved with the model.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int Draw
    {
        get;
        set => field = value >= 0 ? value : throw new ArgumentOutOfRangeException(
            nameof(value), $"VariationalDropout: expected the number of a draw, at least 0, got {value}.");
    }

    /// <summary>Goes on to the next mask.</summary>
    public void Renew() => Draw++;

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        base.Describe(writer);
        writer.Write("until_renewed", UntilRenewed);
        writer.Write("draw", Draw);
    }

    /// <inheritdoc/>
    public override BufferNeeds Needs(ReadOnlySpan<Shape> inputs, int batch) => new(Scratch: inputs[0].Size);

    /// <inheritdoc/>
    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass) => Mask(x, y, pass);

    /// <inheritdoc/>
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass) =>
        Mask(dy, dx, pass);

    /// <inheritdoc/>
    protected override Shape Build(Shape input, ParameterFactory parameters) => input;

    // y = x · mask / keep, one mask for all rows; the same for the gradients.
    private void Mask<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        if (MaskDraws.CopiesUnmasked(x, y, Rate, pass))
        {
            return;
        }

        RandomSource random = UntilRenewed ? pass.LastingRandom(Seed, (ulong)Draw) : MaskDraws.RandomOf(Seed, pass);
        int size = pass.InputShape().Size;
        Span<T> mask = pass.Scratch[..size];
        DropoutKernels.FillMask(mask, DropoutRate, random, rowKey: 0);
        for (int start = 0; start < x.Length; start += size)
        {
            BroadcastMask.Apply(x.Slice(start, size), mask, y.Slice(start, size));
        }
    }
}
