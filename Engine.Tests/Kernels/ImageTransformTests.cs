using System.Numerics;
using Engine.Kernels;
using Engine.Numerics;
using Engine.Tests.Models;

namespace Engine.Tests.Kernels;

[Category("Kernels")]
[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
public sealed class ImageTransformTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Whole pixels, quarter pixels, mirrored, far outside, turned, stretched, shrunk to a point.
    private static readonly AffineMap[] ExactMaps =
    [
        new(1, 0, 0, 0, 1, 0), new(1, 0, -2, 0, 1, 3), new(1, 0, 0.25, 0, 1, -0.75), new(-1, 0, 3.5, 0, 0.5, 0),
        new(1, 0, 41.25, 0, 1, -57.5), new(0, -1, 5, 1, 0, -1), new(0.5, 0.25, -2, -0.75, 1.5, 1), new(0, 0, 1.5, 0, 0, 2.25),
    ];

    private static IEnumerable<object[]> Cases =>
        from mode in Enum.GetValues<FillMode>()
        from isNearest in (bool[])[false, true]
        from channels in (int[])[1, 3, 8, 17]
        select new object[] { mode, isNearest, channels };

    // Small integers and shares of a quarter: nothing is rounded, so not a bit may differ.
    [TestCaseSource(nameof(Cases))]
    public void IsTheNaiveTwinBitForBitOnExactNumbers(FillMode mode, bool isNearest, int channels)
    {
        foreach (ImageSampling sampling in Samplings(mode, isNearest, channels, fillValue: -3))
        {
            T[] x = Integers(sampling.Height * sampling.Width * channels);
            foreach (AffineMap map in ExactMaps)
            {
                Assert.That(Forward(x, map, sampling), Is.EqualTo(Naive(x, map, sampling)), $"{map} {sampling}");
            }
        }
    }

    // 4 products and 6 sums of numbers below 5: 10 roundings at most.
    [TestCaseSource(nameof(Cases))]
    public void IsNearTheNaiveTwinOnAnyMap(FillMode mode, bool isNearest, int channels)
    {
        double tolerance = 10 * 5 * double.CreateChecked(T.BitIncrement(T.One) - T.One);
        RandomSource random = new(7, 0);
        foreach (ImageSampling sampling in Samplings(mode, isNearest, channels, fillValue: 0.3))
        {
            T[] x = Samples.Numbers<T>(sampling.Height * sampling.Width * channels, seed: 3);
            for (uint i = 0; i < 5; i++)
            {
                AffineMap map = new(
                    random.Normal(0, i), random.Normal(1, i), 4 * random.Normal(2, i), random.Normal(3, i), random.Normal(4, i),
                    4 * random.Normal(5, i));
                Assert.That(
                    Doubles(Forward(x, map, sampling)), Is.EqualTo(Doubles(Naive(x, map, sampling))).Within(tolerance), $"{map} {sampling}");
            }
        }
    }

    // ⟨A x, dy⟩ = ⟨x, Aᵀ dy⟩ without the constant; on exact numbers to the bit.
    [TestCaseSource(nameof(Cases))]
    public void TheAdjointIsTheTranspose(FillMode mode, bool isNearest, int channels)
    {
        foreach (ImageSampling sampling in Samplings(mode, isNearest, channels, fillValue: 0))
        {
            T[] x = Integers(sampling.Height * sampling.Width * channels);
            T[] dy = [.. Integers(sampling.OutputHeight * sampling.OutputWidth * channels).Select(v => T.CreateChecked(2) - v)];
            foreach (AffineMap map in ExactMaps)
            {
                T[] dx = new T[x.Length];
                Array.Fill(dx, T.NaN);
                ImageTransform.Adjoint<T>(dy, map, sampling, dx);
                Assert.That(Dot(x, dx), Is.EqualTo(Dot(Forward(x, map, sampling), dy)), $"{map} {sampling}");

                // And element by element: the derivative by one pixel is the image of that pixel alone.
                for (int i = 0; i < x.Length; i += 7)
                {
                    T[] unit = new T[x.Length];
                    unit[i] = T.One;
                    Assert.That(double.CreateChecked(dx[i]), Is.EqualTo(Dot(Naive(unit, map, sampling), dy)), $"{map} {sampling} {i}");
                }
            }
        }
    }

    [Test]
    public void AHalfTurnReversesThePixels()
    {
        ImageSampling sampling = new(5, 8, 5, 8, 3, FillMode.Constant, false, -1);
        T[] x = Samples.Numbers<T>(5 * 8 * 3, seed: 5);
        T[] expected = [.. Enumerable.Range(0, 40).Reverse().SelectMany(p => x[(3 * p)..((3 * p) + 3)])];
        Assert.That(Forward(x, AffineMap.Rotation(0.5, 5, 8), sampling), Is.EqualTo(expected));
    }

    [Test]
    public void RefusesImagesOfAnotherSize()
    {
        ImageSampling sampling = new(5, 7, 4, 3, 2, FillMode.Wrap, false, 0);
        Assert.That(() => ImageTransform.Forward<T>(new T[70], ExactMaps[0], sampling, new T[23]), Throws.ArgumentException
            .With.Message.EqualTo("ImageTransform: expected images of 70 and 24 elements, got 70 and 23."));
        Assert.That(() => ImageTransform.Adjoint<T>(new T[24], ExactMaps[0], sampling, new T[71]), Throws.ArgumentException
            .With.Message.EqualTo("ImageTransform: expected images of 70 and 24 elements, got 71 and 24."));
    }

    private static ImageSampling[] Samplings(FillMode mode, bool isNearest, int channels, double fillValue) =>
    [
        new(5, 7, 5, 7, channels, mode, isNearest, fillValue), new(4, 3, 6, 5, channels, mode, isNearest, fillValue),
        new(1, 6, 2, 3, channels, mode, isNearest, fillValue), new(2, 1, 3, 4, channels, mode, isNearest, fillValue),
    ];

    private static T[] Forward(T[] x, in AffineMap map, in ImageSampling sampling)
    {
        T[] y = new T[sampling.OutputHeight * sampling.OutputWidth * sampling.Channels];
        Array.Fill(y, T.NaN);
        ImageTransform.Forward<T>(x, map, sampling, y);
        return y;
    }

    private static T[] Naive(T[] x, AffineMap map, ImageSampling s)
    {
        T[] y = new T[s.OutputHeight * s.OutputWidth * s.Channels];
        for (int i = 0; i < y.Length; i++)
        {
            int c = i % s.Channels, column = i / s.Channels % s.OutputWidth, row = i / s.Channels / s.OutputWidth;
            double px = (map.XX * column) + ((map.XY * row) + map.X0), py = (map.YX * column) + ((map.YY * row) + map.Y0);
            (px, py) = s.IsNearest ? (Math.Floor(px + 0.5), Math.Floor(py + 0.5)) : (px, py);
            int left = (int)Math.Floor(px), top = (int)Math.Floor(py);
            double r = px - left, d = py - top;
            double value = ((1 - d) * (((1 - r) * At(top, left)) + (r * At(top, left + 1))))
                + (d * (((1 - r) * At(top + 1, left)) + (r * At(top + 1, left + 1))));
            y[i] = T.CreateTruncating(value);

            double At(int atRow, int atColumn)
            {
                int u = NaiveFold(atRow, s.Height, s.FillMode), v = NaiveFold(atColumn, s.Width, s.FillMode);
                return u < 0 || v < 0 ? s.FillValue : double.CreateChecked(x[(((u * s.Width) + v) * s.Channels) + c]);
            }
        }

        return y;
    }

    private static int NaiveFold(int i, int n, FillMode mode)
    {
        while (i < 0 || i >= n)
        {
            switch (mode)
            {
                case FillMode.Reflect: i = i < 0 ? -1 - i : (2 * n) - 1 - i; break;
                case FillMode.Wrap: i += i < 0 ? n : -n; break;
                case FillMode.Nearest: i += i < 0 ? 1 : -1; break;
                default: return -1;
            }
        }

        return i;
    }

    private static T[] Integers(int length) => [.. Enumerable.Range(0, length).Select(i => T.CreateChecked((i * 13 % 29) - 11))];

    private static double Dot(T[] a, T[] b) => a.Zip(b, (x, y) => double.CreateChecked(x) * double.CreateChecked(y)).Sum();

    private static double[] Doubles(T[] values) => Array.ConvertAll(values, double.CreateChecked);
}
