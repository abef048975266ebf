using Engine.Initializers;
using Engine.Numerics;

namespace Engine.Tests.Initializers;

public class InitializerTests
{
    private static readonly Initializer[] All =
    [
        Initializer.Zeros, Initializer.Ones, Initializer.Constant(0.1), Initializer.RandomNormal(0.3), Initializer.RandomUniform(0.2),
        Initializer.TruncatedNormal(0.4), Initializer.VarianceScaling(2, FanMode.FanOut, RandomDistribution.Normal),
        Initializer.GlorotUniform, Initializer.GlorotNormal, Initializer.HeUniform, Initializer.HeNormal, Initializer.LecunUniform,
        Initializer.LecunNormal, Initializer.Orthogonal(2),
    ];

    private static double[] Draw(Initializer initializer, Shape shape, ulong stream = 1)
    {
        double[] values = new double[shape.Size];
        Array.Fill(values, double.NaN);
        initializer.Fill<double>(values, shape, new RandomSource(9, stream));
        return values;
    }

    // The kernel [3, 2, 40, 60]: fan in 240, fan out 360. 14,400 values: the mean is good to 1 / 120 of the deviation, and the
    // deviation to at most that; five times as much is allowed.
    [TestCase("random_normal", 0.05)]
    [TestCase("random_uniform", 0.05 / 1.7320508075688772)]
    [TestCase("truncated_normal", 0.05 * 0.87962566103423978)]
    [TestCase("glorot_uniform", 0.057735026918962574)] // √(1 / 300)
    [TestCase("glorot_normal", 0.057735026918962574)]
    [TestCase("he_uniform", 0.09128709291752768)] // √(2 / 240)
    [TestCase("he_normal", 0.09128709291752768)]
    [TestCase("lecun_uniform", 0.06454972243679027)] // √(1 / 240)
    [TestCase("lecun_normal", 0.06454972243679027)]
    [TestCase("variance_scaling", 0.06454972243679027)]
    public void HasItsMoments(string name, double deviation)
    {
        double[] w = Draw(Initializer.FromName(name), [3, 2, 40, 60]);
        Assert.That(w.Average(), Is.EqualTo(0).Within(5 * deviation / 120));
        Assert.That(Math.Sqrt(w.Average(v => v * v)), Is.EqualTo(deviation).Within(5 * deviation / 120));
        double limit = name.EndsWith("uniform", StringComparison.Ordinal) ? Math.Sqrt(3) * deviation
            : name == "random_normal" ? 5 * deviation
            : 2 * deviation / 0.87962566103423978;
        Assert.That(w.Max(Math.Abs), Is.LessThanOrEqualTo(limit * (1 + 1e-12)).And.GreaterThan(0.6 * limit));
    }

    [Test]
    public void FansFollowTheShape()
    {
        Assert.That(Fans.Of([7]), Is.EqualTo((7.0, 7.0)));
        Assert.That(Fans.Of([7, 11]), Is.EqualTo((7.0, 11.0)));
        Assert.That(Fans.Of([3, 2, 7, 11]), Is.EqualTo((42.0, 66.0)));
    }

    [Test]
    public void ConstantsAreConstant()
    {
        Assert.That(Draw(Initializer.Zeros, [3, 5]), Is.All.EqualTo(0));
        Assert.That(Draw(Initializer.Ones, [3, 5]), Is.All.EqualTo(1));
        Assert.That(Draw(Initializer.Constant(-0.25), [3, 5]), Is.All.EqualTo(-0.25));
    }

    [TestCase(9, 4)]
    [TestCase(4, 9)]
    [TestCase(6, 6)]
    [TestCase(1, 5)]
    public void OrthogonalHasOrthonormalRowsOrColumns(int rows, int columns)
    {
        double[] w = Draw(Initializer.Orthogonal(3), [rows, columns]);
        int shorter = Math.Min(rows, columns);
        for (int i = 0; i < shorter; i++)
        {
            for (int j = 0; j < shorter; j++)
            {
                double dot = rows >= columns
                    ? Enumerable.Range(0, rows).Sum(r => w[(r * columns) + i] * w[(r * columns) + j])
                    : Enumerable.Range(0, columns).Sum(c => w[(i * columns) + c] * w[(j * columns) + c]);
                Assert.That(dot, Is.EqualTo(i == j ? 9 : 0).Within(1e-13));
            }
        }
    }

    [Test]
    public void OrthogonalPrefersNoSign()
    {
        // Without fixing the signs by R's diagonal, Householder's Q has a first element of one sign.
        int positive = Enumerable.Range(0, 400).Count(stream => Draw(Initializer.Orthogonal(), [3, 3], (ulong)stream)[0] > 0);
        Assert.That(positive, Is.EqualTo(200).Within(50), "400 fair coins: five deviations are 50");
    }

    [TestCaseSource(nameof(All))]
    public void IsAFunctionOfItsSource(Initializer initializer)
    {
        float[] values = new float[12];
        initializer.Fill<float>(values, [3, 4], new RandomSource(9, 1));
        Assert.That(values, Is.EqualTo(Draw(initializer, [3, 4])).Within(1e-6), "float and double are one draw");
        Assert.That(Draw(initializer, [3, 4]), Is.EqualTo(Draw(Initializer.FromName(initializer.Name, initializer.Parameters), [3, 4])));
        bool isConstant = initializer.Name is "zeros" or "ones" or "constant";
        Assert.That(Draw(initializer, [3, 4], 2).SequenceEqual(Draw(initializer, [3, 4])), Is.EqualTo(isConstant));
    }

    [Test]
    public void MathNetKeepsItsThreads()
    {
        int threads = MathNet.Numerics.Control.MaxDegreeOfParallelism;
        Draw(Initializer.Orthogonal(), [5, 3]);
        Assert.That(MathNet.Numerics.Control.MaxDegreeOfParallelism, Is.EqualTo(threads));
    }

    [Test]
    public void ErrorsSayWhatWasExpected()
    {
        Assert.That(() => Initializer.FromName("glorot"), Throws.ArgumentException.With.Message.EqualTo(
            "Initializer: expected one of zeros, ones, constant, random_normal, random_uniform, truncated_normal, variance_scaling, "
            + "glorot_uniform, glorot_normal, he_uniform, he_normal, lecun_uniform, lecun_normal, orthogonal, got 'glorot'."));
        Assert.That(() => Initializer.RandomNormal(-1), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "RandomNormal: expected deviation to be a finite number of at least 0, got -1."));
        Assert.That(() => Initializer.VarianceScaling(0), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "VarianceScaling: expected scale to be a finite number above 0, got 0."));
        Assert.That(() => Initializer.VarianceScaling(mode: (FanMode)9), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "VarianceScaling: expected a mode of the enumeration, got 9."));
        Assert.That(() => Initializer.Orthogonal().Fill<float>(new float[3], [3], default), Throws.TypeOf<ShapeException>().With.Message.EqualTo(
            "Orthogonal: expected a parameter of at least two axes, got [3]."));
    }
}
