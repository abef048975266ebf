namespace Engine.Layers;

/// <summary>How the layers of pooling, padding, cropping and resizing are made again from a file.</summary>
internal static class PoolingLayers
{
    public static void AddTo(LayerCatalog catalog)
    {
        AddPooling(catalog);
        AddGlobalPooling(catalog);
        AddMargins(catalog);
        catalog.Add("UpSampling1D", c => new UpSampling1D(One(c, "size")));
        catalog.Add("UpSampling2D", c => new UpSampling2D(Two(c, "size"), Choice<Interpolation>(c, "interpolation")));
        catalog.Add("UpSampling3D", c => new UpSampling3D(Three(c, "size")));
    }

    private static void AddPooling(LayerCatalog catalog)
    {
        catalog.Add("MaxPooling1D", c => new MaxPooling1D(One(c, "pool_size"), One(c, "strides"), Padding(c)));
        catalog.Add("MaxPooling2D", c => new MaxPooling2D(Two(c, "pool_size"), Two(c, "strides"), Padding(c)));
        catalog.Add("MaxPooling3D", c => new MaxPooling3D(Three(c, "pool_size"), Three(c, "strides"), Padding(c)));
        catalog.Add("AveragePooling1D", c => new AveragePooling1D(One(c, "pool_size"), One(c, "strides"), Padding(c)));
        catalog.Add("AveragePooling2D", c => new AveragePooling2D(Two(c, "pool_size"), Two(c, "strides"), Padding(c)));
        catalog.Add("AveragePooling3D", c => new AveragePooling3D(Three(c, "pool_size"), Three(c, "strides"), Padding(c)));
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

    private static Padding Padding(LayerConfiguration configuration) => Choice<Padding>(configuration, "padding");

    private static (int Before, int After) Margin(LayerConfiguration configuration, int axes, int axis) =>
        (Numbers(configuration, "before", axes)[axis], Numbers(configuration, "after", axes)[axis]);

    private static int One(LayerConfiguration configuration, string name) => Numbers(configuration, name, 1)[0];

    private static (int Height, int Width) Two(LayerConfiguration configuration, string name)
    {
        int[] numbers = Numbers(configuration, name, 2);
        return (numbers[0], numbers[1]);
    }

    private static (int Depth, int Height, int Width) Three(LayerConfiguration configuration, string name)
    {
        int[] numbers = Numbers(configuration, name, 3);
        return (numbers[0], numbers[1], numbers[2]);
    }

    private static int[] Numbers(LayerConfiguration configuration, string name, int count)
    {
        int[] numbers = configuration.WholeNumbers(name);
        return numbers.Length == count ? numbers : throw new InvalidDataException(
            $"expected {count} whole numbers as '{name}', got {numbers.Length}.");
    }

    private static TChoice Choice<TChoice>(LayerConfiguration configuration, string name)
        where TChoice : struct, Enum =>
        Enum.TryParse(configuration.Text(name), out TChoice choice) && Enum.IsDefined(choice)
            ? choice
            : throw new InvalidDataException(
                $"expected one of {string.Join(", ", Enum.GetNames<TChoice>())} as '{name}', got '{configuration.Text(name)}'.");
}
