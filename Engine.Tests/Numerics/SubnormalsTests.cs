using System.Numerics;
using Engine.Numerics;

namespace Engine.Tests.Numerics;

[Category("Kernels")]
public class SubnormalsTests
{
    [Test]
    public void FlushClearsWhatIsBelowTheFloorAtEveryLength()
    {
        FlushClearsWhatIsBelowTheFloor<float>(-100, -149);
        FlushClearsWhatIsBelowTheFloor<double>(-1000, -1074);
    }

    private static void FlushClearsWhatIsBelowTheFloor<T>(int floorPower, int smallestPower)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T floor = T.ScaleB(T.One, floorPower), below = T.BitDecrement(floor), smallest = T.ScaleB(T.One, smallestPower);
        T[] values = [floor, below, -floor, -below, smallest, -smallest, T.Zero, T.One, T.NaN, T.NegativeInfinity];
        T[] expected = [floor, T.Zero, -floor, T.Zero, T.Zero, T.Zero, T.Zero, T.One, T.NaN, T.NegativeInfinity];
        for (int length = 0; length <= 37; length++)
        {
            T[] x = [.. Enumerable.Range(0, length).Select(i => values[i % values.Length])];
            Subnormals.Flush<T>(x);
            Assert.That(x, Is.EqualTo(Enumerable.Range(0, length).Select(i => expected[i % values.Length])), $"length {length}");
        }
    }

    [Test]
    public void SquaresOfTheirFloorAreNormal([Values(1, 0.1, 0.001, 1e-6)] double gain)
    {
        float single = Subnormals.FloorOfSquared<float>(gain)[0];
        double twice = Subnormals.FloorOfSquared<double>(gain)[0];
        Assert.That(float.IsNormal((float)gain * single * single));
        Assert.That(double.IsNormal(gain * twice * twice));
        Assert.That((float)gain * single * single, Is.LessThan(8 * 1.1754944e-38f));
        Assert.That(gain * twice * twice, Is.LessThan(8 * 2.2250738585072014e-308));
    }
}
