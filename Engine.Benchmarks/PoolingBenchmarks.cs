using BenchmarkDotNet.Attributes;
using Engine.Kernels;

namespace Engine.Benchmarks;

/// <summary>Max pooling of 2 × 2 over the activations of a small network's first convolution, with a scalar twin beside.</summary>
[MemoryDiagnoser]
public class PoolingBenchmarks
{
    private const int Batch = 32, Size = 26, Channels = 32, Half = Size / 2;
    private readonly ConvolutionGeometry _geometry = new(
        WindowAxis.None,
        new WindowAxis(Size, 2, 2, 1, Padding.Valid),
        new WindowAxis(Size, 2, 2, 1, Padding.Valid),
        Channels,
        Channels);

    private readonly float[] _x = new float[Batch * Size * Size * Channels];
    private readonly float[] _dx = new float[Batch * Size * Size * Channels];
    private readonly float[] _y = new float[Batch * Half * Half * Channels];
    private readonly float[] _dy = new float[Batch * Half * Half * Channels];

    [Params(1, 2)]
    public int Threads { get; set; } = 1;

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        for (int i = 0; i < _x.Length; i++)
        {
            _x[i] = random.NextSingle() - 0.5f;
        }

        PoolingKernels.Forward<float, MaxPool<float>>(_x, _y, _geometry, 1);
        _y.CopyTo(_dy, 0);
    }

    [Benchmark]
    public void Forward() => PoolingKernels.Forward<float, MaxPool<float>>(_x, _y, _geometry, Threads);

    [Benchmark]
    public void Backward() => PoolingKernels.Backward<float, MaxPool<float>>(_x, _dy, _dx, _geometry, Threads);

    [Benchmark(Baseline = true)]
    public void NaiveForward()
    {
        for (int o = 0; o < _y.Length; o++)
        {
            int c = o % Channels, w = o / Channels % Half, row = o / Channels / Half;
            int first = (((row * 2 * Size) + (w * 2)) * Channels) + c;
            int below = first + (Size * Channels);
            _y[o] = MathF.Max(MathF.Max(_x[first], _x[first + Channels]), MathF.Max(_x[below], _x[below + Channels]));
        }
    }
}
