using Engine.Layers;
using Engine.Tests.Models;

namespace Engine.Tests.Layers;

/// <summary>Augmentation seen from outside: what comes out of the layers for known images.</summary>
public sealed class AugmentationTests
{
    private const int Height = 9, Width = 13, Many = 3000;

    private static IEnumerable<RandomImageLayer> Layers =>
    [
        new RandomFlip(), new RandomTranslation(0.3, 0.2), new RandomRotation(0.2), new RandomZoom(0.3), new RandomContrast(0.4, (-9, 9)),
        new RandomBrightness(0.3, (-9, 9)), new RandomErasing(), new RandomCrop(5, 6),
    ];

    private static IEnumerable<RandomImageLayer> LayersOfOneSize => Layers.Where(layer => layer is not RandomCrop);

    [TestCaseSource(nameof(LayersOfOneSize))]
    public void NothingHappensOutsideTraining(Layer layer)
    {
        float[] x = Samples.Numbers<float>(3 * Height * Width, seed: 5);
        (x[0], x[1], x[2], x[3]) = (float.NaN, -0f, float.PositiveInfinity, float.Epsilon);
        foreach (Phase phase in (Phase[])[Phase.Inference, Phase.StochasticInference])
        {
            LayerRun<float> run = new(layer, [Height, Width, 1], 3, phase);
            Assert.That(Bits(run.Forward(x)[0]), Is.EqualTo(Bits(x)), $"{phase}");
            Assert.That(Bits(run.Backward(x)[0]), Is.EqualTo(Bits(x)), $"{phase}, backward");
        }
    }

    // The draws of an image are a function of seed, step and row key: not of its neighbours, the number of threads or the run.
    [TestCaseSource(nameof(Layers))]
    public void AnImageIsAFunctionOfSeedStepAndRow(Layer layer)
    {
        const int Batch = 24;
        float[] image = Samples.Numbers<float>(Height * Width * 2, seed: 5);
        float[] x = [.. Enumerable.Repeat(image, Batch).SelectMany(values => values)];
        float[] y = Run(1, 1, threads: 1);
        int size = y.Length / Batch;
        Assert.That(Run(1, 1, threads: 2), Is.EqualTo(y), "on two threads");
        Assert.That(Run(1, 1, threads: 4), Is.EqualTo(y), "on four threads");
        Assert.That(Run(2, 1, threads: 1), Is.Not.EqualTo(y), "with another seed");
        Assert.That(Run(1, 2, threads: 1), Is.Not.EqualTo(y), "at another step");
        Assert.That(y[size..].Chunk(size).Any(other => !y.AsSpan(0, size).SequenceEqual(other)), "all rows are changed alike");

        LayerRun<float> keyed = new(layer, [Height, Width, 2], 3);
        keyed.Run.RowKeys = new uint[] { 17, 4, 17 };
        float[][] rows = [.. keyed.Forward(x[..(3 * image.Length)])[0].Chunk(size)];
        Assert.That(rows[0], Is.EqualTo(y.Chunk(size).ElementAt(17)));
        Assert.That(rows[1], Is.EqualTo(y.Chunk(size).ElementAt(4)));
        Assert.That(rows[2], Is.EqualTo(rows[0]));

        float[] Run(ulong seed, ulong step, int threads)
        {
            LayerRun<float> run = new(layer, [Height, Width, 2], Batch);
            (run.Run.Seed, run.Run.Step, run.Run.Threads) = (seed, step, threads);
            return run.Forward(x)[0];
        }
    }

    [Test]
    public void ASeedOfItsOwnDoesNotFollowFits()
    {
        float[] x = Samples.Numbers<float>(8 * Height * Width, seed: 5);
        LayerRun<float> run = new(new RandomRotation(0.2, seed: 3), [Height, Width, 1], 8);
        float[] y = run.Forward(x)[0];
        run.Run.Seed = 77;
        Assert.That(run.Forward(x)[0], Is.EqualTo(y));
        Assert.That(new LayerRun<float>(new RandomRotation(0.2, seed: 4), [Height, Width, 1], 8).Forward(x)[0], Is.Not.EqualTo(y));
    }

    // The pixel two to the right of the centre goes two above it, as the hands of a clock do not go.
    [Test]
    public void AQuarterTurnIsExactAndCounterClockwise()
    {
        float[] x = Samples.Numbers<float>(Height * Width, seed: 5);
        float[] y = Once(new RandomRotation((0.25, 0.25), FillMode.Constant, fillValue: 8), [Height, Width, 1], x);
        for (int r = 0; r < Height; r++)
        {
            for (int c = 0; c < Width; c++)
            {
                int up = (Height / 2) - r, right = c - (Width / 2);
                int fromRow = (Height / 2) + right, fromColumn = (Width / 2) + up;
                float expected = fromRow is >= 0 and < Height ? x[(fromRow * Width) + fromColumn] : 8;
                Assert.That(y[(r * Width) + c], Is.EqualTo(expected), $"{r}, {c}");
            }
        }

        Assert.That(y[(2 * Width) + 6], Is.EqualTo(x[(4 * Width) + 8]));
    }

    [Test]
    public void ATranslationByWholePixelsIsExact([Values] FillMode mode, [Values] Interpolation interpolation)
    {
        // 2 of 8 pixels down, 4 of 16 to the left.
        float[] x = Samples.Numbers<float>(8 * 16, seed: 5);
        float[] y = Once(
            new RandomTranslation((0.25, 0.25), (-0.25, -0.25), mode, interpolation, fillValue: 5), [8, 16, 1], x);
        for (int i = 0; i < x.Length; i++)
        {
            int r = (i / 16) - 2, c = (i % 16) + 4;
            (int row, int column) = mode switch
            {
                FillMode.Reflect => (r < 0 ? -1 - r : r, c > 15 ? 31 - c : c),
                FillMode.Wrap => ((r + 8) % 8, c % 16),
                _ => (Math.Max(r, 0), Math.Min(c, 15)),
            };
            bool isOutside = mode == FillMode.Constant && (r < 0 || c > 15);
            Assert.That(y[i], Is.EqualTo(isOutside ? 5 : x[(row * 16) + column]), $"{i / 16}, {i % 16}");
        }
    }

    [Test]
    public void ZoomingOutShowsMoreAndZoomingInLess()
    {
        // The middle pixel stays; its neighbour comes from half or from twice as far.
        float[] x = Samples.Numbers<float>(Height * Width, seed: 5);
        float[] far = Once(new RandomZoom((1, 1)), [Height, Width, 1], x), near = Once(new RandomZoom((-0.5, -0.5)), [Height, Width, 1], x);
        int middle = (4 * Width) + 6;
        Assert.That(far[middle], Is.EqualTo(x[middle]));
        Assert.That(far[middle + 2], Is.EqualTo(x[middle + 4]));
        Assert.That(near[middle + 4], Is.EqualTo(x[middle + 2]));
        Assert.That(near[middle - (2 * Width)], Is.EqualTo(x[middle - Width]));
        float[] wide = Once(new RandomZoom((0, 0), (1, 1)), [Height, Width, 1], x);
        Assert.That(wide[middle + 2 + Width], Is.EqualTo(x[middle + 4 + Width]));
    }

    [Test]
    public void AFlipTwiceIsTheIdentity([Values] FlipMode mode)
    {
        LayerRun<float> run = new(new RandomFlip(mode), [3, 5, 2], Many);
        float[] x = Samples.Numbers<float>(Many * 30, seed: 5);
        float[] y = run.Forward(x)[0];
        Assert.That(run.Forward(y)[0], Is.EqualTo(x));

        // Four of six deviations of a binomial number around its mean.
        int[] counts = new int[4];
        for (int i = 0; i < Many; i++)
        {
            int corner = Array.IndexOf(Corners(i).Select(at => x[at]).ToArray(), y[i * 30]);
            counts[corner]++;
        }

        (int Corner, double Share)[] expected = mode switch
        {
            FlipMode.Horizontal => [(0, 0.5), (1, 0.5)],
            FlipMode.Vertical => [(0, 0.5), (2, 0.5)],
            _ => [(0, 0.25), (1, 0.25), (2, 0.25), (3, 0.25)],
        };
        foreach ((int corner, double share) in expected)
        {
            Assert.That(counts[corner], Is.EqualTo(share * Many).Within(4 * Math.Sqrt(Many * share * (1 - share))), $"{corner}");
        }

        Assert.That(counts.Sum(), Is.EqualTo(expected.Sum(e => counts[e.Corner])));

        static int[] Corners(int i) => [i * 30, (i * 30) + 8, (i * 30) + 20, (i * 30) + 28];
    }

    // On an image whose pixels are their columns (and rows) the map can be read off at the middle, where nothing is folded.
    [Test]
    public void TranslationsAreUniform()
    {
        double[][] shifts = Ramps(new RandomTranslation((-0.2, 0.3), 0.25), (column, row, _, _) => [4 - row, 6 - column]);
        AssertUniform(shifts[0], -0.2 * Height, 0.3 * Height);
        AssertUniform(shifts[1], -0.25 * Width, 0.25 * Width);
    }

    [Test]
    public void AnglesAreUniform()
    {
        double[][] turns = Ramps(new RandomRotation((-0.05, 0.2)), (_, _, acrossX, acrossY) => [Math.Atan2(acrossY, acrossX) / (2 * Math.PI)]);
        AssertUniform(turns[0], -0.05, 0.2);
    }

    [Test]
    public void ZoomsAreUniform()
    {
        double[][] zooms = Ramps(new RandomZoom(0.3, (-0.2, 0.1)), (_, _, acrossX, _) => [acrossX - 1]);
        AssertUniform(zooms[0], -0.2, 0.1);
    }

    [Test]
    public void BrightnessIsUniformAndClipped()
    {
        float[] y = new LayerRun<float>(new RandomBrightness((-0.1, 0.3), (0, 10)), [1, 2, 1], Many)
            .Forward([.. Enumerable.Range(0, 2 * Many).Select(i => i % 2 == 0 ? 4f : 9.5f)])[0];
        AssertUniform([.. y.Where((_, i) => i % 2 == 0).Select(v => (v - 4.0) / 10)], -0.1, 0.3);
        Assert.That(y.Where((_, i) => i % 2 == 1).Max(), Is.EqualTo(10));
    }

    [Test]
    public void ContrastMovesEachChannelAboutItsMean()
    {
        // Channels of means 4 and 20: 3 and 5, 10 and 30.
        float[] y = new LayerRun<float>(new RandomContrast((-0.2, 0.5), (0, 33)), [1, 2, 2], Many)
            .Forward([.. Enumerable.Repeat((float[])[3, 10, 5, 30], Many).SelectMany(v => v)])[0];
        double[] factors = [.. y.Where((_, i) => i % 4 == 2).Select(v => v - 4.0)];
        AssertUniform([.. factors.Select(f => f - 1)], -0.2, 0.5);
        for (int i = 0; i < Many; i++)
        {
            Assert.That(y[4 * i], Is.EqualTo(4 - factors[i]).Within(1e-5));
            Assert.That(y[(4 * i) + 1], Is.EqualTo(20 - (10 * factors[i])).Within(1e-4));
            Assert.That(y[(4 * i) + 3], Is.EqualTo(Math.Min(33, 20 + (10 * factors[i]))).Within(1e-4));
        }
    }

    [Test]
    public void CropsLieAnywhereAndInInferenceInTheMiddle()
    {
        float[] x = [.. Enumerable.Repeat(Enumerable.Range(0, 7 * 10).Select(i => (float)i), Many).SelectMany(v => v)];
        float[] y = new LayerRun<float>(new RandomCrop(5, 4), [7, 10, 1], Many).Forward(x)[0];
        int[] counts = new int[70];
        foreach (float[] crop in y.Chunk(20))
        {
            counts[(int)crop[0]]++;
            Assert.That(crop.Select((v, i) => v - crop[0] - (10 * (i / 4)) - (i % 4)), Is.All.Zero);
        }

        // 3 · 7 places, each within 4.5 deviations.
        double share = 1.0 / 21;
        Assert.That(counts.Count(count => count > 0), Is.EqualTo(21));
        Assert.That(counts.Where(count => count > 0), Is.All.EqualTo(Many * share).Within(4.5 * Math.Sqrt(Many * share)));

        foreach (Layer layer in (Layer[])[new RandomCrop(5, 4), new CenterCrop(5, 4)])
        {
            float[] middle = new LayerRun<float>(layer, [7, 10, 1], 1, Phase.Inference).Forward(x[..70])[0];
            Assert.That((middle[0], middle[19]), Is.EqualTo((13, 56)), layer.Kind);

            // Of an odd number of rows and columns to cut off, one more goes at the end: rows 1 to 5 of 8, columns 3 to 6 of 11.
            float[] odd = [.. Enumerable.Range(0, 8 * 11).Select(i => (float)i)];
            middle = new LayerRun<float>(layer, [8, 11, 1], 1, Phase.Inference).Forward(odd)[0];
            Assert.That((middle[0], middle[19]), Is.EqualTo((14, 61)), layer.Kind);
        }
    }

    [Test]
    public void ErasesARectangleOfTheScale()
    {
        float[] x = new float[Many * 20 * 30];
        float[] y = new LayerRun<float>(new RandomErasing(0.75, (0.1, 0.4), fillValue: 1), [20, 30, 1], Many).Forward(x)[0];
        int erased = 0;
        double area = 0;
        foreach (float[] image in y.Chunk(600))
        {
            int[] rows = [.. Enumerable.Range(0, 20).Where(r => image.AsSpan(r * 30, 30).Contains(1))];
            if (rows.Length == 0)
            {
                continue;
            }

            int width = image.AsSpan(rows[0] * 30, 30).Count(1);
            Assert.That(image.Sum(), Is.EqualTo(rows.Length * width), "a rectangle");
            Assert.That(rows[^1] - rows[0], Is.EqualTo(rows.Length - 1));
            Assert.That(rows.Length, Is.InRange(6, 12), "√0.1 · 20 = 6.3 to √0.4 · 20 = 12.6, rounded down");
            Assert.That(width, Is.InRange(9, 18), "√0.1 · 30 = 9.5 to √0.4 · 30 = 19.0, rounded down");
            erased++;
            area += rows.Length * width / 600.0;
        }

        Assert.That(erased, Is.EqualTo(0.75 * Many).Within(4 * Math.Sqrt(Many * 0.1875)));

        // E[√u] for u from 0.1 to 0.4 is 0.4919; half a pixel is lost by rounding on each side: 9.34 · 14.26 of 600.
        Assert.That(area / erased, Is.EqualTo(9.34 * 14.26 / 600).Within(0.006));
    }

    [Test]
    public void ErasesWithNoiseOfTheRange()
    {
        float[] y = new LayerRun<float>(new RandomErasing(1, (1, 1), valueRange: (2, 6)), [20, 30, 2], 5).Forward(new float[6000])[0];
        AssertUniform([.. y.Select(v => (double)v)], 2, 6);
        Assert.That(y.Distinct().Count(), Is.AtLeast(5900));
    }

    [Test]
    public void ConstructorsRefuseWhatIsNoRange()
    {
        Assert.That(() => new RandomTranslation(1.5, 0), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "RandomTranslation: expected heightFactor to be a range from low to high within [-1, 1], got -1.5 to 1.5."));
        Assert.That(() => new RandomZoom(0, (0.2, 0.1)), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "RandomZoom: expected widthFactor to be a range from low to high within [-1, 1], got 0.2 to 0.1."));
        Assert.That(() => new RandomRotation(double.NaN), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "RandomRotation: expected factor to be a range from low to high within [-1, 1], got NaN to NaN."));
        Assert.That(() => new RandomRotation(0, fillValue: double.NaN), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message
            .StartsWith("RandomRotation: expected fillValue to be a finite number, got NaN."));
        Assert.That(() => new RandomContrast(0.1, (3, 3)), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "RandomContrast: expected valueRange to be a range from low to high, got 3 to 3."));
        Assert.That(() => new RandomBrightness((-2, 0)), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "RandomBrightness: expected factor to be a range from low to high within [-1, 1], got -2 to 0."));
        Assert.That(() => new RandomErasing(1.1), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "RandomErasing: expected factor to be a probability from 0 to 1, got 1.1."));
        Assert.That(() => new RandomErasing(scale: (0.5, 1.2)), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "RandomErasing: expected scale to be a range from low to high within [0, 1], got 0.5 to 1.2."));
        Assert.That(() => new RandomCrop(0, 3), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "RandomCrop: expected a height and a width of at least 1, got 0 and 3."));
        Assert.That(() => new Resizing(4, -1), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "Resizing: expected a height and a width of at least 1, got 4 and -1."));
        Assert.That(() => new Rescaling(double.NaN), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "Rescaling: expected scale to be a finite number, got NaN."));
    }

    // Twice as large: the quarter points between two pixels; half as large: their means.
    [Test]
    public void ResizesEdgeToEdge()
    {
        float[] larger = Once(new Resizing(1, 6), [1, 3, 1], [0, 4, 8], Phase.Inference);
        Assert.That(larger, Is.EqualTo((float[])[0, 1, 3, 5, 7, 8]));
        float[] smaller = Once(new Resizing(1, 2), [2, 4, 1], [0, 2, 4, 6, 8, 10, 12, 14], Phase.Inference);
        Assert.That(smaller, Is.EqualTo((float[])[5, 9]));
        float[] nearest = Once(new Resizing(1, 6, Interpolation.Nearest), [1, 3, 1], [0, 4, 8], Phase.Inference);
        Assert.That(nearest, Is.EqualTo((float[])[0, 0, 4, 4, 8, 8]));
    }

    private static float[] Once(Layer layer, Shape shape, float[] x, Phase phase = Phase.Training) =>
        new LayerRun<float>(layer, shape, 1, phase).Forward(x)[0];

    // What shows in the middle, and how it changes by one pixel to the right.
    private static double[][] Ramps(Layer layer, Func<double, double, double, double, double[]> read)
    {
        double[] image = [.. Enumerable.Range(0, Height * Width * 2).Select(i => (double)(i % 2 == 0 ? i / 2 % Width : i / 2 / Width))];
        double[] y = new LayerRun<double>(layer, [Height, Width, 2], Many)
            .Forward([.. Enumerable.Repeat(image, Many).SelectMany(v => v)])[0];
        int middle = 2 * ((4 * Width) + 6);
        double[][] rows = [.. y.Chunk(image.Length).Select(v =>
            read(v[middle], v[middle + 1], v[middle + 2] - v[middle], v[middle + 3] - v[middle + 1]))];
        return [.. Enumerable.Range(0, rows[0].Length).Select(k => rows.Select(row => row[k]).ToArray())];
    }

    // Kolmogorov and Smirnov's distance; 1.95 / √n is passed by chance once in a thousand times.
    private static void AssertUniform(double[] values, double from, double to)
    {
        double[] sorted = [.. values.Order()];
        double distance = sorted.Select((v, i) => Math.Abs(((v - from) / (to - from)) - ((i + 0.5) / sorted.Length))).Max();
        Assert.That(distance, Is.LessThan(1.95 / Math.Sqrt(sorted.Length)));
        Assert.That(sorted[0], Is.AtLeast(from - 1e-5));
        Assert.That(sorted[^1], Is.AtMost(to + 1e-5));
    }

    private static int[] Bits(float[] values) => [.. values.Select(BitConverter.SingleToInt32Bits)];
}
