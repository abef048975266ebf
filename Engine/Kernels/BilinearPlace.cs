namespace Engine.Kernels;

/// <summary>Between which two cells of an axis a position of the enlarged axis lies.</summary>
/// <param name="First">The cell before.</param>
/// <param name="Second">The cell behind; the same at a border.</param>
/// <param name="Weight">The share of the second, 0 to 1.</param>
internal readonly record struct BilinearPlace(int First, int Second, double Weight)
{
    /// <summary>Where a position lies: centers are half a cell from the border.</summary>
    public static BilinearPlace Of(int position, int factor, int length)
    {
        double place = ((position + 0.5) / factor) - 0.5;
        int before = (int)Math.Floor(place);
        return new BilinearPlace(Math.Max(before, 0), Math.Min(before + 1, length - 1), place - before);
    }
}
