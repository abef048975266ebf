using BenchmarkDotNet.Attributes;
using Engine.Optimizers;
using MathNet.Numerics.LinearAlgebra;

namespace Engine.Benchmarks;

/// <summary>One update of a parameter: in cache (2^14 floats) and from memory (2^22), with the scalar loops
/// beside, and MathNet's vectors for plain descent.</summary>
[MemoryDiagnoser]
public class OptimizerBenchmarks
{
    private const float Rate = 1e-6f;

    private float[] _w = [];
    private float[] _g = [];
    private float[] _s0 = [];
    private float[] _s1 = [];
    private Vector<float> _mathNetW = null!, _mathNetG = null!, _mathNetMove = null!;

    [Params(1 << 14, 1 << 22)]
    public int Length { get; set; }

    private OptimizerSlots<float> Slots => new(_s0, _s1);

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        _w = [.. Enumerable.Range(0, Length).Select(_ => random.NextSingle())];
        _g = [.. Enumerable.Range(0, Length).Select(_ => random.NextSingle() - 0.5f)];
        _s0 = new float[Length];
        _s1 = new float[Length];
        _mathNetW = Vector<float>.Build.Dense(_w);
        _mathNetG = Vector<float>.Build.Dense(_g);
        _mathNetMove = Vector<float>.Build.Dense(Length);
    }

    private readonly Optimizer _sgd = new SGD();
    private readonly Optimizer _momentum = new SGD(momentum: 0.9);
    private readonly Optimizer _rmsprop = new RMSprop();
    private readonly Optimizer _adam = new Adam();

    [Benchmark]
    public void Sgd() => _sgd.Update<float>(_w, _g, Slots, new UpdateStep(1, Rate));

    [Benchmark]
    public void SgdNaive()
    {
        for (int i = 0; i < _w.Length; i++)
        {
            _w[i] -= Rate * _g[i];
        }
    }

    [Benchmark]
    public void SgdMathNet()
    {
        _mathNetG.Multiply(Rate, _mathNetMove);
        _mathNetW.Subtract(_mathNetMove, _mathNetW);
    }

    [Benchmark]
    public void SgdWithMomentum() => _momentum.Update<float>(_w, _g, Slots, new UpdateStep(1, Rate));

    [Benchmark]
    public void SgdWithMomentumNaive()
    {
        for (int i = 0; i < _w.Length; i++)
        {
            _s0[i] = (0.9f * _s0[i]) - (Rate * _g[i]);
            _w[i] += _s0[i];
        }
    }

    [Benchmark]
    public void RmsProp() => _rmsprop.Update<float>(_w, _g, Slots, new UpdateStep(1, Rate));

    [Benchmark]
    public void RmsPropNaive()
    {
        for (int i = 0; i < _w.Length; i++)
        {
            _s0[i] = (0.9f * _s0[i]) + (0.1f * _g[i] * _g[i]);
            _w[i] -= Rate * _g[i] / MathF.Sqrt(_s0[i] + 1e-7f);
        }
    }

    [Benchmark(Baseline = true)]
    public void Adam() => _adam.Update<float>(_w, _g, Slots, new UpdateStep(1, Rate));

    [Benchmark]
    public void AdamNaive()
    {
        for (int i = 0; i < _w.Length; i++)
        {
            float g = _g[i];
            _s0[i] += (g - _s0[i]) * 0.1f;
            _s1[i] += ((g * g) - _s1[i]) * 0.001f;
            _w[i] -= Rate * _s0[i] / (MathF.Sqrt(_s1[i]) + 1e-7f);
        }
    }
}
