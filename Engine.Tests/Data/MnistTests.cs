using Engine.Data;

namespace Engine.Tests.Data;

public class MnistTests
{
    private const string Variable = "ENGINE_DATA_DIR";

    private static void WriteFiles(TempFolder folder, string sub = "", int train = 3, int test = 2)
    {
        Directory.CreateDirectory(folder.File(sub));
        byte[] pixels = [.. Enumerable.Range(0, train * 784).Select(i => (byte)(i % 251))];
        folder.Write(Path.Combine(sub, "train-images-idx3-ubyte"), IdxTests.File(0x08, [train, 28, 28], pixels));
        folder.Write(
            Path.Combine(sub, "train-labels-idx1-ubyte.gz"),
            IdxTests.Gzip(IdxTests.File(0x08, [train], [.. Enumerable.Range(0, train).Select(i => (byte)(9 - i))])));
        folder.Write(
            Path.Combine(sub, "t10k-images-idx3-ubyte.gz"),
            IdxTests.Gzip(IdxTests.File(0x08, [test, 28, 28], new byte[test * 784])));
        folder.Write(Path.Combine(sub, "t10k-labels-idx1-ubyte"), IdxTests.File(0x08, [test], new byte[test]));
    }

    [TestCase("")]
    [TestCase("mnist")]
    public void LoadsPlainAndGzippedFiles(string sub)
    {
        using var folder = new TempFolder();
        WriteFiles(folder, sub);
        (Dataset train, Dataset test) = Mnist.Load(folder.Path);
        Assert.That((train.Count, test.Count), Is.EqualTo((3, 2)));
        Assert.That(train.InputShapes[0], Is.EqualTo(Shape.Create(28, 28)));
        Assert.That(train.TargetShapes[0], Is.EqualTo(Shape.Create(10)));
        Assert.That(train.GetLabels(), Is.EqualTo(new[] { 9, 8, 7 }));
        Assert.That(train.Inputs[2, 1, 3], Is.EqualTo(((2 * 784) + 28 + 3) % 251 / 255f));
        Assert.That(train.Targets[1, 8], Is.EqualTo(1));
    }

    [Test]
    public void GivesTheShapeAskedForAndPlainLabels()
    {
        using var folder = new TempFolder();
        WriteFiles(folder);
        Dataset train = Mnist.Load(folder.Path, shape: [28, 28, 1], oneHot: false).Train;
        Assert.That(train.InputShapes[0], Is.EqualTo(Shape.Create(28, 28, 1)));
        Assert.That(train.TargetShapes[0], Is.EqualTo(Shape.Scalar));
        Assert.That(
            () => Mnist.Load(folder.Path, shape: [785]),
            Throws.TypeOf<ShapeException>().With.Message.EqualTo(
                "Mnist.Load: expected a shape of 784 elements, such as [784] or [28, 28, 1], got [785]."));
    }

    [Test]
    [NonParallelizable]
    public void FindsFilesByTheEnvironmentVariable()
    {
        using var folder = new TempFolder();
        WriteFiles(folder, "mnist");
        string? before = Environment.GetEnvironmentVariable(Variable);
        try
        {
            Environment.SetEnvironmentVariable(Variable, folder.Path);
            Assert.That(Mnist.Load().Train.Count, Is.EqualTo(3));
        }
        finally
        {
            Environment.SetEnvironmentVariable(Variable, before);
        }
    }

    [Test]
    public void LooksIntoTheVariableFirstAndThenTheCaches()
    {
        string[] places = [.. Mnist.DefaultPlaces("data")];
        Assert.That(places[..2], Is.EqualTo(new[] { "data", Path.Combine("data", "mnist") }));
        Assert.That(places[2], Does.EndWith(Path.Combine(".cache", "engine", "mnist")));
        Assert.That(places[3], Does.EndWith(Path.Combine("engine", "mnist")));
        Assert.That(Mnist.DefaultPlaces(null), Is.EqualTo(places[2..]));
    }

    [Test]
    public void SaysWhereToPutWhichFiles()
    {
        using var folder = new TempFolder();
        WriteFiles(folder);
        File.Delete(folder.File("t10k-labels-idx1-ubyte"));
        string none = folder.File("none");
        const string Files = "train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte";
        Assert.That(
            () => Mnist.Find([none, folder.Path], isGiven: false),
            Throws.TypeOf<DirectoryNotFoundException>().With.Message.EqualTo(
                $"Mnist.Load: expected {Files}, each plain or with .gz, in one of: {none} (no such folder);"
                + $" {folder.Path} (no t10k-labels-idx1-ubyte)."
                + " Put the four files into a folder and give that folder, or set ENGINE_DATA_DIR to it."));
        Assert.That(
            () => Mnist.Load(none),
            Throws.TypeOf<DirectoryNotFoundException>().With.Message.EndsWith("Put the four files into a folder and give that folder."));
    }

    [Test]
    public void RefusesFilesThatDoNotHoldDigits()
    {
        using var folder = new TempFolder();
        WriteFiles(folder);
        string images = folder.File("train-images-idx3-ubyte"), labels = folder.File("t10k-labels-idx1-ubyte");
        folder.Write("t10k-labels-idx1-ubyte", IdxTests.File(0x08, [2], [3, 10]));
        Refused($"Mnist: {labels}: expected labels of 0 to 9, got 10 at sample 1.");
        folder.Write("t10k-labels-idx1-ubyte", IdxTests.File(0x08, [3], [3, 1, 1]));
        Refused(
            $"Mnist: {labels}: expected labels of [2], one for each image of {folder.File("t10k-images-idx3-ubyte.gz")}, got [3].");
        folder.Write("train-images-idx3-ubyte", IdxTests.File(0x08, [3, 28, 27], new byte[3 * 28 * 27]));
        Refused($"Mnist: {images}: expected images of [n, 28, 28], got [3, 28, 27].");

        void Refused(string message) => Assert.That(
            () => Mnist.Load(folder.Path), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(message));
    }
}
