using System.Numerics;
using System.Runtime.InteropServices;
using Engine.Kernels;
using Engine.Tests.Support;

namespace Engine.Tests.Kernels;

/// <summary>Winograd's convolution and its two gradients against direct sums in double precision.</summary>
[Category("Kernels")]
[TestFixture(TypeArgs = [typeof(float)])]
[TestFixture(TypeArgs = [typeof(double)])]
public sealed class WinogradTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>
    /// Relative to the largest result. In float the bar of the class's remarks; in double the same algorithm with 2⁻²⁹ of its
    /// rounding error.
    /// </summary>
    private static readonly double s_tolerance = typeof(T) == typeof(float) ? 2e-5 : 1e-13;

    private static readonly (int Batch, int Height, int Width, int Channels, int Filters)[] s_sizes =
    [
        (1, 3, 4, 1, 1), (1, 1, 1, 2, 3), (3, 2, 1, 5, 7), (1, 4, 9, 3, 5), (3, 7, 5, 8, 4), (1, 8, 12, 9, 17), (3, 6, 11, 16, 15),
        (1, 13, 10, 17, 33), (3, 14, 9, 7, 16), (1, 5, 6, 33, 65), (1, 9, 7, 70, 31), (3, 29, 37, 4, 6), (3, 41, 43, 5, 3),
        (1, 37, 41, 50, 4), (1, 37, 41, 3, 35), // several blocks of tiles, of channels and of filters
    ];

    [Test]
    public void ForwardIsTheDirectSum([Values] Padding padding, [Values] bool relu)
    {
        foreach ((int batch, ConvolutionGeometry geometry) in Cases(padding))
        {
            Random random = new(batch + geometry.KernelSize);
            T[] x = Uniform(random, batch * geometry.InputSize);
            T[] kernel = Uniform(random, geometry.KernelSize);
            T[] bias = relu ? Uniform(random, geometry.Filters) : [];
            double[] expected = DirectForward(geometry, batch, x, kernel);
            for (int i = 0; i < expected.Length; i++)
            {
                expected[i] = relu ? Math.Max(expected[i] + ToDouble(bias[i % geometry.Filters]), 0) : expected[i];
            }

            Check(geometry, expected, (y, threads) =>
                WinogradConvolution.Forward<T>(geometry, batch, x, kernel, bias, y, relu, threads));
        }
    }

    [Test]
    public void InputGradientIsTheDirectSum([Values] Padding padding)
    {
        foreach ((int batch, ConvolutionGeometry geometry) in Cases(padding))
        {
            Random random = new(batch + geometry.KernelSize);
            T[] dy = Uniform(random, batch * geometry.OutputSize);
            T[] kernel = Uniform(random, geometry.KernelSize);
            Check(geometry, DirectInputGradient(geometry, batch, dy, kernel), (dx, threads) =>
                WinogradConvolution.InputGradient<T>(geometry, batch, dy, kernel, dx, threads));
        }
    }

    [Test]
    public void WeightGradientIsTheDirectSum([Values] Padding padding)
    {
        foreach ((int batch, ConvolutionGeometry geometry) in Cases(padding))
        {
            Random random = new(batch + geometry.KernelSize);
            T[] x = Uniform(random, batch * geometry.InputSize);
            T[] dy = Uniform(random, batch * geometry.OutputSize);
            Check(geometry, DirectWeightGradient(geometry, batch, x, dy), (dKernel, threads) =>
                WinogradConvolution.WeightGradient<T>(geometry, batch, x, dy, dKernel, threads));
        }
    }

    /// <summary>The bar that the class promises: 2e-5 of the largest result, from 64 to 512 channels, in float.</summary>
    [TestCase(64, false)]
    [TestCase(128, true)]
    [TestCase(256, false)]
    [TestCase(512, true)]
    public void ManyChannelsKeepTheBar(int channels, bool isNormal)
    {
        ConvolutionGeometry geometry = Geometry(7, 6, channels, 24, Padding.Same);
        ConvolutionGeometry turned = Geometry(7, 6, 24, channels, Padding.Same);
        Random random = new(41);
        T[] x = new T[geometry.InputSize];
        T[] kernel = new T[geometry.KernelSize];
        Fill(random, x, isNormal);
        Fill(random, kernel, isNormal);
        Check(geometry, DirectForward(geometry, 1, x, kernel), (y, threads) =>
            WinogradConvolution.Forward<T>(geometry, 1, x, kernel, [], y, false, threads));
        Check(turned, DirectInputGradient(turned, 1, x, kernel), (dx, threads) =>
            WinogradConvolution.InputGradient<T>(turned, 1, x, kernel, dx, threads));
        T[] dy = new T[geometry.OutputSize];
        Fill(random, dy, isNormal);
        Check(geometry, DirectWeightGradient(geometry, 1, x, dy), (dKernel, threads) =>
            WinogradConvolution.WeightGradient<T>(geometry, 1, x, dy, dKernel, threads));
        T[] y = new T[turned.InputSize], wide = new T[turned.OutputSize];
        Fill(random, y, isNormal);
        Fill(random, wide, isNormal);
        Check(turned, DirectWeightGradient(turned, 1, y, wide), (dKernel, threads) =>
            WinogradConvolution.WeightGradient<T>(turned, 1, y, wide, dKernel, threads));
    }

    /// <summary>The same bar for the sum over many tiles: 1568 of them, as in eight images of 56 × 56.</summary>
    [Test]
    public void ManyTilesKeepTheBar([Values] bool isNormal)
    {
        ConvolutionGeometry geometry = Geometry(56, 56, 3, 2, Padding.Same);
        Random random = new(43);
        T[] x = new T[8 * geometry.InputSize];
        T[] dy = new T[8 * geometry.OutputSize];
        Fill(random, x, isNormal);
        Fill(random, dy, isNormal);
        Check(geometry, DirectWeightGradient(geometry, 8, x, dy), (dKernel, threads) =>
            WinogradConvolution.WeightGradient<T>(geometry, 8, x, dy, dKernel, threads));
    }

    [Test]
    public void SupportsWhatHasWindowsOfThreeAlongTwoAxesAndNothingElse()
    {
        WindowAxis axis = new(9, 3, 1, 1, Padding.Same);
        Assert.That(WinogradConvolution.Supports(new(WindowAxis.None, axis, axis, 4, 6)));
        ConvolutionGeometry[] others =
        [
            new(axis, axis, axis, 4, 6),
            new(WindowAxis.None, axis, axis, 4, 6, groups: 2),
            new(WindowAxis.None, WindowAxis.None, axis, 4, 6),
            new(WindowAxis.None, axis, new(9, 3, 2, 1, Padding.Same), 4, 6),
            new(WindowAxis.None, new(9, 3, 1, 2, Padding.Same), axis, 4, 6),
            new(WindowAxis.None, axis, new(9, 5, 1, 1, Padding.Same), 4, 6),
        ];
        foreach (ConvolutionGeometry other in others)
        {
            Assert.That(WinogradConvolution.Supports(other), Is.False, other.ToString());
            ArgumentException? error = Assert.Throws<ArgumentException>(
                () => WinogradConvolution.Forward<T>(other, 1, [], [], [], [], relu: false, threads: 1));
            Assert.That(error!.Message, Does.StartWith("WinogradConvolution: expected two axes with windows of 3"));
        }
    }

    [Test]
    public void WrongLengthsAreErrors()
    {
        ConvolutionGeometry g = Geometry(5, 6, 3, 2, Padding.Same);
        T[] x = new T[g.InputSize];
        T[] kernel = new T[g.KernelSize];
        T[] y = new T[g.OutputSize];
        Assert.Throws<ArgumentOutOfRangeException>(() => WinogradConvolution.Forward<T>(g, 2, x, kernel, [], y, false, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => WinogradConvolution.Forward<T>(g, 1, x, kernel, y, y, false, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => WinogradConvolution.InputGradient<T>(g, 1, x, kernel, x, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => WinogradConvolution.WeightGradient<T>(g, 1, x, y, y, 1));
    }

    [Test]
    public void NothingIsAllocatedTwice()
    {
        ConvolutionGeometry geometry = Geometry(9, 11, 10, 12, Padding.Same);
        T[] x = new T[geometry.InputSize];
        T[] kernel = new T[geometry.KernelSize];
        T[] y = new T[geometry.OutputSize];

        // Alone first: of two threads this one may get no part, and would allocate its memory in the measured round.
        All(threads: 1);
        All(threads: 2);
        long before = GC.GetAllocatedBytesForCurrentThread();
        All(threads: 2);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);

        void All(int threads)
        {
            WinogradConvolution.Forward<T>(geometry, 1, x, kernel, [], y, relu: true, threads);
            WinogradConvolution.InputGradient<T>(geometry, 1, y, kernel, x, threads);
            WinogradConvolution.WeightGradient<T>(geometry, 1, x, y, kernel, threads);
        }
    }

    [Test]
    public void NotANumberStaysOne()
    {
        ConvolutionGeometry geometry = Geometry(5, 6, 3, 2, Padding.Same);
        T[] x = new T[geometry.InputSize];
        T[] kernel = new T[geometry.KernelSize];
        T[] y = new T[geometry.OutputSize];
        x[0] = T.NaN;
        WinogradConvolution.Forward<T>(geometry, 1, x, kernel, [], y, relu: true, threads: 1);
        Assert.That(T.IsNaN(y[0]));
    }

    /// <summary>All threads give the same bits, all of them right, whatever was in the destination and in the scratch.</summary>
    private static void Check(in ConvolutionGeometry geometry, double[] expected, Action<T[], int> run)
    {
        T[]? first = null;
        foreach (int threads in new[] { 1, 2, 4 })
        {
            T[] actual = new T[expected.Length];
            actual.AsSpan().Fill(T.NaN);
            WinogradScratch.Poison(0xff);
            run(actual, threads);
            first ??= actual;
            bool isSame = MemoryMarshal.AsBytes<T>(actual).SequenceEqual(MemoryMarshal.AsBytes<T>(first));
            Assert.That(isSame, $"{geometry}, {threads} threads: other bits than with one.");
        }

        double largest = expected.Max(Math.Abs);
        double error = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            double difference = Math.Abs(ToDouble(first![i]) - expected[i]);
            error = Math.Max(error, difference); // NaN stays, and compares as false
        }

        Assert.That(error <= s_tolerance * largest, $"{geometry}: an error of {error} beside {largest}.");
    }

    private static IEnumerable<(int Batch, ConvolutionGeometry Geometry)> Cases(Padding padding)
    {
        foreach ((int batch, int height, int width, int channels, int filters) in s_sizes)
        {
            if (padding != Padding.Valid || Math.Min(height, width) >= 3)
            {
                yield return (batch, Geometry(height, width, channels, filters, padding));
            }
        }
    }

    private static ConvolutionGeometry Geometry(int height, int width, int channels, int filters, Padding padding) =>
        new(WindowAxis.None, new(height, 3, 1, 1, padding), new(width, 3, 1, 1, padding), channels, filters);

    private static T[] Uniform(Random random, int length) =>
        Enumerable.Range(0, length).Select(_ => T.CreateChecked(random.NextDouble() - 0.5)).ToArray();

    private static void Fill(Random random, T[] values, bool isNormal)
    {
        for (int i = 0; i < values.Length; i++)
        {
            // Twelve uniform numbers have a variance of 1, and a sum that is normal as far as anybody can see here.
            double sum = 0;
            for (int k = 0; k < (isNormal ? 12 : 1); k++)
            {
                sum += random.NextDouble() - 0.5;
            }

            values[i] = T.CreateChecked(sum);
        }
    }

    private static double ToDouble(T value) => double.CreateChecked(value);

    private static double[] DirectForward(in ConvolutionGeometry geometry, int batch, T[] x, T[] kernel) =>
        NaiveConvolution.Forward(geometry, batch, NaiveConvolution.Doubles(x), NaiveConvolution.Doubles(kernel));

    private static double[] DirectInputGradient(in ConvolutionGeometry geometry, int batch, T[] dy, T[] kernel) =>
        NaiveConvolution.InputGradient(geometry, batch, NaiveConvolution.Doubles(dy), NaiveConvolution.Doubles(kernel));

    private static double[] DirectWeightGradient(in ConvolutionGeometry geometry, int batch, T[] x, T[] dy) =>
        NaiveConvolution.WeightGradient(geometry, batch, NaiveConvolution.Doubles(x), NaiveConvolution.Doubles(dy));
}
