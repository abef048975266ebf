using BenchmarkDotNet.Attributes;
using Engine.Optimizers;

namespace Engine.Benchmarks;

/// <summary>One update of a parameter: in cache (2^14 floats) and from memory (2^22), with a scalar twin of Adam beside.</summary>
[MemoryDiagnoser]
public class OptimizerBenchmarks
{
    private float[] _w = [];
    private float[] _g = [];
    private float[] _s0 = [];
    private float[] _s1 = [];

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
    }

    private readonly Optimizer _sgd = new SGD();
    private readonly Optimizer _momentum = new SGD(momentum: 0.9);
    private readonly Optimizer _rmsprop = new RMSprop();
    private readonly Optimizer _adam = new Adam();

    [Benchmark]
    public void Sgd() => _sgd.Update<float>(_w, _g, Slots, new UpdateStep(1, 1e-6));

    [Benchmark]
    public void SgdWithMomentum() => _momentum.Update<float>(_w, _g, Slots, new UpdateStep(1, 1e-6));

    [Benchmark]
    public void RmsProp() => _rmsprop.Update<float>(_w, _g, Slots, new UpdateStep(1, 1e-6));

    [Benchmark]
    public void Adam() => _adam.Update<float>(_w, _g, Slots, new UpdateStep(1, 1e-6));

    [Benchmark(Baseline = true)]
    public void NaiveAdam()
    {
        const float Rate = 1e-6f;
        for (int i = 0; i < _w.Length; i++)
        {
            float g = _g[i];
            _s0[i] += (g - _s0[i]) * 0.1f;
            _s1[i] += ((g * g) - _s1[i]) * 0.001f;
            _w[i] -= Rate * _s0[i] / (MathF.Sqrt(_s1[i]) + 1e-7f);
        }
    }
}
