using System.Numerics.Tensors;

namespace Engine.Data;

/// <summary>A column of class labels that reads as one-hot rows.</summary>
internal sealed class OneHotColumn : DataColumn
{
    private readonly TensorColumn<int> _labels;
    private readonly int _classes;

    public OneHotColumn(TensorColumn<int> labels, int classes)
        : base([.. labels.SampleShape, classes], labels.Rows)
    {
        labels.CheckLabels(classes);
        _labels = labels;
        _classes = classes;
    }

    private OneHotColumn(OneHotColumn column, RowMap rows)
        : base(column.SampleShape, rows)
    {
        _labels = column._labels;
        _classes = column._classes;
    }

    internal override string Kind => "one-hot";

    internal override DataColumn WithRows(RowMap rows) => new OneHotColumn(this, rows);

    internal override Tensor<float> AsFloatTensor() => ToTensor<float>();

    internal override int[]? ToLabels() => _labels.WithRows(Rows).ToLabels();

    private protected override void Gather<T>(RowSelection rows, Span<T> destination)
    {
        int labelsPerRow = _labels.SampleShape.Size;
        ReadOnlySpan<int> storage = _labels.Storage;
        destination = destination[..(rows.Count * SampleShape.Size)];
        destination.Clear();
        for (int i = 0; i < rows.Count; i++)
        {
            foreach (int label in storage.Slice(rows[i] * labelsPerRow, labelsPerRow))
            {
                destination[label] = T.One;
                destination = destination[_classes..];
            }
        }
    }
}
