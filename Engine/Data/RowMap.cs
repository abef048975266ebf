namespace Engine.Data;

/// <summary>Which rows of a column's storage a view shows, in which order: a range, or a list of row numbers.</summary>
internal readonly struct RowMap
{
    private readonly int[]? _rows;
    private readonly int _start;

    private RowMap(int[]? rows, int start, int count)
    {
        _rows = rows;
        _start = start;
        Count = count;
    }

    /// <summary>The number of rows shown.</summary>
    public int Count { get; }

    /// <summary>Whether the rows shown lie one after the other.</summary>
    public bool IsRange => _rows is null;

    /// <summary>
    /// The storage's row shown at a place of the view. The caller keeps <paramref name="row"/> below the count.
    /// </summary>
    public int this[int row] => _rows is null ? _start + row : _rows[_start + row];

    /// <summary>All rows of a storage.</summary>
    public static RowMap All(int count) => new(null, 0, count);

    /// <summary>A part of this view; shares the list of rows.</summary>
    public RowMap Slice(int start, int count) => new(_rows, _start + start, count);

    /// <summary>Rows of this view in a new order; may leave some out and repeat some.</summary>
    public RowMap Select(ReadOnlySpan<int> rows)
    {
        int[] selected = new int[rows.Length];
        for (int i = 0; i < selected.Length; i++)
        {
            selected[i] = this[rows[i]];
        }

        return new RowMap(selected, 0, selected.Length);
    }
}
