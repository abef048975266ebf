namespace Engine.Layers;

/// <summary>The largest value of each window, for each channel; NaN if the window has one.</summary>
/// <remarks>
/// Input and output <c>[n, steps, channels]</c>; an axis becomes (length − pool) / stride + 1, rounded down, or with
/// <see cref="Padding.Same"/> length / stride, rounded up. The gradient goes to the first cell of the window that is as large.
/// </remarks>
public sealed class MaxPooling1D : Pooling
{
    /// <summary>Makes the layer.</summary>
    /// <param name="poolSize">The size of the window, each length at least 1.</param>
    /// <param name="strides">From one window to the next, each at least 1; the window's size if null.</param>
    /// <param name="padding">Valid or Same.</param>
    /// <exception cref="ArgumentOutOfRangeException">A length is below 1, or the padding is causal.</exception>
    public MaxPooling1D(int poolSize = 2, int? strides = null, Padding padding = Padding.Valid)
        : base(true, 1, new Extents(1, 1, poolSize), new Extents(1, 1, strides ?? poolSize), padding)
    {
        PoolSize = poolSize;
        Strides = strides ?? poolSize;
    }

    /// <summary>The size of the window.</summary>
    public int PoolSize { get; }

    /// <summary>From one window to the next.</summary>
    public int Strides { get; }
}
