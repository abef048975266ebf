using System.Numerics;
using Engine.Kernels;

namespace Engine.Tests.Kernels;

[Category("Kernels")]
public class ReductionsTests
{
    [Test]
    public void ColumnSumsMatchTheirTwin([Values(0, 1, 5, 8, 33)] int rows)
    {
        AssertColumnSums<float>(rows);
        AssertColumnSums<double>(rows);
    }

    [Test]
    public void ColumnSumsKeepNaNInItsColumn([Values(5, 10, 33)] int columns, [Values(3, 20)] int rows)
    {
        float[] x = new float[rows * columns], sums = new float[columns];
        x[(1 * columns) + 2] = float.NaN;
        x[(2 * columns) + 3] = float.PositiveInfinity;
        Reductions.ColumnSums<float>(x, sums);
        float[] expected = new float[columns];
        (expected[2], expected[3]) = (float.NaN, float.PositiveInfinity);
        Assert.That(sums, Is.EqualTo(expected));
    }

    [Test]
    public void ColumnSumsRefuseBrokenRows() => Assert.That(
        () => Reductions.ColumnSums<float>(new float[7], new float[3]),
        Throws.ArgumentException.With.Message.EqualTo("Elementwise: expected spans of one length, got 7 and 6 elements."));

    [Test]
    public void SumsAreExactOnIntegers([Values(0, 1, 3, 8, 255, 256, 257, 1031)] int length)
    {
        var random = new Random(3);
        float[] x = [.. Enumerable.Range(0, length).Select(_ => (float)random.Next(-99, 100))];
        Assert.That(Reductions.SumOfSquares<float>(x), Is.EqualTo(x.Sum(v => (double)v * v)));
        Assert.That(Reductions.SumOfMagnitudes<float>(x), Is.EqualTo(x.Sum(v => (double)Math.Abs(v))));
    }

    [Test]
    public void SquaresOfFloatsAddUpInDouble()
    {
        // In float the squares of 1e25 would overflow, and a million times 0.1² would lose digits.
        Assert.That(Reductions.SumOfSquares<float>([1e25f, 1e25f]), Is.EqualTo(2 * (double)1e25f * 1e25f));
        // A million roundings of a sum of 10⁴ in double: below 10⁶ · 10⁴ · 1e-16.
        float[] x = new float[1_000_003];
        Array.Fill(x, 0.1f);
        Assert.That(Reductions.SumOfSquares<float>(x), Is.EqualTo(1_000_003 * ((double)0.1f * 0.1f)).Within(1e-6));
    }

    // On integers: the same bits in any order.
    private static void AssertColumnSums<T>(int rows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new Random(2);
        for (int columns = 1; columns <= 70; columns++)
        {
            T[] x = [.. Enumerable.Range(0, rows * columns).Select(_ => T.CreateChecked(random.Next(-9, 10)))];
            T[] sums = new T[columns + 1];
            Array.Fill(sums, T.NaN);
            Reductions.ColumnSums<T>(x, sums.AsSpan(..columns));
            T[] expected = new T[columns + 1];
            expected[columns] = T.NaN;
            for (int i = 0; i < x.Length; i++)
            {
                expected[i % columns] += x[i];
            }

            Assert.That(sums, Is.EqualTo(expected), $"{columns} columns");
        }
    }
}
