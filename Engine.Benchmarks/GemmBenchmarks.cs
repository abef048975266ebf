using System.Numerics;
using BenchmarkDotNet.Attributes;
using Engine.Kernels;
using MathNet.Numerics.LinearAlgebra;

namespace Engine.Benchmarks;

/// <summary>
/// The product of two square matrices: the engine's on one thread and two, the naive one, and MathNet's managed one.
/// </summary>
/// <typeparam name="T">The type of the elements.</typeparam>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
[MemoryDiagnoser]
[Config(typeof(GemmConfig))]
public class GemmBenchmarks<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private T[] _a = [];
    private T[] _b = [];
    private T[] _c = [];
    private Matrix<float>? _mathNetA, _mathNetB, _mathNetC;
    private Matrix<double>? _mathNetDoubleA, _mathNetDoubleB, _mathNetDoubleC;

    /// <summary>The number of rows and columns; the command gemm has the larger ones, where the naive product takes a minute.</summary>
    [Params(64, 128, 256, 512)]
    public int N { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        Random random = new(1);
        _a = RandomValues(random);
        _b = RandomValues(random);
        _c = RandomValues(random);
        MathNet.Numerics.Control.UseManaged();
        MathNet.Numerics.Control.UseSingleThread();
        if (typeof(T) == typeof(float))
        {
            _mathNetA = Matrix<float>.Build.Dense(N, N, (float[])(object)_a);
            _mathNetB = Matrix<float>.Build.Dense(N, N, (float[])(object)_b);
            _mathNetC = Matrix<float>.Build.Dense(N, N);
        }
        else
        {
            _mathNetDoubleA = Matrix<double>.Build.Dense(N, N, (double[])(object)_a);
            _mathNetDoubleB = Matrix<double>.Build.Dense(N, N, (double[])(object)_b);
            _mathNetDoubleC = Matrix<double>.Build.Dense(N, N);
        }
    }

    [Benchmark(Baseline = true)]
    public void OneThread() => Multiply(threads: 1);

    [Benchmark]
    public void TwoThreads() => Multiply(threads: 2);

    [Benchmark]
    public void MathNetManaged()
    {
        _mathNetA?.Multiply(_mathNetB!, _mathNetC!);
        _mathNetDoubleA?.Multiply(_mathNetDoubleB!, _mathNetDoubleC!);
    }

    [Benchmark]
    public void Naive()
    {
        for (int i = 0; i < N; i++)
        {
            for (int j = 0; j < N; j++)
            {
                T sum = T.Zero;
                for (int p = 0; p < N; p++)
                {
                    sum += _a[(i * N) + p] * _b[(p * N) + j];
                }

                _c[(i * N) + j] = sum;
            }
        }
    }

    private void Multiply(int threads) =>
        Gemm.Multiply(
            new ReadOnlyMatrixView<T>(_a, N, N), new ReadOnlyMatrixView<T>(_b, N, N), new MatrixView<T>(_c, N, N), threads);

    private T[] RandomValues(Random random)
    {
        T[] values = GC.AllocateUninitializedArray<T>(N * N, pinned: true);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = T.CreateChecked(random.NextDouble() - 0.5);
        }

        return values;
    }
}
