namespace Engine.Layers;

/// <summary>The largest value of each window, for each channel; NaN if the window has one.</summary>
/// <remarks>
/// Input and output <c>[n, depth, height, width, channels]</c>; an axis becomes (length − pool) / stride + 1, rounded down, or with
/// <see cref="Padding.Same"/> length / stride, rounded up. The gradient goes to the first cell of the window that is as large.
/// </remarks>
public sealed class MaxPooling3D : Pooling
{
    /// <summary>Makes the layer.</summary>
    /// <param name="poolSize">The size of the window, each length at least 1; 2 × 2 × 2 if null.</param>
    /// <param name="strides">From one window to the next, each at least 1; the window's size if null.</param>
    /// <param name="padding">Valid or Same.</param>
    /// <exception cref="ArgumentOutOfRangeException">A length is below 1, or the padding is causal.</exception>
    public MaxPooling3D(
        (int Depth, int Height, int Width)? poolSize = null,
        (int Depth, int Height, int Width)? strides = null,
        Padding padding = Padding.Valid)
        : base(true, 3, Extents.Of(poolSize ?? (2, 2, 2)), Extents.Of(strides ?? poolSize ?? (2, 2, 2)), padding)
    {
        PoolSize = poolSize ?? (2, 2, 2);
        Strides = strides ?? PoolSize;
    }

    /// <summary>The size of the window.</summary>
    public (int Depth, int Height, int Width) PoolSize { get; }

    /// <summary>From one window to the next.</summary>
    public (int Depth, int Height, int Width) Strides { get; }
}
