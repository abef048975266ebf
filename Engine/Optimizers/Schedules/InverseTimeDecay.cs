using Engine.Numerics;

namespace Engine.Optimizers;

/// <summary>
/// Falls as one over time: rate = initial / (1 + decayRate · step / steps). As a staircase, with ⌊step / steps⌋. Keras's
/// InverseTimeDecay.
/// </summary>
public sealed class InverseTimeDecay : LearningRateSchedule
{
    internal const string KnownName = "inverse_time_decay";

    /// <summary>Makes the schedule.</summary>
    /// <param name="initial">The rate of the first update: at least 0.</param>
    /// <param name="steps">The updates in which the divisor grows by the decay rate: at least 1.</param>
    /// <param name="decayRate">By how much the divisor grows: at least 0.</param>
    /// <param name="staircase">Whether the rate stays the same between multiples of the steps.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public InverseTimeDecay(double initial, long steps, double decayRate, bool staircase = false)
    {
        Initial = Guard.NonNegative(initial, nameof(InverseTimeDecay), nameof(initial));
        Steps = Guard.AtLeast(1, steps, nameof(InverseTimeDecay), nameof(steps));
        DecayRate = Guard.NonNegative(decayRate, nameof(InverseTimeDecay), nameof(decayRate));
        Staircase = staircase;
    }

    /// <inheritdoc/>
    public override string Name => KnownName;

    /// <summary>The rate of the first update.</summary>
    public double Initial { get; }

    /// <summary>The updates in which the divisor grows by the decay rate.</summary>
    public long Steps { get; }

    /// <summary>By how much the divisor grows.</summary>
    public double DecayRate { get; }

    /// <summary>Whether the rate stays the same between multiples of the steps.</summary>
    public bool Staircase { get; }

    /// <inheritdoc/>
    public override double RateAt(long step)
    {
        double done = (double)step / Steps;
        return Initial / (1 + (DecayRate * (Staircase ? Math.Floor(done) : done)));
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
