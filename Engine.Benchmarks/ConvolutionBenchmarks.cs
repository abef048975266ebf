using BenchmarkDotNet.Attributes;
using Engine.Benchmarks.Twins;
using Engine.Kernels;

namespace Engine.Benchmarks;

/// <summary>Which of the three products of a layer of convolution.</summary>
public enum ConvolutionKind
{
    /// <summary>y = relu(x ∗ kernel + bias).</summary>
    Forward,

    /// <summary>dx from dy.</summary>
    InputGradient,

    /// <summary>dKernel from x and dy.</summary>
    WeightGradient,
}

/// <summary>A layer of convolution over square images, stride 1, and one of its products.</summary>
/// <param name="Kind">Which product.</param>
/// <param name="Size">Height and width of the image.</param>
/// <param name="Window">Height and width of the window.</param>
/// <param name="Channels">Channels of the input.</param>
/// <param name="Filters">Channels of the output.</param>
/// <param name="Batch">Samples.</param>
/// <param name="Padding">What lies beyond the borders.</param>
public readonly record struct ConvolutionProduct(
    ConvolutionKind Kind, int Size, int Window, int Channels, int Filters, int Batch, Padding Padding) : IWork
{
    double IWork.Operations => 2.0 * Batch * Geometry.OutputPositions * Geometry.PatchLength * Filters;

    internal ConvolutionGeometry Geometry
    {
        get
        {
            WindowAxis axis = new(Size, Window, 1, 1, Padding);
            return new ConvolutionGeometry(WindowAxis.None, axis, axis, Channels, Filters);
        }
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Kind}, {Size}×{Size}×{Channels}→{Filters}, {Window}×{Window} {Padding}, batch {Batch}";
}

/// <summary>
/// The three products of layers of convolution: a first layer, the second of a small network for MNIST, the largest of VGG16's
/// kind, LeNet's second; on one thread and two, with the naive seven loops beside.
/// </summary>
[MemoryDiagnoser]
[Config(typeof(GemmConfig))]
public class ConvolutionBenchmarks
{
    private ConvolutionGeometry _geometry;
    private float[] _x = [], _kernel = [], _bias = [], _y = [], _scratch = [];
    private float[] _target = [];

    public static IEnumerable<ConvolutionProduct> Products =>
        from kind in Enum.GetValues<ConvolutionKind>()
        from layer in (ConvolutionProduct[])
        [
            new(kind, 28, 3, 1, 32, 32, Padding.Valid), new(kind, 13, 3, 32, 64, 32, Padding.Valid),
            new(kind, 56, 3, 64, 64, 8, Padding.Same), new(kind, 14, 5, 6, 16, 32, Padding.Valid),
        ]
        select layer;

    [ParamsSource(nameof(Products))]
    public ConvolutionProduct Product { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        Random random = new(1);
        _geometry = Product.Geometry;
        _x = Values.Pinned(Product.Batch * _geometry.InputSize, random);
        _kernel = Values.Pinned(_geometry.KernelSize, random);
        _bias = Values.Pinned(_geometry.Filters, random);
        _y = Values.Pinned(Product.Batch * _geometry.OutputSize, random);
        _scratch = Values.Pinned(Convolution.ScratchLength(_geometry, Product.Batch), random);
        _target = Values.Pinned(Math.Max(Math.Max(_x.Length, _y.Length), _kernel.Length), random);
    }

    [Benchmark(Baseline = true)]
    public void OneThread() => Run(threads: 1, allowWinograd: true);

    [Benchmark]
    public void TwoThreads() => Run(threads: 2, allowWinograd: true);

    [Benchmark]
    public void NoWinograd() => Run(threads: 1, allowWinograd: false);

    [Benchmark]
    public void Naive()
    {
        _target.AsSpan().Clear();
        ConvolutionGeometry g = _geometry;
        for (int n = 0; n < Product.Batch; n++)
        {
            for (int y = 0; y < g.Height.Output; y++)
            {
                for (int x = 0; x < g.Width.Output; x++)
                {
                    for (int window = 0; window < g.WindowPositions; window++)
                    {
                        int inY = y - g.Height.PadBefore + (window / g.Width.Window);
                        int inX = x - g.Width.PadBefore + (window % g.Width.Window);
                        if ((uint)inY < (uint)g.Height.Input && (uint)inX < (uint)g.Width.Input)
                        {
                            NaivePosition(
                                ((((n * g.Height.Input) + inY) * g.Width.Input) + inX) * g.Channels,
                                window * g.Channels * g.Filters,
                                ((((n * g.Height.Output) + y) * g.Width.Output) + x) * g.Filters);
                        }
                    }
                }
            }
        }
    }

    private void NaivePosition(int x, int kernel, int y)
    {
        for (int c = 0; c < _geometry.Channels; c++)
        {
            for (int f = 0; f < _geometry.Filters; f++)
            {
                int w = kernel + (c * _geometry.Filters) + f;
                switch (Product.Kind)
                {
                    case ConvolutionKind.Forward:
                        _target[y + f] += _x[x + c] * _kernel[w];
                        break;
                    case ConvolutionKind.InputGradient:
                        _target[x + c] += _y[y + f] * _kernel[w];
                        break;
                    default:
                        _target[w] += _x[x + c] * _y[y + f];
                        break;
                }
            }
        }
    }

    private void Run(int threads, bool allowWinograd)
    {
        switch (Product.Kind)
        {
            case ConvolutionKind.Forward:
                Span<float> y = _target.AsSpan(0, _y.Length);
                Convolution.Forward(
                    _geometry, Product.Batch, _x, _kernel, _bias, y, relu: true, allowWinograd, threads);
                break;
            case ConvolutionKind.InputGradient:
                Convolution.InputGradient(
                    _geometry, Product.Batch, _y, _kernel, _target.AsSpan(0, _x.Length), allowWinograd, threads);
                break;
            default:
                Convolution.WeightGradient(
                    _geometry, Product.Batch, _x, _y, _target.AsSpan(0, _kernel.Length), allowWinograd, _scratch, threads);
                break;
        }
    }
}
