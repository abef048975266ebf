namespace Engine.Kernels;

/// <summary>
/// Which way is the fastest for a geometry: a matter of shapes alone, never of threads, timing, or the machine, so that the same
/// arguments give the same bits on any number of threads.
/// </summary>
internal static class ConvolutionChoice
{
    // Plans are made for these, whatever the elements are.
    private const int ElementSize = sizeof(float), Lanes = 8;

    // Forward must not depend on the batch: batches leave no trace in what a model predicts.
    private const int UsualBatch = 8;

    /// <summary>The way of <see cref="Convolution.Forward"/>, for any number of samples.</summary>
    /// <param name="geometry">The shapes.</param>
    /// <param name="allowWinograd">Whether a way with a larger error of rounding may be taken.</param>
    public static ConvolutionWay Forward(in ConvolutionGeometry geometry, bool allowWinograd)
    {
        if (SpecialWay(geometry) is ConvolutionWay special)
        {
            return special;
        }

        DirectPlan plan = DirectConvolution.PlanForward(geometry, ElementSize, Lanes);
        double direct = IsWithinLimits(plan) ? ConvolutionCost.Direct(plan, UsualBatch) : double.PositiveInfinity;
        double winograd = UsesWinograd(geometry, allowWinograd)
            ? ConvolutionCost.Winograd(OutputTiles(geometry, UsualBatch), geometry.Channels, geometry.Filters)
            : double.PositiveInfinity;
        double product = ConvolutionCost.ImplicitGemm(
            (double)UsualBatch * geometry.OutputPositions, geometry.WindowPositions, geometry.PatchLength, geometry.Filters);
        return Fastest(direct, winograd, product);
    }

    /// <summary>The way of <see cref="Convolution.InputGradient"/>: a convolution from the filters to the channels.</summary>
    /// <param name="geometry">The shapes.</param>
    /// <param name="batch">The number of samples.</param>
    /// <param name="allowWinograd">Whether a way with a larger error of rounding may be taken.</param>
    public static ConvolutionWay InputGradient(in ConvolutionGeometry geometry, int batch, bool allowWinograd)
    {
        if (SpecialWay(geometry) is ConvolutionWay special)
        {
            return special;
        }

        // With strides the direct way would multiply the zeros between the gradients.
        DirectPlan plan = DirectConvolution.PlanInputGradient(geometry, ElementSize, Lanes);
        bool hasStrides = geometry.Depth.Stride > 1 || geometry.Height.Stride > 1 || geometry.Width.Stride > 1;
        double direct = IsWithinLimits(plan) && !hasStrides ? ConvolutionCost.Direct(plan, batch) : double.PositiveInfinity;
        double tiles = Tiles(geometry.Height.Input, geometry.Width.Input, batch);
        double winograd = UsesWinograd(geometry, allowWinograd)
            ? ConvolutionCost.Winograd(tiles, geometry.Filters, geometry.Channels)
            : double.PositiveInfinity;
        double product = ConvolutionCost.ImplicitGemm(
            (double)batch * geometry.InputPositions, geometry.WindowPositions, plan.PatchLength, geometry.Channels);
        return Fastest(direct, winograd, product);
    }

    /// <summary>The way of <see cref="Convolution.WeightGradient"/>; a pointwise one is an implicit product, too.</summary>
    /// <param name="geometry">The shapes.</param>
    /// <param name="batch">The number of samples.</param>
    /// <param name="allowWinograd">Whether a way with a larger error of rounding may be taken.</param>
    public static ConvolutionWay WeightGradient(in ConvolutionGeometry geometry, int batch, bool allowWinograd)
    {
        if (SpecialWay(geometry) is ConvolutionWay special)
        {
            return special == ConvolutionWay.Pointwise ? ConvolutionWay.ImplicitGemm : special;
        }

        DirectPlan plan = DirectConvolution.PlanWeightGradient(geometry, ElementSize, Lanes);
        double direct = IsWithinLimits(plan) ? ConvolutionCost.DirectWeightGradient(plan, batch) : double.PositiveInfinity;
        double winograd = UsesWinograd(geometry, allowWinograd)
            ? ConvolutionCost.WinogradWeightGradient(OutputTiles(geometry, batch), geometry.Channels, geometry.Filters)
            : double.PositiveInfinity;
        double product = ConvolutionCost.ImplicitWeightGradient(
            (double)batch * geometry.OutputPositions, geometry.WindowPositions, geometry.PatchLength, geometry.Filters);
        return Fastest(direct, winograd, product);
    }

    /// <summary>Whether a window is one position, and each position has one.</summary>
    public static bool IsPointwise(in ConvolutionGeometry geometry) =>
        IsPointwise(geometry.Depth) && IsPointwise(geometry.Height) && IsPointwise(geometry.Width);

    // Where there is no choice. One channel in one group is depthwise too: the direct way knows more tiles for it.
    private static ConvolutionWay? SpecialWay(in ConvolutionGeometry geometry) =>
        IsPointwise(geometry) ? ConvolutionWay.Pointwise
        : geometry.Groups == 1 ? null
        : DepthwiseConvolution.Supports(geometry) ? ConvolutionWay.Depthwise
        : ConvolutionWay.ImplicitGemm;

    private static ConvolutionWay Fastest(double direct, double winograd, double product) =>
        winograd < Math.Min(direct, product) ? ConvolutionWay.Winograd
        : direct < product ? ConvolutionWay.Direct
        : ConvolutionWay.ImplicitGemm;

    private static bool IsWithinLimits(in DirectPlan plan) =>
        plan.PatchLength <= DirectConvolution.MaxPatchLength && plan.BlockLength() <= DirectConvolution.MaxBlockLength;

    private static bool UsesWinograd(in ConvolutionGeometry geometry, bool isAllowed) =>
        isAllowed
        && WinogradConvolution.Supports(geometry)
        && (long)geometry.Channels * geometry.Filters <= WinogradConvolution.MaxWeights;

    private static double OutputTiles(in ConvolutionGeometry geometry, int batch) =>
        Tiles(geometry.Height.Output, geometry.Width.Output, batch);

    private static double Tiles(int height, int width, int batch) =>
        (double)batch * WinogradTransform.TilesAlong(height) * WinogradTransform.TilesAlong(width);

    private static bool IsPointwise(in WindowAxis axis) => axis is { Window: 1, Stride: 1 };
}
