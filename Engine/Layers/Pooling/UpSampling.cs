using Engine.Kernels;

namespace Engine.Layers;

/// <summary>Enlarges each spatial axis by a whole factor: what the layers of upsampling have in common.</summary>
public abstract class UpSampling : SpatialLayer
{
    private readonly Extents _size;
    private readonly bool _isBilinear;

    private protected UpSampling(int axes, Extents size, bool isBilinear = false)
        : base(axes)
    {
        _size = Checked(size, 1, nameof(size));
        _isBilinear = isBilinear;
    }

    /// <inheritdoc/>
    public override Reads BackwardReads => Reads.None;

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write("size", _size.ToArray(Axes));
    }

    /// <inheritdoc/>
    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        if (_isBilinear)
        {
            BilinearKernels.Forward(x, y, BilinearGeometryOf(pass.InputShape()), pass.Threads);
        }
        else
        {
            // Repeating a cell is the gradient of a sum over its block.
            PoolingKernels.Backward<T, SumPool<T>>([], x, y, BlocksOf(pass.OutputShape()), pass.Threads);
        }
    }

    /// <inheritdoc/>
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        if (dx.IsEmpty)
        {
            return;
        }

        if (_isBilinear)
        {
            BilinearKernels.Backward(dy, dx, BilinearGeometryOf(pass.InputShape()), pass.Threads);
        }
        else
        {
            PoolingKernels.Forward<T, SumPool<T>>(dy, dx, BlocksOf(pass.OutputShape()), pass.Threads);
        }
    }

    private protected sealed override Shape OutputShape(Shape input)
    {
        Extents extents = ExtentsOf(input);
        return ShapeOf(
            new Extents(extents.Depth * _size.Depth, extents.Height * _size.Height, extents.Width * _size.Width), input[^1]);
    }

    private BilinearGeometry BilinearGeometryOf(Shape input) =>
        new(input[0], input[1], _size.Height, _size.Width, input[^1]);

    // The output as the blocks that the cells of the input become.
    private ConvolutionGeometry BlocksOf(Shape output)
    {
        Extents extents = ExtentsOf(output);
        return new ConvolutionGeometry(
            new WindowAxis(extents.Depth, _size.Depth, _size.Depth, 1, Padding.Valid),
            new WindowAxis(extents.Height, _size.Height, _size.Height, 1, Padding.Valid),
            new WindowAxis(extents.Width, _size.Width, _size.Width, 1, Padding.Valid),
            output[^1],
            output[^1]);
    }
}
