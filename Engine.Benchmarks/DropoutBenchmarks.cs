using BenchmarkDotNet.Attributes;
using Engine.Kernels;
using Engine.Numerics;
using MathNet.Numerics.Distributions;

namespace Engine.Benchmarks;

/// <summary>Dropout forward and backward, with the loop that everyone writes first beside it.</summary>
[MemoryDiagnoser]
public class DropoutBenchmarks
{
    private readonly DropoutRate _rate = new(0.5);
    private readonly Random _naive = new(1);
    private readonly RandomSource _random = new(seed: 1, stream: 2, step: 3);
    private float[] _x = [];
    private float[] _y = [];
    private float[] _mask = [];

    public static IEnumerable<(int Rows, int RowLength)> Shapes => [(1, 1 << 20), (1024, 1024), (128, 64), (128, 512), (128, 100)];

    [ParamsSource(nameof(Shapes))]
    public (int Rows, int RowLength) Shape { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _x = new float[Shape.Rows * Shape.RowLength];
        _y = new float[_x.Length];
        _mask = new float[_x.Length];
        _random.FillNormal<float>(_x);
    }

    [Benchmark(Baseline = true)]
    public void Forward() => DropoutKernels.Apply<float>(_x, _y, Shape.RowLength, _rate, _random, [], threads: 1);

    /// <summary>In place, on dy, as backward runs where the plan allows it.</summary>
    [Benchmark]
    public void Backward() => DropoutKernels.Apply<float>(_y, _y, Shape.RowLength, _rate, _random, [], threads: 1);

    [Benchmark]
    public void ForwardTwoThreads() => DropoutKernels.Apply<float>(_x, _y, Shape.RowLength, _rate, _random, [], threads: 2);

    /// <summary>System.Random, a branch, and a mask kept for backward.</summary>
    [Benchmark]
    public void Naive()
    {
        for (int i = 0; i < _x.Length; i++)
        {
            _mask[i] = _naive.NextSingle() < 0.5f ? 0 : 2;
            _y[i] = _x[i] * _mask[i];
        }
    }

    /// <summary>The same with MathNet's Bernoulli distribution.</summary>
    [Benchmark]
    public void NaiveMathNet()
    {
        for (int i = 0; i < _x.Length; i++)
        {
            _mask[i] = 2 * Bernoulli.Sample(_naive, 0.5);
            _y[i] = _x[i] * _mask[i];
        }
    }
}
