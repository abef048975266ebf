namespace Engine.Layers;

/// <summary>How the depthwise layers are made again from a file.</summary>
internal static class DepthwiseLayers
{
    public static void AddTo(LayerCatalog catalog)
    {
        catalog.Add("DepthwiseConv2D", c => new DepthwiseConv2D(
            c.Two("kernel_size"),
            c.Activation("activation"),
            c.Two("strides"),
            c.Padding,
            c.WholeNumber("depth_multiplier"),
            c.Two("dilation"),
            c.Flag("use_bias"),
            c.Initializer("depthwise_initializer"),
            c.Initializer("bias_initializer"),
            c.Regularizer("depthwise_regularizer"),
            c.Regularizer("bias_regularizer"),
            c.Constraint("depthwise_constraint"),
            c.Constraint("bias_constraint")));
        catalog.Add("SeparableConv2D", c => new SeparableConv2D(
            c.WholeNumber("filters"),
            c.Two("kernel_size"),
            c.Activation("activation"),
            c.Two("strides"),
            c.Padding,
            c.Two("dilation"),
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
}
