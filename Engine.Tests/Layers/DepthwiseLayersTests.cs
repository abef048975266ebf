using Engine.Initializers;
using Engine.Layers;

namespace Engine.Tests.Layers;

/// <summary>DepthwiseConv2D and SeparableConv2D: what comes out, number by number, and what is refused.</summary>
public sealed class DepthwiseLayersTests
{
    [Test]
    public void FiltersOfAChannelStandTogether()
    {
        DepthwiseConv2D layer = new((2, 1), depthMultiplier: 2, depthwiseInitializer: Initializer.Ones, biasInitializer: Initializer.Ones);
        LayerRun<double> run = new(layer, [2, 1, 3], 1);
        Assert.That(run.Forward([1, 2, 3, 10, 20, 30])[0], Is.EqualTo(new double[] { 12, 12, 23, 23, 34, 34 }));
        Assert.That(run.Backward([1, 2, 3, 4, 5, 6])[0], Is.EqualTo(new double[] { 3, 7, 11, 3, 7, 11 }));
        Assert.That(layer.Kernel!.Name, Is.EqualTo("kernel"));
        Assert.That(layer.Kernel.Shape, Is.EqualTo(Shape.Create(2, 1, 3, 2)));
    }

    [Test]
    public void ASeparableConvolutionMixesTheChannelsAfterTheWindow()
    {
        SeparableConv2D layer = new(
            2, (1, 2), depthwiseInitializer: Initializer.Constant(2), pointwiseInitializer: Initializer.Constant(3),
            biasInitializer: Initializer.Ones);
        LayerRun<double> run = new(layer, [1, 3, 2], 1);
        Assert.That(run.Forward([1, 2, 10, 20, 100, 200])[0], Is.EqualTo(new double[] { 199, 199, 1981, 1981 }));
        Assert.That(run.Backward([1, 0, 0, 2])[0], Is.EqualTo(new double[] { 6, 6, 18, 18, 12, 12 }));
        Assert.That(
            layer.Parameters.Select(parameter => parameter.Name), Is.EqualTo(new[] { "depthwise_kernel", "pointwise_kernel", "bias" }));
        Assert.That(layer.PointwiseKernel!.Shape, Is.EqualTo(Shape.Create(1, 1, 2, 2)));
    }

    [Test]
    public void OptionsOutOfRangeAreRefused()
    {
        AssertRefused(() => new DepthwiseConv2D((0, 3)), "DepthwiseConv2D: expected a kernel size of at least 1, got (0, 3).");
        AssertRefused(() => new DepthwiseConv2D((2, 3), strides: (1, 0)), "DepthwiseConv2D: expected strides of at least 1, got (1, 0).");
        AssertRefused(
            () => new SeparableConv2D(1, (2, 3), dilation: (-1, 2)), "SeparableConv2D: expected a dilation of at least 1, got (-1, 2).");
        AssertRefused(
            () => new DepthwiseConv2D((2, 3), padding: Padding.Causal), "DepthwiseConv2D: expected Valid or Same padding, got Causal.");
        AssertRefused(
            () => new DepthwiseConv2D((2, 3), depthMultiplier: 0),
            "DepthwiseConv2D: expected a depth multiplier of at least 1, got 0.");
        AssertRefused(() => new SeparableConv2D(0, (2, 3)), "SeparableConv2D: expected at least 1 filter, got 0.");
    }

    [Test]
    public void ALayerUsedTwiceMustSeeTheSameChannels()
    {
        DepthwiseConv2D layer = new((2, 3));
        layer.Apply(new Input(5, 4, 3));
        ShapeException exception = Assert.Throws<ShapeException>(() => layer.Apply(new Input(5, 4, 2)))!;
        Assert.That(exception.Message, Is.EqualTo(
            "depthwise_conv2d (DepthwiseConv2D): expected input [n, height, width, 3], got [n, 5, 4, 2]. "
            + "A layer that is used twice must see the same number of channels."));
    }

    private static void AssertRefused(Func<Layer> make, string message) =>
        Assert.That(Assert.Throws<ArgumentOutOfRangeException>(() => make())!.Message, Does.StartWith(message));
}
