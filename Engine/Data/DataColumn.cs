using System.Numerics;
using System.Numerics.Tensors;

namespace Engine.Data;

/// <summary>
/// One input, one target or the weights of a <see cref="Dataset"/>: a value of one shape for each sample, in the type in which it
/// came, converted when a batch is gathered. Immutable; tensors and one-dimensional arrays are used where they lie, so do not
/// change them while the column is in use.
/// </summary>
/// <remarks>
/// Made by implicit conversion from tensors, arrays and matrices, or by a factory such as <see cref="OneHot(int[], int)"/>.
/// </remarks>
public abstract partial class DataColumn
{
    private protected DataColumn(Shape sampleShape, RowMap rows)
    {
        SampleShape = sampleShape;
        Rows = rows;
    }

    /// <summary>The shape of one sample's value; of no axes where each sample has a single number.</summary>
    public Shape SampleShape { get; }

    /// <summary>The number of samples.</summary>
    public int Count => Rows.Count;

    internal RowMap Rows { get; }

    /// <summary>The stored type, for messages: "float", "int", "one-hot".</summary>
    internal abstract string Kind { get; }

    /// <summary>
    /// Copies the values of some samples into a batch, converted to <typeparamref name="T"/>. Allocates nothing.
    /// </summary>
    /// <param name="rows">The samples' numbers, each 0 to <see cref="Count"/> − 1; may repeat.</param>
    /// <param name="destination">Overwritten: [rows, ..sample shape], row-major; may be longer, the rest stays.</param>
    /// <exception cref="ArgumentException">A row is out of range or the destination is too short.</exception>
    public void CopyRows<T>(ReadOnlySpan<int> rows, Span<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        foreach (int row in rows)
        {
            if ((uint)row >= (uint)Count)
            {
                throw new ArgumentException($"DataColumn.CopyRows: expected rows of 0 to {Count - 1}, got {row}.", nameof(rows));
            }
        }

        CheckDestination(rows.Length, destination.Length);
        Gather(new RowSelection(Rows, rows), destination);
    }

    /// <summary>Copies the values of consecutive samples, converted to <typeparamref name="T"/>. Allocates nothing.</summary>
    /// <param name="start">The first sample.</param>
    /// <param name="count">How many; start + count is at most <see cref="Count"/>.</param>
    /// <param name="destination">Overwritten: [count, ..sample shape], row-major; may be longer, the rest stays.</param>
    /// <exception cref="ArgumentException">The range goes beyond the column or the destination is too short.</exception>
    public void CopyRows<T>(int start, int count, Span<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (start < 0 || count < 0 || start > Count - count)
        {
            throw new ArgumentException(
                $"DataColumn.CopyRows: expected a range within 0 to {Count}, got {count} samples from {start}.", nameof(start));
        }

        CheckDestination(count, destination.Length);
        Gather(new RowSelection(Rows, start, count), destination);
    }

    /// <summary>The whole column as a new tensor: [samples, ..sample shape].</summary>
    /// <exception cref="ArgumentException">The tensor would have more than 2³¹ − 1 elements.</exception>
    public Tensor<T> ToTensor<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape shape = SampleShape.Prepend(Count);
        T[] values = new T[shape.Size];
        Gather<T>(new RowSelection(Rows, 0, Count), values);
        return values.ToTensor(shape);
    }

    /// <summary>Copies checked rows, one after the other, from the start of the destination.</summary>
    private protected abstract void Gather<T>(RowSelection rows, Span<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Says which samples will probably be gathered next, so that a column that has to work for them may begin.</summary>
    /// <param name="rows">The samples' numbers, each 0 to <see cref="Count"/> − 1.</param>
    internal virtual void Announce(ReadOnlySpan<int> rows)
    {
    }

    /// <summary>The same storage, other rows.</summary>
    internal abstract DataColumn WithRows(RowMap rows);

    /// <summary>
    /// The column as a float tensor, without copying where it lies as one; null where float is not what it means.
    /// </summary>
    internal abstract Tensor<float>? AsFloatTensor();

    /// <summary>The class number of each sample; null where the column holds something else.</summary>
    internal virtual int[]? ToLabels() => null;

    /// <summary>Throws at the first NaN or infinity.</summary>
    /// <param name="name">What the column is, for the message: "inputs[0]".</param>
    internal virtual void CheckFinite(string name)
    {
    }

    /// <summary>An element's place in a sample as the message's text: "", or ", element [3, 5]".</summary>
    private protected string ElementText(int element)
    {
        if (SampleShape.Rank == 0)
        {
            return "";
        }

        int[] place = new int[SampleShape.Rank];
        for (int axis = place.Length - 1; axis >= 0; axis--)
        {
            (element, place[axis]) = Math.DivRem(element, SampleShape[axis]);
        }

        return $", element {Shape.Text(place)}";
    }

    private void CheckDestination(int rows, int length)
    {
        if (length < (long)rows * SampleShape.Size)
        {
            throw new ArgumentException(
                $"DataColumn.CopyRows: expected room for {rows} samples of {SampleShape}, "
                + $"{(long)rows * SampleShape.Size} elements,"
                + $" got {length}.");
        }
    }
}
