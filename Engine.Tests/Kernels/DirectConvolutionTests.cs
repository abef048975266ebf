using System.Numerics;
using Engine.Kernels;
using Engine.Tests.Support;

namespace Engine.Tests.Kernels;

/// <summary>
/// Direct and depthwise convolution against one naive twin: a convolution in groups, written as its definition.
/// </summary>
[Category("Kernels")]
[TestFixture(TypeArgs = [typeof(float)])]
[TestFixture(TypeArgs = [typeof(double)])]
public sealed class DirectConvolutionTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly bool[] s_either = [false, true];

    private static readonly Case[] s_dense =
    [
        .. from filters in (int[])[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 16, 17, 20, 23, 24, 31, 32, 33, 41]
           select Two(new(11, 3, 1, 1, Padding.Same), new(7, 5, 1, 1, Padding.Same), 1 + (filters % 4), filters),
        .. from padding in (Padding[])[Padding.Valid, Padding.Same]
           from stride in (int[])[1, 2, 3]
           from dilation in (int[])[1, 2]
           select Two(new(13, 3, stride, dilation, padding), new(17, 4, 4 - stride, 3 - dilation, padding), 3, 6),
        Two(new(28, 3, 1, 1, Padding.Valid), new(27, 3, 1, 1, Padding.Valid), 1, 32),
        Two(new(28, 5, 1, 1, Padding.Same), new(29, 5, 1, 1, Padding.Same), 1, 6),
        Two(new(14, 5, 1, 1, Padding.Valid), new(15, 5, 1, 1, Padding.Valid), 6, 16),
        Two(new(5, 2, 1, 1, Padding.Same), new(700, 3, 1, 1, Padding.Same), 9, 10),      // a row cut into bands
        Two(new(9, 3, 4, 1, Padding.Valid), new(10, 2, 3, 1, Padding.Valid), 2, 5),      // strides beyond the window
        Two(new(3, 7, 1, 1, Padding.Same), new(2, 5, 1, 1, Padding.Same), 2, 3),         // a window beyond the image
        Two(new(4, 4, 1, 1, Padding.Valid), new(3, 3, 1, 1, Padding.Valid), 5, 7),       // one output
        Two(new(6, 1, 1, 1, Padding.Valid), new(5, 1, 1, 1, Padding.Valid), 3, 11),      // no window at all
        Two(new(6, 3, 1, 1, Padding.Same), new(20, 3, 1, 1, Padding.Same), 355, 7),      // the longest patch, in double a block beyond the wanted size
        Two(new(6, 3, 1, 1, Padding.Same), new(9, 3, 1, 1, Padding.Same), 8, 355),       // the same for the input's gradient
        Two(new(40, 3, 1, 12, Padding.Same), new(40, 3, 1, 12, Padding.Same), 40, 6),    // few columns see a large block
        Three(WindowAxis.None, WindowAxis.None, new(300, 7, 1, 40, Padding.Causal), 24, 3),
        Three(new(5, 3, 1, 1, Padding.Same), new(6, 3, 1, 1, Padding.Same), new(7, 3, 1, 1, Padding.Same), 20, 5),
        Two(new(9, 3, 1, 1, Padding.Same), new(8, 3, 1, 1, Padding.Valid), 7, 18),
        Three(WindowAxis.None, WindowAxis.None, new(37, 3, 1, 2, Padding.Causal), 4, 9),
        Three(WindowAxis.None, WindowAxis.None, new(3001, 5, 2, 1, Padding.Same), 2, 3),
        Three(new(5, 2, 1, 2, Padding.Same), new(7, 3, 2, 1, Padding.Same), new(6, 4, 1, 1, Padding.Valid), 2, 13),
        Three(new(6, 3, 2, 1, Padding.Valid), new(5, 2, 1, 1, Padding.Same), new(9, 3, 3, 1, Padding.Same), 3, 6),
    ];

    private static readonly Case[] s_depthwise =
    [
        .. from channels in (int[])[1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 31, 33, 50]
           from multiplier in (int[])[1, 2, 3]
           select Depthwise(new(9, 3, 1, 1, Padding.Same), new(6, 2, 1, 1, Padding.Same), channels, multiplier),
        .. from padding in (Padding[])[Padding.Valid, Padding.Same]
           from stride in (int[])[1, 2, 3]
           from dilation in (int[])[1, 2]
           select Depthwise(new(13, 3, stride, dilation, padding), new(17, 4, 4 - stride, 3 - dilation, padding), 6, stride),
        Depthwise(new(41, 3, 1, 1, Padding.Same), new(43, 3, 1, 1, Padding.Same), 67, 1),
        Depthwise(new(41, 3, 2, 1, Padding.Same), new(43, 5, 2, 1, Padding.Same), 35, 2),
        Depthwise(new(3, 5, 1, 1, Padding.Same), new(2, 3, 1, 1, Padding.Same), 5, 4),
        Depthwise(new(2, 2, 1, 1, Padding.Same), new(900, 3, 1, 1, Padding.Same), 70, 1),
    ];

    [TestCaseSource(nameof(s_dense))]
    [TestCaseSource(nameof(s_depthwise))]
    public void SmallIntegersAreExact(Case shapes) => CheckEveryKind(shapes.Geometry, new Random(5), isExact: true);

    [TestCaseSource(nameof(s_dense))]
    [TestCaseSource(nameof(s_depthwise))]
    public void RandomNumbersAreWithinRounding(Case shapes) =>
        CheckEveryKind(shapes.Geometry, new Random(11), isExact: false);

    [TestCaseSource(nameof(s_dense))]
    [TestCaseSource(nameof(s_depthwise))]
    [Category("Large")]
    public void ThreadsDoNotChangeABit(Case shapes)
    {
        // Enough samples for several parts of every kernel; a large image has several itself.
        const int LargeImage = 30_000;
        ConvolutionGeometry geometry = shapes.Geometry;
        int batch = geometry.InputSize > LargeImage ? 3 : 23;
        Random random = new(3);
        T[] x = Filled(batch * geometry.InputSize, () => random.NextDouble() - 0.5);
        T[] kernel = Filled(geometry.KernelSize, () => random.NextDouble() - 0.5);
        T[] dy = Filled(batch * geometry.OutputSize, () => random.NextDouble() - 0.5);
        (T[] Y, T[] DKernel, T[] DX) one = Run(geometry, batch, x, kernel, [], dy, relu: true, threads: 1);
        foreach (int threads in (int[])[2, 4])
        {
            (T[] Y, T[] DKernel, T[] DX) many = Run(geometry, batch, x, kernel, [], dy, relu: true, threads);
            Assert.That(many.Y.AsSpan().SequenceEqual(one.Y), $"y on {threads} threads");
            Assert.That(many.DKernel.AsSpan().SequenceEqual(one.DKernel), $"dKernel on {threads} threads");
            Assert.That(many.DX.AsSpan().SequenceEqual(one.DX), $"dx on {threads} threads");
        }
    }

    [Test]
    public void AnEmptyBatchGivesAKernelGradientOfZeros()
    {
        ConvolutionGeometry dense = Two(new(5, 3, 1, 1, Padding.Same), new(4, 2, 1, 1, Padding.Same), 2, 3).Geometry;
        ConvolutionGeometry depthwise = Depthwise(new(5, 3, 1, 1, Padding.Same), new(4, 2, 1, 1, Padding.Same), 2, 3).Geometry;
        foreach (ConvolutionGeometry geometry in (ConvolutionGeometry[])[dense, depthwise])
        {
            (T[] y, T[] dKernel, T[] dx) = Run(geometry, 0, [], new T[geometry.KernelSize], [], [], relu: false, threads: 2);
            Assert.That(y, Is.Empty);
            Assert.That(dx, Is.Empty);
            Assert.That(dKernel, Is.All.EqualTo(T.Zero));
        }
    }

    [Test]
    public void NotANumberPassesReluAndStaysInItsWindow()
    {
        ConvolutionGeometry geometry = Two(new(6, 3, 1, 1, Padding.Same), new(7, 3, 1, 1, Padding.Same), 1, 5).Geometry;
        T[] x = new T[geometry.InputSize];
        x[(2 * 7) + 3] = T.NaN;
        T[] kernel = Filled(geometry.KernelSize, () => 1);
        T[] y = new T[geometry.OutputSize];
        DirectConvolution.Forward<T>(geometry, 1, x, kernel, [], y, relu: true, threads: 1);
        for (int i = 0; i < y.Length; i++)
        {
            (int row, int column) = (i / 5 / 7, i / 5 % 7);
            Assert.That(T.IsNaN(y[i]), Is.EqualTo(Math.Abs(row - 2) <= 1 && Math.Abs(column - 3) <= 1), $"row {row}, column {column}");
        }
    }

    [Test]
    public void ShapesThatDoNotFitAreRefused()
    {
        ConvolutionGeometry geometry = Two(new(6, 3, 1, 1, Padding.Same), new(7, 3, 1, 1, Padding.Same), 4, 8).Geometry;
        T[] x = new T[geometry.InputSize];
        T[] kernel = new T[geometry.KernelSize];
        T[] y = new T[geometry.OutputSize];
        Assert.Throws<ArgumentException>(() => DirectConvolution.Forward<T>(geometry, 1, x.AsSpan(1), kernel, [], y, false, 1));
        Assert.Throws<ArgumentException>(() => DirectConvolution.WeightGradient<T>(geometry, 2, x, y, kernel, 1));
        Assert.Throws<ArgumentException>(() => DirectConvolution.InputGradient<T>(geometry, 1, y, kernel.AsSpan(1), x, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => DepthwiseConvolution.Forward<T>(geometry, 1, x, kernel, [], y, false, 1));
        ConvolutionGeometry groups = new(geometry.Depth, geometry.Height, geometry.Width, 4, 8, groups: 2);
        Assert.Throws<ArgumentOutOfRangeException>(() => DirectConvolution.Forward<T>(groups, 1, x, kernel, [], y, false, 1));
    }

    private static void CheckEveryKind(ConvolutionGeometry geometry, Random random, bool isExact)
    {
        const int Batch = 2;
        Func<double> number = isExact ? () => random.Next(-4, 5) : () => (random.NextDouble() * 2) - 1;
        T[] x = Filled(Batch * geometry.InputSize, number);
        T[] kernel = Filled(geometry.KernelSize, number);
        T[] dy = Filled(Batch * geometry.OutputSize, number);
        double[] doubleX = NaiveConvolution.Doubles(x), doubleKernel = NaiveConvolution.Doubles(kernel);
        double[] doubleDY = NaiveConvolution.Doubles(dy);
        double[] sums = NaiveConvolution.Forward(geometry, Batch, doubleX, doubleKernel);
        double[] dKernel = NaiveConvolution.WeightGradient(geometry, Batch, doubleX, doubleDY);
        double[] dx = NaiveConvolution.InputGradient(geometry, Batch, doubleDY, doubleKernel);
        foreach (bool relu in s_either)
        {
            foreach (T[] bias in (T[][])[[], Filled(geometry.Filters, number)])
            {
                double[] y = NaiveConvolution.Finish(sums, NaiveConvolution.Doubles(bias), relu);
                (T[] Y, T[] DKernel, T[] DX) actual = Run(geometry, Batch, x, kernel, bias, dy, relu, threads: 3);
                AssertEqual(actual.Y, y, isExact ? 0 : geometry.PatchLength + 1, "y");
                AssertEqual(actual.DKernel, dKernel, isExact ? 0 : Batch * geometry.OutputPositions, "dKernel");
                AssertEqual(actual.DX, dx, isExact ? 0 : geometry.WindowPositions * geometry.GroupFilters, "dx");
            }
        }
    }

    // A sum of n products of numbers up to 1 is wrong by at most n · n · ε / 2.
    private static void AssertEqual(T[] actual, double[] expected, double terms, string what)
    {
        double tolerance = terms * terms * double.CreateChecked(T.BitIncrement(T.One) - T.One) / 2;
        Assert.That(actual, Has.Length.EqualTo(expected.Length));
        for (int i = 0; i < expected.Length; i++)
        {
            double difference = Math.Abs(double.CreateChecked(actual[i]) - expected[i]);
            if (!(difference <= tolerance))
            {
                Assert.Fail($"{what}[{i}]: expected {expected[i]}, got {actual[i]}");
            }
        }
    }

    private static (T[] Y, T[] DKernel, T[] DX) Run(
        in ConvolutionGeometry geometry, int batch, T[] x, T[] kernel, T[] bias, T[] dy, bool relu, int threads)
    {
        // Guarded by poison on either side, which must still be there, and poisoned where results belong.
        const int Guard = 16;
        T[] y = Poisoned((batch * geometry.OutputSize) + (2 * Guard));
        T[] dKernel = Poisoned(geometry.KernelSize + (2 * Guard));
        T[] dx = Poisoned((batch * geometry.InputSize) + (2 * Guard));
        Span<T> ySpan = y.AsSpan()[Guard..^Guard], dKernelSpan = dKernel.AsSpan()[Guard..^Guard], dxSpan = dx.AsSpan()[Guard..^Guard];
        if (geometry.Groups == 1)
        {
            DirectConvolution.Forward<T>(geometry, batch, x, kernel, bias, ySpan, relu, threads);
            DirectConvolution.WeightGradient<T>(geometry, batch, x, dy, dKernelSpan, threads);
            DirectConvolution.InputGradient<T>(geometry, batch, dy, kernel, dxSpan, threads);
        }

        if (geometry.Groups == geometry.Channels)
        {
            // With one channel both can do it, and this one comes last.
            DepthwiseConvolution.Forward<T>(geometry, batch, x, kernel, bias, ySpan, relu, threads);
            DepthwiseConvolution.WeightGradient<T>(geometry, batch, x, dy, dKernelSpan, threads);
            DepthwiseConvolution.InputGradient<T>(geometry, batch, dy, kernel, dxSpan, threads);
        }

        foreach (T[] values in (T[][])[y, dKernel, dx])
        {
            Assert.That(values[..Guard].All(T.IsNaN) && values[^Guard..].All(T.IsNaN), "written outside of the destination");
        }

        return (ySpan.ToArray(), dKernelSpan.ToArray(), dxSpan.ToArray());
    }

    private static Case Three(WindowAxis depth, WindowAxis height, WindowAxis width, int channels, int filters) =>
        new() { Geometry = new(depth, height, width, channels, filters) };

    private static Case Two(WindowAxis height, WindowAxis width, int channels, int filters) =>
        new() { Geometry = new(WindowAxis.None, height, width, channels, filters) };

    private static Case Depthwise(WindowAxis height, WindowAxis width, int channels, int multiplier) =>
        new() { Geometry = new(WindowAxis.None, height, width, channels, channels * multiplier, channels) };

    private static T[] Filled(int length, Func<double> number)
    {
        T[] values = new T[length];
        for (int i = 0; i < length; i++)
        {
            values[i] = T.CreateChecked(number());
        }

        return values;
    }

    private static T[] Poisoned(int length)
    {
        T[] values = new T[length];
        Array.Fill(values, T.NaN);
        return values;
    }

    /// <summary>A geometry that a public test may take.</summary>
    public sealed record Case
    {
        internal ConvolutionGeometry Geometry { get; init; }

        public override string ToString() =>
            $"{Text(Geometry.Depth)} {Text(Geometry.Height)} {Text(Geometry.Width)}, {Geometry.Channels} to {Geometry.Filters}"
            + $" in {Geometry.Groups}";

        private static string Text(WindowAxis axis) =>
            $"{axis.Input}/{axis.Window}s{axis.Stride}d{axis.Dilation}p{axis.PadBefore}+{axis.PadAfter}";
    }
}
