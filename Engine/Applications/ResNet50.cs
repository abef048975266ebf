using System.Numerics;
using Engine.Layers;
using static Engine.Activations.ActivationFunction;

namespace Engine.Applications;

/// <summary>
/// ResNet50: sixteen residual blocks of three convolutions each (He et al. 2016, "Deep residual learning for image recognition",
/// table 1). 25,636,712 parameters for 1000 classes, 23,587,712 without the top.
/// </summary>
/// <remarks>
/// Layers and names are those of Keras, so that its weights can be loaded by order and by name. Where a block halves the picture,
/// its first convolution does so, as in the paper.
/// </remarks>
public static class ResNet50
{
    private const int LeastSize = 32;
    private const double Epsilon = 1.001e-5;

    /// <summary>Makes the model with fresh weights.</summary>
    /// <param name="input">The shape of an image, [height, width, 3].</param>
    /// <param name="includeTop">
    /// Whether mean and dense layer follow. Without them the output is that of the last block: [height / 32, width / 32, 2048],
    /// rounded up.
    /// </param>
    /// <param name="classes">The number of classes; 1000 for Keras's weights.</param>
    /// <exception cref="ShapeException">The input has not three channels, or less than 32 by 32 pixels.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no class.</exception>
    public static Model Create(Shape input, bool includeTop = true, int classes = 1000)
    {
        ImageScaling.Check(nameof(ResNet50), input, classes, LeastSize);
        var images = new Input([.. input]);
        Node x = new ZeroPadding2D((3, 3), (3, 3)) { Name = "conv1_pad" }.Apply(images);
        x = new Conv2D(64, (7, 7), strides: (2, 2)) { Name = "conv1_conv" }.Apply(x);
        x = new BatchNormalization(epsilon: Epsilon) { Name = "conv1_bn" }.Apply(x);
        x = new Activation(ReLU) { Name = "conv1_relu" }.Apply(x);
        x = new ZeroPadding2D((1, 1), (1, 1)) { Name = "pool1_pad" }.Apply(x);
        x = new MaxPooling2D((3, 3), strides: (2, 2)) { Name = "pool1_pool" }.Apply(x);

        x = Stack(x, 64, 3, stride: 1, "conv2");
        x = Stack(x, 128, 4, stride: 2, "conv3");
        x = Stack(x, 256, 6, stride: 2, "conv4");
        x = Stack(x, 512, 3, stride: 2, "conv5");
        if (includeTop)
        {
            x = new GlobalAveragePooling2D { Name = "avg_pool" }.Apply(x);
            x = new Dense(classes, Softmax) { Name = "predictions" }.Apply(x);
        }

        return new Model(images, x) { Name = "resnet50" };
    }

    /// <summary>
    /// Brings pixels to what Keras's weights were trained on: blue, green, red, each less its mean over ImageNet. In place.
    /// </summary>
    /// <param name="pixels">Red, green and blue of 0 to 255, any number of images.</param>
    /// <exception cref="ArgumentException">The numbers are not a multiple of 3.</exception>
    public static void Preprocess<T>(Span<T> pixels)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => ImageScaling.ToCaffe(pixels, "ResNet50.Preprocess");

    private static Node Stack(Node x, int filters, int blocks, int stride, string name)
    {
        for (int block = 1; block <= blocks; block++)
        {
            x = Block(x, filters, block == 1 ? stride : 1, isFirst: block == 1, $"{name}_block{block}");
        }

        return x;
    }

    // relu(shortcut + 1×1 · 3×3 · 1×1), where the shortcut of a stack's first block changes the shape as the block does.
    private static Node Block(Node x, int filters, int stride, bool isFirst, string name)
    {
        Node shortcut = isFirst ? Convolve(x, 4 * filters, 1, stride, $"{name}_0") : x;
        x = Convolve(x, filters, 1, stride, $"{name}_1");
        x = new Activation(ReLU) { Name = $"{name}_1_relu" }.Apply(x);
        x = Convolve(x, filters, 3, 1, $"{name}_2");
        x = new Activation(ReLU) { Name = $"{name}_2_relu" }.Apply(x);
        x = Convolve(x, 4 * filters, 1, 1, $"{name}_3");
        x = new Add { Name = $"{name}_add" }.Apply(shortcut, x);
        return new Activation(ReLU) { Name = $"{name}_out" }.Apply(x);
    }

    private static Node Convolve(Node x, int filters, int size, int stride, string name)
    {
        x = new Conv2D(filters, (size, size), strides: (stride, stride), padding: Padding.Same)
        {
            Name = $"{name}_conv",
        }.Apply(x);
        return new BatchNormalization(epsilon: Epsilon) { Name = $"{name}_bn" }.Apply(x);
    }
}
