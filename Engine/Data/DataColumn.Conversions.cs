using System.Diagnostics.CodeAnalysis;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using MathNet.Numerics.LinearAlgebra;

namespace Engine.Data;

public abstract partial class DataColumn
{
    /// <summary>Class labels written as one-hot rows when a batch is gathered; stored as the labels.</summary>
    /// <param name="labels">A label for each sample, 0 to <paramref name="classes"/> − 1; not copied.</param>
    /// <param name="classes">The number of classes: the length of a row.</param>
    /// <exception cref="ArgumentException">A label is out of range; the message names the sample.</exception>
    public static DataColumn OneHot(int[] labels, int classes)
    {
        ArgumentNullException.ThrowIfNull(labels);
        return OneHot(Tensor.Create(labels), classes);
    }

    /// <summary>Class labels written as one-hot rows when a batch is gathered; stored as the labels.</summary>
    /// <param name="labels">
    /// [samples] or [samples, ..axes], each 0 to <paramref name="classes"/> − 1; not copied where dense. A sample's shape gains a
    /// last axis of the classes.
    /// </param>
    /// <param name="classes">The number of classes: the length of a row.</param>
    /// <exception cref="ArgumentException">A label is out of range; the message names the sample.</exception>
    public static DataColumn OneHot(Tensor<int> labels, int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        return new OneHotColumn(FromTensor(labels), classes);
    }

    /// <summary>
    /// Bytes that stand for numbers of a range, such as pixels; kept as bytes and divided when a batch is gathered.
    /// </summary>
    /// <param name="values">First axis: samples. Not copied where dense.</param>
    /// <param name="divisor">What each byte is divided by: 255 for pixels of [0, 1]. Finite and above 0.</param>
    public static DataColumn FromBytes(Tensor<byte> values, double divisor = 1)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (!double.IsFinite(divisor) || divisor <= 0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(divisor), $"DataColumn.FromBytes: expected a finite divisor above 0, got {divisor}.");
        }

        CheckNotEmpty(values);
        Tensor<byte> dense = values.ToDense();
        return new ByteColumn(dense, dense.SampleShape(), RowMap.All((int)dense.Lengths[0]), divisor);
    }

    /// <summary>Samples that are made when a batch is gathered, such as images that lie in files.</summary>
    /// <param name="source">Makes them.</param>
    /// <exception cref="ArgumentException">The source has no samples.</exception>
    public static DataColumn FromSource(ISampleSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return source.Count >= 1 ? new SampleColumn(source, RowMap.All(source.Count)) : throw new ArgumentException(
            $"DataColumn.FromSource: expected a source of at least one sample, got {source.Count}.", nameof(source));
    }

    /// <summary>A tensor's first axis counts the samples. Not copied where dense.</summary>
    [return: NotNullIfNotNull(nameof(values))]
    public static implicit operator DataColumn?(Tensor<float>? values) => values is null ? null : FromTensor(values);

    /// <summary>A tensor's first axis counts the samples. Not copied where dense.</summary>
    [return: NotNullIfNotNull(nameof(values))]
    public static implicit operator DataColumn?(Tensor<double>? values) => values is null ? null : FromTensor(values);

    /// <summary>Integers, such as labels or tokens; a tensor's first axis counts the samples. Not copied where dense.</summary>
    /// <remarks>A gather into float is exact up to 2²⁴.</remarks>
    [return: NotNullIfNotNull(nameof(values))]
    public static implicit operator DataColumn?(Tensor<int>? values) => values is null ? null : FromTensor(values);

    /// <summary>A number a sample. Not copied.</summary>
    [return: NotNullIfNotNull(nameof(values))]
    public static implicit operator DataColumn?(float[]? values) => values is null ? null : FromTensor(Tensor.Create(values));

    /// <summary>A number a sample. Not copied.</summary>
    [return: NotNullIfNotNull(nameof(values))]
    public static implicit operator DataColumn?(double[]? values) => values is null ? null : FromTensor(Tensor.Create(values));

    /// <summary>An integer, such as a label, a sample. Not copied.</summary>
    [return: NotNullIfNotNull(nameof(values))]
    public static implicit operator DataColumn?(int[]? values) => values is null ? null : FromTensor(Tensor.Create(values));

    /// <summary>A row a sample. Copied.</summary>
    [return: NotNullIfNotNull(nameof(values))]
    public static implicit operator DataColumn?(float[,]? values) => values is null ? null : FromMatrix(values);

    /// <summary>A row a sample. Copied.</summary>
    [return: NotNullIfNotNull(nameof(values))]
    public static implicit operator DataColumn?(double[,]? values) => values is null ? null : FromMatrix(values);

    /// <summary>A row of integers, such as the words of a sentence by number, a sample. Copied.</summary>
    [return: NotNullIfNotNull(nameof(values))]
    public static implicit operator DataColumn?(int[,]? values) => values is null ? null : FromMatrix(values);

    /// <summary>A row a sample. Copied, since MathNet's matrices are column-major.</summary>
    [return: NotNullIfNotNull(nameof(values))]
    public static implicit operator DataColumn?(Matrix<float>? values) => values is null ? null : FromMathNet(values);

    /// <summary>A row a sample. Copied, since MathNet's matrices are column-major.</summary>
    [return: NotNullIfNotNull(nameof(values))]
    public static implicit operator DataColumn?(Matrix<double>? values) => values is null ? null : FromMathNet(values);

    private static TensorColumn<T> FromTensor<T>(Tensor<T> values)
        where T : unmanaged, System.Numerics.INumber<T>
    {
        ArgumentNullException.ThrowIfNull(values);
        CheckNotEmpty(values);
        Tensor<T> dense = values.ToDense();
        return new TensorColumn<T>(dense, dense.SampleShape(), RowMap.All((int)dense.Lengths[0]));
    }

    private static TensorColumn<T> FromMatrix<T>(T[,] values)
        where T : unmanaged, System.Numerics.INumber<T>
    {
        T[] rows = values.Length == 0 ? [] : MemoryMarshal.CreateReadOnlySpan(ref values[0, 0], values.Length).ToArray();
        return FromTensor(Tensor.Create(rows, [values.GetLength(0), values.GetLength(1)]));
    }

    private static TensorColumn<T> FromMathNet<T>(Matrix<T> values)
        where T : unmanaged, System.Numerics.INumber<T> =>
        FromTensor(Tensor.Create(values.ToRowMajorArray(), [values.RowCount, values.ColumnCount]));

    private static void CheckNotEmpty<T>(Tensor<T> values)
    {
        if (values.Rank == 0 || values.IsEmpty)
        {
            throw new ArgumentException(
                $"DataColumn: expected at least one sample of at least one element, got a tensor of shape {values.ShapeText()}.",
                nameof(values));
        }
    }
}
