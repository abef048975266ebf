using System.Numerics;
using Engine.Kernels;

namespace Engine.Tests.Kernels;

[Category("Kernels")]
[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
public sealed class PaddedStepsTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Several parts where there are more than a few features, the last of them short.
    private const int Steps = 9001;

    [Test]
    public void MaskAndCopyAreTheNaiveTwins(
        [Values(1, 3, 4, 7, 8, 16, 17, 31, 33)] int features, [Values(0, -1, double.NaN)] double padding, [Values(1, 2, 4)] int threads)
    {
        T[] x = Padded(features, padding);
        T[] mask = new T[Steps], copy = new T[x.Length], inPlace = [.. x];
        new PaddedSteps<T>(x, padding, mask) { From = x, To = copy }.RunAll(threads);
        new PaddedSteps<T>(x, padding, new T[Steps]) { From = inPlace, To = inPlace }.RunAll(threads);
        for (int step = 0; step < Steps; step++)
        {
            T[] values = x[(step * features)..((step + 1) * features)];
            bool isPadded = values.All(value => value.Equals(T.CreateTruncating(padding)));
            T[] expected = isPadded ? new T[features] : values;
            Assert.That(mask[step], Is.EqualTo(isPadded ? T.Zero : T.One), $"step {step}");
            Assert.That(copy[(step * features)..((step + 1) * features)], Is.EqualTo(expected), $"step {step}");
            Assert.That(inPlace[(step * features)..((step + 1) * features)], Is.EqualTo(expected), $"step {step} in place");
        }
    }

    [Test]
    public void AMaskOfOneValueAStepCopiesWholeSteps([Values(1, 2)] int threads)
    {
        const int Features = 5;
        T[] mask = new T[Steps], from = new T[Steps * Features], to = new T[from.Length];
        for (int i = 0; i < from.Length; i++)
        {
            mask[i / Features] = T.CreateTruncating(i / Features % 3 == 0 ? 0 : 1);
            from[i] = T.CreateTruncating(i + 1);
        }

        T[] before = [.. mask];
        new PaddedSteps<T>(mask, padding: 0, mask) { From = from, To = to }.RunAll(threads);
        Assert.That(mask, Is.EqualTo(before));
        Assert.That(to, Is.EqualTo(from.Select((value, i) => value * mask[i / Features])));
    }

    // Every third step is padded; every seventh is but for one value, anywhere in it.
    private static T[] Padded(int features, double padding)
    {
        T[] x = new T[Steps * features];
        for (int step = 0; step < Steps; step++)
        {
            Span<T> values = x.AsSpan(step * features, features);
            values.Fill(T.CreateTruncating(step % 3 == 0 || step % 7 == 0 ? padding : step));
            if (step % 7 == 0)
            {
                values[step / 7 % features] = T.One;
            }
        }

        return x;
    }
}
