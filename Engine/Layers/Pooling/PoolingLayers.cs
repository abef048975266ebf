namespace Engine.Layers;

/// <summary>How the layers of pooling, padding, cropping and resizing are made again from a file.</summary>
internal static class PoolingLayers
{
    public static void AddTo(LayerCatalog catalog)
    {
    }
}
