using System.Runtime.CompilerServices;

namespace Engine.Kernels;

/// <summary>The rules that a matrix in a span obeys.</summary>
internal static class MatrixLayout
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Check(string where, int length, int rows, int columns, int rowStride)
    {
        if (rows < 0 || columns < 0 || rowStride < columns || length < Needed(rows, columns, rowStride))
        {
            Throw(where, length, rows, columns, rowStride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Needed(int rows, int columns, int rowStride) =>
        rows == 0 || columns == 0 ? 0 : ((rows - 1L) * rowStride) + columns;

    private static void Throw(string where, int length, int rows, int columns, int rowStride)
    {
        if (rows < 0 || columns < 0)
        {
            throw new ArgumentException($"{where}: expected rows and columns of at least 0, got [{rows}, {columns}].");
        }

        if (rowStride < columns)
        {
            throw new ArgumentException(
                $"{where}: expected a row stride of at least the {columns} columns, got {rowStride}. " +
                "The stride is the distance between the beginnings of two rows, in elements.");
        }

        throw new ArgumentException(
            $"{where}: expected at least {Needed(rows, columns, rowStride)} values for [{rows}, {columns}] with row stride {rowStride}, "
            + $"got {length}.");
    }
}
