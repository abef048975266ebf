using System.Numerics.Tensors;

namespace Engine.Tests.Tensors;

public class RandomTensorTests
{
    [Test]
    public void NormalHasMeanAndDeviation()
    {
        Tensor<float> x = RandomTensor.Normal([100, 70], seed: 1, mean: 3, standardDeviation: 2);
        Assert.That(x.Lengths.ToArray(), Is.EqualTo(new nint[] { 100, 70 }));
        ReadOnlySpan<float> values = x.AsDenseSpan();

        // Five standard errors of 7,000 draws: 5 · 2 / √7000, and 5 · 2 / √14000 for the deviation.
        Assert.That(TensorPrimitives.Average(values), Is.EqualTo(3).Within(0.12));
        Assert.That(TensorPrimitives.StdDev(values), Is.EqualTo(2).Within(0.085));
    }

    [Test]
    public void UniformFillsItsInterval()
    {
        ReadOnlySpan<float> values = RandomTensor.Uniform([7_000], seed: 1, low: -3, high: 1).AsDenseSpan();
        Assert.That(TensorPrimitives.Min(values), Is.InRange(-3, -2.99));
        Assert.That(TensorPrimitives.Max(values), Is.InRange(0.99, 1));

        // Five standard errors: 5 · 4 / √12 / √7000.
        Assert.That(TensorPrimitives.Average(values), Is.EqualTo(-1).Within(0.07));
    }

    [Test]
    public void TheSeedDecides()
    {
        float[] Values(ulong seed) => RandomTensor.Normal([3, 5], seed).AsDenseSpan().ToArray();
        float[] once = Values(1), again = Values(1);
        Assert.That(again, Is.EqualTo(once));
        Assert.That(Values(2), Is.Not.EqualTo(once));
    }

    [Test]
    public void RefusesWhatIsNoDistribution()
    {
        Assert.That(
            () => RandomTensor.Normal([2], 1, standardDeviation: -1),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartWith(
                "RandomTensor.Normal: expected a finite standard deviation of 0 or more, got -1."));
        Assert.That(
            () => RandomTensor.Normal([2], 1, mean: double.NaN),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartWith(
                "RandomTensor.Normal: expected a finite mean, got NaN."));
        Assert.That(
            () => RandomTensor.Uniform([2], 1, low: 1, high: 1),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartWith(
                "RandomTensor.Uniform: expected finite low < high, got [1, 1)."));
    }
}
