using Engine.Layers;

namespace Engine.Tests.Layers;

/// <summary>What the table of layers cannot know of convolution: numbers by hand, names, errors.</summary>
public class ConvolutionTests
{
    // Made by hand: the kernel counts up from 1 along height, then width; the input counts up from 1.
    [Test]
    public void AConvolutionDoesNotFlipItsKernel()
    {
        double[] y = Run(new Conv2D(1, (2, 3)), [3, 4, 1], 12);
        Assert.That(y, Is.EqualTo((double[])[
            (1 * 1) + (2 * 2) + (3 * 3) + (4 * 5) + (5 * 6) + (6 * 7),
            (1 * 2) + (2 * 3) + (3 * 4) + (4 * 6) + (5 * 7) + (6 * 8),
            (1 * 5) + (2 * 6) + (3 * 7) + (4 * 9) + (5 * 10) + (6 * 11),
            (1 * 6) + (2 * 7) + (3 * 8) + (4 * 10) + (5 * 11) + (6 * 12),
        ]));
    }

    // As Keras: of an odd number of zeros the greater part is at the end; causal ones are all at the beginning.
    [TestCase(Padding.Same, new double[] { 5, 8, 3 })]
    [TestCase(Padding.Causal, new double[] { 2, 5, 8 })]
    [TestCase(Padding.Valid, new double[] { 5, 8 })]
    public void ZerosLieWhereThePaddingSays(Padding padding, double[] expected) =>
        Assert.That(Run(new Conv1D(1, 2, padding: padding), [3, 1], 3), Is.EqualTo(expected));

    // Each element of the input spreads the kernel [1, 2, 3] two further; where a window of 3 meets the next, they add up. With
    // Same what is beyond the last element is cut off.
    [TestCase(Padding.Valid, new double[] { 1, 2, 5, 4, 9, 6, 9 })]
    [TestCase(Padding.Same, new double[] { 1, 2, 5, 4, 9, 6 })]
    public void ATransposedConvolutionSpreadsItsKernel(Padding padding, double[] expected) =>
        Assert.That(Run(new Conv2DTranspose(1, (1, 3), strides: (1, 2), padding: padding), [1, 3, 1], 3), Is.EqualTo(expected));

    [Test]
    public void NamesAreKeras()
    {
        Assert.That(
            ((Layer[])[
                new Conv1D(1, 1), new Conv2D(1, (1, 1)), new Conv3D(1, (1, 1, 1)), new Conv2DTranspose(1, (1, 1)),
            ]).Select(layer => layer.DefaultName),
            Is.EqualTo((string[])["conv1d", "conv2d", "conv3d", "conv2d_transpose"]));
    }

    [Test]
    public void KernelsHaveTheShapesOfKeras()
    {
        Conv1D one = new(6, 5, groups: 2);
        Conv2D two = new(7, (5, 3));
        Conv3D three = new(4, (1, 2, 3));
        Conv2DTranspose transposed = new(7, (5, 3));
        one.Apply(new Input(9, 4));
        two.Apply(new Input(9, 8, 2));
        three.Apply(new Input(9, 8, 7, 2));
        transposed.Apply(new Input(9, 8, 2));
        Assert.That(one.Kernel!.Shape, Is.EqualTo(Shape.Create(5, 2, 6)));
        Assert.That(two.Kernel!.Shape, Is.EqualTo(Shape.Create(5, 3, 2, 7)));
        Assert.That(three.Kernel!.Shape, Is.EqualTo(Shape.Create(1, 2, 3, 2, 4)));
        Assert.That(transposed.Kernel!.Shape, Is.EqualTo(Shape.Create(5, 3, 7, 2)));
        Assert.That(transposed.Bias!.Shape, Is.EqualTo(Shape.Create(7)));
    }

    [Test]
    public void ALayerThatIsUsedTwiceMustSeeTheSameChannels()
    {
        Conv2D conv = new(6, (3, 2), groups: 2);
        conv.Apply(new Input(5, 7, 4));
        Assert.That(() => conv.Apply(new Input(9, 8, 4)), Throws.Nothing);
        Assert.That(() => conv.Apply(new Input(5, 7, 2)), Throws.TypeOf<ShapeException>().With.Message.EqualTo(
            "conv2d (Conv2D): expected input [n, height, width, 4], got [n, 5, 7, 2]. "
            + "A layer that is used twice must see the same number of channels."));
        Conv2DTranspose transposed = new(6, (3, 2));
        transposed.Apply(new Input(5, 7, 3));
        Assert.That(() => transposed.Apply(new Input(5, 7, 2)), Throws.TypeOf<ShapeException>().With.Message.EqualTo(
            "conv2d_transpose (Conv2DTranspose): expected input [n, height, width, 3], got [n, 5, 7, 2]. "
            + "A layer that is used twice must see the same number of channels."));
    }

    [Test]
    public void ConstructorsRefuseWhatNoInputCouldFit()
    {
        AssertRefused(() => new Conv2D(0, (3, 3)), "Conv2D: expected at least 1 filter, got 0.");
        AssertRefused(() => new Conv2D(4, (3, 0)), "Conv2D: expected a kernel size of at least 1, got (3, 0).");
        AssertRefused(() => new Conv1D(4, 3, strides: 0), "Conv1D: expected strides of at least 1, got 0.");
        AssertRefused(
            () => new Conv3D(4, (3, 3, 3), dilation: (1, -1, 1)), "Conv3D: expected a dilation of at least 1, got (1, -1, 1).");
        AssertRefused(
            () => new Conv2D(4, (3, 3), groups: 3), "Conv2D: expected a number of groups that divides the 4 filters, got 3.");
        AssertRefused(
            () => new Conv2D(4, (3, 3), groups: 0), "Conv2D: expected a number of groups that divides the 4 filters, got 0.");
        AssertRefused(
            () => new Conv2D(4, (3, 3), padding: Padding.Causal), "Conv2D: expected Valid or Same padding, got Causal.");
        AssertRefused(() => new Conv1D(4, 3, padding: (Padding)7), "Conv1D: expected Valid, Same or Causal padding, got 7.");
    }

    private static void AssertRefused(Func<Layer> make, string message) =>
        Assert.That(make, Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(message));

    /// <summary>The output for the input 1, 2, 3 … under the kernel 1, 2, 3 ….</summary>
    private static double[] Run(ConvolutionLayer layer, Shape input, int count)
    {
        Model model = new Sequential([new Input([.. input]), layer]) { Precision = Precision.Double };
        LayerRun<double> run = new(model, batch: 1);
        Span<double> kernel = layer.Kernel!.WritableValues<double>();
        for (int i = 0; i < kernel.Length; i++)
        {
            kernel[i] = i + 1;
        }

        return run.Forward([.. Enumerable.Range(1, count).Select(i => (double)i)])[0];
    }
}
