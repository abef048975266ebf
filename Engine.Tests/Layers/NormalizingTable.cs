namespace Engine.Tests.Layers;

/// <summary>The layers of normalization: rows of <see cref="LayerTable"/>.</summary>
internal static class NormalizingTable
{
    public static IEnumerable<LayerCase> All => [];
}
