using BenchmarkDotNet.Attributes;
using Engine.Kernels;
using MathNet.Numerics.LinearAlgebra;

namespace Engine.Benchmarks;

/// <summary>
/// Sums over the columns of a batch, as the gradient of a bias is, and the sum of squares of a penalty; with the naive loops and
/// MathNet beside.
/// </summary>
[MemoryDiagnoser]
public class ReductionBenchmarks
{
    private float[] _x = [];
    private float[] _sums = [];
    private Matrix<float> _mathNetX = null!;
    private Vector<float> _mathNetVector = null!;

    public static IEnumerable<(int Rows, int Columns)> Shapes => [(128, 10), (128, 64), (128, 1024), (100_000, 6), (100_000, 32)];

    [ParamsSource(nameof(Shapes))]
    public (int Rows, int Columns) Shape { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _x = Twins.Values.Pinned(Shape.Rows * Shape.Columns, new Random(1));
        _sums = new float[Shape.Columns];
        _mathNetX = Matrix<float>.Build.DenseOfRowMajor(Shape.Rows, Shape.Columns, _x);
        _mathNetVector = Vector<float>.Build.Dense(_x);
    }

    [Benchmark(Baseline = true)]
    public void ColumnSums() => Reductions.ColumnSums<float>(_x, _sums);

    [Benchmark]
    public void ColumnSumsNaive()
    {
        Array.Clear(_sums);
        for (int row = 0; row < Shape.Rows; row++)
        {
            for (int column = 0; column < Shape.Columns; column++)
            {
                _sums[column] += _x[(row * Shape.Columns) + column];
            }
        }
    }

    [Benchmark]
    public Vector<float> ColumnSumsMathNet() => _mathNetX.ColumnSums();

    [Benchmark]
    public double SumOfSquares() => Reductions.SumOfSquares<float>(_x);

    [Benchmark]
    public double SumOfSquaresNaive()
    {
        double sum = 0;
        foreach (float value in _x)
        {
            sum += (double)value * value;
        }

        return sum;
    }

    [Benchmark]
    public float SumOfSquaresMathNet() => _mathNetVector.DotProduct(_mathNetVector);
}
