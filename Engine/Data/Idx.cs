using System.Buffers.Binary;
using System.IO.Compression;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Engine.Data;

/// <summary>
/// Reads IDX files, the format of MNIST: a magic number with type and rank, the lengths of the axes, the elements; all
/// big-endian. Plain or gzipped, told by the file's first bytes and not by its name.
/// </summary>
public static class Idx
{
    private const int FirstChunk = 1 << 20;

    /// <summary>Reads a file.</summary>
    /// <typeparam name="T">
    /// The file's element type: <see cref="byte"/>, <see cref="sbyte"/>, <see cref="short"/>, <see cref="int"/>,
    /// <see cref="float"/> or <see cref="double"/>.
    /// </typeparam>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">
    /// The file is no IDX file, holds another type, is cut short, or is longer than its header says. Memory taken on the way
    /// there is bounded by twice what the file really holds.
    /// </exception>
    public static Tensor<T> Read<T>(string path)
        where T : unmanaged
    {
        (T[] values, Shape shape) = ReadArray<T>(path);
        return values.ToTensor(shape);
    }

    /// <summary>Reads a file as an array of its elements, row-major, and their shape.</summary>
    internal static (T[] Values, Shape Shape) ReadArray<T>(string path)
        where T : unmanaged
    {
        using FileStream file = File.OpenRead(path);
        Span<byte> start = stackalloc byte[2];
        bool isGzip = file.ReadAtLeast(start, 2, throwOnEndOfStream: false) == 2 && start is [0x1f, 0x8b];
        file.Position = 0;
        if (!isGzip)
        {
            return Read<T>(file, path, file.Length);
        }

        uint length = LengthInTrailer(file, path);
        using var gzip = new GZipStream(file, CompressionMode.Decompress);
        try
        {
            (T[] values, Shape shape) = Read<T>(gzip, path, length: null);
            uint actual = unchecked((uint)(HeaderLength(shape) + ((long)values.Length * Unsafe.SizeOf<T>())));
            return length == actual
                ? (values, shape)
                : throw new InvalidDataException(
                    $"Idx: {path}: expected a gzip file that ends with the unpacked length {actual}, got {length}."
                    + " The file is cut short, or something was added to it; get it again.");
        }
        catch (InvalidDataException e) when (!e.Message.StartsWith("Idx: ", StringComparison.Ordinal))
        {
            throw new InvalidDataException($"Idx: {path}: expected a whole gzip file, got a damaged one: {e.Message}", e);
        }
    }

    // The platform's reader does not miss a trailer that was cut off: look at its end, the unpacked length modulo 2^32.
    private static uint LengthInTrailer(FileStream file, string path)
    {
        const int LeastLength = 18;
        if (file.Length < LeastLength)
        {
            throw new InvalidDataException(
                $"Idx: {path}: expected a gzip file of at least {LeastLength} bytes, got {file.Length}. The file is cut short.");
        }

        Span<byte> end = stackalloc byte[4];
        file.Position = file.Length - end.Length;
        file.ReadExactly(end);
        file.Position = 0;
        return BinaryPrimitives.ReadUInt32LittleEndian(end);
    }

    private static long HeaderLength(Shape shape) => 4 + (4L * shape.Rank);

    private static (T[] Values, Shape Shape) Read<T>(Stream stream, string path, long? length)
        where T : unmanaged
    {
        Shape shape = ReadHeader<T>(stream, path);
        long needed = (long)shape.Size * Unsafe.SizeOf<T>();
        if (length is not null && length != HeaderLength(shape) + needed)
        {
            throw WrongLength(path, shape, needed, length.Value - HeaderLength(shape));
        }

        // A plain file's length is known to be right here. What a gzip file unpacks to is not: its array grows as data come.
        T[] values = new T[length is null ? Math.Min(shape.Size, FirstChunk) : shape.Size];
        int filled = 0;
        while (true)
        {
            Span<byte> wanted = MemoryMarshal.AsBytes(values.AsSpan(filled));
            int got = stream.ReadAtLeast(wanted, wanted.Length, throwOnEndOfStream: false);
            if (got < wanted.Length)
            {
                throw WrongLength(path, shape, needed, ((long)filled * Unsafe.SizeOf<T>()) + got);
            }

            filled = values.Length;
            if (filled == shape.Size)
            {
                break;
            }

            Array.Resize(ref values, (int)Math.Min(shape.Size, 2L * filled));
        }

        // Reading on also has gzip check its checksum.
        if (stream.ReadByte() >= 0)
        {
            throw new InvalidDataException(
                $"Idx: {path}: expected {needed} bytes of data for {shape}, as its header says, got more. Get the file again.");
        }

        ByteOrder.FromBigEndian<T>(values);
        return (values, shape);
    }

    private static Shape ReadHeader<T>(Stream stream, string path)
        where T : unmanaged
    {
        Span<byte> magic = stackalloc byte[4];
        int got = stream.ReadAtLeast(magic, 4, throwOnEndOfStream: false);
        if (got < 4 || magic[0] != 0 || magic[1] != 0 || NameOf(magic[2]) is not string name || magic[3] == 0)
        {
            throw new InvalidDataException(
                $"Idx: {path}: expected an IDX file, which begins with 00 00, type, rank, got"
                + $" {(got == 0 ? "an empty file" : Convert.ToHexString(magic[..got]))}.");
        }

        if (magic[2] != CodeOf<T>())
        {
            throw new InvalidDataException($"Idx: {path}: expected elements of {NameOf(CodeOf<T>())}, got {name}.");
        }

        byte[] header = new byte[4 * magic[3]];
        got = stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        if (got < header.Length)
        {
            throw new InvalidDataException(
                $"Idx: {path}: expected the lengths of {magic[3]} axes, {header.Length} bytes, got {got}. "
                + "The file is cut short.");
        }

        int[] lengths = new int[magic[3]];
        for (int axis = 0; axis < lengths.Length; axis++)
        {
            lengths[axis] = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4 * axis));
        }

        try
        {
            return Shape.Create(lengths);
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException(
                $"Idx: {path}: expected lengths of at least 1 and at most {int.MaxValue} elements, "
                + $"got {Shape.Text(lengths)}.", e);
        }
    }

    private static InvalidDataException WrongLength(string path, Shape shape, long needed, long got) => new(
        $"Idx: {path}: expected {needed} bytes of data for {shape}, as its header says, got {got}."
        + $" {(got < needed ? "The file is cut short; get it again" : "Get the file again")}.");

    private static byte CodeOf<T>()
        where T : unmanaged => default(T) switch
        {
            byte => 0x08,
            sbyte => 0x09,
            short => 0x0b,
            int => 0x0c,
            float => 0x0d,
            double => 0x0e,
            _ => throw new NotSupportedException(
                $"Idx.Read: expected byte, sbyte, short, int, float or double, got {default(T).GetType()}."),
        };

    private static string? NameOf(byte code) => code switch
    {
        0x08 => "byte",
        0x09 => "sbyte",
        0x0b => "short",
        0x0c => "int",
        0x0d => "float",
        0x0e => "double",
        _ => null,
    };
}
