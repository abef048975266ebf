namespace Engine.Layers;

/// <summary>Puts zeros before and after the steps of a sequence.</summary>
/// <remarks>Input and output <c>[n, steps, channels]</c>; the output is longer by both margins of an axis.</remarks>
public sealed class ZeroPadding1D : MarginLayer
{
    /// <summary>Makes the layer, with the same margin at both ends.</summary>
    /// <param name="steps">Along the steps, the same at both ends; 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 0.</exception>
    public ZeroPadding1D(int steps = 1)
        : this((steps, steps))
    {
    }

    /// <summary>Makes the layer.</summary>
    /// <param name="steps">Along the steps, at both ends, in cells; 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 0.</exception>
    public ZeroPadding1D((int Before, int After) steps)
        : base(isCropping: false, steps)
    {
        Steps = steps;
    }

    /// <summary>The zeros along the steps, at both ends.</summary>
    public (int Before, int After) Steps { get; }
}
