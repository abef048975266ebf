namespace Engine.Initializers;

/// <summary>How random values are distributed around 0.</summary>
public enum RandomDistribution
{
    /// <summary>Normal, drawn again where it is farther than two deviations from 0.</summary>
    TruncatedNormal,

    /// <summary>Normal.</summary>
    Normal,

    /// <summary>Uniform between two limits.</summary>
    Uniform,
}
