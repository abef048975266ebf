namespace Engine.Layers;

/// <summary>How the layers of convolution are made again from a file.</summary>
internal static class ConvolutionalLayers
{
    public static void AddTo(LayerCatalog catalog)
    {
        DepthwiseLayers.AddTo(catalog);
        catalog.Add("Conv1D", c => new Conv1D(
            c.WholeNumber("filters"),
            c.One("kernel_size"),
            c.Activation("activation"),
            c.One("strides"),
            c.Padding,
            c.One("dilation"),
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
            c.Two("kernel_size"),
            c.Activation("activation"),
            c.Two("strides"),
            c.Padding,
            c.Two("dilation"),
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
            c.Three("kernel_size"),
            c.Activation("activation"),
            c.Three("strides"),
            c.Padding,
            c.Three("dilation"),
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
            c.Two("kernel_size"),
            c.Activation("activation"),
            c.Two("strides"),
            c.Padding,
            c.Two("dilation"),
            c.Flag("use_bias"),
            c.Initializer("kernel_initializer"),
            c.Initializer("bias_initializer"),
            c.Regularizer("kernel_regularizer"),
            c.Regularizer("bias_regularizer"),
            c.Constraint("kernel_constraint"),
            c.Constraint("bias_constraint")));
    }
}
