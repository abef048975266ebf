using System.Numerics;

namespace Engine.Kernels;

/// <summary>A batch seen as rows: [batch, inner, rowLength].</summary>
internal static class Rows
{
    /// <summary>The number of rows of a sample.</summary>
    /// <exception cref="ArgumentException">The elements are not whole rows, the same number for each sample.</exception>
    public static int Inner(int length, int batch, int rowLength) =>
        batch > 0 && rowLength > 0 && length > 0 && length % ((long)batch * rowLength) == 0
            ? length / (batch * rowLength)
            : throw new ArgumentException(
                $"Rows: expected {batch} samples of whole rows of {rowLength} elements, got {length} elements.");

    /// <summary>Σ of a row, from first to last.</summary>
    public static T Sum<T>(ReadOnlySpan<T> row)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T sum = T.Zero;
        foreach (T value in row)
        {
            sum += value;
        }

        return sum;
    }

    /// <summary>The index of the first largest element; −1 where one is NaN.</summary>
    public static int IndexOfMax<T>(ReadOnlySpan<T> row)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int index = 0;
        for (int k = 0; k < row.Length; k++)
        {
            if (T.IsNaN(row[k]))
            {
                return -1;
            }

            index = row[k] > row[index] ? k : index;
        }

        return index;
    }
}
