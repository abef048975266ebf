using System.Numerics.Tensors;
using System.Text.RegularExpressions;
using Engine.Examples;
using Engine.Tests.Architecture;
using Engine.Visualization;

namespace Engine.Tests.Examples;

public class GalleryTests
{
    [Test]
    public void EveryExampleHasASectionWithItsTablesAndPictures()
    {
        using TempFolder folder = new();
        (int code, string output) = Run(folder, [], new Shown("first", "0.5"), new Shown("second", "0.7"));
        Assert.That(code, Is.Zero, output);
        string page = File.ReadAllText(folder.File("gallery.md"));
        Assert.That(page, Does.StartWith("# Gallery\n").And.Contain("[first](#first) · [second](#second)\n"));
        Assert.That(page, Does.Contain("## first\n\nShows first.\n\n```sh\ndotnet run -c Release --project Engine.Examples -- first\n```\n"));
        Assert.That(page, Does.Contain(
            "What follows:\n\n| rate | gap |\n| --- | ---: |\n| 0.5 | 1 % |\n\nOne seed: chance.\nNo more.\n\n![first some "));
        Assert.That(page, Does.Contain("![first some map](images/gallery/first-some-map.png)\n"));
        Assert.That(File.Exists(folder.File("images/gallery/second-some-map.png")));
        Assert.That(page, Does.Not.Contain(".svg").And.Not.Contain("hidden").And.Not.Contain("not said"));
        Assert.That(output, Does.Contain("One seed: chance.\nNo more.\n").And.Contain("not said"));
        Assert.That(File.Exists(folder.File("results/gallery/second/some-map.svg")), "beside the PNG");
    }

    [Test]
    public void SectionsOfOtherExamplesStay()
    {
        using TempFolder folder = new();
        Run(folder, [], new Shown("first", "0.5"), new Shown("second", "0.7"));
        (int code, _) = Run(folder, ["--only", "second"], new Shown("first", "0.1"), new Shown("second", "0.9"), new Shown("third", "1"));
        string page = File.ReadAllText(folder.File("gallery.md"));
        Assert.That(code, Is.Zero);
        Assert.That(page, Does.Contain("| 0.5 | 1 % |").And.Contain("| 0.9 | 1 % |"));
        Assert.That(page, Does.Not.Contain("| 0.7 | 1 % |").And.Not.Contain("third"));
    }

    [Test]
    public void AnExampleThatFailsKeepsItsSectionAndTheOthersRun()
    {
        using TempFolder folder = new();
        Run(folder, [], new Shown("first", "0.5"), new Shown("second", "0.7"));
        (int code, string output) = Run(folder, [], new Shown("first", null), new Shown("second", "0.9"));
        string page = File.ReadAllText(folder.File("gallery.md"));
        Assert.That(code, Is.EqualTo(CommandLine.Failed));
        Assert.That(output, Does.Contain("first: no rate").And.Contain("These failed, their sections are as they were: first."));
        Assert.That(page, Does.Contain("| 0.5 | 1 % |").And.Contain("| 0.9 | 1 % |"));
    }

    [Test]
    public void UnknownNamesAreExplained()
    {
        using TempFolder folder = new();
        (int code, string output) = Run(folder, ["--only", "frist"], new Shown("first", "0.5"));
        Assert.That(code, Is.EqualTo(CommandLine.Failed));
        Assert.That(output, Does.StartWith("gallery: --only: expected names of first, got 'frist'.\n"));
    }

    [Test]
    public void LargePicturesAreMadeSmaller()
    {
        using TempFolder folder = new();
        Chart.HeatMap(RandomTensor.Normal([400, 400], seed: 1), "noise").Save(folder.File("a.png"), 900, 900);
        Assert.That(new FileInfo(folder.File("a.png")).Length, Is.GreaterThan(100_000), "else this tests nothing");
        SmallPicture.Copy(folder.File("a.png"), folder.File("b.png"), 100_000);
        Assert.That(new FileInfo(folder.File("b.png")).Length, Is.InRange(10_000, 100_000));
        Assert.That(() => SmallPicture.Copy(folder.File("a.png"), folder.File("c.png"), 50), Throws.TypeOf<InvalidDataException>()
            .With.Message.StartsWith("SmallPicture: expected a picture that fits in 50 bytes, got "));
    }

    [Test]
    public void ThePageOfThisRepositoryHasTheSectionsThatTheCommandMakes()
    {
        string page = File.ReadAllText(Path.Combine(SourceTree.Root, "docs", "gallery.md")).ReplaceLineEndings("\n");
        IEnumerable<string> made = ExampleRegistry.All.Examples.Where(example => example.Gallery != GalleryContent.None)
            .Select(example => example.Name);
        Assert.That(NamesIn("^<!-- example (\\S+) -->$"), Is.EqualTo(made));
        Assert.That(NamesIn("^## (\\S+)$"), Is.EqualTo(made));
        Assert.That(made.Intersect(["gallery", "mnist-mlp", "mnist-convnet", "paper-srivastava", "paper-gal"]), Is.Empty);

        IEnumerable<string> NamesIn(string pattern) =>
            Regex.Matches(page, pattern, RegexOptions.Multiline).Select(match => match.Groups[1].Value);
    }

    private static (int Code, string Output) Run(TempFolder folder, string[] arguments, params Example[] examples)
    {
        StringWriter output = new() { NewLine = "\n" };
        Example[] all = [.. examples, new Hidden()];
        var registry = new ExampleRegistry([.. all, new GalleryExample(() => new ExampleRegistry(all))]);
        int code = new CommandLine(registry, output, output).Run(
            ["gallery", "--docs", folder.Path, "--out", folder.File("results"), .. arguments]);
        return (code, output.ToString());
    }

    private sealed class Shown(string name, string? rate) : Example
    {
        public override string Name => name;

        public override string Summary => $"Shows {name}.";

        public override int Run(ExampleContext context)
        {
            context.Say("What follows:");
            context.Print(new ResultTable(("rate", ColumnAlignment.Left), ("gap", ColumnAlignment.Right)).AddRow(
                rate ?? throw new InvalidOperationException("no rate"), "1 %"));
            context.Say("One seed: chance.\nNo more.");
            context.Output.WriteLine("not said");
            context.Save(Chart.HeatMap(Tensor.Create([1f, 2], [1, 2]), "t"), "some-map.png");
            return 0;
        }
    }

    private sealed class Hidden : Example
    {
        public override string Name => "hidden";

        public override string Summary => "Not to be run.";

        public override GalleryContent Gallery => GalleryContent.None;

        public override int Run(ExampleContext context) => throw new InvalidOperationException("ran");
    }
}
