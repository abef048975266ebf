using System.Numerics;
using Engine.Kernels;

namespace Engine.Tests.Kernels;

[Category("Kernels")]
public class ElementwiseTests
{
    [Test]
    public void FloatMatchesItsTwins() => MatchesItsTwins<float>();

    [Test]
    public void DoubleMatchesItsTwins() => MatchesItsTwins<double>();

    // Small integers: exact, so fused and unfused, in any order, are the same bits.
    private static void MatchesItsTwins<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new Random(1);
        for (int length = 0; length <= 70; length++)
        {
            T[] x1 = Integers<T>(random, length), x2 = Integers<T>(random, length);
            Check(y => Elementwise.Map(x1, x2, y, default(Difference<T>)), (_, i) => x1[i] - x2[i]);
            Check(y => Elementwise.Map(y, x1, y, default(Difference<T>)), (y, i) => y - x1[i]);
            Check(y => Elementwise.Scale(-3, x1, y), (_, i) => x1[i] * T.CreateChecked(-3));
            Check(y => Elementwise.Scale(5, y, y), (y, _) => y * T.CreateChecked(5));
            Check(y => GradientClipping.ClipValue(y, 4), (y, _) => T.Clamp(y, T.CreateChecked(-4), T.CreateChecked(4)));

            void Check(SpanAction<T> kernel, Func<T, int, T> twin)
            {
                T[] y = Integers<T>(random, length + 1);
                T[] expected = [.. y[..length].Select(twin), y[length]];
                kernel(y.AsSpan(..length));
                Assert.That(y, Is.EqualTo(expected), $"length {length}");
            }
        }
    }

    private static T[] Integers<T>(Random random, int length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        [.. Enumerable.Range(0, length).Select(_ => T.CreateChecked(random.Next(-9, 10)))];

    private delegate void SpanAction<T>(Span<T> span);

    private readonly struct Difference<T> : IBinaryOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public Vector<T> Invoke(Vector<T> x1, Vector<T> x2) => x1 - x2;
    }
}
