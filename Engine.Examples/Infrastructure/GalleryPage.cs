using System.Text;
using System.Text.RegularExpressions;

namespace Engine.Examples;

/// <summary>The page of the gallery: a section for each example, between two marks by which it is found again.</summary>
internal sealed partial class GalleryPage
{
    private const string Head = """
        # Gallery

        What the examples print and draw at their default settings, on the sample of MNIST that is in this repository unless a section
        says otherwise. `dotnet run -c Release --project Engine.Examples -- gallery` makes this page again; with `--only` and names it
        renews the sections of these examples and leaves the others as they are.
        """;

    private readonly Dictionary<string, string> _sections = [];

    /// <summary>The sections of a page as it was written; none if the text is none.</summary>
    public static GalleryPage Parse(string text)
    {
        var page = new GalleryPage();
        foreach (Match match in Section().Matches(text.ReplaceLineEndings("\n")))
            page._sections[match.Groups[1].Value] = match.Groups[2].Value;
        return page;
    }

    /// <summary>Replaces an example's section.</summary>
    public void Set(string example, string markdown) => _sections[example] = markdown;

    /// <summary>The whole page: the sections that there are, in the order of the names; others are left out.</summary>
    public string ToMarkdown(IEnumerable<string> names)
    {
        string[] present = [.. names.Where(_sections.ContainsKey)];
        var text = new StringBuilder(Head.ReplaceLineEndings("\n")).Append("\n\n");
        text.AppendJoin(" · ", present.Select(name => $"[{name}](#{name})")).Append('\n');
        foreach (string name in present)
            text.Append($"\n<!-- example {name} -->\n{_sections[name]}<!-- end of {name} -->\n");
        return text.ToString();
    }

    /// <summary>The section of an example that has run.</summary>
    /// <param name="example">The example.</param>
    /// <param name="context">What it was run with.</param>
    /// <param name="pictures">The paths of its pictures from the page.</param>
    /// <param name="seconds">How long it took.</param>
    public static string NewSection(Example example, ExampleContext context, IEnumerable<string> pictures, double seconds)
    {
        var text = new StringBuilder($"## {example.Name}\n\n{example.Summary}\n\n");
        text.Append($"```sh\ndotnet run -c Release --project Engine.Examples -- {example.Name}\n```\n\n");
        if (example.Gallery.HasText)
        {
            foreach (string part in context.Parts)
                text.Append(part).Append('\n');
        }

        foreach (string picture in pictures)
            text.Append($"![{Path.GetFileNameWithoutExtension(picture).Replace('-', ' ')}]({picture})\n\n");
        Machine machine = Machine.Current;
        return text.Append(
            $"{Text.Fixed(seconds, 0)} s on {machine.Processor}, {machine.Cores} cores, {machine.Framework}.\n").ToString();
    }

    [GeneratedRegex("<!-- example (\\S+) -->\n(.*?)<!-- end of \\1 -->", RegexOptions.Singleline)]
    private static partial Regex Section();
}
