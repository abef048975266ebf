namespace Engine.Layers;

/// <summary>How a <see cref="Bidirectional"/> layer makes one output of two.</summary>
public enum MergeMode
{
    /// <summary>One behind the other along the last axis: forwards, then backwards.</summary>
    Concatenate,

    /// <summary>Their sum.</summary>
    Sum,

    /// <summary>Their product, element by element.</summary>
    Multiply,

    /// <summary>Half of their sum.</summary>
    Average,

    /// <summary>Not at all: the layer has both as outputs.</summary>
    None,
}
