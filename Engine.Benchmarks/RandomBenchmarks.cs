using BenchmarkDotNet.Attributes;
using Engine.Numerics;

namespace Engine.Benchmarks;

/// <summary>What initial weights and shuffling cost, with System.Random beside it.</summary>
[MemoryDiagnoser]
public class RandomBenchmarks
{
    private const int Count = 1 << 16;

    private readonly float[] _numbers = new float[Count];
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
    public void Normal() => _random.FillNormal<float>(_numbers);

    [Benchmark(OperationsPerInvoke = Count)]
    public void Permutation() => _random.FillPermutation(_permutation);

    [Benchmark(OperationsPerInvoke = Count)]
    public void PermutationNaive() => _naive.Shuffle(_permutation);
}
