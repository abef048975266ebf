using Engine.Layers;

namespace Engine.Tests.Layers;

/// <summary>The layers that only move numbers or add them: what comes out, number by number.</summary>
public sealed class ReshapeAndMergeTests
{
    [Test]
    public void FlattenKeepsTheOrder()
    {
        double[] x = Count(2 * 3 * 4, from: 1);
        LayerRun<double> run = new(new Flatten(), [3, 4], 2);
        Assert.That(run.Forward(x)[0], Is.EqualTo(x));
        Assert.That(run.Backward(x)[0], Is.EqualTo(x));
        Assert.That(new Sequential(new Input(3, 4), new Flatten()).Output.Shape, Is.EqualTo(Shape.Create(12)));
    }

    [Test]
    public void ReshapeKeepsTheOrder()
    {
        double[] x = Count(2 * 3 * 4, from: 1);
        LayerRun<double> run = new(new Reshape(2, -1, 3), [3, 4], 2);
        Assert.That(run.Forward(x)[0], Is.EqualTo(x));
        Assert.That(run.Backward(x)[0], Is.EqualTo(x));
        Assert.That(new Sequential(new Input(3, 4), new Reshape(2, -1, 3)).Output.Shape, Is.EqualTo(Shape.Create(2, 2, 3)));
    }

    [Test]
    public void AddAddsElementByElement()
    {
        LayerRun<double> run = Merge(new Add(), [3], [3], [3]);
        Assert.That(
            run.Forward([1, 2, 3, 4, 5, 6], [10, 20, 30, 40, 50, 60], [100, 200, 300, 400, 500, 600])[0],
            Is.EqualTo(new double[] { 111, 222, 333, 444, 555, 666 }));
        double[] dy = [1, -2, 3, -4, 5, -6];
        Assert.That(run.Backward(dy), Is.EqualTo(new[] { dy, dy, dy }), "the gradient of each input is that of the sum");
    }

    [TestCase(1)]
    [TestCase(-2)]
    public void ConcatenateAlongTheFirstAxisOfTheSamples(int axis)
    {
        // Two samples of [2, 2] and of [1, 2].
        LayerRun<double> run = Merge(new Concatenate(axis), [2, 2], [1, 2]);
        double[] first = [1, 2, 3, 4, 5, 6, 7, 8], second = [10, 20, 30, 40];
        double[] joined = [1, 2, 3, 4, 10, 20, 5, 6, 7, 8, 30, 40];
        Assert.That(run.Forward(first, second)[0], Is.EqualTo(joined));
        Assert.That(run.Backward(joined), Is.EqualTo(new[] { first, second }));
    }

    [TestCase(2)]
    [TestCase(-1)]
    public void ConcatenateAlongTheLastAxis(int axis)
    {
        // Two samples of [2, 2], of [2, 1] and of [2, 3].
        LayerRun<double> run = Merge(new Concatenate(axis), [2, 2], [2, 1], [2, 3]);
        double[] first = [1, 2, 3, 4, 5, 6, 7, 8], second = [10, 20, 30, 40], third = Count(12, from: 100);
        double[] joined =
        [
            1, 2, 10, 100, 101, 102,
            3, 4, 20, 103, 104, 105,
            5, 6, 30, 106, 107, 108,
            7, 8, 40, 109, 110, 111,
        ];
        Assert.That(run.Forward(first, second, third)[0], Is.EqualTo(joined));
        Assert.That(run.Backward(joined), Is.EqualTo(new[] { first, second, third }));
    }

    [Test]
    public void ConcatenateAlongAnAxisInTheMiddle()
    {
        // One sample of [2, 1, 2] and of [2, 2, 2].
        LayerRun<double> run = Merge(new Concatenate(2), 1, [2, 1, 2], [2, 2, 2]);
        double[] first = [1, 2, 3, 4], second = [10, 20, 30, 40, 50, 60, 70, 80];
        double[] joined = [1, 2, 10, 20, 30, 40, 3, 4, 50, 60, 70, 80];
        Assert.That(run.Forward(first, second)[0], Is.EqualTo(joined));
        Assert.That(run.Backward(joined), Is.EqualTo(new[] { first, second }));
    }

    private static LayerRun<double> Merge(Layer layer, params Shape[] inputs) => Merge(layer, 2, inputs);

    private static LayerRun<double> Merge(Layer layer, int batch, params Shape[] inputs)
    {
        Node[] nodes = [.. inputs.Select(shape => new Input([.. shape]).Output)];
        return new LayerRun<double>(new Model(nodes, [layer.Apply(nodes)]) { Precision = Precision.Double }, batch);
    }

    private static double[] Count(int length, int from) => [.. Enumerable.Range(from, length).Select(i => (double)i)];
}
