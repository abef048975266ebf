using BenchmarkDotNet.Attributes;
using Engine.Activations;
using Engine.Benchmarks.Twins;
using MathNet.Numerics.LinearAlgebra;

namespace Engine.Benchmarks;

/// <summary>
/// Activations over 2¹⁶ floats, in cache, forward and backward, a time being that of one element; beside them the scalar functions
/// in a loop and by MathNet's Map.
/// </summary>
[MemoryDiagnoser]
public class ElementwiseBenchmarks
{
    private const int Length = 1 << 16;
    private readonly float[] _x = new float[Length];
    private readonly float[] _y = new float[Length];
    private readonly float[] _dy = new float[Length];
    private readonly float[] _dx = new float[Length];
    private Vector<float> _mathNetX = null!, _mathNetY = null!;
    private ActivationFunction _activation = ActivationFunction.ReLU;
    private Func<float, float> _function = null!;
    private Func<float, float, float> _derivative = null!;

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
        _function = NaiveActivation.Function(Name);
        _derivative = NaiveActivation.Derivative(Name);
        _mathNetX = Vector<float>.Build.Dense(_x);
        _mathNetY = Vector<float>.Build.Dense(Length);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Length)]
    public void Forward() => _activation.Forward<float>(_x, _y, Length);

    [Benchmark(OperationsPerInvoke = Length)]
    public void ForwardNaive()
    {
        for (int i = 0; i < Length; i++)
        {
            _y[i] = _function(_x[i]);
        }
    }

    [Benchmark(OperationsPerInvoke = Length)]
    public void ForwardMathNet() => _mathNetX.Map(_function, _mathNetY, Zeros.Include);

    [Benchmark(OperationsPerInvoke = Length)]
    public void Backward() => _activation.Backward<float>(_x, _y, _dy, _dx, Length);

    [Benchmark(OperationsPerInvoke = Length)]
    public void BackwardNaive()
    {
        for (int i = 0; i < Length; i++)
        {
            _dx[i] = _dy[i] * _derivative(_x[i], _y[i]);
        }
    }
}
