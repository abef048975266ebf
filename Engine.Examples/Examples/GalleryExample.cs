using System.CommandLine;
using System.Diagnostics;

namespace Engine.Examples;

/// <summary>Runs the examples and writes what they print and draw into docs/gallery.md, unless they want no section.</summary>
/// <param name="registry">Where the examples are.</param>
internal sealed class GalleryExample(Func<ExampleRegistry> registry) : Example
{
    private const int MostBytes = 150_000;
    private const string Images = "images/gallery", Page = "gallery.md";
    private const string QuickExample = "how-it-works";

    private static readonly Option<string?> s_only = ExampleOption.Text(
        "--only", "names", "the examples whose sections are renewed, with commas between them (default: all)");

    private static readonly Option<string?> s_docs = ExampleOption.Text(
        "--docs", "folder", "where gallery.md and images/gallery go (default: docs of this repository; --quick: the results)");

    public override string Name => "gallery";

    public override string Summary =>
        $"Runs the examples at their default settings and writes docs/{Page}; --quick: {QuickExample} alone.";

    public override IReadOnlyList<Option> Options => [s_only, s_docs];

    public override GalleryContent Gallery => GalleryContent.None;

    public override int Run(ExampleContext context)
    {
        Example[] all = [.. registry().Examples.Where(example => example.Gallery != GalleryContent.None)];
        Example[] chosen = Choose(all, context.Get(s_only) ?? (context.Quick ? QuickExample : null));
        string docs = Path.GetFullPath(context.Get(s_docs) ?? (context.Quick ? context.Folder : DocsOfRepository()));
        string path = Path.Combine(docs, Page);
        Directory.CreateDirectory(Path.Combine(docs, Images));
        var page = GalleryPage.Parse(File.Exists(path) ? File.ReadAllText(path) : "");
        List<string> failed = [];
        foreach (Example example in chosen)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            context.Output.WriteLine($"== {example.Name}");
            if (!TryRun(example, context, docs, page))
                failed.Add(example.Name);
            File.WriteAllText(path, page.ToMarkdown(all.Select(one => one.Name)));      // kept, should a later one be cancelled
            context.Output.WriteLine();
        }

        context.Output.WriteLine($"Wrote {path}.");
        if (failed.Count > 0)
            context.Output.WriteLine($"These failed, their sections are as they were: {string.Join(", ", failed)}.");
        return failed.Count > 0 ? CommandLine.Failed : 0;
    }

    private static Example[] Choose(Example[] all, string? names)
    {
        if (names is null)
            return all;
        string[] wanted = names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        foreach (string unknown in wanted.Except(all.Select(example => example.Name)))
        {
            throw new ArgumentException(
                $"--only: expected names of {string.Join(", ", all.Select(example => example.Name))}, got '{unknown}'.");
        }

        return [.. all.Where(example => wanted.Contains(example.Name))];
    }

    private static string DocsOfRepository() => Repository.RootOf(AppContext.BaseDirectory) is { } root
        ? Path.Combine(root, "docs")
        : throw new DirectoryNotFoundException(
            $"expected Engine.sln in a folder around {AppContext.BaseDirectory}, got none. Name the folder with --docs.");

    // One example that fails does not keep the others from the page.
    private static bool TryRun(Example example, ExampleContext context, string docs, GalleryPage page)
    {
        var own = ExampleContext.WithDefaults(example, context.Folder, context.Output, context.Cancellation);
        var watch = Stopwatch.StartNew();
        try
        {
            if (example.Run(own) != 0)
                return false;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            context.Output.WriteLine($"{example.Name}: {exception.Message}");
            return false;
        }

        double seconds = watch.Elapsed.TotalSeconds;
        IEnumerable<string> files = example.Gallery.Pictures?.Select(own.PathOf) ?? own.Pictures;
        List<string> pictures = [];
        foreach (string file in files)
        {
            string name = $"{Images}/{example.Name}-{Path.GetFileName(file)}";
            SmallPicture.Copy(file, Path.Combine(docs, name), MostBytes);
            pictures.Add(name);
        }

        page.Set(example.Name, GalleryPage.NewSection(example, own, pictures, seconds));
        return true;
    }
}
