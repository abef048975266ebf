using System.Numerics;
using Engine.Layers;

namespace Engine.Tests.Layers;

/// <summary>Pooling, padding and resizing by hand: exact values, ties, NaN, names and refusals.</summary>
[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
public sealed class PoolingTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [Test]
    public void AverageOfSameDividesByTheCellsThatAreThere()
    {
        // Keras: AveragePooling1D(3, 2, "same") of [10, 20] sees [10, 20] and padding.
        LayerRun<T> run = new(new AveragePooling1D(3, 2, Padding.Same), [2, 1], 1);
        Assert.That(run.Forward(Numbers(10, 20))[0], Is.EqualTo(Numbers(15)));
        Assert.That(run.Backward(Numbers(1))[0], Is.EqualTo(Numbers(0.5, 0.5)));
    }

    [Test]
    public void TheGradientOfATieGoesToTheFirst()
    {
        LayerRun<T> run = new(new MaxPooling2D(), [2, 4, 1], 1);
        Assert.That(run.Forward(Numbers(1, 5, 3, 3, 5, 5, 3, 3))[0], Is.EqualTo(Numbers(5, 3)));
        Assert.That(run.Backward(Numbers(7, 9))[0], Is.EqualTo(Numbers(0, 7, 9, 0, 0, 0, 0, 0)));
    }

    [Test]
    public void OverlappingWindowsAddTheirGradients()
    {
        LayerRun<T> run = new(new MaxPooling1D(3, 1), [5, 1], 1);
        Assert.That(run.Forward(Numbers(1, 2, 9, 3, 4))[0], Is.EqualTo(Numbers(9, 9, 9)));
        Assert.That(run.Backward(Numbers(1, 10, 100))[0], Is.EqualTo(Numbers(0, 0, 111, 0, 0)));
    }

    [Test]
    public void PaddingNeverWinsAMaximum()
    {
        T[] y = new LayerRun<T>(new MaxPooling1D(3, 2, Padding.Same), [3, 1], 1).Forward(Numbers(-4, -2, -3))[0];
        Assert.That(y, Is.EqualTo(Numbers(-2, -2)));
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public void NaNComesThroughAndTakesTheGradient(int place)
    {
        T[] x = Numbers(double.PositiveInfinity, 2, 3, 4);
        x[place] = T.NaN;
        LayerRun<T> run = new(new MaxPooling2D(), [2, 2, 1], 1);
        Assert.That(run.Forward(x)[0], Is.EqualTo(new[] { T.NaN }));
        T[] expected = Numbers(0, 0, 0, 0);
        expected[place] = T.One;
        Assert.That(run.Backward(Numbers(1))[0], Is.EqualTo(expected));
    }

    [Test]
    public void CellsThatNoWindowSeesGetNoGradient()
    {
        LayerRun<T> run = new(new MaxPooling2D(), [3, 3, 1], 1);
        Assert.That(run.Forward(Numbers(1, 2, 9, 3, 4, 9, 9, 9, 9))[0], Is.EqualTo(Numbers(4)));
        Assert.That(run.Backward(Numbers(5))[0], Is.EqualTo(Numbers(0, 0, 0, 0, 5, 0, 0, 0, 0)));
    }

    [Test]
    public void BilinearLiesBetweenTheCenters()
    {
        // tf.image.resize([10, 20], 4): centers at -1/4, 1/4, 3/4, 5/4.
        LayerRun<T> run = new(new UpSampling2D((1, 2), Interpolation.Bilinear), [1, 2, 1], 1);
        Assert.That(run.Forward(Numbers(10, 20))[0], Is.EqualTo(Numbers(10, 12.5, 17.5, 20)));
        Assert.That(run.Backward(Numbers(1, 10, 100, 1000))[0], Is.EqualTo(Numbers(33.5, 1077.5)));
    }

    [Test]
    public void NearestRepeatsEachCell()
    {
        T[] y = new LayerRun<T>(new UpSampling2D((1, 2)), [2, 1, 2], 1).Forward(Numbers(1, 2, 3, 4))[0];
        Assert.That(y, Is.EqualTo(Numbers(1, 2, 1, 2, 3, 4, 3, 4)));
    }

    [Test]
    public void PaddingAndCroppingUndoEachOther()
    {
        Sequential model = new(new Input(2, 3, 2), new ZeroPadding2D((1, 2), (3, 0)), new Cropping2D((1, 2), (3, 0)));
        T[] x = [.. Enumerable.Range(1, 24).Select(T.CreateChecked)];
        LayerRun<T> run = new(model, 2);
        Assert.That(run.Forward(x)[0], Is.EqualTo(x));
        Assert.That(run.Backward(x)[0], Is.EqualTo(x));
    }

    [Test]
    public void NamesAreThoseOfKeras() => Assert.That(
        new Layer[]
        {
            new MaxPooling2D(), new AveragePooling1D(), new GlobalAveragePooling2D(), new GlobalMaxPooling3D(), new ZeroPadding2D(),
            new Cropping1D(1), new UpSampling2D(),
        }.Select(layer => layer.DefaultName),
        Is.EqualTo(new[]
        {
            "max_pooling2d", "average_pooling1d", "global_average_pooling2d", "global_max_pooling3d", "zero_padding2d", "cropping1d",
            "up_sampling2d",
        }));

    [Test]
    public void ConstructorsRefuseWhatNoInputCouldFit()
    {
        AssertRefused(() => new MaxPooling2D((0, 2)), "MaxPooling2D: expected poolSize of at least 1 along each axis, got 0 × 2.");
        AssertRefused(
            () => new AveragePooling3D((1, 2, 3), (1, 1, 0)),
            "AveragePooling3D: expected strides of at least 1 along each axis, got 1 × 1 × 0.");
        AssertRefused(
            () => new MaxPooling1D(padding: Padding.Causal), "MaxPooling1D: expected padding Valid or Same, got Causal.");
        AssertRefused(() => new ZeroPadding1D((1, -2)), "ZeroPadding1D: expected margins of at least 0, got 1 and -2.");
        AssertRefused(() => new UpSampling1D(0), "UpSampling1D: expected size of at least 1 along each axis, got 0.");
        AssertRefused(
            () => new UpSampling2D(interpolation: (Interpolation)7),
            "UpSampling2D: expected the interpolation Nearest or Bilinear, got 7.");
    }

    private static void AssertRefused(Func<Layer> make, string message) =>
        Assert.That(() => make(), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(message));

    private static T[] Numbers(params double[] values) => [.. values.Select(T.CreateChecked)];
}
