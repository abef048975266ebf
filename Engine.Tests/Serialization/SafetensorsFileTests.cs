using System.Buffers.Binary;
using System.Text;
using Engine.Serialization;

namespace Engine.Tests.Serialization;

public class SafetensorsFileTests
{
    /// <summary>A file's bytes, written by the format's description: length of the header, header, data.</summary>
    private static byte[] File(string header, params byte[] data)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        byte[] length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        return [.. length, .. json, .. data];
    }

    private static SafetensorsFile Open(byte[] bytes) => SafetensorsFile.Read(new MemoryStream(bytes));

    private const string TwoTensors =
        """{"__metadata__":{"by":"hand"},"b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}"""
        + ""","a":{"dtype":"F64","shape":[],"data_offsets":[0,8]}}  """;

    private static readonly byte[] s_twoTensors =
        File(TwoTensors, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0);

    [TestCase(true)]
    [TestCase(false)]
    public void ReadsAFileWrittenByHand(bool seekable)
    {
        using Stream stream = seekable ? new MemoryStream(s_twoTensors) : new ForwardStream(s_twoTensors);
        using SafetensorsFile file = SafetensorsFile.Read(stream);
        Assert.That(file.Names, Is.EqualTo(new[] { "a", "b" }));
        Assert.That(file.Metadata, Is.EqualTo(new Dictionary<string, string> { ["by"] = "hand" }));
        Assert.That((file.ShapeOf("a"), file.TypeOf("a")), Is.EqualTo((Shape.Scalar, SafetensorsType.Float64)));
        Assert.That((file.ShapeOf("b"), file.TypeOf("b")), Is.EqualTo((Shape.Create(2), SafetensorsType.Float32)));
        Assert.That((file.Contains("a"), file.Contains("A")), Is.EqualTo((true, false)));
        float[] b = new float[2];
        file.CopyTo<float>("b", b);
        Assert.That(b, Is.EqualTo(new float[] { 1, -2 }));
        double[] a = new double[1];
        file.CopyTo<double>("a", a);
        Assert.That(a, Is.EqualTo(new[] { 1.5 }));
    }

    [TestCase("BOOL", SafetensorsType.Bool, new byte[] { 1, 0, 1 }, new double[] { 1, 0, 1 })]
    [TestCase("U8", SafetensorsType.UInt8, new byte[] { 1, 255 }, new double[] { 1, 255 })]
    [TestCase("I8", SafetensorsType.Int8, new byte[] { 1, 255 }, new double[] { 1, -1 })]
    [TestCase("U16", SafetensorsType.UInt16, new byte[] { 1, 2, 255, 255 }, new double[] { 513, 65535 })]
    [TestCase("I16", SafetensorsType.Int16, new byte[] { 1, 2, 255, 255 }, new double[] { 513, -1 })]
    [TestCase("U32", SafetensorsType.UInt32, new byte[] { 1, 2, 0, 0, 255, 255, 255, 255 }, new double[] { 513, uint.MaxValue })]
    [TestCase("I32", SafetensorsType.Int32, new byte[] { 1, 2, 0, 0, 255, 255, 255, 255 }, new double[] { 513, -1 })]
    [TestCase("U64", SafetensorsType.UInt64, new byte[] { 0, 0, 0, 0, 0, 0, 0, 128 }, new[] { 9223372036854775808.0 })]
    [TestCase("I64", SafetensorsType.Int64, new byte[] { 254, 255, 255, 255, 255, 255, 255, 255 }, new double[] { -2 })]
    [TestCase("F16", SafetensorsType.Float16, new byte[] { 0, 0x3c, 0, 0xc1, 1, 0 }, new[] { 1, -2.5, 5.9604644775390625e-08 })]
    [TestCase("BF16", SafetensorsType.BFloat16, new byte[] { 0x80, 0x3f, 0x20, 0xc0 }, new[] { 1, -2.5 })]
    [TestCase("F32", SafetensorsType.Float32, new byte[] { 0, 0, 0x20, 0xc0 }, new[] { -2.5 })]
    [TestCase("F64", SafetensorsType.Float64, new byte[] { 0, 0, 0, 0, 0, 0, 4, 0xc0 }, new[] { -2.5 })]
    public void ConvertsEveryType(string dtype, SafetensorsType type, byte[] data, double[] expected)
    {
        string header = $$$"""{"x":{"dtype":"{{{dtype}}}","shape":[{{{expected.Length}}}],"data_offsets":[0,{{{data.Length}}}]}}""";
        using SafetensorsFile file = Open(File(header, data));
        Assert.That(file.TypeOf("x"), Is.EqualTo(type));
        double[] doubles = new double[expected.Length];
        file.CopyTo<double>("x", doubles);
        Assert.That(doubles, Is.EqualTo(expected));
        float[] floats = new float[expected.Length];
        file.CopyTo<float>("x", floats);
        Assert.That(floats, Is.EqualTo(Array.ConvertAll(expected, x => (float)x)));
    }

    [Test]
    public void ReadsTensorsLongerThanItsBuffer()
    {
        float[] values = [.. Enumerable.Range(0, 50_001).Select(i => (float)i)];
        var writer = new SafetensorsWriter();
        writer.Add<float>("x", [values.Length], values);
        using var stream = new MemoryStream();
        writer.Write(stream);
        float[] actual = new float[values.Length];
        SafetensorsFile.Read(stream).CopyTo<float>("x", actual);
        Assert.That(actual.AsSpan().SequenceEqual(values));
    }

    [Test]
    public void RefusesAFileCutShortAtAnyByte()
    {
        using var folder = new TempFolder();
        for (int length = 0; length < s_twoTensors.Length; length++)
        {
            string path = folder.Write("cut", s_twoTensors[..length]);
            Assert.That(
                () => SafetensorsFile.Open(path),
                Throws.TypeOf<InvalidDataException>().With.Message.StartWith($"SafetensorsFile: {path}: "),
                $"cut at {length} of {s_twoTensors.Length}");
            System.IO.File.Delete(path);
        }
    }

    [Test]
    public void RefusesDataThatNoTensorHas() => Refused(
        [.. s_twoTensors, 0], "expected 16 bytes of data, as the header says, got 17.");

    private static string Tensor(string name, string dtype, string shape, string offsets) =>
        $$$"""
        "{{{name}}}":{"dtype":"{{{dtype}}}","shape":{{{shape}}},"data_offsets":{{{offsets}}}}
        """;

    public static IEnumerable<TestCaseData<string, string>> Lies()
    {
        const string Types = "BOOL, U8, I8, U16, I16, U32, I32, U64, I64, F16, BF16, F32, F64";
        string x = Tensor("x", "F32", "[2]", "[0,8]");
        yield return Case("overlap", $"{{{x},{Tensor("y", "F32", "[3]", "[4,16]")}}}",
            "tensor 'y': expected data_offsets that begin at 8, where tensor 'x' ends, got 4: an overlap.");
        yield return Case("same place", $"{{{x},{Tensor("y", "F32", "[4]", "[0,16]")}}}",
            "tensor 'y': expected data_offsets that begin at 8, where tensor 'x' ends, got 0: an overlap.");
        yield return Case("hole", $"{{{x},{Tensor("y", "F32", "[1]", "[12,16]")}}}",
            "tensor 'y': expected data_offsets that begin at 8, where tensor 'x' ends, got 12: a hole.");
        yield return Case("hole at the start", $"{{{Tensor("y", "F32", "[3]", "[4,16]")}}}",
            "tensor 'y': expected data_offsets that begin at 0, where the data begin, got 4: a hole.");
        yield return Case("data left over", $"{{{x}}}", "expected 8 bytes of data, as the header says, got 16.");
        yield return Case("no tensor at all", "{}", "expected 0 bytes of data, as the header says, got 16.");
        yield return Case("beyond the end", $"{{{Tensor("x", "F32", "[5]", "[0,20]")}}}",
            "tensor 'x': expected data_offsets within the file's 16 bytes of data, got [0, 20];"
            + " the file is cut short or its header lies.");
        yield return Case("far beyond the end", $"{{{Tensor("x", "F64", "[2147483647]", "[0,17179869176]")}}}",
            "tensor 'x': expected data_offsets within the file's 16 bytes of data, got [0, 17179869176];"
            + " the file is cut short or its header lies.");
        yield return Case("too short for its shape", $"{{{Tensor("x", "F32", "[2,3]", "[0,16]")}}}",
            "tensor 'x': expected 24 bytes for F32 [2, 3], got data_offsets [0, 16], 16 bytes.");
        yield return Case("backwards", $"{{{Tensor("x", "F32", "[2]", "[8,0]")}}}",
            "tensor 'x': expected data_offsets [begin, end] with 0 <= begin <= end, got [8, 0].");
        yield return Case("negative", $"{{{Tensor("x", "F32", "[2]", "[-8,0]")}}}",
            "tensor 'x': expected data_offsets [begin, end] with 0 <= begin <= end, got [-8, 0].");
        yield return Case("overflowing difference",
            $"{{{Tensor("x", "F32", "[2]", "[9223372036854775807,-9223372036854775808]")}}}",
            "tensor 'x': expected data_offsets [begin, end] with 0 <= begin <= end,"
            + " got [9223372036854775807, -9223372036854775808].");
        yield return Case("three offsets", $"{{{Tensor("x", "F32", "[2]", "[0,8,16]")}}}",
            "tensor 'x': expected data_offsets [begin, end] with 0 <= begin <= end, got [0, 8, 16].");
        yield return Case("unknown type", $"{{{Tensor("x", "F8_E5M2", "[16]", "[0,16]")}}}",
            $"tensor 'x': expected a dtype of {Types}, got 'F8_E5M2'.");
        yield return Case("huge shape", $"{{{Tensor("x", "F32", "[65536,65536]", "[0,16]")}}}",
            "tensor 'x': expected lengths of at least 1 and at most 2147483647 elements, got shape [65536, 65536].");
        yield return Case("overflowing shape", $"{{{Tensor("x", "F32", "[4294967296,4294967296]", "[0,16]")}}}",
            "tensor 'x': expected lengths of at least 1 and at most 2147483647 elements, got shape [4294967296, 4294967296].");
        yield return Case("negative length", $"{{{Tensor("x", "F32", "[-2,-2]", "[0,16]")}}}",
            "tensor 'x': expected lengths of at least 1 and at most 2147483647 elements, got shape [-2, -2].");
        yield return Case("no elements", $"{{{Tensor("x", "F32", "[0]", "[0,0]")}}}",
            "tensor 'x': expected lengths of at least 1 and at most 2147483647 elements, got shape [0].");
        yield return Case("fraction", $"{{{Tensor("x", "F32", "[1.5]", "[0,16]")}}}",
            "tensor 'x', shape: expected integers of 64 bits, got another number.");
        yield return Case("beyond 64 bits", $"{{{Tensor("x", "F32", "[4]", "[0,18446744073709551616]")}}}",
            "tensor 'x', data_offsets: expected integers of 64 bits, got another number.");
        yield return Case("many axes", $"{{{Tensor("x", "F32", $"[{string.Join(",", Enumerable.Repeat(1, 65))}]", "[0,4]")}}}",
            "tensor 'x', shape: expected at most 64 numbers, got more.");
        yield return Case("shape of strings", $"{{{Tensor("x", "F32", """["4"]""", "[0,16]")}}}",
            "tensor 'x', shape: expected a number, got a string.");
        yield return Case("shape is no array", $"{{{Tensor("x", "F32", "4", "[0,16]")}}}",
            "tensor 'x', shape: expected an array, got a number.");
        yield return Case("tensor is no object", """{"x":[]}""", "tensor 'x': expected an object, got an array.");
        yield return Case("header is no object", "[]", "a header: expected an object, got an array.");
        yield return Case("tensor twice", $"{{{x},{x}}}", "expected each name once, got tensor 'x' twice.");
        yield return Case("key twice", """{"x":{"dtype":"F32","dtype":"F32"}}""",
            "tensor 'x': expected dtype, shape and data_offsets, each once, got 'dtype'.");
        yield return Case("key unknown", """{"x":{"dtype":"F32","strides":[1]}}""",
            "tensor 'x': expected dtype, shape and data_offsets, each once, got 'strides'.");
        yield return Case("key missing", """{"x":{"dtype":"F32","shape":[4]}}""",
            "tensor 'x': expected dtype, shape and data_offsets, got no data_offsets.");
        yield return Case("metadata twice", """{"__metadata__":{},"__metadata__":{}}""",
            "expected each name once, got '__metadata__' twice.");
        yield return Case("metadata key twice", """{"__metadata__":{"a":"1","a":"2"}}""",
            "expected each key of __metadata__ once, got 'a' twice.");
        yield return Case("metadata is a number", """{"__metadata__":{"a":1}}""",
            "__metadata__, 'a': expected a string, got a number.");
        yield return Case("nested deeply", $$$"""{"x":{"shape":{{{new string('[', 100_000)}}}""", "expected a header of valid JSON, got: ");
        yield return Case("second value", $"{{{x}}} {{}}", "expected a header of valid JSON, got: ");
        yield return Case("trailing comma", $"{{{x},}}", "expected a header of valid JSON, got: ");
        yield return Case("half a surrogate pair", """{"\ud800":{}}""", "expected a header of valid JSON, got: ");
        yield return Case("empty", "", "expected a header of valid JSON, got: ");

        static TestCaseData<string, string> Case(string name, string header, string message) =>
            new(header, message) { TestName = $"{{m}}({name})" };
    }

    [TestCaseSource(nameof(Lies))]
    public void RefusesAHeaderThatLies(string header, string message) => Refused(File(header, new byte[16]), message);

    [Test]
    public void RefusesLengthsOfTheHeaderThatLie()
    {
        byte[] bytes = [.. s_twoTensors];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, bytes.Length - 7);
        Refused(bytes, $"expected a header of {bytes.Length - 7} bytes, got {bytes.Length - 8}. The file is cut short.");
        BinaryPrimitives.WriteInt64LittleEndian(bytes, 100_000_001);
        Refused(
            bytes,
            "expected a header of at most 100000000 bytes, got a length of 100000001."
            + " This is no safetensors file, or it is damaged.");
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, ulong.MaxValue);
        Refused(
            bytes,
            "expected a header of at most 100000000 bytes, got a length of 18446744073709551615."
            + " This is no safetensors file, or it is damaged.");
        Refused([1, 2, 3], "expected at least the 8 bytes of the header's length, got 3.");
    }

    [Test]
    public void RefusesInvalidUtf8()
    {
        byte[] bytes = File("""{"??":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""", new byte[16]);
        bytes[10] = 0xff;
        Refused(bytes, "expected a header of valid JSON, got: ");
    }

    [Test]
    public void DamagedHeadersNeverDoAnythingButThrowInvalidData()
    {
        const int Seed = 11, Rounds = 20_000;
        var random = new Random(Seed);
        int refused = 0;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int round = 0; round < Rounds; round++)
        {
            byte[] bytes = [.. s_twoTensors];
            for (int flips = random.Next(1, 4); flips > 0; flips--)
            {
                bytes[random.Next(8 + TwoTensors.Length)] = (byte)random.Next(256);
            }

            try
            {
                using SafetensorsFile file = Open(bytes);
                foreach (string name in file.Names)
                {
                    file.CopyTo<float>(name, new float[file.ShapeOf(name).Size]);
                }
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }

        Assert.That(refused, Is.GreaterThan(Rounds / 2), "most of the header is syntax");
        Assert.That(
            (GC.GetAllocatedBytesForCurrentThread() - before) / Rounds, Is.LessThan(20_000), "bytes a file of some 160, exception included");
    }

    [Test]
    public void RefusesBoolsThatAreNone()
    {
        using SafetensorsFile file = Open(File($"{{{Tensor("x", "BOOL", "[2]", "[0,2]")}}}", 1, 2));
        Assert.That(
            () => file.CopyTo<float>("x", new float[2]),
            Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(
                "SafetensorsFile: stream: tensor 'x': expected BOOL bytes of 0 and 1, got others."));
    }

    [Test]
    public void NamesTheTensorThatIsNotThereOrDoesNotFit()
    {
        using SafetensorsFile file = Open(s_twoTensors);
        Assert.That(
            () => file.ShapeOf("c"),
            Throws.TypeOf<KeyNotFoundException>().With.Message.EqualTo(
                "SafetensorsFile: stream: expected one of the tensors a, b, got 'c'."));
        Assert.That(
            () => file.CopyTo<float>("b", new float[3]),
            Throws.ArgumentException.With.Message.StartWith(
                "SafetensorsFile: stream: tensor 'b': expected room for 2 elements of [2], got 3."));
    }

    [Test]
    public void NamesTheTensorWhereTheFileWasCutAfterItWasOpened()
    {
        using var stream = new MemoryStream();
        stream.Write(s_twoTensors);
        using SafetensorsFile file = SafetensorsFile.Read(stream);
        stream.SetLength(stream.Length - 1);
        Assert.That(
            () => file.CopyTo<float>("b", new float[2]),
            Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(
                "SafetensorsFile: stream: tensor 'b': expected 8 more bytes, got 7. The file changed."));
    }

    [Test]
    public void ClosesTheFileItOpenedAndNotTheStreamItWasGiven()
    {
        using var folder = new TempFolder();
        string path = folder.Write("file", s_twoTensors);
        SafetensorsFile file = SafetensorsFile.Open(path);
        file.Dispose();
        Assert.That(() => file.CopyTo<float>("b", new float[2]), Throws.TypeOf<ObjectDisposedException>());
        using var stream = new MemoryStream(s_twoTensors);
        SafetensorsFile.Read(stream).Dispose();
        Assert.That(stream.CanRead);
    }

    private static void Refused(byte[] bytes, string message) => Assert.That(
        () => Open(bytes),
        Throws.TypeOf<InvalidDataException>().With.Message.StartWith($"SafetensorsFile: stream: {message}"));

    /// <summary>A stream that cannot seek and gives a byte at a time, as a network may.</summary>
    private sealed class ForwardStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(1, buffer.Length)]);

        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(1, count));
    }
}
