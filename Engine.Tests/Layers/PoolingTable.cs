namespace Engine.Tests.Layers;

/// <summary>The layers of pooling, padding, cropping and resizing: rows of <see cref="LayerTable"/>.</summary>
internal static class PoolingTable
{
    public static IEnumerable<LayerCase> All => [];
}
