namespace Engine.Kernels;

/// <summary>How the tile of a <see cref="DirectTile{T}"/> reads x: what tells a convolution from a depthwise one.</summary>
internal interface IDirectOperand
{
    /// <summary>Whether one element of x serves all filters of a tile; otherwise each filter has its own.</summary>
    static abstract bool IsBroadcast { get; }
}

/// <summary>All filters see the same element: a convolution.</summary>
internal readonly struct SharedOperand : IDirectOperand
{
    /// <inheritdoc/>
    public static bool IsBroadcast => true;
}

/// <summary>Filter f sees channel f only: a depthwise convolution.</summary>
internal readonly struct LaneOperand : IDirectOperand
{
    /// <inheritdoc/>
    public static bool IsBroadcast => false;
}
