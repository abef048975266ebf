using System.Numerics.Tensors;
using Engine.Applications;
using Engine.Layers;
using Engine.Losses;
using Engine.Optimizers;
using Engine.Tests.Models;
using static Engine.Activations.ActivationFunction;

namespace Engine.Tests.Applications;

/// <summary>The counts are those that Keras publishes; building draws no weight.</summary>
public sealed class ApplicationTests
{
    private static IEnumerable<TestCaseData> Published =>
    [
        Case("Vgg16", () => Vgg16.Create([224, 224, 3]), 138_357_544, [1000]),
        Case("Vgg16 without its top", () => Vgg16.Create([224, 224, 3], includeTop: false), 14_714_688, [7, 7, 512]),
        Case("MobileNetV2", () => MobileNetV2.Create([224, 224, 3]), 3_538_984, [1000]),
        Case("MobileNetV2 without its top", () => MobileNetV2.Create([224, 224, 3], includeTop: false), 2_257_984, [7, 7, 1280]),
        Case("MobileNetV2 of 1.4", () => MobileNetV2.Create([224, 224, 3], 1.4), 6_156_712, [1000]),
        Case("MobileNetV2 of 0.35 without its top", () => MobileNetV2.Create([224, 224, 3], 0.35, includeTop: false), 410_208, [7, 7, 1280]),
        Case("ResNet50", () => ResNet50.Create([224, 224, 3]), 25_636_712, [1000]),
        Case("ResNet50 without its top", () => ResNet50.Create([224, 224, 3], includeTop: false), 23_587_712, [7, 7, 2048]),
    ];

    private static TestCaseData Case(string name, Func<Model> make, long parameters, Shape output) =>
        new TestCaseData(make, parameters, output).SetArgDisplayNames(name);

    [TestCaseSource(nameof(Published))]
    public void Parameters_are_as_many_as_in_Keras(Func<Model> make, long parameters, Shape output)
    {
        Model model = make();
        Assert.That(model.ParameterCount, Is.EqualTo(parameters));
        Assert.That(model.Output.Shape, Is.EqualTo(output));
        Assert.That(model.Parameters.Any(parameter => parameter.IsInitialized), Is.False);
    }

    [Test]
    public void Layers_have_the_names_of_Keras()
    {
        Model vgg = Vgg16.Create([64, 64, 3], classes: 7);
        Assert.That(vgg.Layers.Skip(1).Select(layer => layer.Name), Is.EqualTo((string[])
        [
            "block1_conv1", "block1_conv2", "block1_pool", "block2_conv1", "block2_conv2", "block2_pool",
            "block3_conv1", "block3_conv2", "block3_conv3", "block3_pool", "block4_conv1", "block4_conv2", "block4_conv3", "block4_pool",
            "block5_conv1", "block5_conv2", "block5_conv3", "block5_pool", "flatten", "fc1", "fc2", "predictions",
        ]));
        Assert.That((vgg.Name, vgg.Output.Shape), Is.EqualTo(("vgg16", Shape.Create(7))));

        Model mobile = MobileNetV2.Create([96, 96, 3]);
        Assert.That(mobile.Name, Is.EqualTo("mobilenetv2_1.00_96"));
        string[] names = [.. mobile.Layers.Select(mobile.NameOf)];
        Assert.That(names.Skip(1).Take(18), Is.EqualTo((string[])
        [
            "Conv1", "bn_Conv1", "Conv1_relu",
            "expanded_conv_depthwise", "expanded_conv_depthwise_BN", "expanded_conv_depthwise_relu",
            "expanded_conv_project", "expanded_conv_project_BN",
            "block_1_expand", "block_1_expand_BN", "block_1_expand_relu", "block_1_pad",
            "block_1_depthwise", "block_1_depthwise_BN", "block_1_depthwise_relu", "block_1_project", "block_1_project_BN",
            "block_2_expand",
        ]));
        Assert.That(names.TakeLast(5), Is.EqualTo((string[])
            ["Conv_1", "Conv_1_bn", "out_relu", "global_average_pooling2d", "predictions"]));
        Assert.That(names.Count(name => name.EndsWith("_add", StringComparison.Ordinal)), Is.EqualTo(10));
        Assert.That(names.Where(name => name.EndsWith("_pad", StringComparison.Ordinal)),
            Is.EqualTo((string[])["block_1_pad", "block_3_pad", "block_6_pad", "block_13_pad"]));

        Model residual = ResNet50.Create([64, 64, 3]);
        Assert.That(residual.Name, Is.EqualTo("resnet50"));
        foreach (string name in (string[])["conv1_pad", "conv1_conv", "conv1_bn", "conv1_relu", "pool1_pad", "pool1_pool",
            "conv2_block1_0_conv", "conv2_block1_0_bn", "conv3_block4_2_relu", "conv4_block6_3_conv", "conv4_block6_add",
            "conv5_block3_out", "avg_pool", "predictions"])
        {
            Assert.That(() => residual.GetLayer(name), Throws.Nothing);
        }

        Assert.That(residual.Layers.Count(layer => layer is Conv2D), Is.EqualTo(53));
    }

    // Odd lengths are padded on both sides, so that a picture is halved and rounded up everywhere.
    [TestCase(64, 96, 2, 3)]
    [TestCase(70, 101, 3, 4)]
    public void Any_size_of_at_least_32_pixels_will_do(int height, int width, int rows, int columns)
    {
        Assert.That(MobileNetV2.Create([height, width, 3], 0.35, includeTop: false).Output.Shape, Is.EqualTo(Shape.Create(rows, columns, 1280)));
        Assert.That(ResNet50.Create([height, width, 3], includeTop: false).Output.Shape, Is.EqualTo(Shape.Create(rows, columns, 2048)));
        Assert.That(
            Vgg16.Create([height, width, 3], includeTop: false).Output.Shape, Is.EqualTo(Shape.Create(height / 32, width / 32, 512)));
    }

    [Test]
    public void What_cannot_be_is_refused()
    {
        Assert.That(() => Vgg16.Create([224, 224]), Throws.TypeOf<ShapeException>().With.Message.EqualTo(
            "Vgg16: expected an input [height, width, 3] of at least 32 by 32 pixels, got [224, 224]."));
        Assert.That(() => ResNet50.Create([31, 64, 3]), Throws.TypeOf<ShapeException>().With.Message.EqualTo(
            "ResNet50: expected an input [height, width, 3] of at least 32 by 32 pixels, got [31, 64, 3]."));
        Assert.That(() => MobileNetV2.Create([64, 64, 3], classes: 0), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "MobileNetV2: expected at least 1 class, got 0."));
        Assert.That(() => MobileNetV2.Create([64, 64, 3], alpha: 0), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "MobileNetV2: expected a finite alpha above 0, got 0."));
    }

    [Test]
    public void Pixels_become_what_the_weights_were_trained_on()
    {
        double[] pixels = [255, 128, 0, 10, 20, 30];
        Vgg16.Preprocess(pixels.AsSpan());
        Assert.That(pixels, Is.EqualTo((double[])[-103.939, 128 - 116.779, 255 - 123.68, 30 - 103.939, 20 - 116.779, 10 - 123.68]).Within(1e-12));
        pixels = [1, 2, 3];
        ResNet50.Preprocess(pixels.AsSpan());
        Assert.That(pixels, Is.EqualTo((double[])[3 - 103.939, 2 - 116.779, 1 - 123.68]).Within(1e-12));
        float[] unit = [0, 127.5f, 255];
        MobileNetV2.Preprocess(unit.AsSpan());
        Assert.That(unit, Is.EqualTo((float[])[-1, 0, 1]));
        Assert.That(() => Vgg16.Preprocess(new float[4].AsSpan()), Throws.ArgumentException.With.Message.StartsWith(
            "Vgg16.Preprocess: expected pixels of red, green and blue, a multiple of 3 numbers, got 4."));
    }

    [Test]
    public void A_frozen_base_stays_with_its_moving_averages_while_its_head_trains()
    {
        Model mobile = MobileNetV2.Create([32, 32, 3], 0.35, includeTop: false);
        mobile.Trainable = false;
        Sequential model = new(mobile, new GlobalAveragePooling2D(), new Dense(3, Softmax)) { Seed = 2 };
        Tensor<float> x = Samples.Tensor<float>(4, 6, 32, 32, 3);
        model.Compile(new Adam(0.01), Loss.SparseCategoricalCrossentropy());
        float[] before = Samples.Weights<float>(mobile), head = model.Layers[^1].Parameters[0].Values<float>().ToArray();
        model.Fit(new(x, Samples.Labels(6, 3)), new() { Epochs = 2, BatchSize = 5 });
        Assert.That(Samples.Weights<float>(mobile), Is.EqualTo(before));
        Assert.That(model.Layers[^1].Parameters[0].Values<float>().ToArray(), Is.Not.EqualTo(head));
        Assert.That(model.OptimizerState.Slots.Keys, Is.EquivalentTo(model.Layers[^1].Parameters));
    }
}
