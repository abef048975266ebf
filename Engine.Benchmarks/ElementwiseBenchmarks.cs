using BenchmarkDotNet.Attributes;
using Engine.Activations;

namespace Engine.Benchmarks;

/// <summary>Activations over 2^16 floats, in cache, forward and backward, with a scalar twin of the sigmoid beside.</summary>
[MemoryDiagnoser]
public class ElementwiseBenchmarks
{
    private const int Length = 1 << 16;
    private readonly float[] _x = new float[Length];
    private readonly float[] _y = new float[Length];
    private readonly float[] _dy = new float[Length];
    private readonly float[] _dx = new float[Length];
    private ActivationFunction _activation = ActivationFunction.ReLU;

    [Params("relu", "elu", "selu", "gelu", "sigmoid", "tanh", "softplus", "silu")]
    public string Name { get; set; } = "relu";

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        for (int i = 0; i < Length; i++)
        {
            _x[i] = (random.NextSingle() * 8) - 4;
            _dy[i] = random.NextSingle();
        }

        _activation = ActivationFunction.FromName(Name);
        _activation.Forward<float>(_x, _y, Length);
    }

    [Benchmark]
    public void Forward() => _activation.Forward<float>(_x, _y, Length);

    [Benchmark]
    public void Backward() => _activation.Backward<float>(_x, _y, _dy, _dx, Length);

    [Benchmark(Baseline = true)]
    public void NaiveSigmoid()
    {
        for (int i = 0; i < Length; i++)
        {
            _dx[i] = 1 / (1 + MathF.Exp(-_x[i]));
        }
    }
}
