namespace Engine;

/// <summary>The number format of a model's weights and arithmetic.</summary>
public enum Precision
{
    /// <summary>32-bit: <see cref="float"/>. For training and use.</summary>
    Single,

    /// <summary>64-bit: <see cref="double"/>. For gradient checks and small, exact work; half as fast.</summary>
    Double,
}
