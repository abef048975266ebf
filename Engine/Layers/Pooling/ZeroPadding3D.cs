namespace Engine.Layers;

/// <summary>Puts zeros around a volume.</summary>
/// <remarks>Input and output <c>[n, depth, height, width, channels]</c>; the output is longer by both margins of an axis.</remarks>
public sealed class ZeroPadding3D : MarginLayer
{
    /// <summary>Makes the layer, with the same margin at both ends.</summary>
    /// <param name="depth">Along the depth, the same at both ends; 0 or more.</param>
    /// <param name="height">Along the height, the same at both ends; as <paramref name="depth"/> if null.</param>
    /// <param name="width">Along the width, the same at both ends; as <paramref name="depth"/> if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 0.</exception>
    public ZeroPadding3D(int depth = 1, int? height = null, int? width = null)
        : this((depth, depth), (height ?? depth, height ?? depth), (width ?? depth, width ?? depth))
    {
    }

    /// <summary>Makes the layer.</summary>
    /// <param name="depth">Along the depth, at both ends, in cells; 0 or more.</param>
    /// <param name="height">Along the height, at both ends, in cells; 0 or more.</param>
    /// <param name="width">Along the width, at both ends, in cells; 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 0.</exception>
    public ZeroPadding3D((int Front, int Back) depth, (int Top, int Bottom) height, (int Left, int Right) width)
        : base(isCropping: false, depth, height, width)
    {
        Depth = depth;
        Height = height;
        Width = width;
    }

    /// <summary>The zeros along the depth, at both ends.</summary>
    public (int Front, int Back) Depth { get; }

    /// <summary>The zeros along the height, at both ends.</summary>
    public (int Top, int Bottom) Height { get; }

    /// <summary>The zeros along the width, at both ends.</summary>
    public (int Left, int Right) Width { get; }
}
