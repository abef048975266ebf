using Engine.Kernels;

namespace Engine.Tests.Kernels;

/// <summary>
/// The ways of a convolution are those that were measured to be the fastest; but forward, where one image of 4 × 4 with hundreds of
/// channels goes the way of eight.
/// </summary>
public sealed class ConvolutionChoiceTests
{
    private const ConvolutionWay Direct = ConvolutionWay.Direct, Winograd = ConvolutionWay.Winograd;
    private const ConvolutionWay Product = ConvolutionWay.ImplicitGemm;

    // LeNet-5, small residual networks, the guide's network, VGG; few tiles, one filter.
    [TestCase(128, 28, 5, 1, 6, Direct, Direct, Direct)]
    [TestCase(128, 14, 5, 6, 16, Direct, Direct, Direct)]
    [TestCase(32, 28, 5, 16, 32, Product, Direct, Product)]
    [TestCase(32, 28, 5, 32, 64, Product, Product, Product)]
    [TestCase(32, 28, 3, 16, 16, Winograd, Winograd, Winograd)]
    [TestCase(32, 28, 3, 8, 32, Winograd, Winograd, Winograd)]
    [TestCase(32, 28, 3, 1, 32, Direct, Winograd, Direct)]
    [TestCase(32, 28, 3, 3, 32, Direct, Winograd, Direct)]
    [TestCase(8, 56, 3, 64, 64, Winograd, Winograd, Winograd)]
    [TestCase(1, 28, 3, 128, 128, Winograd, Winograd, Winograd)]
    [TestCase(1, 7, 3, 256, 256, Winograd, Winograd, Product)]
    [TestCase(1, 4, 3, 512, 512, Winograd, Product, Product)]
    [TestCase(8, 56, 3, 64, 1, Winograd, Direct, Winograd)]
    public void TheFastestIsTaken(
        int batch, int size, int window, int channels, int filters, object forward, object inputGradient, object weightGradient)
    {
        WindowAxis axis = new(size, window, 1, 1, Padding.Same);
        ConvolutionGeometry geometry = new(WindowAxis.None, axis, axis, channels, filters);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ConvolutionChoice.Forward(geometry, allowWinograd: true), Is.EqualTo(forward));
            Assert.That(ConvolutionChoice.InputGradient(geometry, batch, allowWinograd: true), Is.EqualTo(inputGradient));
            Assert.That(ConvolutionChoice.WeightGradient(geometry, batch, allowWinograd: true), Is.EqualTo(weightGradient));
        }
    }

    // One axis, three, windows far apart, few outputs: what the direct way copies, and rows of a tile that are missing, count too.
    [TestCase(500, 3, 8, 8, 8, 1, Direct)]
    [TestCase(1000, 7, 128, 16, 16, 1, Product)]
    [TestCase(28, 3, 2, 32, 16, 2, Direct)]
    [TestCase(28, 3, 4, 64, 16, 2, Product)]
    [TestCase(33, 3, 12, 256, 16, 2, Product)]
    [TestCase(4, 3, 1, 32, 8, 2, Direct)]
    [TestCase(12, 3, 1, 20, 8, 3, Direct)]
    [TestCase(12, 3, 1, 32, 32, 3, Product)]
    public void WhatIsCopiedCounts(int size, int window, int dilation, int channels, int filters, int axes, object way)
    {
        WindowAxis axis = new(size, window, 1, dilation, Padding.Same), none = WindowAxis.None;
        ConvolutionGeometry geometry = new(axes > 2 ? axis : none, axes > 1 ? axis : none, axis, channels, filters);
        Assert.That(ConvolutionChoice.Forward(geometry, allowWinograd: false), Is.EqualTo(way));
        Assert.That(ConvolutionChoice.WeightGradient(geometry, 32, allowWinograd: false), Is.EqualTo(way));
    }

    // What forward must not do, lest batches leave a trace in a prediction: gradients, which cost the same, go by the batch.
    [Test]
    public void GradientsGoAnotherWayInLargeBatches()
    {
        WindowAxis axis = new(6, 3, 1, 1, Padding.Same);
        ConvolutionGeometry mirrored = new(WindowAxis.None, axis, axis, 32, 16);
        Assert.That(ConvolutionChoice.InputGradient(mirrored, 8, allowWinograd: true), Is.EqualTo(Product));
        Assert.That(ConvolutionChoice.InputGradient(mirrored, 64, allowWinograd: true), Is.EqualTo(Winograd));
    }

    // Beyond what was measured, or what memory should hold.
    [Test]
    public void LimitsAreKept()
    {
        WindowAxis axis = new(28, 3, 1, 1, Padding.Same);
        ConvolutionGeometry longest = new(WindowAxis.None, axis, axis, 355, 8), longer = new(WindowAxis.None, axis, axis, 356, 8);
        Assert.That(ConvolutionChoice.Forward(longest, allowWinograd: false), Is.EqualTo(Direct));
        Assert.That(ConvolutionChoice.Forward(longer, allowWinograd: false), Is.EqualTo(Product));
        WindowAxis apart = new(32, 5, 1, 5, Padding.Same);
        ConvolutionGeometry block = new(WindowAxis.None, apart, apart, 128, 8);
        Assert.That(ConvolutionChoice.Forward(block, allowWinograd: false), Is.EqualTo(Product));
        ConvolutionGeometry weights = new(WindowAxis.None, axis, axis, 2048, 2048), more = new(WindowAxis.None, axis, axis, 2048, 2049);
        Assert.That(ConvolutionChoice.Forward(weights, allowWinograd: true), Is.EqualTo(Winograd));
        Assert.That(ConvolutionChoice.Forward(more, allowWinograd: true), Is.EqualTo(Product));
    }

    // The direct way knows no groups, and with strides it would multiply the zeros between the gradients.
    [Test]
    public void GroupsAndStridesLimitTheDirectWay()
    {
        WindowAxis axis = new(14, 3, 1, 1, Padding.Same), strided = new(14, 3, 2, 1, Padding.Same);
        ConvolutionGeometry groups = new(WindowAxis.None, axis, axis, 8, 16, groups: 2);
        Assert.That(ConvolutionChoice.Forward(groups, allowWinograd: true), Is.EqualTo(Product));
        Assert.That(ConvolutionChoice.InputGradient(groups, 32, allowWinograd: true), Is.EqualTo(Product));
        Assert.That(ConvolutionChoice.WeightGradient(groups, 32, allowWinograd: true), Is.EqualTo(Product));
        ConvolutionGeometry strides = new(WindowAxis.None, strided, strided, 8, 8);
        Assert.That(ConvolutionChoice.Forward(strides, allowWinograd: true), Is.EqualTo(Direct));
        Assert.That(ConvolutionChoice.InputGradient(strides, 32, allowWinograd: true), Is.EqualTo(Product));
        Assert.That(ConvolutionChoice.WeightGradient(strides, 32, allowWinograd: true), Is.EqualTo(Direct));
    }
}
