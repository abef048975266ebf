namespace Engine.Data;

/// <summary>The rows that one gather wants, translated to rows of the storage: listed, or a range of the view.</summary>
internal readonly ref struct RowSelection
{
    private readonly RowMap _map;
    private readonly ReadOnlySpan<int> _rows;
    private readonly int _start;
    private readonly bool _listed;

    public RowSelection(RowMap map, ReadOnlySpan<int> rows)
    {
        _map = map;
        _rows = rows;
        _listed = true;
        Count = rows.Length;
    }

    public RowSelection(RowMap map, int start, int count)
    {
        _map = map;
        _start = start;
        Count = count;
    }

    public int Count { get; }

    public int this[int i] => _map[_listed ? _rows[i] : _start + i];
}
