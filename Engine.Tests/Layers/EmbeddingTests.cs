using System.Numerics;
using System.Numerics.Tensors;
using Engine.Data;
using Engine.Kernels;
using Engine.Layers;
using Engine.Losses;
using Engine.Optimizers;
using Engine.Tests.Models;

namespace Engine.Tests.Layers;

public class EmbeddingTests
{
    [Test]
    public void GivesTheRowsOfItsTable()
    {
        Embedding layer = new(4, 3);
        Sequential model = new(new Input(2), layer) { Seed = 1 };
        Tensor<int> x = Tensor.Create(new[] { 3, 0, 1, 3 }, [2, 2]);
        float[] table = layer.Embeddings!.Values<float>().ToArray();
        float[] expected = [.. new[] { 3, 0, 1, 3 }.SelectMany(index => table[(index * 3)..((index + 1) * 3)])];
        Assert.That(model.Predict(x).ToArray(), Is.EqualTo(expected));
        Assert.That(table, Is.All.InRange(-0.05f, 0.05f), "uniform in ±0.05, as in Keras");
        Assert.That(() => model.Predict<double>(x), Throws.InstanceOf<InvalidOperationException>());
        Sequential exact = new(new Input(2), new Embedding(4, 3)) { Precision = Precision.Double };
        Assert.That(exact.Predict<double>(x).Lengths.ToArray(), Is.EqualTo(new nint[] { 2, 2, 3 }));
    }

    [TestCase(4f, "4")]
    [TestCase(-1f, "-1")]
    [TestCase(1.5f, "1.5")]
    public void NamesAnIndexThatIsNone(float index, string text)
    {
        Sequential model = new(new Input(2), new Embedding(4, 3));
        Assert.That(
            () => model.Predict(Tensor.Create(new[] { 0, 1, 2, index }, [2, 2])),
            Throws.ArgumentException.With.Message.EqualTo(
                $"embedding (Embedding): expected whole numbers from 0 to 3, got {text} in sample 1, element 1. "
                + "Give inputDim the largest index plus 1, or give what is unknown an index of its own."));
    }

    [Test]
    public void RefusesDimensionsBelowOne() =>
        Assert.That(() => new Embedding(0, 3), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "Embedding: expected inputDim of at least 1, got 0."));

    [Test]
    public void ZeroIsMasked()
    {
        Embedding layer = new(5, 3, maskZero: true);
        Sequential model = new(new Input(4), layer, new Attention());
        float[] y = model.Predict(Tensor.Create(new[] { 3, 0, 0, 0 }, [1, 4])).ToArray();
        Assert.That(y[..3], Is.EqualTo(layer.Embeddings!.Values<float>()[9..12].ToArray()), "the one that counts sees itself alone");
        Assert.That(y[3..], Is.All.Zero);
    }

    [Test]
    public void FitTakesIntegersAsTheyCome()
    {
        int[,] x = { { 1, 2 }, { 2, 0 }, { 0, 1 }, { 2, 2 } };
        Sequential model = new(new Input(2), new Embedding(3, 4), new Flatten(), new Dense(1)) { Seed = 2 };
        model.Compile(new Adam(0.1), Loss.MeanSquaredError());
        History history = model.Fit(new Dataset(x, new float[] { 1, -1, 0, 2 }), new FitOptions { Epochs = 60, BatchSize = 4 });
        Assert.That(history["loss"][^1], Is.LessThan(0.01 * history["loss"][0]));
    }
}

[Category("Kernels")]
[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
public sealed class EmbeddingKernelsTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Rows in the order of the places, so that any number of threads gives the same bits as the naive sum.
    [Test]
    public void ScatterAddIsTheNaiveSum([Values(1, 2, 4)] int threads, [Values(1, 3, 8, 33)] int width)
    {
        const int Rows = 1003, Places = 5001;
        T[] indices = [.. Enumerable.Range(0, Places).Select(i => T.CreateChecked(i * 7919 % 499 * 2))];
        T[] dy = Samples.Numbers<T>(Places * width, 1);
        T[] expected = new T[Rows * width];
        for (int i = 0; i < dy.Length; i++)
        {
            expected[(int.CreateChecked(indices[i / width]) * width) + (i % width)] += dy[i];
        }

        T[] table = [.. Enumerable.Repeat(T.NaN, Rows * width)];
        EmbeddingKernels.ScatterAdd<T>(indices, dy, table, width, threads);
        Assert.That(table, Is.EqualTo(expected));
    }

    [Test]
    public void FindsTheFirstInvalidIndex()
    {
        T[] indices = [.. new[] { 0, 2, 1.004, 2.9, 7 }.Select(T.CreateChecked)];
        Assert.That(EmbeddingKernels.FindInvalid<T>(indices, 8), Is.EqualTo(3));
        Assert.That(EmbeddingKernels.FindInvalid<T>(indices.AsSpan(0, 3), 3), Is.EqualTo(-1));
        Assert.That(EmbeddingKernels.FindInvalid<T>(indices.AsSpan(0, 3), 2), Is.EqualTo(1));
        Assert.That(EmbeddingKernels.FindInvalid<T>([T.NaN], 2), Is.Zero);
    }
}
