using Engine.Kernels;

namespace Engine.Layers;

/// <summary>
/// What keeps mean 0 and variance 1 where units of self-normalizing networks are dropped: a dropped one takes the value that selu
/// goes to at −∞, and all are then mapped affinely.
/// </summary>
/// <remarks>Klambauer, Unterthiner, Mayr and Hochreiter, "Self-normalizing neural networks", NIPS 2017, section 2, "New dropout
/// technique".</remarks>
internal readonly struct SeluMoments
{
    // −λα, where selu ends.
    private const double Saturated = -1.7580993408473766;

    /// <summary>For a rate that is neither 0 nor 1.</summary>
    // With q the probability to keep and α′ = Saturated: a = (q + α′² q (1 − q))^(−1/2), b = −a (1 − q) α′.
    public SeluMoments(DropoutRate rate)
    {
        double keep = 1 / rate.Scale<double>();
        Scale = 1 / Math.Sqrt(keep + (Saturated * Saturated * keep * (1 - keep)));
        Shift = -Scale * (1 - keep) * Saturated;
        Dropped = (Scale * Saturated) + Shift;
    }

    /// <summary>a: what is kept becomes a · x + b.</summary>
    public double Scale { get; }

    /// <summary>b.</summary>
    public double Shift { get; }

    /// <summary>What a dropped unit becomes: a · α′ + b.</summary>
    public double Dropped { get; }
}
