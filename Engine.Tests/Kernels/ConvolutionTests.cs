using System.Numerics;
using System.Runtime.InteropServices;
using Engine.Kernels;
using Engine.Tests.Support;

namespace Engine.Tests.Kernels;

/// <summary>
/// Convolution against its naive twins: strides, dilations, groups and paddings that differ on every axis, on one to three axes.
/// </summary>
[Category("Kernels")]
[TestFixture(TypeArgs = [typeof(float)])]
[TestFixture(TypeArgs = [typeof(double)])]
public sealed class ConvolutionTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly Padding[] s_paddings = [Padding.Valid, Padding.Same, Padding.Causal];

    private static IEnumerable<ConvolutionGeometry> Geometries
    {
        get
        {
            foreach (Padding padding in s_paddings)
            {
                // Windows, strides and dilations around each other's multiples; a stride beyond the window leaves inputs unseen.
                foreach ((int window, int stride, int dilation) in ((int, int, int)[])
                    [(1, 1, 1), (1, 3, 1), (2, 1, 1), (3, 1, 1), (3, 2, 1), (2, 3, 1), (4, 2, 1), (3, 1, 2), (3, 2, 2), (3, 4, 2),
                    (2, 6, 4), (4, 3, 2), (7, 1, 1)])
                {
                    yield return new(
                        WindowAxis.None, WindowAxis.None, new(19, window, stride, dilation, padding), channels: 5, filters: 3);
                    yield return new(
                        WindowAxis.None, new(7, 2, 1, 1, padding), new(13, window, stride, dilation, padding), 3, 18);
                    yield return new(
                        WindowAxis.None, new(19, window, stride, dilation, padding), new(5, 3, 2, 1, padding), 6, 10, groups: 2);
                }

                yield return new(
                    new(4, 2, 1, 1, padding), new(7, 3, 2, 1, padding), new(5, 2, 1, 2, padding), 3, 4);
                yield return new(
                    new(7, 3, 2, 1, padding), new(5, 1, 1, 1, padding), new(9, 2, 3, 3, padding), 4, 6, groups: 2);
                yield return new(WindowAxis.None, new(5, 3, 1, 1, padding), new(7, 2, 1, 1, padding), 4, 4, groups: 4);
                yield return new(WindowAxis.None, new(6, 3, 1, 1, padding), new(9, 3, 1, 1, padding), 1, 1);
            }

        }
    }

    // Beyond every block: of patches, of the summed axis, of columns, of kernels that do not fit into the scratch at once.
    private static IEnumerable<ConvolutionGeometry> LargeGeometries
    {
        get
        {
            yield return new(WindowAxis.None, new(13, 3, 1, 1, Padding.Same), new(31, 3, 1, 1, Padding.Same), 61, 35);
            yield return new(WindowAxis.None, new(3, 3, 1, 1, Padding.Same), new(5, 3, 2, 1, Padding.Same), 130, 530);
            yield return new(WindowAxis.None, new(3, 3, 1, 1, Padding.Same), new(5, 3, 2, 1, Padding.Same), 530, 130);
            yield return new(WindowAxis.None, new(41, 5, 1, 1, Padding.Valid), new(37, 3, 1, 1, Padding.Same), 3, 16);
        }
    }

    [TestCaseSource(nameof(Geometries))]
    [TestCaseSource(nameof(LargeGeometries), Category = "Large")]
    public void SmallIntegersAreExact(object geometry)
    {
        foreach (int batch in (int[])[1, 3])
        {
            Random random = new(batch);
            Check(new Operands((ConvolutionGeometry)geometry, batch, () => random.Next(-3, 4)), isExact: true);
        }
    }

    [TestCaseSource(nameof(Geometries))]
    [TestCaseSource(nameof(LargeGeometries), Category = "Large")]
    public void RandomNumbersAreWithinTheirRounding(object geometry)
    {
        Random random = new(7);
        Check(new Operands((ConvolutionGeometry)geometry, 2, () => random.NextDouble() - 0.5), isExact: false);
    }

    [TestCaseSource(nameof(Geometries))]
    [TestCaseSource(nameof(LargeGeometries), Category = "Large")]
    [Category("Large")]
    public void BitsDoNotDependOnThreads(object geometry)
    {
        ConvolutionGeometry g = (ConvolutionGeometry)geometry;
        Random random = new(11);
        Operands operands = new(g, 3, () => random.NextDouble() - 0.5);
        T[][] expected = operands.Run(threads: 1, relu: true);
        foreach (int threads in (int[])[2, 4])
        {
            T[][] actual = operands.Run(threads, relu: true);
            for (int kind = 0; kind < expected.Length; kind++)
            {
                Assert.That(
                    MemoryMarshal.AsBytes<T>(actual[kind]).SequenceEqual(MemoryMarshal.AsBytes<T>(expected[kind])),
                    $"result {kind} on {threads} threads");
            }
        }
    }

    [TestCaseSource(nameof(Geometries))]
    [TestCaseSource(nameof(LargeGeometries))]
    public void NoSamplesHaveAGradientOfZeros(object geometry)
    {
        ConvolutionGeometry g = (ConvolutionGeometry)geometry;
        T[] kernel = new T[g.KernelSize], gradient = [.. Enumerable.Repeat(T.NaN, g.KernelSize)];
        Convolution.Forward<T>(g, 0, [], kernel, [], [], relu: false, allowWinograd: true, threads: 2);
        Convolution.InputGradient<T>(g, 0, [], kernel, [], allowWinograd: true, threads: 2);
        Convolution.WeightGradient<T>(
            g, 0, [], [], gradient, allowWinograd: true, new T[Convolution.ScratchLength(g, 0)], threads: 2);
        Assert.That(gradient, Is.All.EqualTo(T.Zero));
    }

    [Test]
    public void ChunksOfTheSummedAxisAreManyWhereTheKernelIsSmall()
    {
        ConvolutionGeometry g = new(
            WindowAxis.None, new(41, 5, 1, 1, Padding.Valid), new(37, 3, 1, 1, Padding.Same), 3, 16);
        Assert.That(Convolution.ScratchLength(g, batch: 3), Is.EqualTo(3 * g.KernelSize));
    }

    [Test]
    public void NothingIsAllocatedAfterTheFirstCall()
    {
        ConvolutionGeometry g = new(
            WindowAxis.None, new(23, 3, 2, 1, Padding.Same), new(31, 3, 1, 1, Padding.Valid), 6, 18, groups: 2);
        Operands operands = new(g, 3, () => 1);
        T[] y = new T[3 * g.OutputSize], dx = new T[3 * g.InputSize], dw = new T[g.KernelSize];
        T[] scratch = new T[Convolution.ScratchLength(g, 3)];
        long before = 0;
        for (int call = 0; call < 3; call++)
        {
            before = call == 1 ? GC.GetAllocatedBytesForCurrentThread() : before;
            Convolution.Forward(g, 3, operands.X, operands.Kernel, operands.Bias, y, relu: true, allowWinograd: true, 1);
            Convolution.InputGradient(g, 3, operands.Dy, operands.Kernel, dx, allowWinograd: true, 1);
            Convolution.WeightGradient(g, 3, operands.X, operands.Dy, dw, allowWinograd: true, scratch, 1);
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void SpansThatDoNotFitAreRefused()
    {
        ConvolutionGeometry g = new(WindowAxis.None, WindowAxis.None, new(7, 3, 1, 1, Padding.Valid), 2, 3);
        T[] x = new T[14], kernel = new T[18], y = new T[15];
        Assert.That(
            () => Convolution.Forward(g, 1, x, kernel, new T[2], y, relu: false, allowWinograd: false, 1),
            Throws.ArgumentException.With.Message.StartsWith("Convolution: expected 3 elements of bias.Length, got 2."));
        Assert.That(
            () => Convolution.InputGradient<T>(g, 1, y, kernel, x.AsSpan(1), allowWinograd: false, 1),
            Throws.ArgumentException.With.Message.StartsWith("Convolution: expected 14 elements of x, got 13."));
        Assert.That(
            () => Convolution.WeightGradient<T>(g, 2, x, y, kernel, allowWinograd: false, [], 1),
            Throws.ArgumentException.With.Message.StartsWith("Convolution: expected 28 elements of x, got 14."));
    }

    // An element is a sum of k products and a bias: k + 1 roundings of the sum of magnitudes at most, on each of the two sides.
    private static void Check(Operands o, bool isExact)
    {
        ConvolutionGeometry g = o.Geometry;
        double[][] expected = Sums(o, value => value), magnitudes = isExact ? expected : Sums(o, Math.Abs);
        double[] bias = NaiveConvolution.Doubles(o.Bias), otherBias = NaiveConvolution.Doubles(o.OtherBias);
        int patch = g.PatchLength, seen = g.WindowPositions * g.GroupFilters, outputs = o.Batch * g.OutputPositions;
        foreach (bool relu in (bool[])[false, true])
        {
            T[][] actual = o.Run(threads: 1, relu);
            string what = $"relu: {relu}, batch {o.Batch}";
            Compare(actual[0], 0, bias, relu, patch, $"forward, {what}");
            Compare(actual[1], 1, [], false, seen, $"input gradient, {what}");
            Compare(actual[2], 2, [], false, outputs, $"weight gradient, {what}");
            Compare(actual[3], 1, otherBias, relu, seen, $"transposed, {what}");
            Compare(actual[4], 0, bias, relu, patch, $"product of patches, {what}");
            Compare(actual[5], 1, [], false, seen, $"product for the input gradient, {what}");
            Compare(actual[6], 2, [], false, outputs, $"product for the weight gradient, {what}");
        }

        void Compare(T[] actual, int kind, double[] bias, bool relu, int terms, string what)
        {
            double factor = isExact ? 0 : 2 * (terms + 1) * double.CreateChecked(T.BitIncrement(T.One) - T.One);
            double[] values = NaiveConvolution.Finish(expected[kind], bias, relu);
            double[] limits = NaiveConvolution.Finish(magnitudes[kind], Array.ConvertAll(bias, Math.Abs), relu: false);
            double[] results = NaiveConvolution.Doubles(actual);
            for (int i = 0; i < values.Length; i++)
            {
                if (!(Math.Abs(results[i] - values[i]) <= factor * limits[i]))
                {
                    Assert.Fail($"{what}: element {i}: expected {values[i]}, got {results[i]}.");
                }
            }
        }
    }

    /// <summary>Forward, input gradient and weight gradient, without bias, of the operands under a map.</summary>
    private static double[][] Sums(Operands o, Func<double, double> map)
    {
        double[] x = Array.ConvertAll(o.X, Map), kernel = Array.ConvertAll(o.Kernel, Map), dy = Array.ConvertAll(o.Dy, Map);
        return
        [
            NaiveConvolution.Forward(o.Geometry, o.Batch, x, kernel),
            NaiveConvolution.InputGradient(o.Geometry, o.Batch, dy, kernel),
            NaiveConvolution.WeightGradient(o.Geometry, o.Batch, x, dy),
        ];

        double Map(T value) => map(double.CreateTruncating(value));
    }

    private sealed record Operands(ConvolutionGeometry Geometry, int Batch, T[] X, T[] Kernel, T[] Bias, T[] OtherBias, T[] Dy)
    {
        public Operands(ConvolutionGeometry g, int batch, Func<double> next)
            : this(
                g,
                batch,
                Fill(batch * g.InputSize, next),
                Fill(g.KernelSize, next),
                Fill(g.Filters, next),
                Fill(g.Channels, next),
                Fill(batch * g.OutputSize, next))
        {
        }

        /// <summary>
        /// Forward with bias, input gradient, weight gradient, and transposed with bias, each over poison, in the way that the shapes
        /// choose; then the first three as products of patches, which serve every shape.
        /// </summary>
        public T[][] Run(int threads, bool relu)
        {
            T[][] results =
            [
                Poisoned(Dy.Length), Poisoned(X.Length), Poisoned(Kernel.Length), Poisoned(X.Length),
                Poisoned(Dy.Length), Poisoned(X.Length), Poisoned(Kernel.Length),
            ];
            T[] scratch = Poisoned(Convolution.ScratchLength(Geometry, Batch));
            Convolution.Forward(Geometry, Batch, X, Kernel, Bias, results[0], relu, allowWinograd: false, threads);
            Convolution.InputGradient(Geometry, Batch, Dy, Kernel, results[1], allowWinograd: false, threads);
            Convolution.WeightGradient(Geometry, Batch, X, Dy, results[2], allowWinograd: false, scratch, threads);
            Convolution.Transposed(Geometry, Batch, Dy, Kernel, OtherBias, results[3], relu, threads);
            scratch.AsSpan().Fill(T.NaN);
            ImplicitGemm.Forward<T>(Geometry, Batch, X, Kernel, Bias, results[4], relu, threads);
            ImplicitGemm.InputGradient<T>(Geometry, Batch, Dy, Kernel, [], results[5], relu: false, threads);
            ImplicitGemm.WeightGradient<T>(Geometry, Batch, X, Dy, results[6], scratch, threads);
            return results;
        }

        private static T[] Poisoned(int length)
        {
            T[] values = new T[length];
            Array.Fill(values, T.NaN);
            return values;
        }

        private static T[] Fill(int length, Func<double> next)
        {
            T[] values = new T[length];
            for (int i = 0; i < length; i++)
            {
                values[i] = T.CreateChecked(next());
            }

            return values;
        }
    }
}
