namespace Engine.Kernels;

/// <summary>The cells of one window along one axis that lie in the input.</summary>
/// <param name="First">The first of them.</param>
/// <param name="Count">Their number; at least 1, since no window lies in the padding alone.</param>
internal readonly record struct PoolingWindow(int First, int Count)
{
    /// <summary>The window of one position of the output, padding cut off.</summary>
    public static PoolingWindow Of(in WindowAxis axis, int position)
    {
        int start = (position * axis.Stride) - axis.PadBefore;
        int first = Math.Max(start, 0);
        return new PoolingWindow(first, Math.Min(start + axis.Window, axis.Input) - first);
    }

    /// <summary>
    /// The cells from this window's first to the next one's: with windows that do not overlap, the bands of all positions are
    /// the whole axis, each cell in one of them.
    /// </summary>
    public static PoolingWindow BandOf(in WindowAxis axis, int position)
    {
        int first = position == 0 ? 0 : (position * axis.Stride) - axis.PadBefore;
        int end = position == axis.Output - 1 ? axis.Input : ((position + 1) * axis.Stride) - axis.PadBefore;
        return new PoolingWindow(first, end - first);
    }

    /// <summary>Whether no cell lies in two windows.</summary>
    public static bool AreDisjoint(in WindowAxis axis) => axis.Stride >= axis.Window || axis.Output == 1;

    /// <summary>
    /// How many cells, from the first on, lie in windows that begin where the one before ends; 0 if there are gaps between windows.
    /// </summary>
    public static int ConnectedCells(in WindowAxis axis) =>
        axis.Stride == axis.Window ? Math.Min((axis.Output * axis.Window) - axis.PadBefore, axis.Input) : 0;

    /// <summary>Whether every cell lies in exactly one window.</summary>
    public static bool Tile(in WindowAxis axis) =>
        (axis.Stride == axis.Window || axis.Output == 1) && (axis.Output * axis.Window) - axis.PadBefore >= axis.Input;
}
