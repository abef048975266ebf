using System.Globalization;
using Engine.Kernels;

namespace Engine.Layers;

/// <summary>What the layers that drop at random have in common: a rate that may change, a seed, and how they are saved.</summary>
/// <remarks>
/// The rate is rounded to a multiple of 2⁻¹⁶ where masks are drawn, and what is computed from it takes the rounded rate;
/// <see cref="GaussianDropout"/>, which draws no mask, takes the rate as it is. Freezing a layer does not switch it off.
/// </remarks>
public abstract class DropoutLayer : SimpleLayer, IHasRate
{
    private protected DropoutLayer(double rate, ulong? seed)
    {
        Rate = rate;
        Seed = seed;
    }

    /// <summary>The probability of dropping, 0 to 1; 0 changes nothing.</summary>
    /// <remarks>
    /// May be changed between the steps of a Fit, from a callback. Not while a step runs: backward draws the mask again, and with
    /// another rate it would be another one.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside the range, or not a number.</exception>
    public double Rate
    {
        get;
        set
        {
            if (!(value >= 0 && (value < 1 || (value == 1 && TakesRateOfOne))))
            {
                string range = TakesRateOfOne ? "0 to 1" : "0 to less than 1";
                throw new ArgumentOutOfRangeException(nameof(value), string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Kind}: expected a rate from {range}, the share that is dropped, got {value}."));
            }

            field = value;
            DropoutRate = new DropoutRate(value);
        }
    }

    /// <summary>The seed of its own; null if the masks follow Fit's seed.</summary>
    public ulong? Seed { get; }

    /// <inheritdoc/>
    public override Reads BackwardReads => Reads.None;

    /// <inheritdoc/>
    public override bool CanRunInPlace => true;

    /// <summary>The rate as masks are drawn with it.</summary>
    private protected DropoutRate DropoutRate { get; private set; }

    /// <summary>Whether everything can be dropped.</summary>
    private protected virtual bool TakesRateOfOne => true;

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write("rate", Rate);
        MaskDraws.WriteSeed(writer, Seed);
    }
}
