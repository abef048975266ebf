using Engine.Kernels;

namespace Engine.Tests.Kernels;

/// <summary>The ways of a convolution are those that were measured to be the fastest, by a fifth or more.</summary>
public sealed class ConvolutionChoiceTests
{
    private const ConvolutionWay Direct = ConvolutionWay.Direct, Winograd = ConvolutionWay.Winograd;
    private const ConvolutionWay Product = ConvolutionWay.ImplicitGemm;

    // LeNet-5, small residual networks, the guide's network, VGG; too few channels, tiles or columns, too many weights.
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
    [TestCase(1, 4, 3, 512, 512, Product, Product, Product)]
    [TestCase(8, 56, 3, 64, 1, Winograd, Direct, Winograd)]
    [TestCase(1, 14, 3, 4096, 4096, Product, Product, Product)]
    public void TheFastestIsTaken(
        int batch, int size, int window, int channels, int filters, object forward, object inputGradient, object weightGradient)
    {
        WindowAxis axis = new(size, window, 1, 1, Padding.Same);
        ConvolutionGeometry geometry = new(WindowAxis.None, axis, axis, channels, filters);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ConvolutionChoice.Forward(geometry, batch, allowWinograd: true), Is.EqualTo(forward));
            Assert.That(ConvolutionChoice.InputGradient(geometry, batch, allowWinograd: true), Is.EqualTo(inputGradient));
            Assert.That(ConvolutionChoice.WeightGradient(geometry, batch, allowWinograd: true), Is.EqualTo(weightGradient));
        }
    }

    // The direct way knows no groups, and with strides it would multiply the zeros between the gradients.
    [Test]
    public void GroupsAndStridesAreProducts()
    {
        WindowAxis axis = new(14, 3, 1, 1, Padding.Same), strided = new(14, 3, 2, 1, Padding.Same);
        ConvolutionGeometry groups = new(WindowAxis.None, axis, axis, 8, 16, groups: 2);
        Assert.That(ConvolutionChoice.Forward(groups, 32, allowWinograd: true), Is.EqualTo(Product));
        Assert.That(ConvolutionChoice.InputGradient(groups, 32, allowWinograd: true), Is.EqualTo(Product));
        Assert.That(ConvolutionChoice.WeightGradient(groups, 32, allowWinograd: true), Is.EqualTo(Product));
        ConvolutionGeometry strides = new(WindowAxis.None, strided, strided, 8, 8);
        Assert.That(ConvolutionChoice.Forward(strides, 32, allowWinograd: true), Is.EqualTo(Direct));
        Assert.That(ConvolutionChoice.InputGradient(strides, 32, allowWinograd: true), Is.EqualTo(Product));
        Assert.That(ConvolutionChoice.WeightGradient(strides, 32, allowWinograd: true), Is.EqualTo(Direct));
    }
}
