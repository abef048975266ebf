using System.Globalization;
using System.Text;

namespace Engine.Visualization;

/// <summary>A model's graph as text for other programs: <see cref="Chart.OfModel"/> draws it.</summary>
public static class ModelDiagram
{
    /// <summary>The graph in the language of Mermaid, which many sites draw in Markdown.</summary>
    /// <param name="model">The model.</param>
    /// <param name="expandNested">Whether models inside it are dissolved into their layers; else each is a box.</param>
    /// <returns>Lines that begin with <c>flowchart TD</c>.</returns>
    public static string ToMermaid(Model model, bool expandNested = false)
    {
        var graph = ModelGraph.Of(model, expandNested);
        var text = new StringBuilder("flowchart TD\n");
        for (int box = 0; box < graph.Boxes.Count; box++)
        {
            ModelBox one = graph.Boxes[box];
            Append(text, $"    n{box}[\"<b>{Escape(one.Name)}</b> {Escape(one.Kind)}<br/>{Escape(one.Details)}\"]\n");
        }

        foreach ((int from, int to) in graph.Edges)
            Append(text, $"    n{from} --> n{to}\n");
        return text.ToString();

        static string Escape(string name) => name.Replace("&", "&amp;", StringComparison.Ordinal)
            .Replace("\"", "&quot;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace(">", "&gt;", StringComparison.Ordinal);
    }

    /// <summary>The graph in the language of Graphviz: <c>dot -Tsvg</c> draws it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="expandNested">Whether models inside it are dissolved into their layers; else each is a box.</param>
    /// <returns>A directed graph, with an end of line behind it.</returns>
    public static string ToDot(Model model, bool expandNested = false)
    {
        var graph = ModelGraph.Of(model, expandNested);
        var text = new StringBuilder("digraph model {\n    node [shape=box, style=rounded, fontname=\"sans-serif\"];\n");
        for (int box = 0; box < graph.Boxes.Count; box++)
        {
            ModelBox one = graph.Boxes[box];
            Append(text, $"    n{box} [label=\"{Escape(one.Name)} ({Escape(one.Kind)})\\n{Escape(one.Details)}\"];\n");
        }

        foreach ((int from, int to) in graph.Edges)
            Append(text, $"    n{from} -> n{to};\n");
        return text.Append("}\n").ToString();

        static string Escape(string name) =>
            name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
    }

    private static void Append(StringBuilder text, FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture));
}
