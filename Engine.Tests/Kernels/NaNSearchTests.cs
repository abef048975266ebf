using System.Numerics;
using Engine.Kernels;

namespace Engine.Tests.Kernels;

[Category("Kernels")]
[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
public sealed class NaNSearchTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Nothing, less than a part, and several parts, the last of them short.
    [Test]
    public void FindsOneAnywhere([Values(0, 1, 9, 200_003)] int length, [Values(1, 2, 4)] int threads)
    {
        T[] x = [.. Enumerable.Range(0, length).Select(i => i % 3 == 0 ? T.PositiveInfinity : T.CreateTruncating(i))];
        Assert.That(new NaNSearch<T>(x).IsFound(threads), Is.False);
        foreach (int at in new[] { 0, length / 2, length - 1 }.Where(at => at >= 0 && at < length))
        {
            (T value, x[at]) = (x[at], T.NaN);
            Assert.That(new NaNSearch<T>(x).IsFound(threads), Is.True, $"at {at}");
            x[at] = value;
        }
    }
}
