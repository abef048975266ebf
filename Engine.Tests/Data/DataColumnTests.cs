using System.Buffers;
using System.Numerics;
using System.Numerics.Tensors;
using Engine.Data;
using MathNet.Numerics.LinearAlgebra;

namespace Engine.Tests.Data;

public class DataColumnTests
{
    private static readonly int[] s_rows = [3, 0, 3, 4];

    public static IEnumerable<TestCaseData<DataColumn>> Columns()
    {
        // All hold the numbers 0 to 9 as five samples of two.
        float[] floats = [.. Enumerable.Range(0, 10).Select(i => (float)i)];
        double[] doubles = Array.ConvertAll(floats, x => (double)x);
        int[] ints = Array.ConvertAll(floats, x => (int)x);
        byte[] bytes = Array.ConvertAll(floats, x => (byte)(3 * x));
        yield return Case("float tensor", Tensor.Create(floats, [5, 2]));
        yield return Case("double tensor", Tensor.Create(doubles, [5, 2]));
        yield return Case("int tensor", Tensor.Create(ints, [5, 2]));
        yield return Case("byte tensor", DataColumn.FromBytes(Tensor.Create(bytes, [5, 2]), 3));
        yield return Case("float array", new float[,] { { 0, 1 }, { 2, 3 }, { 4, 5 }, { 6, 7 }, { 8, 9 } });
        yield return Case("double array", new double[,] { { 0, 1 }, { 2, 3 }, { 4, 5 }, { 6, 7 }, { 8, 9 } });
        yield return Case("MathNet float", Matrix<float>.Build.Dense(5, 2, (i, j) => (2 * i) + j));
        yield return Case("MathNet double", Matrix<double>.Build.Dense(5, 2, (i, j) => (2 * i) + j));
        float[] wide = [.. Enumerable.Range(0, 20).Select(i => i % 4 is 1 or 2 ? (float)((i / 4 * 2) + (i % 4) - 1) : 666)];
        yield return Case("strided slice", Tensor.Create(wide, [5, 4]).Slice([NRange.All, 1..3]));
        float[] tall = [666, 666, .. floats, 666, 666];
        yield return Case("slice of rows", Tensor.Create(tall, [7, 2]).Slice([1..6, NRange.All]));

        static TestCaseData<DataColumn> Case(string name, DataColumn column) => new(column) { TestName = $"{{m}}({name})" };
    }

    [TestCaseSource(nameof(Columns))]
    public void GathersRowsInEitherPrecision(DataColumn column)
    {
        Assert.That(column.Count, Is.EqualTo(5));
        Assert.That(column.SampleShape, Is.EqualTo(Shape.Create(2)));
        Gather<float>(column);
        Gather<double>(column);

        static void Gather<T>(DataColumn column)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            T poison = T.CreateChecked(666);
            T[] batch = new T[10];
            Array.Fill(batch, poison);
            column.CopyRows<T>(s_rows, batch);
            Assert.That(batch, Is.EqualTo(Numbers<T>(6, 7, 0, 1, 6, 7, 8, 9, 666, 666)), "listed");

            Array.Fill(batch, poison);
            column.CopyRows<T>(1, 3, batch);
            Assert.That(batch, Is.EqualTo(Numbers<T>(2, 3, 4, 5, 6, 7, 666, 666, 666, 666)), "range");

            DataColumn view = column.WithRows(column.Rows.Select([4, 2, 0]).Slice(1, 2));
            Assert.That(view.Count, Is.EqualTo(2));
            view.CopyRows<T>([1, 0], batch);
            Assert.That(batch[..4], Is.EqualTo(Numbers<T>(0, 1, 4, 5)), "view");
            Assert.That(view.ToTensor<T>().AsDenseSpan().ToArray(), Is.EqualTo(Numbers<T>(4, 5, 0, 1)), "tensor");
        }
    }

    [Test]
    public void KeepsDenseTensorsWhereTheyLie()
    {
        float[] values = [1, 2, 3, 4, 5, 6];
        DataColumn column = Tensor.Create(values, [3, 2]);
        values[2] = 33;
        float[] row = new float[2];
        column.CopyRows<float>(1, 1, row);
        Assert.That(row, Is.EqualTo(new float[] { 33, 4 }));
    }

    [Test]
    public void AGatherAllocatesNothing()
    {
        DataColumn[] columns =
        [
            Tensor.Create(new float[360], [3, 1, 5, 2, 3, 2, 2]),
            Tensor.Create(new double[24], [3, 8]),
            DataColumn.FromBytes(Tensor.Create(new byte[24], [3, 8]), 255),
            DataColumn.OneHot([0, 1, 2], 3),
        ];
        float[] floats = new float[480];
        double[] doubles = new double[480];
        foreach (DataColumn column in columns)
        {
            long bytes = long.MaxValue;
            for (int run = 0; run < 3; run++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                column.CopyRows<float>([2, 0, 1, 1], floats);
                column.CopyRows<double>(0, 3, doubles);
                bytes = Math.Min(bytes, GC.GetAllocatedBytesForCurrentThread() - before);
            }

            Assert.That(bytes, Is.Zero, column.Kind);
        }
    }

    [Test]
    public void DividesBytesExactlyLikeFloats()
    {
        byte[] bytes = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        DataColumn column = DataColumn.FromBytes(Tensor.Create(bytes, [1, 256]), 255);
        float[] actual = new float[256];
        column.CopyRows<float>(0, 1, actual);
        Assert.That(actual, Is.EqualTo(bytes.Select(x => x / 255f)));
    }

    [Test]
    public void WritesOneHotRows()
    {
        DataColumn column = DataColumn.OneHot([2, 0, 1], 3);
        Assert.That(column.SampleShape, Is.EqualTo(Shape.Create(3)));
        float[] batch = [666, 666, 666, 666, 666, 666, 666];
        column.CopyRows<float>([1, 0], batch);
        Assert.That(batch, Is.EqualTo(new float[] { 1, 0, 0, 0, 0, 1, 666 }));
    }

    [Test]
    public void WritesOneHotRowsOfSequences()
    {
        DataColumn column = DataColumn.OneHot(Tensor.Create([0, 1, 1, 1, 0, 0], [2, 3]), 2);
        Assert.That(column.SampleShape, Is.EqualTo(Shape.Create(3, 2)));
        double[] batch = new double[6];
        column.CopyRows<double>([1], batch);
        Assert.That(batch, Is.EqualTo(new double[] { 0, 1, 1, 0, 1, 0 }));
    }

    [TestCase(3)]
    [TestCase(-1)]
    public void NamesTheSampleOfALabelOutOfRange(int label)
    {
        Assert.That(
            () => DataColumn.OneHot([2, 0, label, 1], 3),
            Throws.ArgumentException.With.Message.EqualTo($"DataColumn.OneHot: expected labels of 0 to 2, got {label} at sample 2."));
    }

    [Test]
    public void NamesTheElementOfALabelOutOfRange() => Assert.That(
        () => DataColumn.OneHot(Tensor.Create([0, 1, 2, -1], [2, 2]), 3),
        Message("DataColumn.OneHot: expected labels of 0 to 2, got -1 at sample 1, element [1]."));

    [Test]
    public void RefusesWhatIsNoColumn()
    {
        Assert.That(
            () => (DataColumn)Tensor.Create(Array.Empty<float>(), [0, 5]),
            Message("DataColumn: expected at least one sample of at least one element, got a tensor of shape [0, 5].", "values"));
        Assert.That(
            () => (DataColumn)new float[3, 0],
            Message("DataColumn: expected at least one sample of at least one element, got a tensor of shape [3, 0].", "values"));
        Assert.That(
            () => DataColumn.FromBytes(Tensor.Create(new byte[2]), 0),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartWith(
                "DataColumn.FromBytes: expected a finite divisor above 0, got 0."));
        Assert.That(() => DataColumn.OneHot([0], 0), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void RefusesRowsOutOfRangeAndShortDestinations()
    {
        DataColumn column = Tensor.Create(new float[6], [3, 2]);
        float[] batch = new float[6];
        Assert.That(
            () => column.CopyRows<float>([0, 3], batch),
            Message("DataColumn.CopyRows: expected rows of 0 to 2, got 3.", "rows"));
        Assert.That(
            () => column.CopyRows<float>([-1], batch), Message("DataColumn.CopyRows: expected rows of 0 to 2, got -1.", "rows"));
        Assert.That(
            () => column.CopyRows<float>(2, 2, batch),
            Message("DataColumn.CopyRows: expected a range within 0 to 3, got 2 samples from 2.", "start"));
        Assert.That(
            () => column.CopyRows<float>([0, 1, 2], batch.AsSpan(1)),
            Message("DataColumn.CopyRows: expected room for 3 samples of [2], 6 elements, got 5."));
    }

    private static T[] Numbers<T>(params double[] values)
        where T : INumberBase<T> => Array.ConvertAll(values, T.CreateChecked);

    private static NUnit.Framework.Constraints.IResolveConstraint Message(string text, string? parameter = null) =>
        Throws.ArgumentException.With.Message.EqualTo(parameter is null ? text : $"{text} (Parameter '{parameter}')");
}
