using System.Numerics.Tensors;
using BenchmarkDotNet.Attributes;
using Engine.Data;
using MathNet.Numerics.LinearAlgebra;

namespace Engine.Benchmarks;

/// <summary>
/// What Fit does before each step: 128 shuffled rows of 784 gathered out of 10,000, from floats and from bytes that become
/// [0, 1]; with the naive loops and MathNet's rows beside.
/// </summary>
[MemoryDiagnoser]
public class GatherBenchmarks
{
    private const int Samples = 10_000, Features = 784, Batch = 128;
    private readonly float[] _floats = Twins.Values.Pinned(Samples * Features, new Random(1));
    private readonly byte[] _bytes = new byte[Samples * Features];
    private readonly int[] _rows = new int[Batch];
    private readonly float[] _batch = new float[Batch * Features];
    private readonly Matrix<float> _mathNetBatch = Matrix<float>.Build.Dense(Batch, Features);
    private Matrix<float> _mathNet = null!;
    private DataColumn _floatColumn = null!, _byteColumn = null!;

    [GlobalSetup]
    public void Setup()
    {
        Random random = new(1);
        random.NextBytes(_bytes);
        for (int i = 0; i < Batch; i++)
        {
            _rows[i] = random.Next(Samples);
        }

        _floatColumn = Tensor.Create(_floats, [Samples, Features]);
        _byteColumn = DataColumn.FromBytes(Tensor.Create(_bytes, [Samples, Features]), divisor: 255);
        _mathNet = Matrix<float>.Build.DenseOfRowMajor(Samples, Features, _floats);
    }

    [Benchmark(Baseline = true)]
    public void Floats() => _floatColumn.CopyRows<float>(_rows, _batch);

    [Benchmark]
    public void FloatsNaive()
    {
        for (int i = 0; i < Batch; i++)
        {
            for (int j = 0; j < Features; j++)
            {
                _batch[(i * Features) + j] = _floats[(_rows[i] * Features) + j];
            }
        }
    }

    [Benchmark]
    public void FloatsMathNet()
    {
        for (int i = 0; i < Batch; i++)
        {
            _mathNetBatch.SetRow(i, _mathNet.Row(_rows[i]));
        }
    }

    [Benchmark]
    public void Bytes() => _byteColumn.CopyRows<float>(_rows, _batch);

    [Benchmark]
    public void BytesNaive()
    {
        for (int i = 0; i < Batch; i++)
        {
            for (int j = 0; j < Features; j++)
            {
                _batch[(i * Features) + j] = _bytes[(_rows[i] * Features) + j] / 255f;
            }
        }
    }
}
