namespace Engine.Tests.Layers;

/// <summary>The layers of preprocessing and augmentation: rows of <see cref="LayerTable"/>.</summary>
internal static class PreprocessingTable
{
    public static IEnumerable<LayerCase> All => [];
}
