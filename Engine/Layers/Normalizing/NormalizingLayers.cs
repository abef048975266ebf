namespace Engine.Layers;

/// <summary>How the layers of normalization are made again from a file.</summary>
internal static class NormalizingLayers
{
    public static void AddTo(LayerCatalog catalog)
    {
    }
}
