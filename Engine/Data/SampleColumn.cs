using System.Buffers;
using System.Numerics.Tensors;

namespace Engine.Data;

/// <summary>A column whose samples a source makes when they are gathered.</summary>
internal sealed class SampleColumn(ISampleSource source, RowMap rows) : DataColumn(source.SampleShape, rows)
{
    internal override string Kind => "float";

    internal override DataColumn WithRows(RowMap rows) => new SampleColumn(source, rows);

    internal override Tensor<float> AsFloatTensor() => ToTensor<float>();

    internal override void Announce(ReadOnlySpan<int> rows) => Announce(new RowSelection(Rows, rows));

    private protected override void Gather<T>(RowSelection rows, Span<T> destination)
    {
        // All at once before the first is waited for: a source that works on several threads has the whole batch to share out.
        Announce(rows);
        int size = SampleShape.Size;
        for (int i = 0; i < rows.Count; i++)
        {
            source.Read(rows[i], destination.Slice(i * size, size));
        }
    }

    private void Announce(RowSelection rows)
    {
        int[] buffer = ArrayPool<int>.Shared.Rent(rows.Count);
        Span<int> samples = buffer.AsSpan(0, rows.Count);
        for (int i = 0; i < samples.Length; i++)
        {
            samples[i] = rows[i];
        }

        source.Announce(samples);
        ArrayPool<int>.Shared.Return(buffer);
    }
}
