using System.Numerics;

namespace Engine.Kernels;

/// <summary>
/// The fraction of elements that dropout drops, as it can be drawn with 16 bits an element: a multiple of 1/65536.
/// </summary>
/// <remarks>
/// Survivors are scaled by the inverse of the quantized keep probability, so E[y] = x holds exactly, not to 1/65536. Only the
/// rates 0 and 1 themselves drop nothing and everything: a rate between them leaves either outcome a chance of at least 1/65536.
/// </remarks>
internal readonly struct DropoutRate
{
    private const int Steps = 1 << 16;

    /// <summary>Quantizes a rate.</summary>
    /// <param name="rate">The fraction to drop, 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is outside [0, 1], or not a number.</exception>
    public DropoutRate(double rate)
    {
        if (!(rate is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(rate), FormattableString.Invariant(
                    $"Dropout: expected a rate from 0 to 1, got {rate}. Pass the fraction to drop, not the one to keep, and not percent."));
        }

        Kept = rate switch
        {
            0 => Steps,
            1 => 0,
            _ => Math.Clamp((int)Math.Round((1 - rate) * Steps), 1, Steps - 1),
        };
    }

    /// <summary>How many of the 65536 values of 16 bits mean: keep.</summary>
    public int Kept { get; }

    /// <summary>The rate is 0: y = x, and nothing is drawn.</summary>
    public bool KeepsAll => Kept == Steps;

    /// <summary>The rate is 1: y = 0, and nothing is drawn.</summary>
    public bool DropsAll => Kept == 0;

    /// <summary>An element is kept where its 16 bits, as a signed number, are below this: −32767 to 32767 where anything is drawn.</summary>
    public int Threshold => Kept - (Steps / 2);

    /// <summary>What survivors are multiplied by: the inverse of the keep probability; 0 where there are none.</summary>
    public T Scale<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        => DropsAll ? T.Zero : T.CreateTruncating((double)Steps / Kept);
}
