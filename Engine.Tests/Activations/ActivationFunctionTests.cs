using Engine.Activations;
using Engine.Tests.Support;
using static Engine.Activations.ActivationFunction;

namespace Engine.Tests.Activations;

[Category("Kernels")]
public class ActivationFunctionTests
{
    private static readonly ActivationFunction[] All =
    [
        Linear, ReLU, ReLU6, LeakyReLU(), LeakyReLU(0.05), ELU(), ELU(1.7), SELU, GELU, Sigmoid, HardSigmoid, Tanh, Softmax, Softplus, SiLU,
    ];

    private static IEnumerable<ActivationFunction> ElementwiseOnes => All.Where(a => a.IsElementwise);

    // The naive twins. Φ below zero is checked against golden numbers: erfc is not in Math.
    private static double Naive(ActivationFunction activation, double x)
    {
        double p = activation.Parameters.Values.FirstOrDefault();
        return activation.Name switch
        {
            "linear" => x,
            "relu" => Math.Max(x, 0),
            "relu6" => Math.Min(Math.Max(x, 0), 6),
            "leaky_relu" => x > 0 ? x : p * x,
            "elu" => x > 0 ? x : p * ExpMinusOne(x),
            "selu" => 1.0507009873554804934 * (x > 0 ? x : 1.6732632423543772848 * ExpMinusOne(x)),
            "gelu" => x * 0.5 * MathNet.Numerics.SpecialFunctions.Erfc(-x / Math.Sqrt(2)),
            "sigmoid" => x < 0 ? Math.Exp(x) / (1 + Math.Exp(x)) : 1 / (1 + Math.Exp(-x)),
            "hard_sigmoid" => Math.Min(Math.Max(x + 3, 0), 6) / 6,
            "tanh" => Math.Tanh(x),
            "softplus" => Math.Max(x, 0) + LogOnePlus(Math.Exp(-Math.Abs(x))),
            "silu" => x < 0 ? x * Math.Exp(x) / (1 + Math.Exp(x)) : x / (1 + Math.Exp(-x)),
            _ => throw new NotSupportedException(activation.Name),
        };
    }

    // .NET's ExpM1 is exp(x) − 1; tanh gives it back its digits: e^x − 1 = 2t / (1 − t), t = tanh(x / 2).
    private static double ExpMinusOne(double x) => 2 * Math.Tanh(x / 2) / (1 - Math.Tanh(x / 2));

    // .NET's LogP1 is log(1 + x).
    private static double LogOnePlus(double x) => 2 * Math.Atanh(x / (2 + x));

    private static double[] Forward(ActivationFunction activation, double[] x, int rowLength = 1)
    {
        double[] y = new double[x.Length];
        Array.Fill(y, 666.666);
        activation.Forward<double>(x, y, rowLength);
        return y;
    }

    [TestCaseSource(nameof(ElementwiseOnes))]
    public void IsAccurateInDouble(ActivationFunction activation)
    {
        // Twins are themselves good to a few units in the last place; gelu's rounds x / √2, which its tail magnifies by x².
        double[] x = [.. Enumerable.Range(-3700, 7400).Select(i => i * 0.01 + 0.0037), 1e-3, -1e-3, 1e-7, -1e-7, 1e-12, -1e-12];
        double[] y = Forward(activation, x);
        for (int i = 0; i < x.Length; i++)
        {
            double expected = Naive(activation, x[i]);
            double relative = activation.Name == "gelu" ? 2e-15 + (2.2e-16 * x[i] * x[i]) : 2e-15;
            Assert.That(y[i], Is.EqualTo(expected).Within(relative * Math.Abs(expected)), $"x = {x[i]:R}");
        }
    }

    [TestCaseSource(nameof(ElementwiseOnes))]
    public void IsAccurateInFloat(ActivationFunction activation)
    {
        float[] x = [.. Enumerable.Range(-4000, 8000).Select(i => i * 0.01f), 1e-3f, -1e-3f, 1e-7f, -1e-7f];
        float[] y = new float[x.Length];
        activation.Forward<float>(x, y, 1);
        for (int i = 0; i < x.Length; i++)
        {
            // Eight units in the last place, down to where floats lose digits.
            double expected = Naive(activation, x[i]);
            Assert.That(y[i], Is.EqualTo(expected).Within((1e-6 * Math.Abs(expected)) + 1e-37), $"x = {x[i]:R}");
        }
    }

    // Golden: mpmath with 40 digits, x * erfc(-x / sqrt(2)) / 2.
    [TestCase(-0.5, -0.1542687693629934)]
    [TestCase(-3, -0.004049694094890284)]
    [TestCase(-8, -4.976768459417427e-15)]
    [TestCase(-20, -5.507248237212467e-88)]
    [TestCase(-36, -1.505744663687022e-282)]
    [TestCase(2.25, 2.222494936526149)]
    public void GeluIsAccurateInItsTail(double x, double expected) =>
        Assert.That(Forward(GELU, [x])[0], Is.EqualTo(expected).Within(Math.Abs(expected) * 3e-15));

    [TestCaseSource(nameof(All))]
    public void GradientIsTheDerivative(ActivationFunction activation)
    {
        // Away from the kinks at 0, in rows of 7.
        double[] x = [.. Enumerable.Range(0, 21).Select(i => ((i * 37 % 21) - 10.3) * 0.45)];
        var random = new Random(3);
        double[] dy = [.. x.Select(_ => random.NextDouble() - 0.5)];
        double[] y = Forward(activation, x, 7), dx = new double[x.Length];
        activation.Backward<double>(
            activation.BackwardReads.HasFlag(ActivationReads.Input) ? x : [],
            activation.BackwardReads.HasFlag(ActivationReads.Output) ? y : [],
            dy, dx, 7);
        Stencil.AssertEqual(dx, Stencil.Gradient(v => Forward(activation, v, 7).Zip(dy, (a, b) => a * b).Sum(), x));
    }

    [TestCaseSource(nameof(All))]
    public void InPlaceAndAnyLengthGiveTheSameBits(ActivationFunction activation)
    {
        var random = new Random(5);
        for (int length = 0; length <= 70; length++)
        {
            int row = Math.Max(1, length);
            float[] x = [.. Enumerable.Range(0, length).Select(_ => (float)(random.NextDouble() * 8) - 4)];
            float[] dy = [.. x.Select(_ => random.NextSingle() - 0.5f)];
            float[] y = new float[length + 1], dx = new float[length + 1], single = [.. x], inPlace = [.. x, 7], gradient = [.. dy, 7];
            activation.Forward<float>(x, y.AsSpan(..length), row);
            activation.Backward<float>(x, y.AsSpan(..length), dy, dx.AsSpan(..length), row);
            activation.Forward<float>(inPlace.AsSpan(..length), inPlace.AsSpan(..length), row);
            activation.Backward<float>(x, y.AsSpan(..length), gradient.AsSpan(..length), gradient.AsSpan(..length), row);
            Assert.That(inPlace, Is.EqualTo((float[])[.. y[..length], 7]), $"forward, length {length}");
            Assert.That(gradient, Is.EqualTo((float[])[.. dx[..length], 7]), $"backward, length {length}");
            for (int i = 0; activation.IsElementwise && i < length; i++)
            {
                activation.Forward<float>(x.AsSpan(i, 1), single.AsSpan(i, 1), 1);
            }

            Assert.That(activation.IsElementwise ? single : y[..length], Is.EqualTo(y[..length]), $"one by one, length {length}");
        }
    }

    [TestCase("linear", double.NegativeInfinity, double.PositiveInfinity)]
    [TestCase("relu", 0, double.PositiveInfinity)]
    [TestCase("relu6", 0, 6)]
    [TestCase("leaky_relu", double.NegativeInfinity, double.PositiveInfinity)]
    [TestCase("elu", -1, double.PositiveInfinity)]
    [TestCase("selu", -1.7580993408473766, double.PositiveInfinity)]
    [TestCase("gelu", 0, double.PositiveInfinity)]
    [TestCase("sigmoid", 0, 1)]
    [TestCase("hard_sigmoid", 0, 1)]
    [TestCase("tanh", -1, 1)]
    [TestCase("softplus", 0, double.PositiveInfinity)]
    [TestCase("silu", 0, double.PositiveInfinity)]
    public void ReachesItsLimits(string name, double low, double high)
    {
        ActivationFunction activation = FromName(name);
        Assert.That(Forward(activation, [double.NegativeInfinity])[0], Is.EqualTo(low).Within(1e-15));
        Assert.That(Forward(activation, [double.PositiveInfinity])[0], Is.EqualTo(high));
        float[] y = new float[4];
        activation.Forward<float>([float.NegativeInfinity, float.PositiveInfinity, -3e38f, 3e38f], y, 1);
        Assert.That(y[0], Is.EqualTo(low).Within(1e-6));
        Assert.That(y[1], Is.EqualTo(high));
        Assert.That(y, Has.None.NaN);
        double[] dx = new double[2], x = [-1e300, 1e300];
        activation.Backward<double>(x, Forward(activation, x), [1, 1], dx, 1);
        Assert.That(dx, Has.None.NaN);
        Assert.That(dx[1], Is.EqualTo(name switch { "selu" => 1.0507009873554805, "relu6" or "sigmoid" or "hard_sigmoid" or "tanh" => 0, _ => 1 }));
    }

    [TestCaseSource(nameof(All))]
    public void NaNPasses(ActivationFunction activation)
    {
        double[] y = Forward(activation, [0.5, double.NaN, -0.5], 3);
        Assert.That(y[1], Is.NaN);
        float[] single = new float[9];
        activation.Forward<float>([1, 2, 3, 4, float.NaN, 6, 7, 8, 9], single, 9);
        Assert.That(single[4], Is.NaN);
    }

    [TestCase(5.5, 1)]
    [TestCase(6, 0)]
    [TestCase(6.5, 0)]
    public void Relu6EndsAtSix(double x, double slope)
    {
        double[] dx = new double[1];
        ReLU6.Backward<double>([x], Forward(ReLU6, [x]), [1], dx, 1);
        Assert.That((Forward(ReLU6, [x])[0], dx[0]), Is.EqualTo((Math.Min(x, 6), slope)));
    }

    [TestCase(-3.5, 0, 0)]
    [TestCase(-3, 0, 0)]
    [TestCase(0, 0.5, 1.0 / 6)]
    [TestCase(3, 1, 0)]
    [TestCase(3.5, 1, 0)]
    public void HardSigmoidEndsAtThree(double x, double y, double slope)
    {
        double[] dx = new double[1];
        HardSigmoid.Backward<double>([x], Forward(HardSigmoid, [x]), [1], dx, 1);
        Assert.That((Forward(HardSigmoid, [x])[0], dx[0]), Is.EqualTo((y, slope)));
    }

    [Test]
    public void SlopesAtZero()
    {
        foreach ((ActivationFunction activation, double slope) in new[] { (ReLU, 0.0), (ReLU6, 0), (LeakyReLU(0.3), 0.3), (ELU(), 1), (Tanh, 1), (GELU, 0.5) })
        {
            double[] dx = new double[1];
            activation.Backward<double>([0], Forward(activation, [0.0]), [1], dx, 1);
            Assert.That(dx[0], Is.EqualTo(slope).Within(1e-15), activation.Name);
        }

        Assert.That(double.IsNegative(Forward(Tanh, [0.0])[0]), Is.False);
        Assert.That(double.IsNegative(Forward(Tanh, [-0.0])[0]), Is.True);
    }

    [TestCaseSource(nameof(All))]
    public void ComesBackFromItsNameAndParameters(ActivationFunction activation)
    {
        ActivationFunction copy = FromName(activation.Name, activation.Parameters);
        Assert.That(copy.ToString(), Is.EqualTo(activation.ToString()));
        double[] x = [-1.5, 0.7, 0.1];
        Assert.That(Forward(copy, x, 3), Is.EqualTo(Forward(activation, x, 3)));
    }

    [Test]
    public void ErrorsSayWhatWasExpected()
    {
        Assert.That(() => FromName("rleu"), Throws.ArgumentException.With.Message.EqualTo(
            "ActivationFunction: expected one of linear, relu, relu6, leaky_relu, elu, selu, gelu, sigmoid, hard_sigmoid, tanh, softmax, softplus, silu, got 'rleu'."));
        Assert.That(
            () => FromName("elu", new Dictionary<string, double> { ["slope"] = 1 }),
            Throws.ArgumentException.With.Message.EqualTo("ActivationFunction: expected the parameters of 'elu' to be alpha, got 'slope'."));
        Assert.That(
            () => FromName("relu", new Dictionary<string, double> { ["slope"] = 1 }),
            Throws.ArgumentException.With.Message.EqualTo("ActivationFunction: expected no parameters for 'relu', got 'slope'."));
        Assert.That(() => LeakyReLU(-1), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "LeakyReLU: expected negativeSlope to be a finite number of at least 0, got -1."));
        Assert.That(() => ReLU.Forward<float>(new float[3], new float[2], 1), Throws.ArgumentException.With.Message.EqualTo(
            "Elementwise: expected spans of one length, got 3 and 2 elements."));
        Assert.That(() => Softmax.Forward<float>(new float[3], new float[3], 2), Throws.ArgumentException.With.Message.EqualTo(
            "Softmax: expected whole rows of at least 1 element, got 3 elements in rows of 2."));
    }
}
