namespace Engine.Layers;

/// <summary>What becomes of the mask of steps at a layer: see <see cref="Layer.OutputMask"/>.</summary>
public enum MaskRule
{
    /// <summary>The first output has the mask of the first input, if that has one and both have as many steps.</summary>
    Keep,

    /// <summary>No output has a mask.</summary>
    Drop,

    /// <summary>The first output has the mask that <see cref="Layer.ComputeMask"/> gives.</summary>
    Compute,
}
