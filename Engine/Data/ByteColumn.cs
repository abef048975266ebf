using System.Numerics.Tensors;

namespace Engine.Data;

/// <summary>A column of bytes that stand for byte / divisor: a quarter of the memory of floats.</summary>
internal sealed class ByteColumn(Tensor<byte> values, Shape sampleShape, RowMap rows, double divisor)
    : DataColumn(sampleShape, rows)
{
    internal override string Kind => "byte";

    internal override DataColumn WithRows(RowMap rows) => new ByteColumn(values, SampleShape, rows, divisor);

    internal override Tensor<float> AsFloatTensor() => ToTensor<float>();

    private protected override void Gather<T>(RowSelection rows, Span<T> destination)
    {
        int size = SampleShape.Size;
        ReadOnlySpan<byte> storage = values.AsDenseSpan();
        T d = T.CreateChecked(divisor);
        for (int i = 0; i < rows.Count; i++)
        {
            // Row by row, so that the division finds in the cache what the conversion wrote.
            Span<T> row = destination.Slice(i * size, size);
            TensorPrimitives.ConvertSaturating(storage.Slice(rows[i] * size, size), row);
            TensorPrimitives.Divide(row, d, row);
        }
    }
}
