namespace Engine;

/// <summary>What a node has drawn in a pass.</summary>
internal enum Draws
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Numbers that follow the keys of the rows.</summary>
    ByRow,

    /// <summary>Numbers for the batch as a whole, or for who knows what.</summary>
    Otherwise,
}
