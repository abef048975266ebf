namespace Engine.Layers;

/// <summary>Repeats each cell of a volume along all three axes.</summary>
/// <remarks>
/// Input <c>[n, depth, height, width, channels]</c>, output <c>[n, depth · size, height · size, width · size, channels]</c>.
/// </remarks>
public sealed class UpSampling3D : UpSampling
{
    /// <summary>Makes the layer.</summary>
    /// <param name="size">How often each cell comes along each axis, at least 1; 2 × 2 × 2 if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public UpSampling3D((int Depth, int Height, int Width)? size = null)
        : base(3, Extents.Of(size ?? (2, 2, 2))) => Size = size ?? (2, 2, 2);

    /// <summary>How often each cell comes along each axis.</summary>
    public (int Depth, int Height, int Width) Size { get; }
}
