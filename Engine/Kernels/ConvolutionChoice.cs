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
    public static ConvolutionWay Forward(in ConvolutionGeometry geometry, int batch, bool allowWinograd)
    {
        if (IsPointwise(geometry) || IsDepthwise(geometry))
        {
            return IsPointwise(geometry) ? ConvolutionWay.Pointwise : ConvolutionWay.Depthwise;
        }

        double outputs = (double)batch * geometry.OutputPositions;
        double direct = CanBeDirect(geometry, geometry.PatchLength)
            ? ConvolutionCost.Direct(outputs, geometry.PatchLength, geometry.Filters)
            : double.PositiveInfinity;
        double winograd = CanUseWinograd(geometry, allowWinograd)
            ? ConvolutionCost.Winograd(Tiles(geometry.Height.Output, geometry.Width.Output, batch), geometry.Channels, geometry.Filters)
            : double.PositiveInfinity;
        double product = ConvolutionCost.ImplicitGemm(
            outputs, geometry.WindowPositions, geometry.PatchLength, geometry.GroupFilters);
        return Fastest(direct, winograd, product);
    }

    /// <summary>The way of <see cref="Convolution.InputGradient"/>: a convolution from the filters to the channels.</summary>
    /// <param name="geometry">The shapes.</param>
    /// <param name="batch">The number of samples.</param>
    /// <param name="allowWinograd">Whether a way with a larger error of rounding may be taken.</param>
    public static ConvolutionWay InputGradient(in ConvolutionGeometry geometry, int batch, bool allowWinograd)
    {
        if (IsPointwise(geometry) || IsDepthwise(geometry))
        {
            return IsPointwise(geometry) ? ConvolutionWay.Pointwise : ConvolutionWay.Depthwise;
        }

        double inputs = (double)batch * geometry.InputPositions;
        int patchLength = geometry.WindowPositions * geometry.GroupFilters;
        double direct = CanBeDirect(geometry, patchLength) && HasNoStrides(geometry)
            ? ConvolutionCost.Direct(inputs, patchLength, geometry.Channels)
            : double.PositiveInfinity;
        double winograd = CanUseWinograd(geometry, allowWinograd)
            ? ConvolutionCost.Winograd(Tiles(geometry.Height.Input, geometry.Width.Input, batch), geometry.Filters, geometry.Channels)
            : double.PositiveInfinity;
        double product = ConvolutionCost.ImplicitGemm(inputs, geometry.WindowPositions, patchLength, geometry.GroupChannels);
        return Fastest(direct, winograd, product);
    }

    /// <summary>The way of <see cref="Convolution.WeightGradient"/>; a pointwise one is an implicit product, too.</summary>
    /// <param name="geometry">The shapes.</param>
    /// <param name="batch">The number of samples.</param>
    /// <param name="allowWinograd">Whether a way with a larger error of rounding may be taken.</param>
    public static ConvolutionWay WeightGradient(in ConvolutionGeometry geometry, int batch, bool allowWinograd)
    {
        if (IsPointwise(geometry) || IsDepthwise(geometry))
        {
            return IsPointwise(geometry) ? ConvolutionWay.ImplicitGemm : ConvolutionWay.Depthwise;
        }

        double outputs = (double)batch * geometry.OutputPositions;
        double direct = CanBeDirect(geometry, geometry.PatchLength)
            ? ConvolutionCost.DirectWeightGradient(outputs, geometry.PatchLength, geometry.Filters)
            : double.PositiveInfinity;
        double winograd = CanUseWinograd(geometry, allowWinograd)
            ? ConvolutionCost.WinogradWeightGradient(
                Tiles(geometry.Height.Output, geometry.Width.Output, batch), geometry.Channels, geometry.Filters)
            : double.PositiveInfinity;
        double product = ConvolutionCost.ImplicitGemm(
            outputs, geometry.WindowPositions, geometry.PatchLength, geometry.GroupFilters);
        return Fastest(direct, winograd, product);
    }

    /// <summary>Whether a window is one position, and each position has one.</summary>
    public static bool IsPointwise(in ConvolutionGeometry geometry) =>
        IsPointwise(geometry.Depth) && IsPointwise(geometry.Height) && IsPointwise(geometry.Width);

    private static ConvolutionWay Fastest(double direct, double winograd, double product) =>
        winograd < Math.Min(direct, product) ? ConvolutionWay.Winograd
        : direct < product ? ConvolutionWay.Direct
        : ConvolutionWay.ImplicitGemm;

    private static bool CanBeDirect(in ConvolutionGeometry geometry, int patchLength) =>
        DirectConvolution.Supports(geometry) && patchLength <= DirectConvolution.MaxPatchLength;

    private static bool CanUseWinograd(in ConvolutionGeometry geometry, bool isAllowed) =>
        isAllowed
        && WinogradConvolution.Supports(geometry)
        && (long)geometry.Channels * geometry.Filters <= WinogradConvolution.MaxWeights;

    private static double Tiles(int height, int width, int batch) =>
        (double)batch * WinogradTransform.TilesAlong(height) * WinogradTransform.TilesAlong(width);

    private static bool HasNoStrides(in ConvolutionGeometry geometry) =>
        geometry.Depth.Stride == 1 && geometry.Height.Stride == 1 && geometry.Width.Stride == 1;

    private static bool IsPointwise(in WindowAxis axis) => axis is { Window: 1, Stride: 1 };

    // One channel in one group is both: the direct way knows more tiles for it.
    private static bool IsDepthwise(in ConvolutionGeometry geometry) =>
        geometry.Groups > 1 && DepthwiseConvolution.Supports(geometry);
}
