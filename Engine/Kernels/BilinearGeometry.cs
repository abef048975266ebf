namespace Engine.Kernels;

/// <summary>The shapes of an enlargement by whole factors, channels last.</summary>
/// <param name="Height">Rows of the input.</param>
/// <param name="Width">Columns of the input.</param>
/// <param name="HeightFactor">Rows of the output for each of the input.</param>
/// <param name="WidthFactor">Columns of the output for each of the input.</param>
/// <param name="Channels">The number of channels.</param>
internal readonly record struct BilinearGeometry(int Height, int Width, int HeightFactor, int WidthFactor, int Channels)
{
    /// <summary>Rows of the output.</summary>
    public int OutputHeight => Height * HeightFactor;

    /// <summary>Columns of the output.</summary>
    public int OutputWidth => Width * WidthFactor;

    /// <summary>Elements of a sample of the input.</summary>
    public int InputSize => Height * Width * Channels;

    /// <summary>Elements of a sample of the output.</summary>
    public int OutputSize => OutputHeight * OutputWidth * Channels;
}
