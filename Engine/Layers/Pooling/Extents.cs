namespace Engine.Layers;

/// <summary>A number for each spatial axis; axes that are not there have 1, the last ones being there first.</summary>
internal readonly record struct Extents(int Depth, int Height, int Width)
{
    /// <summary>One number for each axis that is there.</summary>
    public static Extents Of(ReadOnlySpan<int> lengths) => new(
        lengths.Length > 2 ? lengths[^3] : 1, lengths.Length > 1 ? lengths[^2] : 1, lengths[^1]);

    /// <summary>The numbers of two axes.</summary>
    public static Extents Of((int Height, int Width) size) => new(1, size.Height, size.Width);

    /// <summary>The numbers of three axes.</summary>
    public static Extents Of((int Depth, int Height, int Width) size) => new(size.Depth, size.Height, size.Width);

    /// <summary>The last <paramref name="axes"/> numbers.</summary>
    public int[] ToArray(int axes) => axes switch
    {
        1 => [Width],
        2 => [Height, Width],
        _ => [Depth, Height, Width],
    };
}
