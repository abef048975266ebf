using System.Buffers.Binary;
using System.IO.Compression;
using System.Numerics.Tensors;
using Engine.Data;

namespace Engine.Tests.Data;

public class IdxTests
{
    /// <summary>An IDX file's bytes, written by the format's description.</summary>
    internal static byte[] File(byte type, int[] lengths, byte[] data)
    {
        byte[] header = new byte[4 + (4 * lengths.Length)];
        header[2] = type;
        header[3] = (byte)lengths.Length;
        for (int i = 0; i < lengths.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4 + (4 * i)), lengths[i]);
        }

        return [.. header, .. data];
    }

    internal static byte[] Gzip(byte[] bytes)
    {
        var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Optimal))
        {
            gzip.Write(bytes);
        }

        return buffer.ToArray();
    }

    [TestCase(false)]
    [TestCase(true)]
    public void ReadsEveryType(bool gzip)
    {
        using var folder = new TempFolder();
        Check<byte>(0x08, [1, 2, 255, 0, 7, 9], 1, 2, 255, 0, 7, 9);
        Check<sbyte>(0x09, [1, 2, 255, 128, 7, 9], 1, 2, -1, -128, 7, 9);
        Check<short>(0x0b, [0, 1, 1, 0, 255, 254, 0, 0, 0, 2, 128, 0], 1, 256, -2, 0, 2, -32768);
        Check<int>(
            0x0c,
            [0, 0, 0, 1, 0, 0, 1, 0, 255, 255, 255, 254, 0, 0, 0, 0, 1, 2, 3, 4, 128, 0, 0, 0],
            1, 256, -2, 0, 0x01020304, int.MinValue);
        Check<float>(
            0x0d,
            [0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0, 0x3f, 0, 0, 0, 0x40, 0x40, 0, 0, 0x40, 0x80, 0, 0],
            1, -2, 0, 0.5f, 3, 4);
        byte[] halves = [0x3f, 0xe0, 0, 0, 0, 0, 0, 0];
        Check<double>(0x0e, [.. halves, .. halves, .. halves, .. halves, .. halves, .. new byte[8]], 0.5, 0.5, 0.5, 0.5, 0.5, 0);

        void Check<T>(byte type, byte[] data, params T[] expected)
            where T : unmanaged
        {
            byte[] bytes = File(type, [3, 1, 2], data);
            Tensor<T> tensor = Idx.Read<T>(folder.Write("file", gzip ? Gzip(bytes) : bytes));
            Assert.That(tensor.Lengths.ToArray(), Is.EqualTo(new nint[] { 3, 1, 2 }));
            Assert.That(tensor.AsDenseSpan().ToArray(), Is.EqualTo(expected));
        }
    }

    [TestCase(false)]
    [TestCase(true)]
    public void ReadsMoreThanTheFirstChunk(bool gzip)
    {
        using var folder = new TempFolder();
        byte[] data = new byte[(5 << 20) / 2];
        new Random(1).NextBytes(data);
        byte[] bytes = File(0x08, [5, data.Length / 5], data);
        Assert.That(Idx.Read<byte>(folder.Write("file", gzip ? Gzip(bytes) : bytes)).AsDenseSpan().SequenceEqual(data));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void RefusesAFileCutShortAtAnyByte(bool gzip)
    {
        using var folder = new TempFolder();
        byte[] bytes = File(0x0b, [4, 5], [.. Enumerable.Range(0, 40).Select(i => (byte)(i * 37))]);
        bytes = gzip ? Gzip(bytes) : bytes;
        for (int length = 0; length < bytes.Length; length++)
        {
            string path = folder.Write("cut", bytes[..length]);
            Assert.That(
                () => Idx.Read<short>(path),
                Throws.TypeOf<InvalidDataException>().With.Message.StartWith($"Idx: {path}: expected "),
                $"cut at {length} of {bytes.Length}");
        }
    }

    [Test]
    public void RefusesADamagedGzipFileAtAnyByte()
    {
        // Every flip is an error or leaves the data as they were: names, times and flags of a gzip header carry no data.
        using var folder = new TempFolder();
        byte[] data = [.. Enumerable.Range(0, 40).Select(i => (byte)(i * 37))];
        byte[] bytes = Gzip(File(0x08, [8, 5], data));
        int refused = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            byte[] damaged = [.. bytes];
            damaged[i] ^= 0x10;
            try
            {
                Assert.That(Idx.Read<byte>(folder.Write("damaged", damaged)).AsDenseSpan().SequenceEqual(data), $"byte {i}");
            }
            catch (InvalidDataException e)
            {
                Assert.That(e.Message, Does.StartWith($"Idx: {folder.File("damaged")}: expected "));
                refused++;
            }
        }

        Assert.That(refused, Is.GreaterThan(40));
    }

    [TestCase(new byte[] { 1, 0, 8, 1, 0, 0, 0, 1, 5 }, "an IDX file, which begins with 00 00, type, rank, got 01000801.")]
    [TestCase(new byte[] { 0, 0, 10, 1, 0, 0, 0, 1, 5 }, "an IDX file, which begins with 00 00, type, rank, got 00000A01.")]
    [TestCase(new byte[] { 0, 0, 8, 0, 5 }, "an IDX file, which begins with 00 00, type, rank, got 00000800.")]
    [TestCase(new byte[0], "an IDX file, which begins with 00 00, type, rank, got an empty file.")]
    [TestCase(new byte[] { 0, 0, 12, 1, 0, 0, 0, 1, 0, 0, 0, 5 }, "elements of byte, got int.")]
    [TestCase(
        new byte[] { 0, 0, 8, 1, 0, 0, 0, 0 }, "lengths of at least 1 and at most 2147483647 elements, got [0].")]
    [TestCase(
        new byte[] { 0, 0, 8, 1, 255, 255, 255, 255 }, "lengths of at least 1 and at most 2147483647 elements, got [-1].")]
    [TestCase(
        new byte[] { 0, 0, 8, 2, 0, 1, 0, 0, 0, 1, 0, 0 },
        "lengths of at least 1 and at most 2147483647 elements, got [65536, 65536].")]
    [TestCase(
        new byte[] { 0, 0, 8, 1, 0, 0, 0, 3, 5, 5 },
        "3 bytes of data for [3], as its header says, got 2. The file is cut short; get it again.")]
    [TestCase(
        new byte[] { 0, 0, 8, 1, 0, 0, 0, 3, 5, 5, 5, 5 },
        "3 bytes of data for [3], as its header says, got 4. Get the file again.")]
    public void SaysWhatIsWrong(byte[] bytes, string expected)
    {
        using var folder = new TempFolder();
        string path = folder.Write("wrong", bytes);
        Assert.That(
            () => Idx.Read<byte>(path), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo($"Idx: {path}: expected {expected}"));
    }

    [Test]
    public void RefusesAGzipFileThatLostItsTrailer()
    {
        using var folder = new TempFolder();
        byte[] bytes = Gzip(File(0x08, [3], [1, 2, 3]));
        string path = folder.Write("cut", bytes[..^8]);
        uint last = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(bytes.Length - 12));
        Assert.That(
            () => Idx.Read<byte>(path),
            Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(
                $"Idx: {path}: expected a gzip file that ends with the unpacked length 11, got {last}."
                + " The file is cut short, or something was added to it; get it again."));
    }

    [Test]
    public void RefusesAGzipFileThatUnpacksToMore()
    {
        using var folder = new TempFolder();
        string path = folder.Write("bomb", Gzip(File(0x08, [3], new byte[1 << 24])));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(
            () => Idx.Read<byte>(path),
            Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(
                $"Idx: {path}: expected 3 bytes of data for [3], as its header says, got more. Get the file again."));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1 << 20), "three bytes are asked for, not 16 MB");
    }

    [TestCase(false)]
    [TestCase(true)]
    public void TakesNoMemoryForAHeaderThatLies(bool gzip)
    {
        using var folder = new TempFolder();
        byte[] bytes = File(0x0e, [1 << 14, 1 << 14], new byte[100]);
        string path = folder.Write("lie", gzip ? Gzip(bytes) : bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(
            () => Idx.Read<double>(path),
            Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(
                $"Idx: {path}: expected 2147483648 bytes of data for [16384, 16384], as its header says, got 100."
                + " The file is cut short; get it again."));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(16 << 20), "not the 2 GB of the header");
    }

    [Test]
    public void RefusesTypesThatTheFormatHasNot()
    {
        using var folder = new TempFolder();
        string path = folder.Write("file", File(0x08, [1], [1]));
        Assert.That(
            () => Idx.Read<long>(path),
            Throws.TypeOf<NotSupportedException>().With.Message.EqualTo(
                "Idx.Read: expected byte, sbyte, short, int, float or double, got System.Int64."));
    }
}
