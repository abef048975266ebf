namespace Engine.Numerics;

/// <summary>Random numbers of the beta distribution, by way of the gamma distribution, as a function of source and row.</summary>
internal static class BetaDraws
{
    // The draws of one number: which of the two gamma numbers, then attempt by attempt.
    private const int Numbers = 2;

    /// <summary>A number of Beta(alpha, alpha): in [0, 1], its mean ½, the nearer to 0 or 1 the smaller alpha is.</summary>
    /// <param name="random">The source. Elements below 2³⁰ of the row are this draw's own.</param>
    /// <param name="alpha">Above 0.</param>
    /// <param name="row">The row.</param>
    public static double Symmetric(in RandomSource random, double alpha, uint row)
    {
        // X / (X + Y) of two gamma numbers; by their logarithms, since with a small alpha both may be too small for a double.
        double difference = LogGamma(random, alpha, row, 1) - LogGamma(random, alpha, row, 0);
        return 1 / (1 + Math.Exp(difference));
    }

    // Marsaglia and Tsang, "A simple method for generating gamma variables", ACM TOMS 26 (2000): the logarithm of a gamma number.
    private static double LogGamma(in RandomSource random, double alpha, uint row, int number)
    {
        // Γ(α) = Γ(α + 1) · U^(1/α), section 6.
        double boost = alpha < 1 ? Math.Log(1 - random.Uniform(number, row)) / alpha : 0;
        double d = (alpha < 1 ? alpha + 1 : alpha) - (1.0 / 3), c = 1 / Math.Sqrt(9 * d);
        for (long element = Numbers + number; ; element += Numbers)
        {
            double x = random.Normal(element, row), v = 1 + (c * x);
            if (v <= 0)
            {
                continue;
            }

            v = v * v * v;
            if (Math.Log(1 - random.Uniform(element, row)) < (0.5 * x * x) + d - (d * v) + (d * Math.Log(v)))
            {
                return Math.Log(d * v) + boost;
            }
        }
    }
}
