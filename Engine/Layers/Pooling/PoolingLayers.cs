namespace Engine.Layers;

/// <summary>How the layers of pooling, padding, cropping and resizing are made again from a file.</summary>
internal static class PoolingLayers
{
    public static void AddTo(LayerCatalog catalog)
    {
        AddPooling(catalog);
        AddGlobalPooling(catalog);
        AddMargins(catalog);
        catalog.Add("UpSampling1D", c => new UpSampling1D(c.One("size")));
        catalog.Add("UpSampling2D", c => new UpSampling2D(c.Two("size"), c.Choice<Interpolation>("interpolation")));
        catalog.Add("UpSampling3D", c => new UpSampling3D(c.Three("size")));
    }

    private static void AddPooling(LayerCatalog catalog)
    {
        catalog.Add("MaxPooling1D", c => new MaxPooling1D(c.One("pool_size"), c.One("strides"), c.Padding));
        catalog.Add("MaxPooling2D", c => new MaxPooling2D(c.Two("pool_size"), c.Two("strides"), c.Padding));
        catalog.Add("MaxPooling3D", c => new MaxPooling3D(c.Three("pool_size"), c.Three("strides"), c.Padding));
        catalog.Add("AveragePooling1D", c => new AveragePooling1D(c.One("pool_size"), c.One("strides"), c.Padding));
        catalog.Add("AveragePooling2D", c => new AveragePooling2D(c.Two("pool_size"), c.Two("strides"), c.Padding));
        catalog.Add("AveragePooling3D", c => new AveragePooling3D(c.Three("pool_size"), c.Three("strides"), c.Padding));
    }

    private static void AddGlobalPooling(LayerCatalog catalog)
    {
        catalog.Add("GlobalMaxPooling1D", c => new GlobalMaxPooling1D(c.Flag("keep_dims")));
        catalog.Add("GlobalMaxPooling2D", c => new GlobalMaxPooling2D(c.Flag("keep_dims")));
        catalog.Add("GlobalMaxPooling3D", c => new GlobalMaxPooling3D(c.Flag("keep_dims")));
        catalog.Add("GlobalAveragePooling1D", c => new GlobalAveragePooling1D(c.Flag("keep_dims")));
        catalog.Add("GlobalAveragePooling2D", c => new GlobalAveragePooling2D(c.Flag("keep_dims")));
        catalog.Add("GlobalAveragePooling3D", c => new GlobalAveragePooling3D(c.Flag("keep_dims")));
    }

    private static void AddMargins(LayerCatalog catalog)
    {
        catalog.Add("ZeroPadding1D", c => new ZeroPadding1D(Margin(c, 1, 0)));
        catalog.Add("ZeroPadding2D", c => new ZeroPadding2D(Margin(c, 2, 0), Margin(c, 2, 1)));
        catalog.Add("ZeroPadding3D", c => new ZeroPadding3D(Margin(c, 3, 0), Margin(c, 3, 1), Margin(c, 3, 2)));
        catalog.Add("Cropping1D", c => new Cropping1D(Margin(c, 1, 0)));
        catalog.Add("Cropping2D", c => new Cropping2D(Margin(c, 2, 0), Margin(c, 2, 1)));
        catalog.Add("Cropping3D", c => new Cropping3D(Margin(c, 3, 0), Margin(c, 3, 1), Margin(c, 3, 2)));
    }

    private static (int Before, int After) Margin(LayerConfiguration configuration, int axes, int axis) =>
        (configuration.Numbers("before", axes)[axis], configuration.Numbers("after", axes)[axis]);
}
