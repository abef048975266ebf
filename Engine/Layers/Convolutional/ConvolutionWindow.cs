using Engine.Kernels;

namespace Engine.Layers;

/// <summary>
/// The window of a layer over one to three axes; axes that are not there have 1, the last ones being there first.
/// </summary>
/// <param name="Axes">The number of axes that are there.</param>
/// <param name="Size">The positions of the window along each axis.</param>
/// <param name="Strides">From one window to the next.</param>
/// <param name="Dilation">From one position of a window to the next.</param>
/// <param name="Padding">What lies beyond the borders.</param>
/// <param name="Groups">Groups of channels.</param>
internal readonly record struct ConvolutionWindow(
    int Axes,
    (int Depth, int Height, int Width) Size,
    (int Depth, int Height, int Width) Strides,
    (int Depth, int Height, int Width) Dilation,
    Padding Padding,
    int Groups)
{
    /// <summary>From the first position of a window to its last, both counted.</summary>
    public (int Depth, int Height, int Width) Extent => (
        ((Size.Depth - 1) * Dilation.Depth) + 1,
        ((Size.Height - 1) * Dilation.Height) + 1,
        ((Size.Width - 1) * Dilation.Width) + 1);

    /// <summary>The numbers of two axes; 1 each if null.</summary>
    public static (int Depth, int Height, int Width) Of((int Height, int Width)? numbers) =>
        numbers is { } given ? (1, given.Height, given.Width) : (1, 1, 1);

    /// <summary>The lengths of the axes of a sample, its channels left out.</summary>
    public (int Depth, int Height, int Width) LengthsOf(Shape sample) =>
        (Axes > 2 ? sample[^4] : 1, Axes > 1 ? sample[^3] : 1, sample[^2]);

    /// <summary>The numbers of the axes that are there.</summary>
    public int[] Present((int Depth, int Height, int Width) numbers) =>
        [.. ((ReadOnlySpan<int>)[numbers.Depth, numbers.Height, numbers.Width])[^Axes..]];

    /// <summary>The lengths of the output; below 1 where the window does not fit.</summary>
    public (int Depth, int Height, int Width) OutputOf((int Depth, int Height, int Width) lengths) => (
        WindowAxis.OutputLength(lengths.Depth, Size.Depth, Strides.Depth, Dilation.Depth, Padding),
        WindowAxis.OutputLength(lengths.Height, Size.Height, Strides.Height, Dilation.Height, Padding),
        WindowAxis.OutputLength(lengths.Width, Size.Width, Strides.Width, Dilation.Width, Padding));

    /// <summary>The lengths that a transposed convolution makes of these, as Keras has it.</summary>
    public (int Depth, int Height, int Width) TransposedOf((int Depth, int Height, int Width) lengths) => (
        Transposed(lengths.Depth, Extent.Depth, Strides.Depth),
        Transposed(lengths.Height, Extent.Height, Strides.Height),
        Transposed(lengths.Width, Extent.Width, Strides.Width));

    /// <summary>The geometry of a convolution with this window.</summary>
    public ConvolutionGeometry Geometry((int Depth, int Height, int Width) lengths, int channels, int filters) => new(
        new WindowAxis(lengths.Depth, Size.Depth, Strides.Depth, Dilation.Depth, Padding),
        new WindowAxis(lengths.Height, Size.Height, Strides.Height, Dilation.Height, Padding),
        new WindowAxis(lengths.Width, Size.Width, Strides.Width, Dilation.Width, Padding),
        channels,
        filters,
        Groups);

    private int Transposed(int length, int extent, int stride) =>
        (length * stride) + (Padding == Padding.Same ? 0 : Math.Max(extent - stride, 0));
}
