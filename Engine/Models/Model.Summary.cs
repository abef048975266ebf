using System.Globalization;
using System.Text;
using Engine.Layers;

namespace Engine;

public partial class Model
{
    /// <summary>
    /// A table of the layers: name and kind, shape of the output, parameters, and what it reads where that is not plain.
    /// </summary>
    public string Summary()
    {
        bool isChain = _layers.All(layer => _calls[layer].Count == 1)
            && _layers.Skip(1).All(layer => _calls[layer][0].Inputs.Count == 1);
        List<string[]> rows = [["Layer (kind)", "Output shape", "Parameters", .. isChain ? (string[])[] : ["Reads"]]];
        foreach (Layer layer in _layers)
        {
            foreach (LayerCall call in _calls[layer])
            {
                string[] row =
                [
                    $"{_names[layer]} ({layer.Kind})",
                    string.Join(", ", call.Outputs.Select(output => output.Shape.BatchText)),
                    call == _calls[layer][0] ? Number(layer.Parameters.Sum(p => (long)p.Shape.Size)) : "shared",
                ];
                rows.Add(isChain
                    ? row
                    : [.. row, string.Join(", ", call.Inputs.Select(input => _names.GetValueOrDefault(input.Layer, "?")))]);
            }
        }

        long trainable = TrainableParameterCount;
        return $"""
            {Kind}: {AssignedName ?? Name ?? DefaultName}
            {Table(rows)}
            Parameters: {Number(ParameterCount)} (trainable {Number(trainable)}, not trainable {Number(ParameterCount - trainable)})
            """;
    }

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Table(List<string[]> rows)
    {
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length))];
        string line = new('─', widths.Sum() + (2 * (widths.Length - 1)));
        StringBuilder text = new();
        text.AppendLine(line);
        for (int r = 0; r < rows.Count; r++)
        {
            IEnumerable<string> cells = rows[r].Select((cell, column) =>
                column == 2 ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]));
            text.AppendLine(string.Join("  ", cells).TrimEnd());
            if (r == 0)
            {
                text.AppendLine(line);
            }
        }

        return text.Append(line).ToString();
    }
}
