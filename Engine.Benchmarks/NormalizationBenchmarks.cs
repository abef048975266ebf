using BenchmarkDotNet.Attributes;
using Engine.Kernels;

namespace Engine.Benchmarks;

/// <summary>The passes of batch normalization over the activations of a small network's first convolution, with a scalar twin.</summary>
[MemoryDiagnoser]
public class NormalizationBenchmarks
{
    private const int Rows = 32 * 26 * 26, Channels = 32;
    private readonly float[] _x = new float[Rows * Channels];
    private readonly float[] _y = new float[Rows * Channels];
    private readonly float[] _mean = new float[Channels];
    private readonly float[] _variance = new float[Channels];
    private readonly float[] _products = new float[Channels];
    private readonly float[] _scratch = new float[NormalizationBatches.Scratch(Rows, Channels)];

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
    }

    [Benchmark]
    public void Forward()
    {
        NormalizationBatches.Moments<float>(_x, _mean, _variance, _scratch, Threads);
        NormalizationBatches.Normalize<float>(_x, _mean, _variance, _mean, _y, Threads);
    }

    [Benchmark]
    public void Backward()
    {
        NormalizationBatches.GradientSums<float>(_x, _x, _mean, _variance, _products, _scratch, Threads);
        NormalizationBatches.InputGradient<float>(_x, _x, _mean, _variance, _products, _variance, _y, Threads);
    }

    [Benchmark(Baseline = true)]
    public void NaiveForward()
    {
        for (int c = 0; c < Channels; c++)
        {
            float sum = 0, squares = 0;
            for (int i = c; i < _x.Length; i += Channels)
            {
                sum += _x[i];
            }

            for (int i = c; i < _x.Length; i += Channels)
            {
                squares += (_x[i] - (sum / Rows)) * (_x[i] - (sum / Rows));
            }

            for (int i = c; i < _x.Length; i += Channels)
            {
                _y[i] = (_x[i] - (sum / Rows)) / MathF.Sqrt((squares / Rows) + 1e-3f);
            }
        }
    }
}
