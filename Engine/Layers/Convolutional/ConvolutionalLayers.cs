namespace Engine.Layers;

/// <summary>How the layers of convolution are made again from a file.</summary>
internal static class ConvolutionalLayers
{
    public static void AddTo(LayerCatalog catalog)
    {
        DepthwiseLayers.AddTo(catalog);
    }
}
