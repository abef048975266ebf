namespace Engine.Layers;

/// <summary>How the depthwise layers are made again from a file.</summary>
internal static class DepthwiseLayers
{
    public static void AddTo(LayerCatalog catalog)
    {
        catalog.Add("DepthwiseConv2D", c => new DepthwiseConv2D(
            Two(c, "kernel_size"),
            c.Activation("activation"),
            Two(c, "strides"),
            PaddingOf(c),
            c.WholeNumber("depth_multiplier"),
            Two(c, "dilation"),
            c.Flag("use_bias"),
            c.Initializer("depthwise_initializer"),
            c.Initializer("bias_initializer"),
            c.Regularizer("depthwise_regularizer"),
            c.Regularizer("bias_regularizer"),
            c.Constraint("depthwise_constraint"),
            c.Constraint("bias_constraint")));
        catalog.Add("SeparableConv2D", c => new SeparableConv2D(
            c.WholeNumber("filters"),
            Two(c, "kernel_size"),
            c.Activation("activation"),
            Two(c, "strides"),
            PaddingOf(c),
            Two(c, "dilation"),
            c.WholeNumber("depth_multiplier"),
            c.Flag("use_bias"),
            c.Initializer("depthwise_initializer"),
            c.Initializer("pointwise_initializer"),
            c.Initializer("bias_initializer"),
            c.Regularizer("depthwise_regularizer"),
            c.Regularizer("pointwise_regularizer"),
            c.Regularizer("bias_regularizer"),
            c.Constraint("depthwise_constraint"),
            c.Constraint("pointwise_constraint"),
            c.Constraint("bias_constraint")));
    }

    private static (int Height, int Width) Two(LayerConfiguration configuration, string name)
    {
        int[] numbers = configuration.WholeNumbers(name);
        return numbers.Length == 2 ? (numbers[0], numbers[1]) : throw new InvalidDataException(
            $"expected 2 whole numbers as '{name}', got {numbers.Length}.");
    }

    private static Padding PaddingOf(LayerConfiguration configuration) =>
        Enum.TryParse(configuration.Text("padding"), out Padding padding) && Enum.IsDefined(padding)
            ? padding
            : throw new InvalidDataException(
                $"expected one of {string.Join(", ", Enum.GetNames<Padding>())} as 'padding', got '{configuration.Text("padding")}'.");
}
