namespace Engine.Kernels;

/// <summary>
/// A matrix that lies in a span: row-major, its rows at a fixed distance; or the transpose of one, without anything being moved.
/// </summary>
/// <typeparam name="T">The type of the elements.</typeparam>
public readonly ref struct ReadOnlyMatrixView<T>
{
    /// <summary>Views values as a row-major matrix without gaps between its rows.</summary>
    /// <param name="values">At least <paramref name="rows"/> × <paramref name="columns"/> values; more are ignored.</param>
    /// <param name="rows">The number of rows, at least 0.</param>
    /// <param name="columns">The number of columns, at least 0.</param>
    /// <exception cref="ArgumentException">The values are too few, or a length is negative.</exception>
    public ReadOnlyMatrixView(ReadOnlySpan<T> values, int rows, int columns)
        : this(values, rows, columns, columns)
    {
    }

    /// <summary>Views values as a row-major matrix whose rows begin at a fixed distance.</summary>
    /// <param name="values">At least (rows − 1) × rowStride + columns values; those in the gaps are never read.</param>
    /// <param name="rows">The number of rows, at least 0.</param>
    /// <param name="columns">The number of columns, at least 0.</param>
    /// <param name="rowStride">
    /// The distance between the beginnings of two rows, in elements; at least the number of columns.
    /// </param>
    /// <exception cref="ArgumentException">The values are too few, a length is negative, or the stride is too small.</exception>
    public ReadOnlyMatrixView(ReadOnlySpan<T> values, int rows, int columns, int rowStride)
        : this(values, rows, columns, rowStride, isTransposed: false) =>
        MatrixLayout.Check("ReadOnlyMatrixView", values.Length, rows, columns, rowStride);

    internal ReadOnlyMatrixView(ReadOnlySpan<T> values, int rows, int columns, int rowStride, bool isTransposed)
    {
        Values = values;
        Rows = rows;
        Columns = columns;
        RowStride = rowStride;
        IsTransposed = isTransposed;
    }

    /// <summary>The number of rows of the matrix as it is seen: of the transpose, where it is one.</summary>
    public int Rows { get; }

    /// <summary>The number of columns of the matrix as it is seen: of the transpose, where it is one.</summary>
    public int Columns { get; }

    /// <summary>
    /// The distance between two rows as they are stored, in elements: between two columns of a transposed view.
    /// </summary>
    public int RowStride { get; }

    /// <summary>Whether this is the transpose of the matrix as it is stored.</summary>
    public bool IsTransposed { get; }

    /// <summary>The transpose, over the same values.</summary>
    public ReadOnlyMatrixView<T> Transposed => new(Values, Columns, Rows, RowStride, !IsTransposed);

    /// <summary>The values as they are stored.</summary>
    internal ReadOnlySpan<T> Values { get; }

    /// <summary>The distance from an element to the one below it.</summary>
    internal nint RowStep => IsTransposed ? 1 : RowStride;

    /// <summary>The distance from an element to the one right of it.</summary>
    internal nint ColumnStep => IsTransposed ? RowStride : 1;
}
