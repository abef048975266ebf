using System.Numerics;
using System.Numerics.Tensors;

namespace Engine.Data;

/// <summary>A column that lies in a dense tensor, [rows of the storage, ..sample shape].</summary>
internal sealed class TensorColumn<TSource>(Tensor<TSource> values, Shape sampleShape, RowMap rows)
    : DataColumn(sampleShape, rows)
    where TSource : unmanaged, INumber<TSource>
{
    internal override string Kind => values switch
    {
        Tensor<float> => "float",
        Tensor<double> => "double",
        _ => "int",
    };

    /// <summary>All rows of the storage, also those that this view does not show.</summary>
    internal ReadOnlySpan<TSource> Storage => values.AsDenseSpan();

    internal override DataColumn WithRows(RowMap rows) => new TensorColumn<TSource>(values, SampleShape, rows);

    internal override Tensor<float>? AsFloatTensor() => values switch
    {
        Tensor<float> whole when Rows.IsRange && Rows.Count == whole.Lengths[0] => whole,
        Tensor<float> part when Rows.IsRange => part.Slice(RangeOfRows()),
        Tensor<float> => ToTensor<float>(),
        _ => null,
    };

    internal override int[]? ToLabels()
    {
        if (SampleShape.Size != 1 || values is not Tensor<int> labels)
        {
            return null;
        }

        ReadOnlySpan<int> storage = labels.AsDenseSpan();
        int[] result = new int[Count];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = storage[Rows[i]];
        }

        return result;
    }

    internal override void CheckFinite(string name)
    {
        // Almost always the answer of one fast pass; the search runs only to name the offender.
        if (Rows.IsRange && TensorPrimitives.IsFiniteAll(Storage.Slice(Rows[0] * SampleShape.Size, Count * SampleShape.Size)))
        {
            return;
        }

        for (int sample = 0; sample < Count; sample++)
        {
            ReadOnlySpan<TSource> row = Row(Storage, sample);
            for (int i = 0; i < row.Length; i++)
            {
                if (!TSource.IsFinite(row[i]))
                {
                    throw new ArgumentException(
                        $"Dataset: expected finite numbers in {name}, got {row[i]} at sample {sample}{ElementText(i)}."
                        + " Repair or drop such samples first.");
                }
            }
        }
    }

    /// <summary>Throws at the first value that is not one of the class numbers 0 to <paramref name="classes"/> − 1.</summary>
    internal void CheckLabels(int classes)
    {
        for (int sample = 0; sample < Count; sample++)
        {
            ReadOnlySpan<TSource> row = Row(Storage, sample);
            for (int i = 0; i < row.Length; i++)
            {
                if (!TSource.IsInteger(row[i]) || TSource.IsNegative(row[i]) || row[i] >= TSource.CreateSaturating(classes))
                {
                    throw new ArgumentException(
                        $"DataColumn.OneHot: expected labels of 0 to {classes - 1}, got {row[i]} at sample {sample}{ElementText(i)}.");
                }
            }
        }
    }

    private protected override void Gather<T>(RowSelection rows, Span<T> destination)
    {
        int size = SampleShape.Size;
        ReadOnlySpan<TSource> storage = Storage;
        for (int i = 0; i < rows.Count; i++)
        {
            // A plain copy where both types are the same, vectorized where they are not.
            TensorPrimitives.ConvertSaturating(storage.Slice(rows[i] * size, size), destination.Slice(i * size, size));
        }
    }

    private ReadOnlySpan<TSource> Row(ReadOnlySpan<TSource> storage, int sample) =>
        storage.Slice(Rows[sample] * SampleShape.Size, SampleShape.Size);

    private System.Buffers.NRange[] RangeOfRows()
    {
        var ranges = new System.Buffers.NRange[values.Rank];
        Array.Fill(ranges, System.Buffers.NRange.All);
        ranges[0] = new System.Buffers.NRange(Rows[0], Rows[0] + Count);
        return ranges;
    }
}
