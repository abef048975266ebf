using Engine.Kernels;

namespace Engine.Tests.Kernels;

[Category("Kernels")]
public class SoftmaxKernelsTests
{
    private static double[] Softmax(double[] x)
    {
        double max = x.Max();
        double sum = x.Sum(v => Math.Exp(v - max));
        return [.. x.Select(v => Math.Exp(v - max) / sum)];
    }

    [Test]
    public void MatchesItsTwinAtEveryLength([Values(1, 3)] int rows)
    {
        var random = new Random(4);
        for (int length = 1; length <= 70; length++)
        {
            double[] x = [.. Enumerable.Range(0, rows * length).Select(_ => (random.NextDouble() * 20) - 10)];
            double[] y = new double[x.Length];
            Array.Fill(y, double.NaN);
            SoftmaxKernels.Forward<double>(x, y, length);
            for (int r = 0; r < rows; r++)
            {
                double[] expected = Softmax(x[(r * length)..((r + 1) * length)]);
                Assert.That(y[(r * length)..((r + 1) * length)], Is.EqualTo(expected).Within(1e-14), $"length {length}");
                double logSumExp = SoftmaxKernels.LogSumExp<double>(x.AsSpan(r * length, length));
                Assert.That(logSumExp, Is.EqualTo(Math.Log(x[(r * length)..((r + 1) * length)].Sum(Math.Exp))).Within(1e-13));
            }
        }
    }

    [Test]
    public void CrossEntropyMatchesItsTwinAtEveryLength()
    {
        var random = new Random(5);
        for (int length = 1; length <= 70; length++)
        {
            const int Rows = 2;
            double[] x = [.. Enumerable.Range(0, Rows * length).Select(_ => (random.NextDouble() * 20) - 10)];
            double[] y = [.. x.Select(_ => random.NextDouble())];
            double[] losses = new double[Rows], dx = new double[x.Length];
            Array.Fill(losses, double.NaN);
            Array.Fill(dx, double.NaN);
            SoftmaxKernels.CrossEntropy<double>(x, y, losses, 0.9, 0.1 / length);
            SoftmaxKernels.CrossEntropyGradient<double>(x, y, 0.3, dx, length, 0.9, 0.1 / length);
            for (int r = 0; r < Rows; r++)
            {
                double[] p = Softmax(x[(r * length)..((r + 1) * length)]);
                double[] t = [.. y[(r * length)..((r + 1) * length)].Select(v => (0.9 * v) + (0.1 / length))];
                double sum = t.Sum();
                Assert.That(losses[r], Is.EqualTo(-t.Zip(p, (a, b) => a * Math.Log(b)).Sum()).Within(1e-12));
                double[] expected = [.. p.Zip(t, (a, b) => 0.3 * ((a * sum) - b))];
                Assert.That(dx[(r * length)..((r + 1) * length)], Is.EqualTo(expected).Within(1e-13));
            }
        }
    }

    [Test]
    public void LargeLogitsDoNotOverflow()
    {
        float[] y = new float[3];
        SoftmaxKernels.Forward<float>([3e38f, -3e38f, 3e38f], y, 3);
        Assert.That(y, Is.EqualTo(new[] { 0.5f, 0, 0.5f }));
        SoftmaxKernels.Forward<float>([1, float.NegativeInfinity, 1], y, 3);
        Assert.That(y, Is.EqualTo(new[] { 0.5f, 0, 0.5f }));
        float[] loss = new float[1];
        SoftmaxKernels.CrossEntropy<float>([1000, -1000, float.NegativeInfinity], [0, 1, 0], loss, 1, 0);
        Assert.That(loss[0], Is.EqualTo(2000));
    }

    [Test]
    public void MaxFindsEveryPlace()
    {
        for (int length = 1; length <= 40; length++)
        {
            for (int place = 0; place < length; place++)
            {
                float[] x = [.. Enumerable.Range(0, length).Select(i => i == place ? -1f : -2 - i)];
                Assert.That(SoftmaxKernels.Max<float>(x), Is.EqualTo(-1));
            }
        }
    }
}
