using BenchmarkDotNet.Attributes;
using Engine.Kernels;
using MathNet.Numerics.LinearAlgebra;

namespace Engine.Benchmarks;

/// <summary>Softmax with cross-entropy from logits, 128 rows: loss and gradient, with a scalar twin and MathNet beside.</summary>
[MemoryDiagnoser]
public class SoftmaxBenchmarks
{
    private const int Rows = 128;
    private readonly float[] _losses = new float[Rows];
    private Matrix<float> _mathNetX = null!, _mathNetY = null!;
    private float[] _x = [];
    private float[] _y = [];
    private float[] _dx = [];

    [Params(10, 1000)]
    public int Classes { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        _x = [.. Enumerable.Range(0, Rows * Classes).Select(_ => (random.NextSingle() * 8) - 4)];
        _y = new float[_x.Length];
        _dx = new float[_x.Length];
        for (int r = 0; r < Rows; r++)
        {
            _y[(r * Classes) + random.Next(Classes)] = 1;
        }

        // A sample a column: MathNet stores by columns.
        _mathNetX = Matrix<float>.Build.Dense(Classes, Rows, _x);
        _mathNetY = Matrix<float>.Build.Dense(Classes, Rows, _y);
    }

    [Benchmark]
    public void Loss() => SoftmaxKernels.CrossEntropy<float>(_x, _y, _losses, 1, 0);

    [Benchmark]
    public void Gradient() => SoftmaxKernels.CrossEntropyGradient<float>(_x, _y, 1f / Rows, _dx, Classes, 1, 0);

    [Benchmark(Baseline = true)]
    public void NaiveLossAndGradient()
    {
        for (int r = 0; r < Rows; r++)
        {
            Span<float> x = _x.AsSpan(r * Classes, Classes), y = _y.AsSpan(r * Classes, Classes), dx = _dx.AsSpan(r * Classes, Classes);
            float max = float.NegativeInfinity, sum = 0, loss = 0;
            foreach (float v in x)
            {
                max = Math.Max(max, v);
            }

            for (int k = 0; k < Classes; k++)
            {
                sum += dx[k] = MathF.Exp(x[k] - max);
            }

            for (int k = 0; k < Classes; k++)
            {
                loss += y[k] * (max + MathF.Log(sum) - x[k]);
                dx[k] = ((dx[k] / sum) - y[k]) / Rows;
            }

            _losses[r] = loss;
        }
    }

    [Benchmark]
    public Matrix<float> MathNetLossAndGradient()
    {
        Matrix<float> p = (_mathNetX - Matrix<float>.Build.Dense(Classes, Rows, (_, column) => _mathNetX.Column(column).Maximum()))
            .PointwiseExp()
            .NormalizeColumns(1);
        p.PointwiseMultiply(_mathNetY).ColumnSums().Map(MathF.Log).ToArray().CopyTo(_losses, 0);
        return (p - _mathNetY) / Rows;
    }
}
