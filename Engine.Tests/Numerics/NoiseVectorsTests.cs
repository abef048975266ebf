using System.Numerics;
using Engine.Numerics;
using MathNet.Numerics.Statistics;

namespace Engine.Tests.Numerics;

[Category("Kernels")]
[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
public sealed class NoiseVectorsTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Group = NoiseVectors.Group;

    private static readonly RandomSource s_random = new(seed: 20140615, stream: 4, step: 77);

    /// <summary>The naive twin of a normal number: in double, from the words of the group.</summary>
    private static double Normal(uint row, int element)
    {
        int place = element % Group, pair = place % (Group / 2);
        uint w = Word(RandomKind.Normal, row, element / Group, pair);
        uint v = Word(RandomKind.Normal, row, element / Group, pair + (Group / 2));
        double radius = Math.Sqrt(-2 * Math.Log(((w >> 1) | 1) / (double)(1u << 31)));
        var (sine, cosine) = Math.SinCos((int)(v << 2) / (double)(1u << 31) * Math.PI / 4);
        cosine *= v >> 31 == 0 ? 1 : -1;
        bool swaps = (v >> 30 & 1) == 1;
        return radius * (place < Group / 2 != swaps ? cosine : sine);
    }

    private static double Logistic(uint row, int element)
    {
        uint w = (Word(RandomKind.Uniform, row, element / Group, element % Group) >> 1) | 1;
        return Math.Log(w) - Math.Log((1u << 31) - (double)w);
    }

    private static uint Word(RandomKind kind, uint row, int group, int number)
    {
        (uint x0, uint x1, uint x2, uint x3) = s_random.Block(kind, (uint)((16 * group) + (number % 16)), row);
        return (number / 16) switch { 0 => x0, 1 => x1, 2 => x2, _ => x3 };
    }

    [TestCase(0u, 0)]
    [TestCase(7u, 3)]
    public void EveryNumberIsTheNaiveTwins(uint row, int firstGroup)
    {
        T[] normal = new T[3 * Group], logistic = new T[3 * Group];
        new NoiseVectors(s_random).FillNormal<T>(row, (uint)firstGroup, normal);
        new NoiseVectors(s_random).FillLogistic<T>(row, (uint)firstGroup, logistic);
        for (int i = 0; i < normal.Length; i++)
        {
            // Some roundings of float: 2⁻²⁴ of numbers up to 7, and of logarithms up to 22.
            int element = (firstGroup * Group) + i;
            Assert.That(double.CreateChecked(normal[i]), Is.EqualTo(Normal(row, element)).Within(2e-6), $"normal {i}");
            Assert.That(double.CreateChecked(logistic[i]), Is.EqualTo(Logistic(row, element)).Within(3e-6), $"logistic {i}");
        }
    }

    // The same bits on every vector width: the run with SIMD switched down sees these numbers, too.
    [Test]
    public void TheBitsAreFixed()
    {
        T[] normal = new T[16 * Group], logistic = new T[16 * Group];
        new NoiseVectors(s_random).FillNormal<T>(5, 0, normal);
        new NoiseVectors(s_random).FillLogistic<T>(5, 0, logistic);
        Assert.That((Hash(normal), Hash(logistic)), Is.EqualTo((1604437883u, 1042380498u)));
    }

    [Test]
    public void NormalNumbersAreNormal()
    {
        double[] z = Draw((noise, row, values) => noise.FillNormal<T>(row, 0, values));
        AssertMoments(z, variance: 1, kurtosis: 0);
        AssertDistribution(z, p => MathNet.Numerics.Distributions.Normal.InvCDF(0, 1, p));
    }

    [Test]
    public void LogisticNumbersAreLogistic()
    {
        double[] z = Draw((noise, row, values) => noise.FillLogistic<T>(row, 0, values));
        AssertMoments(z, variance: Math.PI * Math.PI / 3, kurtosis: 1.2);
        AssertDistribution(z, p => Math.Log(p / (1 - p)));
    }

    private delegate void Fill(NoiseVectors noise, uint row, Span<T> values);

    private static double[] Draw(Fill fill)
    {
        T[] values = new T[1 << 16];
        for (int row = 0; row < 4; row++)
        {
            fill(new NoiseVectors(s_random), (uint)row, values.AsSpan(row << 14, 1 << 14));
        }

        return [.. values.Select(double.CreateChecked)];
    }

    // Within four standard errors of what as many independent draws give.
    private static void AssertMoments(double[] z, double variance, double kurtosis)
    {
        double mean = z.Average(), error = Math.Sqrt(variance / z.Length);
        Assert.That(mean, Is.EqualTo(0).Within(4 * error));
        Assert.That(z.Variance(), Is.EqualTo(variance).Within(4 * variance * Math.Sqrt((kurtosis + 2) / z.Length)));
        foreach (int distance in (int[])[1, 8, 16, 32, 64])
        {
            double covariance = z.Zip(z.Skip(distance), (a, b) => a * b).Average();
            Assert.That(covariance, Is.EqualTo(0).Within(4 * variance / Math.Sqrt(z.Length)), $"{distance} apart");
        }
    }

    private static void AssertDistribution(double[] z, Func<double, double> quantile)
    {
        double[] borders = [.. Enumerable.Range(1, 99).Select(i => quantile(i / 100.0))];
        long[] counts = new long[100];
        foreach (double value in z)
        {
            int place = Array.BinarySearch(borders, value);
            counts[place < 0 ? ~place : place]++;
        }

        PearsonTest.AssertPlausible(PearsonTest.PValue(counts), "hundredths");
    }

    private static uint Hash(T[] values)
    {
        uint hash = 2166136261;
        foreach (T value in values)
        {
            hash = (hash ^ BitConverter.SingleToUInt32Bits(float.CreateChecked(value))) * 16777619;
        }

        return hash;
    }
}
