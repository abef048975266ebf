namespace Engine.Uncertainty;

/// <summary>Entropies in nats, with 0 · log 0 = 0.</summary>
internal static class Entropies
{
    /// <summary>The entropy of a distribution, or the sum of those of independent yes-or-no outputs.</summary>
    public static double Of(ReadOnlySpan<double> p, PredictionKind kind)
    {
        double sum = 0;
        foreach (double value in p)
        {
            sum += Term(value) + (kind == PredictionKind.Binary ? Term(1 - value) : 0);
        }

        return sum;
    }

    private static double Term(double p) => p > 0 ? -p * Math.Log(p) : 0;
}
