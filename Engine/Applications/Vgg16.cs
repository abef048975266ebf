using System.Numerics;
using Engine.Layers;
using static Engine.Activations.ActivationFunction;

namespace Engine.Applications;

/// <summary>
/// VGG16: thirteen convolutions of 3 by 3 in five blocks, then three dense layers (Simonyan and Zisserman 2015, "Very deep
/// convolutional networks for large-scale image recognition", configuration D). 138,357,544 parameters for images of 224 by 224
/// and 1000 classes, 14,714,688 without the top.
/// </summary>
/// <remarks>Layers and names are those of Keras, so that its weights can be loaded by order and by name.</remarks>
public static class Vgg16
{
    private const int LeastSize = 32;

    /// <summary>Makes the model with fresh weights.</summary>
    /// <param name="input">The shape of an image, [height, width, 3]: [224, 224, 3] for Keras's weights with their top.</param>
    /// <param name="includeTop">
    /// Whether the dense layers follow. Without them the output is that of the last block: [height / 32, width / 32, 512].
    /// </param>
    /// <param name="classes">The number of classes; 1000 for Keras's weights.</param>
    /// <exception cref="ShapeException">The input has not three channels, or less than 32 by 32 pixels.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no class.</exception>
    public static Model Create(Shape input, bool includeTop = true, int classes = 1000)
    {
        ImageScaling.Check(nameof(Vgg16), input, classes, LeastSize);
        var images = new Input([.. input]);
        Node x = images;
        (int Filters, int Convolutions)[] blocks = [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)];
        for (int block = 1; block <= blocks.Length; block++)
        {
            (int filters, int convolutions) = blocks[block - 1];
            for (int i = 1; i <= convolutions; i++)
            {
                x = new Conv2D(filters, (3, 3), ReLU, padding: Padding.Same) { Name = $"block{block}_conv{i}" }.Apply(x);
            }

            x = new MaxPooling2D((2, 2), strides: (2, 2)) { Name = $"block{block}_pool" }.Apply(x);
        }

        if (includeTop)
        {
            x = new Flatten { Name = "flatten" }.Apply(x);
            x = new Dense(4096, ReLU) { Name = "fc1" }.Apply(x);
            x = new Dense(4096, ReLU) { Name = "fc2" }.Apply(x);
            x = new Dense(classes, Softmax) { Name = "predictions" }.Apply(x);
        }

        return new Model(images, x) { Name = "vgg16" };
    }

    /// <summary>
    /// Brings pixels to what Keras's weights were trained on: blue, green, red, each less its mean over ImageNet. In place.
    /// </summary>
    /// <param name="pixels">Red, green and blue of 0 to 255, any number of images.</param>
    /// <exception cref="ArgumentException">The numbers are not a multiple of 3.</exception>
    public static void Preprocess<T>(Span<T> pixels)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => ImageScaling.ToCaffe(pixels, "Vgg16.Preprocess");
}
