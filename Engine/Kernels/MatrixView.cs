namespace Engine.Kernels;

/// <summary>A matrix to be written, that lies in a span: row-major, its rows at a fixed distance.</summary>
/// <typeparam name="T">The type of the elements.</typeparam>
public readonly ref struct MatrixView<T>
{
    /// <summary>Views values as a row-major matrix without gaps between its rows.</summary>
    /// <param name="values">At least <paramref name="rows"/> × <paramref name="columns"/> values; more are left alone.</param>
    /// <param name="rows">The number of rows, at least 0.</param>
    /// <param name="columns">The number of columns, at least 0.</param>
    /// <exception cref="ArgumentException">The values are too few, or a length is negative.</exception>
    public MatrixView(Span<T> values, int rows, int columns)
        : this(values, rows, columns, columns)
    {
    }

    /// <summary>Views values as a row-major matrix whose rows begin at a fixed distance.</summary>
    /// <param name="values">At least (rows − 1) × rowStride + columns values; those in the gaps are left alone.</param>
    /// <param name="rows">The number of rows, at least 0.</param>
    /// <param name="columns">The number of columns, at least 0.</param>
    /// <param name="rowStride">
    /// The distance between the beginnings of two rows, in elements; at least the number of columns.
    /// </param>
    /// <exception cref="ArgumentException">The values are too few, a length is negative, or the stride is too small.</exception>
    public MatrixView(Span<T> values, int rows, int columns, int rowStride)
    {
        MatrixLayout.Check("MatrixView", values.Length, rows, columns, rowStride);
        Values = values;
        Rows = rows;
        Columns = columns;
        RowStride = rowStride;
    }

    /// <summary>The number of rows.</summary>
    public int Rows { get; }

    /// <summary>The number of columns.</summary>
    public int Columns { get; }

    /// <summary>The distance between two rows, in elements.</summary>
    public int RowStride { get; }

    /// <summary>The transpose, over the same values, to be read.</summary>
    public ReadOnlyMatrixView<T> Transposed => new(Values, Columns, Rows, RowStride, isTransposed: true);

    /// <summary>The values as they are stored.</summary>
    internal Span<T> Values { get; }

    /// <summary>The same matrix, to be read.</summary>
    public static implicit operator ReadOnlyMatrixView<T>(MatrixView<T> view) =>
        new(view.Values, view.Rows, view.Columns, view.RowStride, isTransposed: false);
}
