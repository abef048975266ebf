namespace Engine.Initializers;

/// <summary>
/// What the variance of a kernel is divided by. For a kernel [.., in, out] the fan in is in · receptive field, the fan out is
/// out · receptive field, where the receptive field is the product of the axes before.
/// </summary>
public enum FanMode
{
    /// <summary>The inputs of a unit: keeps the variance of values.</summary>
    FanIn,

    /// <summary>The outputs that an input reaches: keeps the variance of gradients.</summary>
    FanOut,

    /// <summary>The mean of both.</summary>
    FanAverage,
}
