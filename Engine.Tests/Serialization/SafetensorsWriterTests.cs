using System.Text;
using Engine.Serialization;

namespace Engine.Tests.Serialization;

public class SafetensorsWriterTests
{
    private static SafetensorsWriter Writer()
    {
        var writer = new SafetensorsWriter();
        writer.Metadata["version"] = "1";
        writer.Metadata["config"] = """{"name":"größe"}""";
        writer.Add<float>("dense/kernel", [2, 3], new float[] { 1, 2, 3, 4, 5, float.NaN });
        writer.Add("step", Shape.Scalar, () => new ReadOnlySpan<double>([0.1]));
        return writer;
    }

    private static byte[] Bytes(SafetensorsWriter writer)
    {
        var stream = new MemoryStream();
        writer.Write(stream);
        return stream.ToArray();
    }

    [Test]
    public void WritesWhatItsReaderReads()
    {
        using var folder = new TempFolder();
        Writer().Save(folder.File("model"));
        using SafetensorsFile file = SafetensorsFile.Open(folder.File("model"));
        Assert.That(file.Names, Is.EqualTo(new[] { "step", "dense/kernel" }), "doubles first: aligned");
        Assert.That(
            file.Metadata,
            Is.EqualTo(new Dictionary<string, string> { ["config"] = """{"name":"größe"}""", ["version"] = "1" }));
        Assert.That(file.ShapeOf("dense/kernel"), Is.EqualTo(Shape.Create(2, 3)));
        float[] kernel = new float[6];
        file.CopyTo<float>("dense/kernel", kernel);
        Assert.That(kernel, Is.EqualTo(new[] { 1, 2, 3, 4, 5, float.NaN }));
        double[] step = new double[1];
        file.CopyTo<double>("step", step);
        Assert.That(step[0], Is.EqualTo(0.1));
    }

    [Test]
    public void WritesTheFormatByteForByte()
    {
        var writer = new SafetensorsWriter();
        writer.Add<float>("w", [1, 2], new float[] { 1, -2 });
        writer.Add<double>("d", Shape.Scalar, new[] { 1.5 });
        writer.Metadata["k"] = "v";
        const string Header =
            """{"__metadata__":{"k":"v"},"d":{"dtype":"F64","shape":[],"data_offsets":[0,8]}"""
            + ""","w":{"dtype":"F32","shape":[1,2],"data_offsets":[8,16]}}""";
        int padded = (Header.Length + 7) / 8 * 8;
        byte[] expected =
        [
            (byte)padded, 0, 0, 0, 0, 0, 0, 0, .. Encoding.ASCII.GetBytes(Header.PadRight(padded)),
            0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0,
        ];
        Assert.That(Bytes(writer), Is.EqualTo(expected));
    }

    [Test]
    public void SameContentSameBytes()
    {
        SafetensorsWriter other = Writer();
        other.Metadata.Remove("version");
        other.Metadata["version"] = "1";
        Assert.That(Bytes(other), Is.EqualTo(Bytes(Writer())));
    }

    [Test]
    public void PadsTheHeaderToEightBytes()
    {
        for (int length = 1; length < 17; length++)
        {
            var writer = new SafetensorsWriter();
            writer.Add<float>(new string('x', length), [1], new float[1]);
            Assert.That((Bytes(writer).Length - 4) % 8, Is.Zero);
        }
    }

    [Test]
    public void AFileWithoutTensorsIsOne()
    {
        using SafetensorsFile file = SafetensorsFile.Read(new MemoryStream(Bytes(new SafetensorsWriter())));
        Assert.That((file.Names.Count, file.Metadata.Count), Is.EqualTo((0, 0)));
    }

    [Test]
    public void LeavesTheOldFileAndNothingElseWhereWritingFails()
    {
        using var folder = new TempFolder();
        string path = folder.Write("model", [1, 2, 3]);
        SafetensorsWriter writer = Writer();
        writer.Add<float>("bias", [3], new float[2]);
        Assert.That(
            () => writer.Save(path),
            Throws.InvalidOperationException.With.Message.EqualTo(
                "SafetensorsWriter: tensor 'bias': expected 3 elements for [3], got 2."));
        Assert.That(File.ReadAllBytes(path), Is.EqualTo(new byte[] { 1, 2, 3 }));
        Assert.That(Directory.GetFiles(folder.Path), Is.EqualTo(new[] { path }));
    }

    [Test]
    public void TakesAnOldFilesPlace()
    {
        using var folder = new TempFolder();
        string path = folder.Write("model", new byte[10_000]);
        Writer().Save(path);
        Assert.That(File.ReadAllBytes(path), Is.EqualTo(Bytes(Writer())));
        Assert.That(Directory.GetFiles(folder.Path), Is.EqualTo(new[] { path }));
        Assert.That(
            () => Writer().Save(Path.Combine(folder.Path, "none", "model")), Throws.TypeOf<DirectoryNotFoundException>());
    }

    [Test]
    public void RefusesNamesThatCannotBe()
    {
        SafetensorsWriter writer = Writer();
        Assert.That(
            () => writer.Add<float>("step", [1], new float[1]),
            Throws.ArgumentException.With.Message.StartWith("SafetensorsWriter.Add: expected each name once, got 'step' twice."));
        Assert.That(
            () => writer.Add<float>("__metadata__", [1], new float[1]),
            Throws.ArgumentException.With.Message.StartWith(
                "SafetensorsWriter.Add: expected a tensor's name, got the reserved '__metadata__'."));
        Assert.That(() => writer.Add<float>("", [1], new float[1]), Throws.ArgumentException);
        Assert.That(
            () => writer.Add<Half>("half", [1], new Half[1]),
            Throws.TypeOf<NotSupportedException>().With.Message.EqualTo(
                "SafetensorsWriter.Add: expected float or double, got System.Half."));
    }
}
