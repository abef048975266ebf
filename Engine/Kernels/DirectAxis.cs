namespace Engine.Kernels;

/// <summary>
/// How a direct kernel slides its window along one axis of a padded, possibly spread source: window o begins at position
/// <c>o · Stride − PadBefore</c>, and position u holds element <c>u / Spread</c> of the source where that divides, zero elsewhere.
/// </summary>
internal readonly record struct DirectAxis(int Source, int Spread, int PadBefore, int Window, int Stride, int Dilation, int Output)
{
    /// <summary>From the first position of a window to its last, both counted.</summary>
    public int Extent => ((Window - 1) * Dilation) + 1;

    /// <summary>The windows of the forward pass, over x.</summary>
    public static DirectAxis Forward(in WindowAxis axis) =>
        new(axis.Input, 1, axis.PadBefore, axis.Window, axis.Stride, axis.Dilation, axis.Output);

    /// <summary>
    /// The windows of the input's gradient, over dy: a transposed convolution is a convolution with the kernel turned around, over
    /// dy with zeros between where the forward pass strode.
    /// </summary>
    public static DirectAxis Backward(in WindowAxis axis) =>
        new(axis.Output, axis.Stride, axis.Extent - 1 - axis.PadBefore, axis.Window, 1, axis.Dilation, axis.Input);

    /// <summary>The number of positions that so many neighbouring windows see.</summary>
    public int PositionsUnder(int windows) => ((windows - 1) * Stride) + Extent;
}
