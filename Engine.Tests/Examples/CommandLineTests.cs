using System.CommandLine;
using System.Text.Json;
using Engine.Examples;

namespace Engine.Tests.Examples;

public class CommandLineTests
{
    private const string Known = "Known: --rate, --kind, --quick, --full, --seed, --epochs, --threads, --out, --verbose.";

    [TestCase("dropout: unknown option --epoch; did you mean --epochs? " + Known, "--epoch", "3")]
    [TestCase("unknown example 'dropot'; did you mean dropout? Known: dropout, custom.", "dropot")]
    [TestCase("dropout: --epochs: expected a whole number of at least 1, got '0'.", "--epochs", "0")]
    [TestCase("dropout: --epochs: expected one value, got none.", "--epochs")]
    [TestCase("dropout: --rate: expected a number from 0 to 1, got '-0.5'.", "dropout", "--rate", "-0.5")]
    [TestCase("dropout: --kind: expected one of inverted, classic, got 'z'.", "--kind", "z")]
    [TestCase("dropout: --quick: expected once, got several.", "--quick", "--quick")]
    [TestCase("dropout: expected --quick or --full, got both. Leave one out.", "--quick", "--full")]
    [TestCase("dropout: unexpected argument 'custom'. To run that example, name it first: custom [options].", "--quick", "custom")]
    public void WrongCommandLineIsExplained(string expected, params string[] arguments)
    {
        (int code, _, string error) = Run(_ => Assert.Fail("ran"), arguments);
        Assert.That(error, Is.EqualTo(expected + "\n"));
        Assert.That(code, Is.EqualTo(CommandLine.Misused));
    }

    [Test]
    public void ValuesArrive()
    {
        ExampleContext? seen = null;
        (int code, _, string error) = Run(
            context => seen = context,
            "--seed", "18446744073709551615", "--epochs", "3", "--rate", "0.25", "--out", "there", "--quick");
        Assert.That((code, error), Is.EqualTo((0, "")));
        Assert.That((seen!.Seed, seen.Epochs, seen.Threads), Is.EqualTo((ulong.MaxValue, (int?)3, (int?)null)));
        Assert.That((seen.Get(Fake.Rate), seen.Get(Fake.Kind), seen.Quick, seen.Full), Is.EqualTo((0.25, "inverted", true, false)));
        Assert.That(seen.PathOf("a.png"), Is.EqualTo(Path.GetFullPath(Path.Combine("there", "dropout", "a.png"))));
    }

    [Test]
    public void FailureIsReportedWithoutItsStack()
    {
        (int code, _, string error) = Run(_ => throw new InvalidOperationException("Rate: bad."));
        Assert.That(code, Is.EqualTo(CommandLine.Failed));
        Assert.That(error, Does.StartWith("dropout: Rate: bad.\n").And.Not.Contain("   at "));
        Assert.That(Run(_ => throw new InvalidOperationException("Rate: bad."), "--verbose").Error, Does.Contain("   at "));
    }

    [Test]
    public void CancellationHasItsOwnCode()
    {
        (int code, _, string error) = Run(context => throw new OperationCanceledException(context.Cancellation));
        Assert.That((code, error), Is.EqualTo((CommandLine.Cancelled, "dropout: cancelled.\n")));
    }

    [Test]
    public void HelpListsExamplesAndOptions()
    {
        (int code, string output, _) = Run(_ => Assert.Fail("ran"), "--help");
        Assert.That(code, Is.Zero);
        Assert.That(output, Does.Contain("  custom\n").And.Contain("--rate <x>").And.Contain("--epochs <n>"));
    }

    [Test]
    public void ListIsTheNamesAlone()
    {
        (int code, string output, _) = Run(_ => Assert.Fail("ran"), "--list");
        Assert.That((code, output), Is.EqualTo((0, "dropout\ncustom\n")));
    }

    [Test]
    public void EachExampleHasItsOwnNameAndOptions()
    {
        StringWriter output = new() { NewLine = "\n" };
        int code = new CommandLine(ExampleRegistry.All, output, output).Run(["--help"]);
        Assert.That(code, Is.Zero);
        Assert.That(output.ToString(), Does.Contain("(none named: dropout)").And.Contain("  mnist-mlp\n").And.Contain("--data <folder>"));
    }

    [Test]
    public void MissingDataAreExplained()
    {
        StringWriter output = new() { NewLine = "\n" }, error = new() { NewLine = "\n" };
        int code = new CommandLine(ExampleRegistry.All, output, error).Run(["--data", "no-such-folder"]);
        Assert.That(code, Is.EqualTo(CommandLine.Failed));
        Assert.That(error.ToString(), Does.StartWith("dropout: Mnist.Load: expected train-images-idx3-ubyte").And.Contain("no-such-folder"));
    }

    [Test]
    public void ATrainingOfOneEpochCannotBeStoppedHalfway()
    {
        StringWriter output = new() { NewLine = "\n" }, error = new() { NewLine = "\n" };
        int code = new CommandLine(ExampleRegistry.All, output, error).Run(["save", "--epochs", "1"]);
        Assert.That(code, Is.EqualTo(CommandLine.Failed));
        Assert.That(error.ToString(), Does.StartWith("save: --epochs: expected at least 2, to stop between them, got 1.\n"));
    }

    [Test]
    public void ResultHasItsMembersInOrder()
    {
        var result = new ExampleResult { Seconds = 1.23456 };
        result.Settings.Add(("rate", 0.5));
        result.Seeds.Add(("fit", ulong.MaxValue));
        result.Metrics.AddRange([("test_accuracy", 0.982), ("diverged", double.NaN)]);
        string folder = Directory.CreateTempSubdirectory().FullName;
        string path = Path.Combine(folder, "new", "result.json");
        ResultWriter.Write(path, "dropout", result, new Machine("P", 2, ".NET", 256), commit: null);
        string json = File.ReadAllText(path);
        Assert.That(Directory.GetFiles(Path.GetDirectoryName(path)!), Has.Length.EqualTo(1));
        Directory.Delete(folder, recursive: true);

        JsonElement root = JsonDocument.Parse(json).RootElement;
        Assert.That(root.EnumerateObject().Select(member => member.Name), Is.EqualTo(
            new[] { "example", "settings", "seeds", "seconds", "machine", "commit", "metrics" }));
        Assert.That(root.GetProperty("seconds").GetDouble(), Is.EqualTo(1.235));
        Assert.That(root.GetProperty("seeds").GetProperty("fit").GetUInt64(), Is.EqualTo(ulong.MaxValue));
        Assert.That(root.GetProperty("metrics").GetProperty("diverged").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(root.GetProperty("commit").ValueKind, Is.EqualTo(JsonValueKind.Null));
    }

    private static (int Code, string Output, string Error) Run(Action<ExampleContext> body, params string[] arguments)
    {
        StringWriter output = new() { NewLine = "\n" }, error = new() { NewLine = "\n" };
        var registry = new ExampleRegistry(new Fake("dropout", context =>
        {
            body(context);
            return 0;
        }), new Fake("custom", _ => 0));
        var commandLine = new CommandLine(registry, output, error);

        // Cancelled from the start: only an example that looks at its token notices.
        int code = commandLine.Run(arguments, new CancellationToken(canceled: true));
        return (code, output.ToString(), error.ToString());
    }

    private sealed class Fake(string name, Func<ExampleContext, int> run) : Example
    {
        public static readonly Option<double> Rate = ExampleOption.Number("--rate", "the rate", 0, 1, 0.5);
        public static readonly Option<string> Kind = ExampleOption.Choice("--kind", "the kind", "inverted", "classic");

        public override string Name => name;

        public override string Summary => "A fake.";

        public override IReadOnlyList<Option> Options => name == "dropout" ? [Rate, Kind] : [];

        public override int Run(ExampleContext context) => run(context);
    }
}
