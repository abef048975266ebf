using Engine.Numerics;

namespace Engine.Optimizers;

/// <summary>
/// Goes from one rate to another in a number of steps, and stays there: rate = (initial − end) · (1 − step / steps)^power + end.
/// In cycles, the steps are stretched to the first multiple that is not below the step, so that the rate rises again, and less
/// far each time. Keras's PolynomialDecay.
/// </summary>
public sealed class PolynomialDecay : LearningRateSchedule
{
    internal const string KnownName = "polynomial_decay";
    internal const double DefaultEnd = 1e-4;

    /// <summary>Makes the schedule.</summary>
    /// <param name="initial">The rate of the first update: at least 0.</param>
    /// <param name="steps">The updates until the end: at least 1.</param>
    /// <param name="end">The rate at the end: at least 0.</param>
    /// <param name="power">Above 0; 1 is a straight line.</param>
    /// <param name="cycle">Whether to begin again after the end.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public PolynomialDecay(double initial, long steps, double end = DefaultEnd, double power = 1, bool cycle = false)
    {
        Initial = Guard.NonNegative(initial, nameof(PolynomialDecay), nameof(initial));
        Steps = Guard.AtLeast(1, steps, nameof(PolynomialDecay), nameof(steps));
        End = Guard.NonNegative(end, nameof(PolynomialDecay), nameof(end));
        Power = Guard.Positive(power, nameof(PolynomialDecay), nameof(power));
        Cycle = cycle;
    }

    /// <inheritdoc/>
    public override string Name => KnownName;

    /// <summary>The rate of the first update.</summary>
    public double Initial { get; }

    /// <summary>The updates until the end.</summary>
    public long Steps { get; }

    /// <summary>The rate at the end.</summary>
    public double End { get; }

    /// <summary>The power; 1 is a straight line.</summary>
    public double Power { get; }

    /// <summary>Whether the rate begins again after the end.</summary>
    public bool Cycle { get; }

    /// <inheritdoc/>
    public override double RateAt(long step)
    {
        double steps = Steps, done = step;
        if (Cycle)
        {
            steps *= Math.Max(1, Math.Ceiling(done / steps));
        }

        double left = 1 - (Math.Min(done, steps) / steps);
        return ((Initial - End) * Math.Pow(left, Power)) + End;
    }

    /// <inheritdoc/>
    protected override void Describe(IDictionary<string, double> parameters)
    {
        parameters["initial"] = Initial;
        parameters["steps"] = Steps;
        parameters["end"] = End;
        parameters["power"] = Power;
        parameters["cycle"] = Cycle ? 1 : 0;
    }
}
