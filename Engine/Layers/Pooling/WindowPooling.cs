using Engine.Kernels;

namespace Engine.Layers;

/// <summary>
/// One value for each place of a window and each channel: what pooling by sliding windows and global pooling have in common.
/// Padding is never part of a value.
/// </summary>
public abstract class WindowPooling : SpatialLayer
{
    private readonly bool _isMax;

    private protected WindowPooling(bool isMax, int axes)
        : base(axes) => _isMax = isMax;

    /// <inheritdoc/>
    public override Reads BackwardReads => _isMax ? Reads.Input : Reads.None;

    /// <inheritdoc/>
    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        ConvolutionGeometry geometry = GeometryOf(pass.InputShape());
        if (_isMax)
        {
            PoolingKernels.Forward<T, MaxPool<T>>(x, y, geometry, pass.Threads);
        }
        else
        {
            PoolingKernels.Forward<T, AveragePool<T>>(x, y, geometry, pass.Threads);
        }
    }

    /// <inheritdoc/>
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        if (dx.IsEmpty)
        {
            return;
        }

        ConvolutionGeometry geometry = GeometryOf(pass.InputShape());
        if (_isMax)
        {
            PoolingKernels.Backward<T, MaxPool<T>>(x, dy, dx, geometry, pass.Threads);
        }
        else
        {
            PoolingKernels.Backward<T, AveragePool<T>>(x, dy, dx, geometry, pass.Threads);
        }
    }

    /// <summary>How the windows lie on a sample of this shape.</summary>
    private protected abstract ConvolutionGeometry GeometryOf(Shape input);
}
