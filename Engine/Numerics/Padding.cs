namespace Engine;

/// <summary>What a window sees beyond the borders of its input.</summary>
public enum Padding
{
    /// <summary>Nothing: the window stays inside, and the output is shorter by the window's extent less one.</summary>
    Valid,

    /// <summary>
    /// Zeros, so that the output has length ⌈input / stride⌉. Of an odd number of zeros the greater part is at the end.
    /// </summary>
    Same,

    /// <summary>Zeros before the beginning only: an output sees nothing that comes after it. One axis, in time.</summary>
    Causal,
}
