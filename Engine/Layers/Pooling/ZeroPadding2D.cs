namespace Engine.Layers;

/// <summary>Puts zeros around an image.</summary>
/// <remarks>Input and output <c>[n, height, width, channels]</c>; the output is longer by both margins of an axis.</remarks>
public sealed class ZeroPadding2D : MarginLayer
{
    /// <summary>Makes the layer, with the same margin at both ends.</summary>
    /// <param name="height">Along the height, the same at both ends; 0 or more.</param>
    /// <param name="width">Along the width, the same at both ends; as <paramref name="height"/> if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 0.</exception>
    public ZeroPadding2D(int height = 1, int? width = null)
        : this((height, height), (width ?? height, width ?? height))
    {
    }

    /// <summary>Makes the layer.</summary>
    /// <param name="height">Along the height, at both ends, in cells; 0 or more.</param>
    /// <param name="width">Along the width, at both ends, in cells; 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 0.</exception>
    public ZeroPadding2D((int Top, int Bottom) height, (int Left, int Right) width)
        : base(isCropping: false, height, width)
    {
        Height = height;
        Width = width;
    }

    /// <summary>The zeros along the height, at both ends.</summary>
    public (int Top, int Bottom) Height { get; }

    /// <summary>The zeros along the width, at both ends.</summary>
    public (int Left, int Right) Width { get; }
}
