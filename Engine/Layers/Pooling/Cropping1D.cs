namespace Engine.Layers;

/// <summary>Takes steps away at the beginning and the end of a sequence.</summary>
/// <remarks>Input and output <c>[n, steps, channels]</c>; the output is shorter by both margins of an axis.</remarks>
public sealed class Cropping1D : MarginLayer
{
    /// <summary>Makes the layer, with the same margin at both ends.</summary>
    /// <param name="steps">Along the steps, the same at both ends; 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 0.</exception>
    public Cropping1D(int steps)
        : this((steps, steps))
    {
    }

    /// <summary>Makes the layer.</summary>
    /// <param name="steps">Along the steps, at both ends, in cells; 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 0.</exception>
    public Cropping1D((int Before, int After) steps)
        : base(isCropping: true, steps)
    {
        Steps = steps;
    }

    /// <summary>The cells along the steps, at both ends.</summary>
    public (int Before, int After) Steps { get; }
}
