namespace Engine.Kernels;

/// <summary>A box inside a larger one, channels last: what zero padding and cropping share.</summary>
/// <param name="Depth">The first axis; <see cref="MarginAxis.None"/> for one or two axes.</param>
/// <param name="Height">The second axis; <see cref="MarginAxis.None"/> for one axis.</param>
/// <param name="Width">The last axis.</param>
/// <param name="Channels">The number of channels.</param>
internal readonly record struct MarginGeometry(MarginAxis Depth, MarginAxis Height, MarginAxis Width, int Channels)
{
    /// <summary>Elements of a row of the inner box.</summary>
    public int InnerRow => Width.Inner * Channels;

    /// <summary>Elements of a row of the outer box.</summary>
    public int OuterRow => Width.Outer * Channels;

    /// <summary>Rows of a sample of the inner box.</summary>
    public int InnerRows => Depth.Inner * Height.Inner;

    /// <summary>Rows of a sample of the outer box.</summary>
    public int OuterRows => Depth.Outer * Height.Outer;
}
