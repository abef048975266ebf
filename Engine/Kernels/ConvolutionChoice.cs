namespace Engine.Kernels;

/// <summary>
/// Which way is the fastest for a geometry: a matter of shapes alone, never of threads or timing, so that the same arguments give
/// the same bits on any number of threads.
/// </summary>
internal static class ConvolutionChoice
{
    /// <summary>The way of <see cref="Convolution.Forward"/>.</summary>
    /// <param name="geometry">The shapes.</param>
    /// <param name="batch">The number of samples.</param>
    /// <param name="allowWinograd">Whether a way with a larger error of rounding may be taken.</param>
    public static ConvolutionWay Forward(in ConvolutionGeometry geometry, int batch, bool allowWinograd) =>
        IsPointwise(geometry) ? ConvolutionWay.Pointwise
        : IsDepthwise(geometry) ? ConvolutionWay.Depthwise
        : DirectConvolution.Wins(geometry) ? ConvolutionWay.Direct
        : allowWinograd && WinogradConvolution.Wins(geometry, batch) ? ConvolutionWay.Winograd
        : ConvolutionWay.ImplicitGemm;

    /// <summary>The way of <see cref="Convolution.InputGradient"/>.</summary>
    /// <param name="geometry">The shapes.</param>
    /// <param name="batch">The number of samples.</param>
    /// <param name="allowWinograd">Whether a way with a larger error of rounding may be taken.</param>
    public static ConvolutionWay InputGradient(in ConvolutionGeometry geometry, int batch, bool allowWinograd) =>
        IsPointwise(geometry) ? ConvolutionWay.Pointwise
        : IsDepthwise(geometry) ? ConvolutionWay.Depthwise
        : DirectConvolution.WinsInputGradient(geometry) ? ConvolutionWay.Direct
        : allowWinograd && WinogradConvolution.InputGradientWins(geometry, batch) ? ConvolutionWay.Winograd
        : ConvolutionWay.ImplicitGemm;

    /// <summary>The way of <see cref="Convolution.WeightGradient"/>; a pointwise one is an implicit product, too.</summary>
    /// <param name="geometry">The shapes.</param>
    /// <param name="batch">The number of samples.</param>
    /// <param name="allowWinograd">Whether a way with a larger error of rounding may be taken.</param>
    public static ConvolutionWay WeightGradient(in ConvolutionGeometry geometry, int batch, bool allowWinograd) =>
        IsPointwise(geometry) ? ConvolutionWay.ImplicitGemm
        : IsDepthwise(geometry) ? ConvolutionWay.Depthwise
        : DirectConvolution.Wins(geometry) ? ConvolutionWay.Direct
        : allowWinograd && WinogradConvolution.WeightGradientWins(geometry, batch) ? ConvolutionWay.Winograd
        : ConvolutionWay.ImplicitGemm;

    /// <summary>Whether a window is one position, and each position has one.</summary>
    public static bool IsPointwise(in ConvolutionGeometry geometry) =>
        IsPointwise(geometry.Depth) && IsPointwise(geometry.Height) && IsPointwise(geometry.Width);

    private static bool IsPointwise(in WindowAxis axis) => axis is { Window: 1, Stride: 1 };

    // One channel in one group is both: the direct way knows more tiles for it.
    private static bool IsDepthwise(in ConvolutionGeometry geometry) =>
        geometry.Groups > 1 && DepthwiseConvolution.Supports(geometry);
}
