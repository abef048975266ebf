using System.Numerics;
using Engine.Kernels;
using Engine.Numerics;

namespace Engine.Tests.Kernels;

[Category("Kernels")]
[TestFixture(typeof(float), 2e-5)]
[TestFixture(typeof(double), 1e-12)]
public sealed class ConcreteMaskTests<T>(double tolerance)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Rows = 3, Positions = 5;

    private static readonly RandomSource s_random = new(seed: 5, stream: 6, step: 7);

    // Equation 5 of the paper and its derivative as they stand.
    [Test]
    public void MasksAndGradientAreTheFormulas(
        [Values(1, 7, 16, 65, 130)] int channels, [Values(-2.2, 0, 0.9)] double logit, [Values(0.1, 0.7)] double temperature)
    {
        uint[] keys = channels % 2 == 0 ? [] : [4, 9, 4];
        T[] masks = new T[Rows * channels], y = new T[Rows * Positions * channels], dy = new T[y.Length];
        new RandomSource(1, 1).FillNormal(y.AsSpan());
        new RandomSource(1, 2).FillNormal(dy.AsSpan());

        ConcreteMask.Fill(masks.AsSpan(), channels, logit, temperature, s_random, keys);
        double gradient = ConcreteMask.LogitGradient<T>(y, dy, masks, channels, logit, temperature);

        double p = 1 / (1 + Math.Exp(-logit)), expected = 0, size = 0;
        T[] noise = new T[3 * NoiseVectors.Group];
        for (int i = 0; i < y.Length; i++)
        {
            int row = i / (Positions * channels), c = i % channels;
            new NoiseVectors(s_random).FillLogistic<T>(keys.Length == 0 ? (uint)row : keys[row], 0, noise);
            double dropped = 1 / (1 + Math.Exp(-(logit + double.CreateChecked(noise[c])) / temperature));
            double mask = (1 - dropped) / (1 - p);
            Assert.That(double.CreateChecked(masks[(row * channels) + c]), Is.EqualTo(mask).Within(tolerance * 4));
            double product = double.CreateChecked(y[i]) * double.CreateChecked(dy[i]);
            expected += product * (p - (dropped / temperature));
            size += Math.Abs(product / temperature);
        }

        Assert.That(gradient, Is.EqualTo(expected).Within(tolerance * size));
    }
}
