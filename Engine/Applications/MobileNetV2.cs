using System.Numerics;
using Engine.Layers;
using static Engine.Activations.ActivationFunction;

namespace Engine.Applications;

/// <summary>
/// MobileNetV2: seventeen inverted residual blocks of depthwise convolutions (Sandler et al. 2018, "MobileNetV2: inverted
/// residuals and linear bottlenecks", table 2). 3,538,984 parameters for 1000 classes at α = 1, 2,257,984 without the top.
/// </summary>
/// <remarks>Layers and names are those of Keras, so that its weights can be loaded by order and by name.</remarks>
public static class MobileNetV2
{
    private const int LeastSize = 32;

    /// <summary>Makes the model with fresh weights.</summary>
    /// <param name="input">The shape of an image, [height, width, 3].</param>
    /// <param name="alpha">The width: the factor of the number of filters of each layer, above 0.</param>
    /// <param name="includeTop">
    /// Whether mean and dense layer follow. Without them the output is that of the last convolution: [height / 32, width / 32,
    /// 1280], rounded up.
    /// </param>
    /// <param name="classes">The number of classes; 1000 for Keras's weights.</param>
    /// <exception cref="ShapeException">The input has not three channels, or less than 32 by 32 pixels.</exception>
    /// <exception cref="ArgumentOutOfRangeException">α is not above 0, or there is no class.</exception>
    public static Model Create(Shape input, double alpha = 1, bool includeTop = true, int classes = 1000)
    {
        ImageScaling.Check(nameof(MobileNetV2), input, classes, LeastSize);
        if (!(alpha > 0 && double.IsFinite(alpha)))
        {
            throw new ArgumentOutOfRangeException(nameof(alpha), $"MobileNetV2: expected a finite alpha above 0, got {alpha}.");
        }

        var images = new Input([.. input]);
        Node x = new Conv2D(DivisibleByEight(32 * alpha), (3, 3), strides: (2, 2), padding: Padding.Same, useBias: false)
        {
            Name = "Conv1",
        }.Apply(images);
        x = Normalize(x, "bn_Conv1", "Conv1_relu");

        int index = 0;
        (int Expansion, int Filters, int Blocks, int Stride)[] stages =
            [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)];
        foreach ((int expansion, int filters, int blocks, int stride) in stages)
        {
            for (int block = 0; block < blocks; block++)
            {
                string name = index == 0 ? "expanded_conv_" : $"block_{index}_";
                x = Block(x, expansion, DivisibleByEight((int)(filters * alpha)), block == 0 ? stride : 1, name);
                index++;
            }
        }

        // A narrower model keeps the last layer's width, as the paper says.
        x = new Conv2D(alpha > 1 ? DivisibleByEight(1280 * alpha) : 1280, (1, 1), useBias: false) { Name = "Conv_1" }.Apply(x);
        x = Normalize(x, "Conv_1_bn", "out_relu");
        if (includeTop)
        {
            x = new GlobalAveragePooling2D { Name = "global_average_pooling2d" }.Apply(x);
            x = new Dense(classes, Softmax) { Name = "predictions" }.Apply(x);
        }

        return new Model(images, x) { Name = FormattableString.Invariant($"mobilenetv2_{alpha:0.00}_{input[0]}") };
    }

    /// <summary>Brings pixels to what Keras's weights were trained on: x / 127.5 − 1. In place.</summary>
    /// <param name="pixels">Red, green and blue of 0 to 255, any number of images.</param>
    public static void Preprocess<T>(Span<T> pixels)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => ImageScaling.ToUnit(pixels);

    // Expand by a 1×1 convolution, convolve each channel, project by a 1×1 convolution without an activation; add where it fits.
    private static Node Block(Node input, int expansion, int filters, int stride, string name)
    {
        int channels = input.Shape[^1];
        Node x = input;
        if (expansion > 1)
        {
            x = new Conv2D(expansion * channels, (1, 1), padding: Padding.Same, useBias: false)
            {
                Name = $"{name}expand",
            }.Apply(x);
            x = Normalize(x, $"{name}expand_BN", $"{name}expand_relu");
        }

        if (stride == 2)
        {
            // The padding of the first weights: one more pixel below and right where a length is even.
            x = new ZeroPadding2D((x.Shape[0] % 2, 1), (x.Shape[1] % 2, 1)) { Name = $"{name}pad" }.Apply(x);
        }

        x = new DepthwiseConv2D(
            (3, 3), strides: (stride, stride), padding: stride == 1 ? Padding.Same : Padding.Valid, useBias: false)
        {
            Name = $"{name}depthwise",
        }.Apply(x);
        x = Normalize(x, $"{name}depthwise_BN", $"{name}depthwise_relu");
        x = new Conv2D(filters, (1, 1), padding: Padding.Same, useBias: false) { Name = $"{name}project" }.Apply(x);
        x = Normalize(x, $"{name}project_BN", null);
        return channels == filters && stride == 1 ? new Add { Name = $"{name}add" }.Apply(input, x) : x;
    }

    private static Node Normalize(Node x, string name, string? activation)
    {
        x = new BatchNormalization(momentum: 0.999, epsilon: 1e-3) { Name = name }.Apply(x);
        return activation is null ? x : new Activation(ReLU6) { Name = activation }.Apply(x);
    }

    // The nearest multiple of eight, at least eight, and not below nine tenths.
    private static int DivisibleByEight(double filters)
    {
        int rounded = Math.Max(8, (int)(filters + 4) / 8 * 8);
        return rounded < 0.9 * filters ? rounded + 8 : rounded;
    }
}
