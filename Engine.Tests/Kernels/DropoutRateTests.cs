using Engine.Kernels;

namespace Engine.Tests.Kernels;

[Category("Kernels")]
public sealed class DropoutRateTests
{
    [TestCase(0, 65536, 1)]
    [TestCase(0.5, 32768, 2)]
    [TestCase(0.75, 16384, 4)]
    [TestCase(1e-12, 65535, 65536 / 65535.0)]
    [TestCase(1 - 1e-12, 1, 65536)]
    [TestCase(0.1, 58982, 65536 / 58982.0)]
    [TestCase(1, 0, 0)]
    public void ARateIsQuantizedButOnlyZeroAndOneAreCertain(double rate, int kept, double scale)
    {
        var quantized = new DropoutRate(rate);

        Assert.That(quantized.Kept, Is.EqualTo(kept));
        Assert.That(quantized.Scale<double>(), Is.EqualTo(scale));
        Assert.That(quantized.Scale<float>(), Is.EqualTo((float)scale));
        Assert.That(quantized.KeepsAll, Is.EqualTo(rate == 0));
        Assert.That(quantized.DropsAll, Is.EqualTo(rate == 1));
    }

    [TestCase(-0.1, "-0.1")]
    [TestCase(1.5, "1.5")]
    [TestCase(double.NaN, "NaN")]
    [TestCase(double.PositiveInfinity, "Infinity")]
    public void ARateOutsideItsRangeIsRefused(double rate, string text)
        => Assert.That(
            () => new DropoutRate(rate), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
                $"Dropout: expected a rate from 0 to 1, got {text}. Pass the fraction to drop, not the one to keep, and not percent."));
}
