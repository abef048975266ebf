using System.Numerics;
using Engine.Kernels;

namespace Engine.Tests.Kernels;

/// <summary>The passes of normalization against plain loops; on small integers the same bits.</summary>
[Category("Kernels")]
[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
public sealed class NormalizationKernelsTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Rows that are a power of two: a mean of small integers is then exact, and so is all that follows.
    [Test]
    public void MomentsAreTheNaiveTwin([Values(1, 2, 4)] int threads, [Values(1, 7, 8, 19, 33, 130)] int columns)
    {
        const int Rows = 1024;
        T[] x = Integers(Rows * columns, 1);
        T[] mean = Poisoned(columns), variance = Poisoned(columns);
        T[] scratch = Poisoned(NormalizationBatches.Scratch(Rows, columns));
        NormalizationBatches.Moments(x, mean, variance, scratch, threads);
        for (int c = 0; c < columns; c++)
        {
            double[] column = [.. Enumerable.Range(0, Rows).Select(r => double.CreateChecked(x[(r * columns) + c]))];
            double expected = column.Average();

            // A sum of k squares rounds k times; joining the blocks rounds a few times more.
            double tolerance = (NormalizationMoments.RowsABlock(columns) + 40) * double.CreateChecked(T.BitIncrement(T.One) - T.One);
            Assert.That(double.CreateChecked(mean[c]), Is.EqualTo(expected).Within(tolerance * 9));
            Assert.That(
                double.CreateChecked(variance[c]),
                Is.EqualTo(column.Average(value => (value - expected) * (value - expected))).Within(tolerance * 81));
        }
    }

    [Test]
    public void MomentsDoNotDependOnThreads([Values(3, 32)] int columns)
    {
        const int Rows = 3001;
        T[] x = [.. new Random(2).GetItems(Enumerable.Range(0, 1000).Select(i => T.CreateChecked(Math.Sin(i))).ToArray(), Rows * columns)];
        T[][]? one = null;
        foreach (int threads in (int[])[1, 2, 4])
        {
            T[] mean = Poisoned(columns), variance = Poisoned(columns), sums = Poisoned(columns), products = Poisoned(columns);
            T[] scratch = Poisoned(NormalizationBatches.Scratch(Rows, columns));
            NormalizationBatches.Moments(x, mean, variance, scratch, threads);
            NormalizationBatches.GradientSums(x, x, mean, sums, products, scratch, threads);
            one ??= [mean, variance, sums, products];
            Assert.That(new[] { mean, variance, sums, products }, Is.EqualTo(one));
        }
    }

    [Test]
    public void PassesOverColumnsAreTheNaiveTwin([Values(1, 2, 4)] int threads, [Values(1, 7, 8, 19, 33)] int columns)
    {
        const int Rows = 301;
        T[] x = Integers(Rows * columns, 3), dy = Integers(Rows * columns, 4);
        T[] mean = Integers(columns, 5), scale = Integers(columns, 6), slope = Integers(columns, 7), shift = Integers(columns, 8);
        T[] y = Poisoned(x.Length), dx = Poisoned(x.Length), sums = Poisoned(columns), products = Poisoned(columns);
        T[] expectedY = new T[x.Length], expectedDx = new T[x.Length], expectedSums = new T[columns], expectedProducts = new T[columns];
        for (int i = 0; i < x.Length; i++)
        {
            int c = i % columns;
            expectedY[i] = ((x[i] - mean[c]) * scale[c]) + shift[c];
            expectedSums[c] += dy[i];
            expectedProducts[c] += dy[i] * (x[i] - mean[c]);
            expectedDx[i] = (scale[c] * dy[i]) - ((x[i] - mean[c]) * slope[c]) - shift[c];
        }

        NormalizationBatches.Normalize(x, mean, scale, shift, y, threads);
        NormalizationBatches.GradientSums(
            x, dy, mean, sums, products, Poisoned(NormalizationBatches.Scratch(Rows, columns)), threads);
        NormalizationBatches.InputGradient(x, dy, mean, scale, slope, shift, dx, threads);
        Assert.That(y, Is.EqualTo(expectedY));
        Assert.That(sums, Is.EqualTo(expectedSums));
        Assert.That(products, Is.EqualTo(expectedProducts));
        Assert.That(dx, Is.EqualTo(expectedDx));
    }

    [Test]
    public void RowsAreTheNaiveTwinAtEveryLength()
    {
        const int Rows = 5;
        for (int length = 1; length <= 70; length++)
        {
            T[] x = Integers(Rows * length, 9), gamma = Integers(length, 10), beta = Integers(length, 11);
            T[] y = Poisoned(x.Length), means = Poisoned(Rows), inverses = Poisoned(Rows);
            NormalizationRows.Forward(x, gamma, beta, 0.5, means, inverses, y, 1);
            for (int i = 0; i < x.Length; i++)
            {
                double[] row = [.. x[(i / length * length)..((i / length * length) + length)].Select(double.CreateChecked)];
                double mean = row.Average(), variance = row.Average(value => (value - mean) * (value - mean));
                double expected = ((row[i % length] - mean) / Math.Sqrt(variance + 0.5) * double.CreateChecked(gamma[i % length]))
                    + double.CreateChecked(beta[i % length]);

                // Some dozen roundings of numbers up to 200.
                double tolerance = 3000 * double.CreateChecked(T.BitIncrement(T.One) - T.One);
                Assert.That(double.CreateChecked(y[i]), Is.EqualTo(expected).Within(tolerance), $"length {length}");
            }
        }
    }

    [Test]
    public void ChannelMasksAreTheNaiveTwin([Values(1, 2, 4)] int threads, [Values(1, 8, 19)] int channels)
    {
        const int Batch = 3, Positions = 5;
        T[] x = Integers(Batch * Positions * channels, 12), y = Poisoned(x.Length);
        T[] masks = [.. Enumerable.Range(0, Batch * channels).Select(i => T.CreateChecked(i % 3))];
        x[0] = T.NaN;
        ChannelMask.Apply(x, masks, y, channels, threads);
        T[] expected = [.. x.Select((value, i) => masks[(i / (Positions * channels) * channels) + (i % channels)] is var mask
            && mask == T.Zero ? T.Zero : value * mask)];
        Assert.That(y, Is.EqualTo(expected));
    }

    private static T[] Integers(int length, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, length).Select(_ => T.CreateChecked(random.Next(-9, 10)))];
    }

    private static T[] Poisoned(int length)
    {
        T[] values = new T[length];
        Array.Fill(values, T.NaN);
        return values;
    }
}
