using BenchmarkDotNet.Attributes;
using Engine.Kernels;
using Engine.Numerics;

namespace Engine.Benchmarks;

/// <summary>
/// A batch of images read along an affine map of each, with the loop that everyone writes first beside it: one that calls a
/// function for each of the four pixels.
/// </summary>
[MemoryDiagnoser]
public class AugmentationBenchmarks
{
    private ImageSampling _sampling;
    private AffineMap[] _maps = [];
    private float[] _x = [];
    private float[] _y = [];

    /// <summary>A batch of digits, and a small one of photographs.</summary>
    public static IEnumerable<(int Batch, int Height, int Width, int Channels)> Shapes => [(128, 28, 28, 1), (4, 224, 224, 3), (128, 7, 7, 64)];

    [ParamsSource(nameof(Shapes))]
    public (int Batch, int Height, int Width, int Channels) Shape { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        (int batch, int height, int width, int channels) = Shape;
        _sampling = new ImageSampling(height, width, height, width, channels, FillMode.Reflect, IsNearest: false, FillValue: 0);
        RandomSource random = new(seed: 1, stream: 2);
        _maps = [.. Enumerable.Range(0, batch).Select(i => AffineMap.Rotation(0.1 * random.Uniform(0, (uint)i), height, width))];
        _x = new float[batch * height * width * channels];
        _y = new float[_x.Length];
        random.FillNormal<float>(_x);
    }

    [Benchmark(Baseline = true)]
    public void Forward()
    {
        int size = _x.Length / _maps.Length;
        for (int i = 0; i < _maps.Length; i++)
        {
            ImageTransform.Forward<float>(_x.AsSpan(i * size, size), _maps[i], _sampling, _y.AsSpan(i * size, size));
        }
    }

    [Benchmark]
    public void Adjoint()
    {
        int size = _x.Length / _maps.Length;
        for (int i = 0; i < _maps.Length; i++)
        {
            ImageTransform.Adjoint<float>(_x.AsSpan(i * size, size), _maps[i], _sampling, _y.AsSpan(i * size, size));
        }
    }

    [Benchmark]
    public void Naive()
    {
        (int batch, int height, int width, int channels) = Shape;
        for (int i = 0; i < _y.Length; i++)
        {
            int c = i % channels, column = i / channels % width, row = i / channels / width % height, image = i / channels / width / height;
            AffineMap map = _maps[image];
            double x = (map.XX * column) + (map.XY * row) + map.X0, y = (map.YX * column) + (map.YY * row) + map.Y0;
            int left = (int)Math.Floor(x), top = (int)Math.Floor(y);
            double r = x - left, d = y - top;
            _y[i] = (float)(((1 - d) * (((1 - r) * At(top, left)) + (r * At(top, left + 1))))
                + (d * (((1 - r) * At(top + 1, left)) + (r * At(top + 1, left + 1)))));

            double At(int u, int v) =>
                _x[(((((image * height) + Mirror(u, height)) * width) + Mirror(v, width)) * channels) + c];
        }

        static int Mirror(int i, int n)
        {
            int m = ((i % (2 * n)) + (2 * n)) % (2 * n);
            return m < n ? m : (2 * n) - 1 - m;
        }
    }
}
