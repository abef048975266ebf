using BenchmarkDotNet.Attributes;
using Engine.Kernels;
using MathNet.Numerics.LinearAlgebra;

namespace Engine.Benchmarks;

/// <summary>What the product is used for in a Dense layer of 1024 inputs and units.</summary>
public enum ProductKind
{
    /// <summary>y = x·W.</summary>
    Plain,

    /// <summary>y = relu(x·W + b), in registers.</summary>
    BiasAndRelu,

    /// <summary>dx = dy·Wᵀ.</summary>
    TransposedRight,

    /// <summary>dW = xᵀ·dy.</summary>
    TransposedLeft,

    /// <summary>dW += xᵀ·dy.</summary>
    Accumulate,
}

/// <summary>One of the products, for a number of samples.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Batch">Samples.</param>
public readonly record struct Product(ProductKind Kind, int Batch) : IWork
{
    double IWork.Operations => 2.0 * Batch * ProductBenchmarks.Width * ProductBenchmarks.Width;

    /// <inheritdoc/>
    public override string ToString() => $"{Kind}, batch {Batch}";
}

/// <summary>
/// The products of a Dense layer: transposed, accumulating, with bias and relu; on one thread and two, with the naive loops and
/// MathNet's managed provider beside.
/// </summary>
[MemoryDiagnoser]
[Config(typeof(GemmConfig))]
public class ProductBenchmarks
{
    internal const int Width = 1024;

    // C [m, n] = A [m, k] · B [k, n] with the operands as they lie in memory, transposed or not.
    private float[] _a = [], _b = [], _c = [];
    private readonly float[] _bias = new float[Width];
    private Matrix<float> _mathNetA = null!, _mathNetB = null!, _mathNetC = null!, _mathNetSum = null!;
    private int _m, _n, _k;

    public static IEnumerable<Product> Products =>
        from kind in Enum.GetValues<ProductKind>()
        from batch in (int[])[32, 128]
        select new Product(kind, batch);

    [ParamsSource(nameof(Products))]
    public Product Product { get; set; }

    private bool IsWeightGradient => Product.Kind is ProductKind.TransposedLeft or ProductKind.Accumulate;

    private ReadOnlyMatrixView<float> A =>
        IsWeightGradient ? new ReadOnlyMatrixView<float>(_a, _k, _m).Transposed : new ReadOnlyMatrixView<float>(_a, _m, _k);

    private ReadOnlyMatrixView<float> B => Product.Kind == ProductKind.TransposedRight
        ? new ReadOnlyMatrixView<float>(_b, _n, _k).Transposed
        : new ReadOnlyMatrixView<float>(_b, _k, _n);

    [GlobalSetup]
    public void Setup()
    {
        (_m, _n, _k) = IsWeightGradient ? (Width, Width, Product.Batch) : (Product.Batch, Width, Width);
        Random random = new(1);
        _a = Twins.Values.Pinned(_m * _k, random);
        _b = Twins.Values.Pinned(_k * _n, random);
        _c = Twins.Values.Pinned(_m * _n, random);
        MathNet.Numerics.Control.UseManaged();
        MathNet.Numerics.Control.UseSingleThread();

        // MathNet's matrices are stored by columns.
        _mathNetA = IsWeightGradient ? Matrix<float>.Build.Dense(_m, _k, _a).Transpose() : Matrix<float>.Build.Dense(_m, _k, _a);
        _mathNetB = Product.Kind == ProductKind.TransposedRight
            ? Matrix<float>.Build.Dense(_k, _n, _b).Transpose()
            : Matrix<float>.Build.Dense(_k, _n, _b);
        _mathNetC = Matrix<float>.Build.Dense(_m, _n);
        _mathNetSum = Matrix<float>.Build.Dense(_m, _n);
    }

    [Benchmark(Baseline = true)]
    public void OneThread() => Multiply(threads: 1);

    [Benchmark]
    public void TwoThreads() => Multiply(threads: 2);

    [Benchmark]
    public void MathNetManaged()
    {
        switch (Product.Kind)
        {
            case ProductKind.TransposedRight:
                _mathNetA.TransposeAndMultiply(_mathNetB, _mathNetC);
                break;
            case ProductKind.TransposedLeft:
                _mathNetA.TransposeThisAndMultiply(_mathNetB, _mathNetC);
                break;
            case ProductKind.Accumulate:
                _mathNetA.TransposeThisAndMultiply(_mathNetB, _mathNetC);
                _mathNetSum.Add(_mathNetC, _mathNetSum);
                break;
            default:
                _mathNetA.Multiply(_mathNetB, _mathNetC);
                if (Product.Kind == ProductKind.BiasAndRelu)
                {
                    _mathNetC.MapIndexedInplace((_, column, value) => Math.Max(value + _bias[column], 0), Zeros.Include);
                }

                break;
        }
    }

    [Benchmark]
    public void Naive()
    {
        (int aRow, int aColumn) = IsWeightGradient ? (1, _m) : (_k, 1);
        (int bRow, int bColumn) = Product.Kind == ProductKind.TransposedRight ? (1, _k) : (_n, 1);
        for (int i = 0; i < _m; i++)
        {
            for (int j = 0; j < _n; j++)
            {
                float sum = Product.Kind == ProductKind.Accumulate ? _c[(i * _n) + j] : 0;
                for (int p = 0; p < _k; p++)
                {
                    sum += _a[(i * aRow) + (p * aColumn)] * _b[(p * bRow) + (j * bColumn)];
                }

                _c[(i * _n) + j] = Product.Kind == ProductKind.BiasAndRelu ? Math.Max(sum + _bias[j], 0) : sum;
            }
        }
    }

    private void Multiply(int threads)
    {
        MatrixView<float> c = new(_c, _m, _n);
        switch (Product.Kind)
        {
            case ProductKind.BiasAndRelu:
                Gemm.MultiplyAddBias(A, B, _bias, c, relu: true, threads);
                break;
            case ProductKind.Accumulate:
                Gemm.MultiplyAccumulate(A, B, c, threads);
                break;
            default:
                Gemm.Multiply(A, B, c, threads);
                break;
        }
    }
}
