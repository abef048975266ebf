using System.Numerics;
using Engine.Kernels;

namespace Engine.Tests.Kernels;

/// <summary>Pooling against loops over every cell of every window, on small integers: the same bits.</summary>
[Category("Kernels")]
[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
public sealed class PoolingKernelsTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly T s_poison = T.CreateChecked(666.666);

    private static IEnumerable<TestCaseData> Geometries =>
        from window in ((int D, int H, int W)[])[(1, 2, 2), (1, 3, 2), (2, 1, 3), (1, 1, 1)]
        from stride in ((int D, int H, int W)[])[(1, 2, 2), (2, 1, 3), (1, 3, 1)]
        from padding in (Padding[])[Padding.Valid, Padding.Same]
        from channels in (int[])[1, 3, 6, 8, 19, 33]
        select new TestCaseData(Geometry(window, stride, padding, channels));

    private static ConvolutionGeometry Geometry(
        (int D, int H, int W) window, (int D, int H, int W) stride, Padding padding, int channels) => new(
        new WindowAxis(3, window.D, stride.D, 1, padding),
        new WindowAxis(8, window.H, stride.H, 1, padding),
        new WindowAxis(7, window.W, stride.W, 1, padding),
        channels,
        channels);

    [TestCaseSource(nameof(Geometries))]
    public void MaxIsTheNaiveTwin(object geometry) => Verify<MaxPool<T>>((ConvolutionGeometry)geometry, isMax: true);

    [TestCaseSource(nameof(Geometries))]
    public void AverageIsTheNaiveTwin(object geometry) => Verify<AveragePool<T>>((ConvolutionGeometry)geometry, isMax: false);

    // More than one part of rows, and of samples where windows overlap.
    [Test]
    public void ThreadsChangeNoBit([Values(2, 3)] int window)
    {
        ConvolutionGeometry geometry = new(
            WindowAxis.None, new WindowAxis(41, window, 2, 1, Padding.Same), new WindowAxis(43, window, 2, 1, Padding.Same), 17, 17);
        const int Batch = 5;
        T[] x = Integers(Batch * geometry.InputSize, 1), dy = Integers(Batch * geometry.OutputSize, 2);
        T[][]? one = null;
        foreach (int threads in (int[])[1, 2, 4])
        {
            T[] y = Poisoned(dy.Length), dx = Poisoned(x.Length);
            PoolingKernels.Forward<T, MaxPool<T>>(x, y, geometry, threads);
            PoolingKernels.Backward<T, MaxPool<T>>(x, dy, dx, geometry, threads);
            one ??= [y, dx];
            Assert.That(y, Is.EqualTo(one[0]));
            Assert.That(dx, Is.EqualTo(one[1]));
        }

        (T[] expected, T[] gradient) = Naive(x, dy, geometry, isMax: true);
        Assert.That(one![0], Is.EqualTo(expected));
        Assert.That(one[1], Is.EqualTo(gradient));
    }

    [Test]
    public void SpansOfOtherLengthsAreRefused()
    {
        ConvolutionGeometry geometry = Geometry((1, 2, 2), (1, 2, 2), Padding.Valid, 3);
        T[] x = new T[geometry.InputSize], y = new T[geometry.OutputSize];
        Assert.That(() => PoolingKernels.Forward<T, MaxPool<T>>(x, y.AsSpan(1), geometry, 1), Throws.ArgumentException);
        Assert.That(() => PoolingKernels.Forward<T, MaxPool<T>>(x.AsSpan(1), y, geometry, 1), Throws.ArgumentException);
        Assert.That(() => PoolingKernels.Backward<T, MaxPool<T>>(x, y, x.AsSpan(1), geometry, 1), Throws.ArgumentException);
        Assert.That(() => PoolingKernels.Backward<T, MaxPool<T>>([], y, x, geometry, 1), Throws.ArgumentException);
    }

    private static void Verify<TPool>(ConvolutionGeometry geometry, bool isMax)
        where TPool : struct, IPoolingOperation<T>
    {
        const int Batch = 2;
        T[] x = Integers(Batch * geometry.InputSize, 3), dy = Integers(Batch * geometry.OutputSize, 4);
        T[] y = Poisoned(dy.Length + 1), dx = Poisoned(x.Length + 1);

        PoolingKernels.Forward<T, TPool>(x, y.AsSpan(..^1), geometry, 2);
        PoolingKernels.Backward<T, TPool>(x, dy, dx.AsSpan(..^1), geometry, 2);

        (T[] expected, T[] gradient) = Naive(x, dy, geometry, isMax);
        Assert.That(y[..^1], Is.EqualTo(expected));
        Assert.That(dx[..^1], Is.EqualTo(gradient));
        Assert.That(new[] { y[^1], dx[^1] }, Is.All.EqualTo(s_poison), "written past the end");
    }

    /// <summary>The naive twin, output by output: value and gradient.</summary>
    private static (T[] Y, T[] Gradient) Naive(T[] x, T[] dy, ConvolutionGeometry g, bool isMax)
    {
        T[] y = new T[dy.Length], dx = new T[x.Length];
        for (int o = 0; o < y.Length; o++)
        {
            int c = o % g.Channels, w = o / g.Channels % g.Width.Output, h = o / g.Channels / g.Width.Output % g.Height.Output;
            int d = o / g.Channels / g.Width.Output / g.Height.Output % g.Depth.Output, n = o / g.OutputSize;
            int[] cells =
            [
                .. from i in Cells(g.Depth, d)
                   from j in Cells(g.Height, h)
                   from k in Cells(g.Width, w)
                   select (((((((n * g.Depth.Input) + i) * g.Height.Input) + j) * g.Width.Input) + k) * g.Channels) + c,
            ];
            if (isMax)
            {
                int best = cells.First(cell => cells.All(other => x[other] <= x[cell]));
                y[o] = x[best];
                dx[best] += dy[o];
                continue;
            }

            T count = T.CreateChecked(cells.Length);
            y[o] = cells.Aggregate(T.Zero, (sum, cell) => sum + x[cell]) / count;
            foreach (int cell in cells)
            {
                dx[cell] += dy[o] / count;
            }
        }

        return (y, dx);
    }

    private static IEnumerable<int> Cells(WindowAxis axis, int position) =>
        Enumerable.Range((position * axis.Stride) - axis.PadBefore, axis.Window).Where(i => i >= 0 && i < axis.Input);

    private static T[] Integers(int length, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, length).Select(_ => T.CreateChecked(random.Next(-9, 10)))];
    }

    private static T[] Poisoned(int length)
    {
        T[] values = new T[length];
        Array.Fill(values, s_poison);
        return values;
    }
}
