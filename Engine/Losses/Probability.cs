using System.Numerics;

namespace Engine.Losses;

/// <summary>Keeps probabilities away from 0 and 1, where logarithms end.</summary>
internal static class Probability
{
    /// <summary>The distance kept.</summary>
    public const double Epsilon = 1e-7;

    /// <summary>p, moved into [ε, 1 − ε]; NaN passes.</summary>
    public static T Clip<T>(T p)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        p < T.CreateTruncating(Epsilon) ? T.CreateTruncating(Epsilon)
        : p > T.CreateTruncating(1 - Epsilon) ? T.CreateTruncating(1 - Epsilon)
        : p;

    /// <summary>Whether <see cref="Clip"/> moves p, so that no gradient passes.</summary>
    public static bool IsClipped<T>(T p)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        p < T.CreateTruncating(Epsilon) || p > T.CreateTruncating(1 - Epsilon);
}
