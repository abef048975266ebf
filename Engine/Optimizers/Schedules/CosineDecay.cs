using Engine.Numerics;

namespace Engine.Optimizers;

/// <summary>
/// Half a cosine from one rate down to a part of it (Loshchilov and Hutter 2017, equation 5, without restarts):
/// rate = initial · ((1 − α) · ½ (1 + cos(π · step / steps)) + α), and initial · α after that. With a warm-up (Goyal et al.
/// 2017, section 2.2) the rate first rises in a line from initial to the target, and the cosine begins at the target. Keras's
/// CosineDecay.
/// </summary>
/// <example><code>
/// new CosineDecay(initial: 1e-3, steps: 10_000)
/// new CosineDecay(initial: 0, steps: 9_000, warmupTarget: 1e-3, warmupSteps: 1_000)
/// </code></example>
public sealed class CosineDecay : LearningRateSchedule
{
    internal const string KnownName = "cosine_decay";

    /// <summary>Makes the schedule.</summary>
    /// <param name="initial">The rate of the first update: at least 0.</param>
    /// <param name="steps">The updates of the cosine, those of the warm-up not included: at least 1.</param>
    /// <param name="alpha">α in [0, 1]: what part of the rate is left at the end.</param>
    /// <param name="warmupTarget">The rate at the end of the warm-up: at least 0; no warm-up if null.</param>
    /// <param name="warmupSteps">The updates of the warm-up: at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    /// <exception cref="ArgumentException">There are steps of a warm-up, but no target.</exception>
    public CosineDecay(double initial, long steps, double alpha = 0, double? warmupTarget = null, long warmupSteps = 0)
    {
        Initial = Guard.NonNegative(initial, nameof(CosineDecay), nameof(initial));
        Steps = Guard.AtLeast(1, steps, nameof(CosineDecay), nameof(steps));
        Alpha = Guard.Share(alpha, nameof(CosineDecay), nameof(alpha));
        WarmupSteps = Guard.AtLeast(0, warmupSteps, nameof(CosineDecay), nameof(warmupSteps));
        if (warmupTarget is { } target)
        {
            WarmupTarget = Guard.NonNegative(target, nameof(CosineDecay), nameof(warmupTarget));
        }
        else if (warmupSteps > 0)
        {
            throw new ArgumentException(
                $"CosineDecay: expected a warmupTarget for {warmupSteps} steps of warm-up, got none. "
                + "Give the rate to rise to as warmupTarget, and the one to begin with as initial.",
                nameof(warmupTarget));
        }
    }

    /// <inheritdoc/>
    public override string Name => KnownName;

    /// <summary>The rate of the first update.</summary>
    public double Initial { get; }

    /// <summary>The updates of the cosine, those of the warm-up not included.</summary>
    public long Steps { get; }

    /// <summary>α: what part of the rate is left at the end.</summary>
    public double Alpha { get; }

    /// <summary>The rate at the end of the warm-up; null without one.</summary>
    public double? WarmupTarget { get; }

    /// <summary>The updates of the warm-up.</summary>
    public long WarmupSteps { get; }

    /// <inheritdoc/>
    public override double RateAt(long step)
    {
        if (WarmupTarget is { } target && step < WarmupSteps)
        {
            return ((target - Initial) * ((double)step / WarmupSteps)) + Initial;
        }

        double done = (double)Math.Min(step - WarmupSteps, Steps) / Steps;
        return (WarmupTarget ?? Initial) * (((1 - Alpha) * HalfCosine(done)) + Alpha);
    }

    /// <summary>½ (1 + cos(π · done)): from 1 to 0.</summary>
    internal static double HalfCosine(double done) => 0.5 * (1 + Math.Cos(Math.PI * done));

    /// <inheritdoc/>
    protected override void Describe(IDictionary<string, double> parameters)
    {
        parameters["initial"] = Initial;
        parameters["steps"] = Steps;
        parameters["alpha"] = Alpha;
        if (WarmupTarget is { } target)
        {
            parameters["warmup_target"] = target;
            parameters["warmup_steps"] = WarmupSteps;
        }
    }
}
