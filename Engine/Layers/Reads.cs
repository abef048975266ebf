namespace Engine.Layers;

/// <summary>Which of its values a layer's backward reads. What it does not read need not be kept until then.</summary>
[Flags]
public enum Reads
{
    /// <summary>Neither: only gradients, parameters and kept memory.</summary>
    None = 0,

    /// <summary>The inputs of forward.</summary>
    Input = 1,

    /// <summary>The outputs of forward.</summary>
    Output = 2,
}
