using Engine.Numerics;
using MathNet.Numerics.Distributions;

namespace Engine.Tests.Numerics;

public sealed class BetaDrawsTests
{
    // Kolmogorov and Smirnov's distance to MathNet's distribution; 1.95 / √n is passed by chance once in a thousand times.
    [Test]
    public void FollowTheBetaDistribution([Values(0.2, 0.5, 1, 3, 40)] double alpha)
    {
        const int Count = 4000;
        RandomSource random = new(5, 1);
        double[] draws = [.. Enumerable.Range(0, Count).Select(i => BetaDraws.Symmetric(random, alpha, (uint)i)).Order()];
        Assert.That(draws, Is.All.InRange(0, 1));
        double distance = draws.Select((x, i) => Math.Abs(Beta.CDF(alpha, alpha, x) - ((i + 0.5) / Count))).Max();
        Assert.That(distance, Is.LessThan(1.95 / Math.Sqrt(Count)));
    }

    [Test]
    public void AreNumbersAlsoWhereBothGammaNumbersAreTooSmall()
    {
        RandomSource random = new(5, 1);
        double[] draws = [.. Enumerable.Range(0, 300).Select(i => BetaDraws.Symmetric(random, 1e-4, (uint)i))];
        Assert.That(draws, Is.All.InRange(0, 1));
        Assert.That(draws.Count(x => x > 0.5), Is.InRange(115, 185), "four deviations around one half");
    }
}
