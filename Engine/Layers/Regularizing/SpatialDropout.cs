using System.Globalization;
using System.Numerics;
using Engine.Kernels;
using Engine.Numerics;

namespace Engine.Layers;

/// <summary>
/// Dropout of whole channels: in training each channel of a sample is zero at all positions with probability <see cref="Rate"/>
/// and otherwise grows by 1 / (1 − rate). What the layers for sequences, images and volumes have in common.
/// </summary>
/// <remarks>
/// Tompson, Goroshin, Jain, LeCun and Bregler, "Efficient object localization using convolutional networks", CVPR 2015: where
/// neighbours are alike, dropping single cells drops little. It draws the masks of a <see cref="Dropout"/> with a noise shape of 1
/// along the positions.
/// </remarks>
public abstract class SpatialDropout : SpatialLayer, IHasRate
{
    private DropoutRate _rate;

    private protected SpatialDropout(int axes, double rate, ulong? seed)
        : base(axes)
    {
        Rate = rate;
        Seed = seed;
    }

    /// <summary>The probability of dropping a channel, 0 to 1.</summary>
    /// <remarks>May be changed between the steps of a Fit, from a callback, but not while a step runs.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside [0, 1] or not a number.</exception>
    public double Rate
    {
        get;
        set
        {
            if (!(value >= 0 && value <= 1))
            {
                throw new ArgumentOutOfRangeException(nameof(value), string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Kind}: expected a rate from 0 to 1, the share that is dropped, got {value}."));
            }

            field = value;
            _rate = new DropoutRate(value);
        }
    }

    /// <summary>The seed of its own; null if the masks follow Fit's seed.</summary>
    public ulong? Seed { get; }

    /// <inheritdoc/>
    public override Reads BackwardReads => Reads.None;

    /// <inheritdoc/>
    public override bool CanRunInPlace => true;

    /// <summary>Steps stay what they are: the mask goes on.</summary>
    public override MaskRule OutputMask(ReadOnlySpan<bool> masked) => MaskRule.Keep;

    /// <inheritdoc/>
    public override bool DrawsByRow => true;

    /// <inheritdoc/>
    public override BufferNeeds Needs(ReadOnlySpan<Shape> inputs, int batch) => new(Scratch: batch * inputs[0][^1]);

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write("rate", Rate);
        MaskDraws.WriteSeed(writer, Seed);
    }

    /// <inheritdoc/>
    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass) => Mask(x, y, pass);

    /// <inheritdoc/>
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass) =>
        Mask(dy, dx, pass);

    private protected sealed override Shape OutputShape(Shape input) => input;

    // y = x · mask / keep, a mask of [channels] for each sample; the same for the gradients.
    private void Mask<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (MaskDraws.CopiesUnmasked(x, y, Rate, pass))
        {
            return;
        }

        RandomSource random = MaskDraws.RandomOf(Seed, pass);
        int channels = pass.InputShape()[^1];
        Span<T> masks = pass.Scratch[..(pass.Batch * channels)];
        masks.Fill(T.One);
        DropoutKernels.Apply(masks, masks, channels, _rate, random, pass.RowKeys, threads: 1);
        ChannelMask.Apply(x, masks, y, channels, pass.Threads);
    }
}
