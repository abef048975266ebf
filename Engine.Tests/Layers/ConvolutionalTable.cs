namespace Engine.Tests.Layers;

/// <summary>The layers of convolution: rows of <see cref="LayerTable"/>.</summary>
internal static class ConvolutionalTable
{
    public static IEnumerable<LayerCase> All => [.. DepthwiseTable.All];
}
