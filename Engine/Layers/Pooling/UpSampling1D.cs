namespace Engine.Layers;

/// <summary>Repeats each step of a sequence.</summary>
/// <remarks>Input <c>[n, steps, channels]</c>, output <c>[n, steps · size, channels]</c>.</remarks>
public sealed class UpSampling1D : UpSampling
{
    /// <summary>Makes the layer.</summary>
    /// <param name="size">How often each step comes; at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is below 1.</exception>
    public UpSampling1D(int size = 2)
        : base(1, new Extents(1, 1, size)) => Size = size;

    /// <summary>How often each step comes.</summary>
    public int Size { get; }
}
