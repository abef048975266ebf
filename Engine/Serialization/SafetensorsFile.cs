using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Engine.Serialization;

/// <summary>
/// Reads a safetensors file: tensors by name, and strings as metadata. The whole header is checked before anything is given:
/// lengths, names, types, shapes, and that the tensors fill the data without a gap or an overlap. Tensors are read when asked
/// for.
/// </summary>
/// <remarks>
/// Layout: 8 bytes, the header's length n, little-endian; n bytes of JSON; the tensors, row-major, little-endian. Memory taken is
/// bounded by a small multiple of the file's real size, whatever its header says. Tensors without elements are refused. Not for
/// use by several threads at once.
/// </remarks>
public sealed class SafetensorsFile : IDisposable
{
    private const int ChunkBytes = 1 << 16;

    private readonly Stream _stream;
    private readonly bool _ownsStream;
    private readonly string _file;
    private readonly long _dataStart;
    private readonly SafetensorsHeader _header;

    private SafetensorsFile(Stream stream, bool ownsStream, string file)
    {
        _stream = stream;
        _ownsStream = ownsStream;
        _file = file;
        byte[] json = ReadHeader();
        _dataStart = 8 + json.Length;
        _header = SafetensorsHeader.Parse(json, stream.Length - _dataStart, file);
        Names = [.. _header.Entries.Select(entry => entry.Name)];
    }

    /// <summary>The tensors' names, in the order of their data.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The strings under <c>__metadata__</c>; empty where there are none.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <summary>Opens a file and checks its header. The file stays open until disposed.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The file, to be disposed.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, cut short or lies; the message names file and tensor.</exception>
    public static SafetensorsFile Open(string path)
    {
        FileStream stream = File.OpenRead(path);
        try
        {
            return new SafetensorsFile(stream, ownsStream: true, path);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Reads from a stream, from its first byte on where it can seek, and checks the header.</summary>
    /// <param name="stream">
    /// Used as long as this file is, where it can seek; else read to its end into memory. The caller disposes it.
    /// </param>
    /// <exception cref="InvalidDataException">The file is damaged, cut short or lies; the message names the tensor.</exception>
    public static SafetensorsFile Read(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (stream.CanSeek)
        {
            return new SafetensorsFile(stream, ownsStream: false, "stream");
        }

        var buffer = new MemoryStream();
        stream.CopyTo(buffer);
        return new SafetensorsFile(buffer, ownsStream: true, "stream");
    }

    /// <summary>Whether there is a tensor of this name.</summary>
    public bool Contains(string name) => _header.ByName.ContainsKey(name);

    /// <summary>The shape of a tensor, all axes included; <see cref="Shape.Scalar"/> for a single number.</summary>
    /// <exception cref="KeyNotFoundException">There is no such tensor.</exception>
    public Shape ShapeOf(string name) => Find(name).Shape;

    /// <summary>The element type of a tensor.</summary>
    /// <exception cref="KeyNotFoundException">There is no such tensor.</exception>
    public SafetensorsType TypeOf(string name) => Find(name).Type;

    /// <summary>Reads a tensor and converts its elements to <typeparamref name="T"/>, each to the nearest.</summary>
    /// <param name="name">The tensor.</param>
    /// <param name="destination">Overwritten: row-major, exactly as many elements as the tensor has.</param>
    /// <exception cref="KeyNotFoundException">There is no such tensor.</exception>
    /// <exception cref="ArgumentException">The destination has another length.</exception>
    /// <exception cref="InvalidDataException">
    /// The file was cut short since it was opened, or a BOOL is neither 0 nor 1; the destination may be half written.
    /// </exception>
    public void CopyTo<T>(string name, Span<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        SafetensorsEntry entry = Find(name);
        if (destination.Length != entry.Shape.Size)
        {
            throw new ArgumentException(
                $"SafetensorsFile: {_file}: tensor '{name}': expected room for {entry.Shape.Size} elements of {entry.Shape},"
                + $" got {destination.Length}.",
                nameof(destination));
        }

        switch (entry.Type)
        {
            case SafetensorsType.Bool:
            case SafetensorsType.UInt8:
                Read<byte, SameNumber<byte>, T>(entry, destination);
                break;
            case SafetensorsType.Int8:
                Read<sbyte, SameNumber<sbyte>, T>(entry, destination);
                break;
            case SafetensorsType.UInt16:
                Read<ushort, SameNumber<ushort>, T>(entry, destination);
                break;
            case SafetensorsType.Int16:
                Read<short, SameNumber<short>, T>(entry, destination);
                break;
            case SafetensorsType.UInt32:
                Read<uint, SameNumber<uint>, T>(entry, destination);
                break;
            case SafetensorsType.Int32:
                Read<int, SameNumber<int>, T>(entry, destination);
                break;
            case SafetensorsType.UInt64:
                Read<ulong, SameNumber<ulong>, T>(entry, destination);
                break;
            case SafetensorsType.Int64:
                Read<long, SameNumber<long>, T>(entry, destination);
                break;
            case SafetensorsType.Float16:
                Read<Half, SameNumber<Half>, T>(entry, destination);
                break;
            case SafetensorsType.BFloat16:
                Read<ushort, BFloat16ToFloat, T>(entry, destination);
                break;
            case SafetensorsType.Float32:
                Read<float, SameNumber<float>, T>(entry, destination);
                break;
            case SafetensorsType.Float64:
                Read<double, SameNumber<double>, T>(entry, destination);
                break;
        }
    }

    /// <summary>Closes the file; a stream given to <see cref="Read(Stream)"/> stays open.</summary>
    public void Dispose()
    {
        if (_ownsStream)
        {
            _stream.Dispose();
        }
    }

    private byte[] ReadHeader()
    {
        _stream.Position = 0;
        long fileLength = _stream.Length;
        Span<byte> prefix = stackalloc byte[8];
        if (_stream.ReadAtLeast(prefix, 8, throwOnEndOfStream: false) < 8)
        {
            throw new InvalidDataException(
                $"SafetensorsFile: {_file}: expected at least the 8 bytes of the header's length, got {fileLength}.");
        }

        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > SafetensorsHeader.MaxLength)
        {
            throw new InvalidDataException(
                $"SafetensorsFile: {_file}: expected a header of at most {SafetensorsHeader.MaxLength} bytes, got a length of"
                + $" {length}. This is no safetensors file, or it is damaged.");
        }

        if ((long)length > fileLength - 8)
        {
            throw new InvalidDataException(
                $"SafetensorsFile: {_file}: expected a header of {length} bytes, got {fileLength - 8}. The file is cut short.");
        }

        byte[] json = new byte[length];
        ReadExactly(json, "the header");
        return json;
    }

    private SafetensorsEntry Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (_header.ByName.TryGetValue(name, out SafetensorsEntry? entry))
        {
            return entry;
        }

        const int Shown = 20;
        string names = string.Join(", ", Names.Take(Shown)) + (Names.Count > Shown ? $", and {Names.Count - Shown} more" : "");
        throw new KeyNotFoundException($"SafetensorsFile: {_file}: expected one of the tensors {names}, got '{name}'.");
    }

    private void Read<TSource, TConverter, T>(SafetensorsEntry entry, Span<T> destination)
        where TSource : unmanaged
        where TConverter : IElementConverter<TSource>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        _stream.Position = _dataStart + entry.Begin;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            Span<TSource> chunk = MemoryMarshal.Cast<byte, TSource>(buffer.AsSpan(0, ChunkBytes));
            while (!destination.IsEmpty)
            {
                chunk = chunk[..Math.Min(chunk.Length, destination.Length)];
                Span<byte> bytes = MemoryMarshal.AsBytes(chunk);
                ReadExactly(bytes, $"tensor '{entry.Name}'");
                if (entry.Type == SafetensorsType.Bool && bytes.ContainsAnyExceptInRange((byte)0, (byte)1))
                {
                    throw new InvalidDataException(
                        $"SafetensorsFile: {_file}: tensor '{entry.Name}': expected BOOL bytes of 0 and 1, got others.");
                }

                ByteOrder.FromLittleEndian(chunk);
                TConverter.Convert(chunk, destination);
                destination = destination[chunk.Length..];
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void ReadExactly(Span<byte> destination, string what)
    {
        int got = _stream.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false);
        if (got < destination.Length)
        {
            throw new InvalidDataException(
                $"SafetensorsFile: {_file}: {what}: expected {destination.Length} more bytes, got {got}. The file changed.");
        }
    }
}
