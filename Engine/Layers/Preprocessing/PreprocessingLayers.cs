namespace Engine.Layers;

/// <summary>How the layers of preprocessing and augmentation are made again from a file.</summary>
internal static class PreprocessingLayers
{
    public static void AddTo(LayerCatalog catalog)
    {
    }
}
