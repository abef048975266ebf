using System.Numerics;
using System.Runtime.InteropServices;
using Engine.Kernels;

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

            // Beyond every block: of patches, of the summed axis, of columns, of kernels that do not fit into the scratch at
            // once.
            yield return new(WindowAxis.None, new(23, 3, 1, 1, Padding.Same), new(31, 3, 1, 1, Padding.Same), 61, 35);
            yield return new(WindowAxis.None, new(3, 3, 1, 1, Padding.Same), new(5, 3, 2, 1, Padding.Same), 130, 530);
            yield return new(WindowAxis.None, new(3, 3, 1, 1, Padding.Same), new(5, 3, 2, 1, Padding.Same), 530, 130);
            yield return new(WindowAxis.None, new(41, 5, 1, 1, Padding.Valid), new(37, 3, 1, 1, Padding.Same), 3, 16);
        }
    }

    [TestCaseSource(nameof(Geometries))]
    public void SmallIntegersAreExact(object geometry)
    {
        ConvolutionGeometry g = (ConvolutionGeometry)geometry;
        foreach (int batch in (int[])[1, 3])
        {
            Random random = new(batch);
            Operands operands = new(g, batch, () => random.Next(-3, 4));
            Check(operands, (actual, expected, _, what) => Assert.That(actual, Is.EqualTo(expected), what));
        }
    }

    // An element is a sum of k products and a bias: k + 1 roundings of the sum of magnitudes at most, on each of the two sides.
    [TestCaseSource(nameof(Geometries))]
    public void RandomNumbersAreWithinTheirRounding(object geometry)
    {
        Random random = new(7);
        Operands operands = new((ConvolutionGeometry)geometry, 2, () => random.NextDouble() - 0.5);
        Operands magnitudes = operands.Map(T.Abs);
        T epsilon = T.BitIncrement(T.One) - T.One;
        ConvolutionGeometry g = operands.Geometry;
        (T[] Values, int Length)[] limits =
        [
            (Naive.Forward(magnitudes, relu: false), g.PatchLength),
            (Naive.InputGradient(magnitudes, relu: false), g.WindowPositions * g.GroupFilters),
            (Naive.WeightGradient(magnitudes), 2 * g.OutputPositions),
            (Naive.InputGradient(magnitudes, relu: false, magnitudes.OtherBias), g.WindowPositions * g.GroupFilters),
        ];
        Check(operands, (actual, expected, kind, what) =>
        {
            T factor = T.CreateChecked(2 * (limits[kind].Length + 1)) * epsilon;
            for (int i = 0; i < actual.Length; i++)
            {
                if (!(T.Abs(actual[i] - expected[i]) <= factor * limits[kind].Values[i]))
                {
                    Assert.Fail($"{what}: element {i}: expected {expected[i]}, got {actual[i]}.");
                }
            }
        });
    }

    [TestCaseSource(nameof(Geometries))]
    public void BitsDoNotDependOnThreads(object geometry)
    {
        ConvolutionGeometry g = (ConvolutionGeometry)geometry;
        Random random = new(11);
        Operands operands = new(g, 3, () => random.NextDouble() - 0.5);
        T[][] expected = operands.Run(threads: 1, relu: true);
        foreach (int threads in (int[])[2, 3, 4])
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

    private static void Check(Operands operands, Action<T[], T[], int, string> check)
    {
        foreach (bool relu in (bool[])[false, true])
        {
            T[][] expected =
            [
                Naive.Forward(operands, relu), Naive.InputGradient(operands, relu: false), Naive.WeightGradient(operands),
                Naive.InputGradient(operands, relu, operands.OtherBias),
            ];
            T[][] actual = operands.Run(threads: 1, relu);
            check(actual[0], expected[0], 0, $"forward, relu: {relu}, batch {operands.Batch}");
            check(actual[1], expected[1], 1, $"input gradient, batch {operands.Batch}");
            check(actual[2], expected[2], 2, $"weight gradient, batch {operands.Batch}");
            check(actual[3], expected[3], 3, $"transposed, relu: {relu}, batch {operands.Batch}");
            check(actual[4], expected[0], 0, $"product of patches, relu: {relu}, batch {operands.Batch}");
            check(actual[5], expected[1], 1, $"product for the input gradient, batch {operands.Batch}");
            check(actual[6], expected[2], 2, $"product for the weight gradient, batch {operands.Batch}");
        }
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

        public Operands Map(Func<T, T> map) =>
            new(Geometry, Batch, [.. X.Select(map)], [.. Kernel.Select(map)], [.. Bias.Select(map)], [.. OtherBias.Select(map)],
                [.. Dy.Select(map)]);

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

        private static T[] Fill(int length, Func<double> next) =>
            [.. Enumerable.Range(0, length).Select(_ => T.CreateChecked(next()))];
    }

    private static class Naive
    {
        public static T[] Forward(Operands o, bool relu)
        {
            T[] y = new T[o.Dy.Length];
            Terms(o, (x, w, i) => y[i] += o.X[x] * o.Kernel[w]);
            return Finish(y, o.Bias, relu);
        }

        public static T[] InputGradient(Operands o, bool relu, T[]? bias = null)
        {
            T[] dx = new T[o.X.Length];
            Terms(o, (x, w, i) => dx[x] += o.Dy[i] * o.Kernel[w]);
            return Finish(dx, bias ?? new T[o.Geometry.Channels], relu);
        }

        public static T[] WeightGradient(Operands o)
        {
            T[] dw = new T[o.Kernel.Length];
            Terms(o, (x, w, i) => dw[w] += o.X[x] * o.Dy[i]);
            return dw;
        }

        private static T[] Finish(T[] sums, T[] bias, bool relu) =>
            [.. sums.Select((sum, i) => relu ? T.Max(sum + bias[i % bias.Length], T.Zero) : sum + bias[i % bias.Length])];

        /// <summary>Every triple of elements of x, kernel and y that meet in a product.</summary>
        private static void Terms(Operands o, Action<int, int, int> term)
        {
            ConvolutionGeometry g = o.Geometry;
            foreach ((int n, int z, int y, int x) in Indices(o.Batch, g.Depth.Output, g.Height.Output, g.Width.Output))
            {
                foreach ((int wz, int wy, int wx, int c) in
                    Indices(g.Depth.Window, g.Height.Window, g.Width.Window, g.GroupChannels))
                {
                    int inZ = (z * g.Depth.Stride) - g.Depth.PadBefore + (wz * g.Depth.Dilation);
                    int inY = (y * g.Height.Stride) - g.Height.PadBefore + (wy * g.Height.Dilation);
                    int inX = (x * g.Width.Stride) - g.Width.PadBefore + (wx * g.Width.Dilation);
                    if (inZ < 0 || inZ >= g.Depth.Input || inY < 0 || inY >= g.Height.Input || inX < 0 || inX >= g.Width.Input)
                    {
                        continue;
                    }

                    for (int f = 0; f < g.Filters; f++)
                    {
                        int channel = (f / g.GroupFilters * g.GroupChannels) + c;
                        int input = (((((n * g.Depth.Input) + inZ) * g.Height.Input) + inY) * g.Width.Input) + inX;
                        int window = (((wz * g.Height.Window) + wy) * g.Width.Window) + wx;
                        int output = (((((n * g.Depth.Output) + z) * g.Height.Output) + y) * g.Width.Output) + x;
                        term(
                            (input * g.Channels) + channel,
                            (((window * g.GroupChannels) + c) * g.Filters) + f,
                            (output * g.Filters) + f);
                    }
                }
            }
        }

        private static IEnumerable<(int A, int B, int C, int D)> Indices(int a, int b, int c, int d) =>
            from i in Enumerable.Range(0, a)
            from j in Enumerable.Range(0, b)
            from k in Enumerable.Range(0, c)
            from l in Enumerable.Range(0, d)
            select (i, j, k, l);
    }
}
