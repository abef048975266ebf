namespace Engine.Visualization;

/// <summary>Panels in rows.</summary>
/// <param name="Panels">The panels, row by row; at least one.</param>
/// <param name="Columns">How many stand in a row, at least one; the last row may have fewer.</param>
internal sealed record ChartLayout(IReadOnlyList<Panel> Panels, int Columns)
{
    public int Rows => (Panels.Count + Columns - 1) / Columns;
}
