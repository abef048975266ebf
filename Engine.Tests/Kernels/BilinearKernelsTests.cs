using System.Numerics;
using Engine.Kernels;

namespace Engine.Tests.Kernels;

/// <summary>Enlargement against the formula for one element, and backward against it as the transposed matrix.</summary>
[Category("Kernels")]
[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
public sealed class BilinearKernelsTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Factors of powers of two: the weights and all products of small integers are exact.
    [Test]
    public void BothWaysAreTheNaiveTwin([Values(1, 2, 4)] int threads, [Values(1, 8, 19)] int channels)
    {
        BilinearGeometry g = new(5, 3, 2, 4, channels);
        const int Batch = 3;
        Random random = new(6);
        T[] x = [.. Enumerable.Range(0, Batch * g.InputSize).Select(_ => T.CreateChecked(random.Next(-9, 10)))];
        T[] dy = [.. Enumerable.Range(0, Batch * g.OutputSize).Select(_ => T.CreateChecked(random.Next(-9, 10)))];
        T[] expected = new T[dy.Length], gradient = new T[x.Length];
        for (int o = 0; o < expected.Length; o++)
        {
            int c = o % channels, w = o / channels % g.OutputWidth, h = o / channels / g.OutputWidth % g.OutputHeight;
            int n = o / g.OutputSize;
            for (int i = 0; i < g.Height; i++)
            {
                for (int j = 0; j < g.Width; j++)
                {
                    T weight = T.CreateChecked(Weight(h, i, g.HeightFactor, g.Height) * Weight(w, j, g.WidthFactor, g.Width));
                    int cell = (((((n * g.Height) + i) * g.Width) + j) * channels) + c;
                    expected[o] += weight * x[cell];
                    gradient[cell] += weight * dy[o];
                }
            }
        }

        T[] y = new T[dy.Length], dx = new T[x.Length];
        Array.Fill(y, T.NaN);
        Array.Fill(dx, T.NaN);
        BilinearKernels.Forward(x, y, g, threads);
        BilinearKernels.Backward(dy, dx, g, threads);
        Assert.That(y, Is.EqualTo(expected));
        Assert.That(dx, Is.EqualTo(gradient));
    }

    // The hat function around the cell's center, at a place moved to the outermost centers.
    private static double Weight(int position, int cell, int factor, int length)
    {
        double place = Math.Clamp(((position + 0.5) / factor) - 0.5, 0, length - 1);
        return Math.Max(0, 1 - Math.Abs(place - cell));
    }
}
