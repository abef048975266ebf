using BenchmarkDotNet.Attributes;
using Engine.Numerics;
using MathNet.Numerics.Distributions;

namespace Engine.Benchmarks;

/// <summary>What initial weights and shuffling cost, a number or an element; System.Random and MathNet beside.</summary>
[MemoryDiagnoser]
public class RandomBenchmarks
{
    private const int Count = 1 << 16;

    private readonly float[] _numbers = new float[Count];
    private readonly double[] _doubles = new double[Count];
    private readonly int[] _permutation = new int[Count];
    private readonly Random _naive = new(1);
    private readonly RandomSource _random = new(seed: 1, stream: 2, step: 3);

    [Benchmark(OperationsPerInvoke = Count)]
    public void Uniform() => _random.FillUniform<float>(_numbers);

    [Benchmark(OperationsPerInvoke = Count)]
    public void UniformNaive()
    {
        for (int i = 0; i < _numbers.Length; i++)
        {
            _numbers[i] = _naive.NextSingle();
        }
    }

    [Benchmark(OperationsPerInvoke = Count)]
    public void UniformMathNet() => ContinuousUniform.Samples(_naive, _doubles, 0, 1);

    [Benchmark(OperationsPerInvoke = Count)]
    public void Normal() => _random.FillNormal<float>(_numbers);

    /// <summary>Box and Muller's method, one number of each pair.</summary>
    [Benchmark(OperationsPerInvoke = Count)]
    public void NormalNaive()
    {
        for (int i = 0; i < _numbers.Length; i++)
        {
            double r = Math.Sqrt(-2 * Math.Log(1 - _naive.NextDouble()));
            _numbers[i] = (float)(r * Math.Cos(2 * Math.PI * _naive.NextDouble()));
        }
    }

    [Benchmark(OperationsPerInvoke = Count)]
    public void NormalMathNet() => MathNet.Numerics.Distributions.Normal.Samples(_naive, _doubles, 0, 1);

    [Benchmark(OperationsPerInvoke = Count)]
    public void Permutation() => _random.FillPermutation(_permutation);

    [Benchmark(OperationsPerInvoke = Count)]
    public void PermutationNaive() => _naive.Shuffle(_permutation);

    [Benchmark(OperationsPerInvoke = Count)]
    public int[] PermutationMathNet() => MathNet.Numerics.Combinatorics.GeneratePermutation(Count, _naive);
}
