using BenchmarkDotNet.Attributes;
using Engine.Numerics;

namespace Engine.Benchmarks;

/// <summary>Fork and join with nothing to do, and the same with the platform's loop.</summary>
[MemoryDiagnoser]
public class ParallelBenchmarks
{
    private readonly long[] _sums = new long[64];
    private ParallelOptions _options = new();

    [Params(2, 4)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Setup() => _options = new ParallelOptions { MaxDegreeOfParallelism = Threads };

    [Benchmark(Baseline = true)]
    public void ForkAndJoin()
    {
        var body = new Body(_sums);
        ParallelLoop.Run(ref body, Threads, Threads);
    }

    [Benchmark]
    public void ParallelFor() => Parallel.For(0, Threads, _options, part => _sums[part * 8]++);

    private readonly struct Body(long[] sums) : IBody
    {
        public void Run(int part) => sums[part * 8]++;
    }
}
