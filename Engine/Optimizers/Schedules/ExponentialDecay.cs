using Engine.Numerics;

namespace Engine.Optimizers;

/// <summary>
/// Falls by the same factor in the same number of steps: rate = initial · decayRate^(step / steps). As a staircase, with
/// ⌊step / steps⌋. Keras's ExponentialDecay.
/// </summary>
public sealed class ExponentialDecay : LearningRateSchedule
{
    internal const string KnownName = "exponential_decay";

    /// <summary>Makes the schedule.</summary>
    /// <param name="initial">The rate of the first update: at least 0.</param>
    /// <param name="steps">The updates in which the rate changes by the factor: at least 1.</param>
    /// <param name="decayRate">The factor: above 0; below 1 for a rate that falls.</param>
    /// <param name="staircase">Whether the rate stays the same between multiples of the steps.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public ExponentialDecay(double initial, long steps, double decayRate, bool staircase = false)
    {
        Initial = Guard.NonNegative(initial, nameof(ExponentialDecay), nameof(initial));
        Steps = Guard.AtLeast(1, steps, nameof(ExponentialDecay), nameof(steps));
        DecayRate = Guard.Positive(decayRate, nameof(ExponentialDecay), nameof(decayRate));
        Staircase = staircase;
    }

    /// <inheritdoc/>
    public override string Name => KnownName;

    /// <summary>The rate of the first update.</summary>
    public double Initial { get; }

    /// <summary>The updates in which the rate changes by the factor.</summary>
    public long Steps { get; }

    /// <summary>The factor.</summary>
    public double DecayRate { get; }

    /// <summary>Whether the rate stays the same between multiples of the steps.</summary>
    public bool Staircase { get; }

    /// <inheritdoc/>
    public override double RateAt(long step)
    {
        double done = (double)step / Steps;
        return Initial * Math.Pow(DecayRate, Staircase ? Math.Floor(done) : done);
    }

    /// <inheritdoc/>
    protected override void Describe(IDictionary<string, double> parameters)
    {
        parameters["initial"] = Initial;
        parameters["steps"] = Steps;
        parameters["decay_rate"] = DecayRate;
        parameters["staircase"] = Staircase ? 1 : 0;
    }
}
