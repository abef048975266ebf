using System.Text;
using Spectre.Console;

namespace Engine.Visualization;

/// <summary>How a column of a <see cref="ResultTable"/> stands.</summary>
public enum ColumnAlignment
{
    /// <summary>For names.</summary>
    Left,

    /// <summary>For numbers.</summary>
    Right,
}

/// <summary>
/// A table for the console: with a frame on a terminal, in aligned plain text when the output goes to a file or a pipe.
/// </summary>
/// <example><code>
/// new ResultTable(("network", ColumnAlignment.Left), ("test accuracy", ColumnAlignment.Right)).AddRow("dropout 0.5", "98.2 %").Write();
/// </code></example>
public sealed class ResultTable
{
    private const string ColumnGap = "  ";

    private readonly (string Header, ColumnAlignment Alignment)[] _columns;
    private readonly List<string[]> _rows = [];

    /// <summary>An empty table.</summary>
    /// <param name="columns">The header and the alignment of each column; at least one.</param>
    /// <exception cref="ArgumentException">No column.</exception>
    public ResultTable(params (string Header, ColumnAlignment Alignment)[] columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        if (columns.Length == 0)
            throw new ArgumentException("ResultTable: expected at least one column, got none.", nameof(columns));
        _columns = [.. columns];
    }

    /// <summary>A line above the table, or null.</summary>
    public string? Title { get; init; }

    /// <summary>Adds a row.</summary>
    /// <param name="cells">The text of each cell: as many as columns.</param>
    /// <returns>This table.</returns>
    /// <exception cref="ArgumentException">Too many or too few cells.</exception>
    public ResultTable AddRow(params string[] cells)
    {
        ArgumentNullException.ThrowIfNull(cells);
        if (cells.Length != _columns.Length)
            throw new ArgumentException($"ResultTable.AddRow: expected {_columns.Length} cells, got {cells.Length}.", nameof(cells));
        _rows.Add([.. cells]);
        return this;
    }

    /// <summary>Prints to the console.</summary>
    public void Write()
    {
        if (TerminalInfo.IsInteractive)
            WriteFramed(AnsiConsole.Console);
        else
            WritePlain(Console.Out);
    }

    /// <summary>Prints to a writer.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="isTerminal">Whether to draw a frame; plain text otherwise.</param>
    public void Write(TextWriter writer, bool isTerminal)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (isTerminal)
            WriteFramed(AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) }));
        else
            WritePlain(writer);
    }

    /// <summary>The table as Markdown: a line for the title, if there is one, and the table behind an empty line.</summary>
    /// <returns>Lines that end in <c>\n</c>, the last one too.</returns>
    public string ToMarkdown()
    {
        var text = new StringBuilder();
        if (Title is not null)
            text.Append(Title).Append("\n\n");
        AppendLine([.. _columns.Select(column => column.Header)]);
        AppendLine([.. _columns.Select(column => column.Alignment == ColumnAlignment.Right ? "---:" : "---")]);
        foreach (string[] row in _rows)
            AppendLine(row);
        return text.ToString();

        void AppendLine(string[] cells) => text.Append("| ")
            .AppendJoin(" | ", cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal))).Append(" |\n");
    }

    private void WriteFramed(IAnsiConsole console)
    {
        Table table = new Table().RoundedBorder();
        if (Title is not null)
            table.Title(Markup.Escape(Title));
        foreach ((string header, ColumnAlignment alignment) in _columns)
        {
            var column = new TableColumn(Markup.Escape(header));
            table.AddColumn(alignment == ColumnAlignment.Right ? column.RightAligned() : column.LeftAligned());
        }

        foreach (string[] row in _rows)
            table.AddRow([.. row.Select(Markup.Escape)]);
        console.Write(table);
    }

    private void WritePlain(TextWriter writer)
    {
        int[] widths = [.. _columns.Select((column, i) => _rows.Select(row => row[i].Length).Append(column.Header.Length).Max())];
        if (Title is not null)
            writer.WriteLine(Title);
        WriteLine([.. _columns.Select(column => column.Header)]);
        WriteLine([.. widths.Select(width => new string('-', width))]);
        foreach (string[] row in _rows)
            WriteLine(row);

        void WriteLine(string[] cells) => writer.WriteLine(string.Join(ColumnGap, cells.Select(Aligned)).TrimEnd());

        string Aligned(string cell, int column) =>
            _columns[column].Alignment == ColumnAlignment.Right ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]);
    }
}
