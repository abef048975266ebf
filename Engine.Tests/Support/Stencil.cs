namespace Engine.Tests.Support;

/// <summary>Numeric derivatives in double: the four-point stencil sees errors down to 1e-10 at h = 1e-3.</summary>
internal static class Stencil
{
    private const double H = 1e-3;

    /// <summary>f'(x) = (8 (f(x + h) − f(x − h)) − (f(x + 2h) − f(x − 2h))) / 12h.</summary>
    public static double Derivative(Func<double, double> f, double x) =>
        ((8 * (f(x + H) - f(x - H))) - (f(x + (2 * H)) - f(x - (2 * H)))) / (12 * H);

    /// <summary>The derivative of f with respect to each element.</summary>
    public static double[] Gradient(Func<double[], double> f, double[] x) =>
        [.. x.Select((value, i) => Derivative(v => f([.. x[..i], v, .. x[(i + 1)..]]), value))];

    /// <summary>|a − n| ≤ 1e-8 (|a| + |n|) + 1e-10 max|n|, for each element.</summary>
    public static void AssertEqual(double[] analytic, double[] numeric)
    {
        double scale = numeric.Max(Math.Abs);
        Assert.That(scale, Is.GreaterThan(1e-6), "the gradient is trivial");
        for (int i = 0; i < numeric.Length; i++)
        {
            double limit = (1e-8 * (Math.Abs(analytic[i]) + Math.Abs(numeric[i]))) + (1e-10 * scale);
            Assert.That(analytic[i], Is.EqualTo(numeric[i]).Within(limit), $"element {i}");
        }
    }
}
