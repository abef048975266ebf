namespace Engine.Layers;

/// <summary>How the layers of convolution are made again from a file.</summary>
internal static class ConvolutionalLayers
{
    public static void AddTo(LayerCatalog catalog)
    {
        DepthwiseLayers.AddTo(catalog);
        catalog.Add("Conv1D", c => new Conv1D(
            c.WholeNumber("filters"),
            Numbers(c, "kernel_size", 1)[0],
            c.Activation("activation"),
            Numbers(c, "strides", 1)[0],
            PaddingOf(c),
            Numbers(c, "dilation", 1)[0],
            c.WholeNumber("groups"),
            c.Flag("use_bias"),
            c.Initializer("kernel_initializer"),
            c.Initializer("bias_initializer"),
            c.Regularizer("kernel_regularizer"),
            c.Regularizer("bias_regularizer"),
            c.Constraint("kernel_constraint"),
            c.Constraint("bias_constraint")));
        catalog.Add("Conv2D", c => new Conv2D(
            c.WholeNumber("filters"),
            Two(c, "kernel_size"),
            c.Activation("activation"),
            Two(c, "strides"),
            PaddingOf(c),
            Two(c, "dilation"),
            c.WholeNumber("groups"),
            c.Flag("use_bias"),
            c.Initializer("kernel_initializer"),
            c.Initializer("bias_initializer"),
            c.Regularizer("kernel_regularizer"),
            c.Regularizer("bias_regularizer"),
            c.Constraint("kernel_constraint"),
            c.Constraint("bias_constraint"),
            c.Flag("use_winograd")));
        catalog.Add("Conv3D", c => new Conv3D(
            c.WholeNumber("filters"),
            Three(c, "kernel_size"),
            c.Activation("activation"),
            Three(c, "strides"),
            PaddingOf(c),
            Three(c, "dilation"),
            c.WholeNumber("groups"),
            c.Flag("use_bias"),
            c.Initializer("kernel_initializer"),
            c.Initializer("bias_initializer"),
            c.Regularizer("kernel_regularizer"),
            c.Regularizer("bias_regularizer"),
            c.Constraint("kernel_constraint"),
            c.Constraint("bias_constraint")));
        catalog.Add("Conv2DTranspose", c => new Conv2DTranspose(
            c.WholeNumber("filters"),
            Two(c, "kernel_size"),
            c.Activation("activation"),
            Two(c, "strides"),
            PaddingOf(c),
            Two(c, "dilation"),
            c.Flag("use_bias"),
            c.Initializer("kernel_initializer"),
            c.Initializer("bias_initializer"),
            c.Regularizer("kernel_regularizer"),
            c.Regularizer("bias_regularizer"),
            c.Constraint("kernel_constraint"),
            c.Constraint("bias_constraint")));
    }

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

    private static Padding PaddingOf(LayerConfiguration configuration) =>
        Enum.TryParse(configuration.Text("padding"), out Padding padding) && Enum.IsDefined(padding)
            ? padding
            : throw new InvalidDataException(
                $"expected one of {string.Join(", ", Enum.GetNames<Padding>())} as 'padding', "
                + $"got '{configuration.Text("padding")}'.");
}
