namespace Engine.Kernels;

/// <summary>What a micro-kernel does besides its tile, known when it is compiled.</summary>
internal interface IGemmMode
{
    /// <summary>
    /// Whether B is packed on the way. The first tile of a strip reads B where it lies and leaves a packed copy for the tiles
    /// below it: the stores, and the prefetches of rows far apart, hide behind the multiply-adds, so that packing B costs next to
    /// nothing even for a product of few rows.
    /// </summary>
    static abstract bool PacksB { get; }
}

/// <summary>Only the tile.</summary>
internal readonly struct GemmPlain : IGemmMode
{
    /// <inheritdoc/>
    public static bool PacksB => false;
}

/// <summary>The tile, and a packed copy of B.</summary>
internal readonly struct GemmPacksB : IGemmMode
{
    /// <inheritdoc/>
    public static bool PacksB => true;
}
