using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Engine.Examples;

namespace Engine.Tests.Examples;

public class PaperTests
{
    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("papers").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void TrainingThatWasEndedGoesOnAsIfNeverStopped()
    {
        string[] arguments = ["paper-srivastava", "--quick", "--rows", "dropout-max-norm", "--epochs", "3", "--out"];
        Assert.That(Run([.. arguments, PathOf("whole")]), Does.Contain("epoch 3 of 3"));

        using CancellationTokenSource cancellation = new();
        string first = Run([.. arguments, PathOf("parts")], cancellation, "epoch 2 of 3");
        Assert.That(first, Does.Contain("epoch 2 of 3").And.Not.Contain("epoch 3 of 3").And.Contain("cancelled"));
        Assert.That(Run([.. arguments, PathOf("parts")]), Does.Contain("goes on after epoch 2 of 3").And.Not.Contain("epoch 1 of 3"));
        foreach (string measured in new[] { "Epochs", "Losses", "Errors" })
        {
            Assert.That(Measured("parts", measured), Is.EqualTo(Measured("whole", measured)), measured);
        }

        Assert.That(Run([.. arguments, PathOf("parts")]), Does.Not.Contain("epoch 3 of 3").And.Contain("dropout + max-norm"));

        double[] Measured(string run, string name)
        {
            string path = Path.Combine(PathOf(run), "paper-srivastava", "quick-dropout-max-norm.json");
            using JsonDocument json = JsonDocument.Parse(File.ReadAllText(path));
            return [.. json.RootElement.GetProperty(name).EnumerateArray().Select(value => value.GetDouble())];
        }
    }

    [Test]
    public void SplitsThatAreDoneAreNotRunAgain()
    {
        string[] arguments = ["paper-gal", "--quick", "--sets", "yacht", "--epochs", "2", "--samples", "20", "--out", _folder];
        Run([.. arguments, "--splits", "1"]);
        string second = Run([.. arguments, "--splits", "2"]);
        Assert.That(second, Does.Contain("1 of 2 splits were done before").And.Not.Contain("split  0").And.Contain("split  1"));
        string other = Run([.. arguments, "--splits", "2", "--seed", "2"]);
        Assert.That(other, Does.Contain("split  0").And.Contain("split  1"), "another seed, other results");
    }

    [Test]
    public void SecondsAreThoseOfAllParts()
    {
        string[] arguments = ["paper-gal", "--quick", "--sets", "yacht", "--epochs", "2", "--samples", "20", "--out", _folder];
        string progress = Path.Combine(_folder, "paper-gal", "yacht.json");
        Run([.. arguments, "--splits", "1"]);
        double first = SecondsOfSplits().Single()!.Value;
        Run([.. arguments, "--splits", "2"]);
        double?[] both = SecondsOfSplits();
        Assert.That(both[0], Is.EqualTo(first).And.GreaterThan(0), "kept from the first part");
        Assert.That(Seconds(), Is.EqualTo(first + both[1]).Within(6e-4), "rounded to a thousandth");

        // As it was written before splits had their seconds: what was measured is taken over, the seconds are not known.
        File.WriteAllText(progress, Regex.Replace(File.ReadAllText(progress), ",\\s*\"WallSeconds\": [^\\s}]*", ""));
        Assert.That(SecondsOfSplits(), Is.All.Null);
        Assert.That(Run([.. arguments, "--splits", "2"]), Does.Contain("2 of 2 splits were done before"));
        Assert.That(Seconds(), Is.Null);

        double?[] SecondsOfSplits()
        {
            using JsonDocument json = JsonDocument.Parse(File.ReadAllText(progress));
            return [.. json.RootElement.GetProperty("Splits").EnumerateArray().Select(split =>
                split.TryGetProperty("WallSeconds", out JsonElement seconds) ? seconds.GetDouble() : (double?)null)];
        }

        double? Seconds()
        {
            using JsonDocument json = JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder, "paper-gal", "result.json")));
            JsonElement seconds = json.RootElement.GetProperty("seconds");
            return seconds.ValueKind == JsonValueKind.Null ? null : seconds.GetDouble();
        }
    }

    [TestCase("{", "something else (")]
    [TestCase("null", "null. Delete the file to begin anew.")]
    public void ADamagedFileOfWhatIsDoneIsNamed(string damaged, string got)
    {
        string path = Path.Combine(_folder, "paper-gal", "yacht.json");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, damaged);
        string output = Run(["paper-gal", "--quick", "--sets", "yacht", "--out", _folder]);
        Assert.That(output, Does.Contain($"paper-gal: {path}: expected what was done so far, got {got}")
            .And.Contain(". Delete the file to begin anew.\n"));
        Assert.That(File.ReadAllText(path), Is.EqualTo(damaged));
    }

    [Test]
    public void ASetThatIsNotThereIsExplained()
    {
        string own = Path.Combine(AppContext.BaseDirectory, "Data", "uci", "energy");
        string other = Path.Combine(_folder, "uci", "energy");
        Assert.That(() => PaperGalSet.Load("energy", _folder), Throws.TypeOf<DirectoryNotFoundException>().With.Message.EqualTo(
            $"energy: expected the set in {other} or {own}. Put its files there (Data/uci/README.md says which), or set "
            + "ENGINE_DATA_DIR to the folder that holds uci."));
    }

    [TestCase("paper-gal", "--sets", "bostonHousing, concrete, energy, wine-quality-red, yacht")]
    [TestCase(
        "paper-srivastava",
        "--rows",
        "dropout-max-norm, dropout, plain, logistic, table-l2, table-l1-l2, table-kl, table-max-norm, table-dropout-l2, "
        + "table-dropout-max-norm")]
    public void UnknownNamesAreExplained(string example, string option, string known) => Assert.That(
        Run([example, "--quick", option, "other", "--out", _folder]),
        Does.Contain($"{example}: {option}: expected some of {known}, separated by commas, got 'other'.\n"));

    [Test]
    public void FiguresAgreeWithinTwiceTheErrorOfTheirDifference()
    {
        // Deviation 2 by the number of values, 4: an error of 1.
        var figure = PaperGalFigure.Of([1, 5, 1, 5]);
        Assert.That((figure.Mean, figure.Error), Is.EqualTo((3.0, 1.0)));
        Assert.That(figure.Agrees(new PaperGalFigure(3 + (2 * Math.Sqrt(1 + 4)) - 1e-9, 2)), Is.True);
        Assert.That(figure.Agrees(new PaperGalFigure(3 - (2 * Math.Sqrt(1 + 4)) - 1e-9, 2)), Is.False);
        Assert.That(figure.DistanceFrom(new PaperGalFigure(5, 0)), Is.EqualTo(-2).Within(1e-12));
    }

    private static string Run(string[] arguments, CancellationTokenSource? cancellation = null, string? cancelAt = null)
    {
        using CancellingWriter output = new(cancellation, cancelAt);
        new CommandLine(ExampleRegistry.All, output, output).Run(arguments, cancellation?.Token ?? default);
        return output.ToString();
    }

    private string PathOf(string run) => Path.Combine(_folder, run);

    // Cancels when a line holds some text, as a person would press Ctrl-C.
    private sealed class CancellingWriter(CancellationTokenSource? cancellation, string? at) : StringWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void WriteLine(string? value)
        {
            base.Write($"{value}\n");
            if (at is not null && value?.Contains(at, StringComparison.Ordinal) == true)
            {
                cancellation!.Cancel();
            }
        }
    }
}
