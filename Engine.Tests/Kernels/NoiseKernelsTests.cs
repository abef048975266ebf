using System.Numerics;
using Engine.Kernels;
using Engine.Numerics;

namespace Engine.Tests.Kernels;

[Category("Kernels")]
[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
public sealed class NoiseKernelsTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly RandomSource s_random = new(seed: 5, stream: 6, step: 7);

    /// <summary>The naive twin: element by element, the noise of a whole row drawn at once.</summary>
    private static T[] Naive(T[] x, int rowLength, double deviation, uint[] keys, bool multiplies)
    {
        T[] y = new T[x.Length], noise = new T[(rowLength + NoiseVectors.Group) / NoiseVectors.Group * NoiseVectors.Group];
        for (int i = 0; i < x.Length; i++)
        {
            if (i % rowLength == 0)
            {
                new NoiseVectors(s_random).FillNormal<T>(keys.Length == 0 ? (uint)(i / rowLength) : keys[i / rowLength], 0, noise);
            }

            T z = noise[i % rowLength], sigma = T.CreateTruncating(deviation);
            y[i] = multiplies ? x[i] * Simd.MultiplyAdd(sigma, z, T.One) : Simd.MultiplyAdd(sigma, z, x[i]);
        }

        return y;
    }

    [Test]
    public void EveryLengthIsTheNaiveTwinBitForBit([Values] bool multiplies)
    {
        for (int length = 1; length < 150; length++)
        {
            T[] x = Numbers(3 * length), y = new T[x.Length + 1];
            uint[] keys = length % 2 == 0 ? [] : [9, uint.MaxValue, 9];
            Array.Fill(y, T.CreateChecked(666.666));

            Apply(x, y.AsSpan(0, x.Length), length, keys, multiplies, threads: 1);

            Assert.That(y[..^1], Is.EqualTo(Naive(x, length, 0.7, keys, multiplies)), $"{length}");
            Assert.That(y[^1], Is.EqualTo(T.CreateChecked(666.666)), "written past the end");
        }
    }

    [TestCase(1, 40_001)]
    [TestCase(3, 16_384 + 77)]
    [TestCase(701, 61)]
    public void AnyNumberOfThreadsIsTheNaiveTwinBitForBit(int rows, int length)
    {
        T[] x = Numbers(rows * length), expected = Naive(x, length, 0.7, [], multiplies: true);
        foreach (int threads in new[] { 1, 2, 4 })
        {
            T[] y = new T[x.Length];

            Apply(x, y, length, [], multiplies: true, threads);

            Assert.That(y.AsSpan().SequenceEqual(expected), $"{threads} threads");
        }
    }

    [Test]
    public void InPlaceIsTheSame([Values(1, 65, 200)] int length, [Values] bool multiplies)
    {
        T[] x = Numbers(3 * length), expected = Naive(x, length, 0.7, [], multiplies);

        Apply(x, x, length, [], multiplies, threads: 1);

        Assert.That(x, Is.EqualTo(expected));
    }

    private static void Apply(T[] x, Span<T> y, int length, uint[] keys, bool multiplies, int threads)
    {
        if (multiplies)
        {
            NoiseKernels.Multiply(x, y, length, 0.7, s_random, keys, threads);
        }
        else
        {
            NoiseKernels.Add(x, y, length, 0.7, s_random, keys, threads);
        }
    }

    private static T[] Numbers(int length)
    {
        T[] numbers = new T[length];
        new RandomSource(1, 1).FillNormal(numbers.AsSpan());
        return numbers;
    }
}
