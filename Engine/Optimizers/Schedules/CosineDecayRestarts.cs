using Engine.Numerics;

namespace Engine.Optimizers;

/// <summary>
/// A half cosine that begins again and again (SGDR; Loshchilov and Hutter 2017, section 3):
/// rate = initial · ((1 − α) · rateFactor^i · ½ (1 + cos(π · t / length)) + α) at step t of period i, which is
/// length = firstSteps · periodFactor^i steps long. Keras's CosineDecayRestarts.
/// </summary>
public sealed class CosineDecayRestarts : LearningRateSchedule
{
    internal const string KnownName = "cosine_decay_restarts";

    // In periods: far more than what logarithms lose, far less than a step.
    private const double Rounding = 1e-11;

    /// <summary>Makes the schedule.</summary>
    /// <param name="initial">The rate of the first update: at least 0.</param>
    /// <param name="firstSteps">The updates of the first period: at least 1.</param>
    /// <param name="periodFactor">How many times as long as the last each period is: at least 1. Keras's <c>t_mul</c>.</param>
    /// <param name="rateFactor">
    /// With what part of its rate each period begins, as against the one before: above 0. Keras's <c>m_mul</c>.
    /// </param>
    /// <param name="alpha">α in [0, 1]: the least rate, as a part of the initial one.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public CosineDecayRestarts(double initial, long firstSteps, double periodFactor = 2, double rateFactor = 1, double alpha = 0)
    {
        Initial = Guard.NonNegative(initial, nameof(CosineDecayRestarts), nameof(initial));
        FirstSteps = Guard.AtLeast(1, firstSteps, nameof(CosineDecayRestarts), nameof(firstSteps));
        PeriodFactor = Guard.AtLeast(1, periodFactor, nameof(CosineDecayRestarts), nameof(periodFactor));
        RateFactor = Guard.Positive(rateFactor, nameof(CosineDecayRestarts), nameof(rateFactor));
        Alpha = Guard.Share(alpha, nameof(CosineDecayRestarts), nameof(alpha));
    }

    /// <inheritdoc/>
    public override string Name => KnownName;

    /// <summary>The rate of the first update.</summary>
    public double Initial { get; }

    /// <summary>The updates of the first period.</summary>
    public long FirstSteps { get; }

    /// <summary>How many times as long each period is as the one before.</summary>
    public double PeriodFactor { get; }

    /// <summary>With what part of its rate each period begins, as against the one before.</summary>
    public double RateFactor { get; }

    /// <summary>α: the least rate, as a part of the initial one.</summary>
    public double Alpha { get; }

    /// <inheritdoc/>
    public override double RateAt(long step)
    {
        // Counted in first periods.
        double time = (double)step / FirstSteps;
        double period = PeriodAt(time);
        double done = Math.Max(0, time - StartOf(period)) / Math.Pow(PeriodFactor, period);
        return Initial * (((1 - Alpha) * Math.Pow(RateFactor, period) * CosineDecay.HalfCosine(done)) + Alpha);
    }

    /// <inheritdoc/>
    protected override void Describe(IDictionary<string, double> parameters)
    {
        parameters["initial"] = Initial;
        parameters["first_steps"] = FirstSteps;
        parameters["period_factor"] = PeriodFactor;
        parameters["rate_factor"] = RateFactor;
        parameters["alpha"] = Alpha;
    }

    // 1 + f + f² + ... + f^(i − 1)
    private double StartOf(double period) =>
        PeriodFactor == 1 ? period : (Math.Pow(PeriodFactor, period) - 1) / (PeriodFactor - 1);

    // A step at a restart belongs to the new period, whichever way the logarithms round: log 243 / log 3 is 4.999999999999999.
    private double PeriodAt(double time) => PeriodFactor == 1
        ? Math.Floor(time)
        : Math.Floor((Math.Log(1 + (time * (PeriodFactor - 1))) / Math.Log(PeriodFactor)) + Rounding);
}
