using Engine.Checking;
using Engine.Kernels;
using Engine.Layers;

namespace Engine.Tests.Layers;

/// <summary>
/// Every way of computing a convolution, in all three passes, through the layer: the contract, with gradients in double and the
/// same bits on 1, 2 and 4 threads, at shapes for which that way is chosen.
/// </summary>
public class ConvolutionWayTests
{
    // As many samples as the contract has.
    private const int Batch = 3;

    [Test]
    public void Winograd()
    {
        Shape input = [15, 11, 31];
        ConvolutionGeometry geometry = Geometry(input, 3, 3, (1, 1), Padding.Same, 32);
        AssertWays(geometry, ConvolutionWay.Winograd, ConvolutionWay.Winograd, ConvolutionWay.Winograd);
        Verify(() => new Conv2D(32, (3, 3), padding: Padding.Same), input, [15, 11, 32]);
    }

    [Test]
    public void ProductsWhereWinogradIsRefused()
    {
        Shape input = [15, 11, 31];
        ConvolutionGeometry geometry = Geometry(input, 3, 3, (1, 1), Padding.Same, 32);
        const ConvolutionWay Product = ConvolutionWay.ImplicitGemm;
        AssertWays(geometry, Product, Product, Product, allowWinograd: false);
        Verify(() => new Conv2D(32, (3, 3), padding: Padding.Same, useWinograd: false), input, [15, 11, 32]);
    }

    [Test]
    public void Direct()
    {
        Shape input = [7, 9, 13];
        ConvolutionGeometry geometry = Geometry(input, 3, 4, (1, 1), Padding.Valid, 11);
        AssertWays(geometry, ConvolutionWay.Direct, ConvolutionWay.Direct, ConvolutionWay.Direct);
        Verify(() => new Conv2D(11, (3, 4)), input, [5, 6, 11]);
    }

    [Test]
    public void DirectWithStrides()
    {
        Shape input = [7, 9, 13];
        ConvolutionGeometry geometry = Geometry(input, 3, 4, (2, 3), Padding.Same, 11);
        AssertWays(geometry, ConvolutionWay.Direct, ConvolutionWay.ImplicitGemm, ConvolutionWay.Direct);
        Verify(() => new Conv2D(11, (3, 4), strides: (2, 3), padding: Padding.Same), input, [4, 3, 11]);
    }

    [Test]
    public void Pointwise()
    {
        Shape input = [7, 9, 37];
        ConvolutionGeometry geometry = Geometry(input, 1, 1, (1, 1), Padding.Valid, 19);
        AssertWays(geometry, ConvolutionWay.Pointwise, ConvolutionWay.Pointwise, ConvolutionWay.ImplicitGemm);
        Verify(() => new Conv2D(19, (1, 1)), input, [7, 9, 19]);
    }

    // The first such layers of MobileNet halve the image; the input's gradient then has zeros between those of the output.
    [Test]
    public void DepthwiseWithStridesOfTwo()
    {
        Shape input = [13, 12, 35];
        WindowAxis height = new(13, 3, 2, 1, Padding.Same), width = new(12, 3, 2, 1, Padding.Same);
        ConvolutionGeometry geometry = new(WindowAxis.None, height, width, 35, 35, groups: 35);
        AssertWays(geometry, ConvolutionWay.Depthwise, ConvolutionWay.Depthwise, ConvolutionWay.Depthwise);
        Verify(() => new DepthwiseConv2D((3, 3), strides: (2, 2), padding: Padding.Same), input, [7, 6, 35]);
        Verify(() => new Conv2D(35, (3, 3), strides: (2, 2), padding: Padding.Same, groups: 35), input, [7, 6, 35]);
    }

    [Test]
    public void TransposedOfManyChannels() =>
        Verify(() => new Conv2DTranspose(19, (3, 4), strides: (2, 3), padding: Padding.Same), [7, 5, 33], [14, 15, 19]);

    private static void AssertWays(
        in ConvolutionGeometry geometry,
        ConvolutionWay forward,
        ConvolutionWay inputGradient,
        ConvolutionWay weightGradient,
        bool allowWinograd = true)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ConvolutionChoice.Forward(geometry, allowWinograd), Is.EqualTo(forward));
            Assert.That(ConvolutionChoice.InputGradient(geometry, Batch, allowWinograd), Is.EqualTo(inputGradient));
            Assert.That(ConvolutionChoice.WeightGradient(geometry, Batch, allowWinograd), Is.EqualTo(weightGradient));
        }
    }

    private static void Verify(Func<Layer> make, Shape input, Shape output) => LayerContract.Verify(make, [input], new()
    {
        // A linear layer has no kinks and no error of the stencil: a wide one loses less to rounding.
        GradientCheck = new GradientCheckOptions { MaxElements = 25, Step = 0.1 },
        Output = output,
        IsSameInAllPhases = true,
    });

    private static ConvolutionGeometry Geometry(
        Shape input, int height, int width, (int Height, int Width) strides, Padding padding, int filters) =>
        new(
            WindowAxis.None,
            new(input[0], height, strides.Height, 1, padding),
            new(input[1], width, strides.Width, 1, padding),
            input[2],
            filters);
}
