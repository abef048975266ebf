using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Engine.Serialization;

/// <summary>
/// Collects tensors and metadata and writes them as one safetensors file, which any reader of the format can read. The same
/// content gives the same bytes.
/// </summary>
/// <remarks>
/// Tensors of double lie before those of float, each kind in the order of its adding, behind a header padded to a multiple of 8
/// bytes: so every element is aligned to its size.
/// </remarks>
public sealed class SafetensorsWriter
{
    private const int ChunkElements = 1 << 13;

    private readonly List<PendingTensor> _tensors = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    /// <summary>The strings to write under <c>__metadata__</c>, sorted by their keys.</summary>
    public IDictionary<string, string> Metadata { get; } = new SortedDictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Adds a tensor whose elements are read when the file is written.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>: stored as F32 or F64.</typeparam>
    /// <param name="name">A name not added before.</param>
    /// <param name="shape">The shape, all axes included; <see cref="Shape.Scalar"/> for a single number.</param>
    /// <param name="values">Gives the elements, row-major, as many as the shape has.</param>
    /// <exception cref="ArgumentException">The name is empty, reserved or there already.</exception>
    public void Add<T>(string name, Shape shape, Func<ReadOnlySpan<T>> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(values);
        if (name == SafetensorsHeader.MetadataName)
        {
            throw new ArgumentException(
                $"SafetensorsWriter.Add: expected a tensor's name, got the reserved '{name}'.", nameof(name));
        }

        var tensor = new PendingTensor<T>(name, shape, values);
        if (!_names.Add(name))
        {
            throw new ArgumentException($"SafetensorsWriter.Add: expected each name once, got '{name}' twice.", nameof(name));
        }

        _tensors.Add(tensor);
    }

    /// <summary>Adds a tensor whose elements lie in an array or other memory, read when the file is written.</summary>
    /// <inheritdoc cref="Add{T}(string, Shape, Func{ReadOnlySpan{T}})"/>
    public void Add<T>(string name, Shape shape, ReadOnlyMemory<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Add(name, shape, () => values.Span);

    /// <summary>
    /// Writes the file: to a temporary one beside it, which then takes its place. Where anything fails, the temporary file is
    /// removed and a file that was there before stays as it was.
    /// </summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <exception cref="InvalidOperationException">A tensor gave another number of elements than its shape has.</exception>
    public void Save(string path)
    {
        string target = Path.GetFullPath(path);
        string temporary = $"{target}.{Guid.NewGuid():N}.tmp";
        var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        try
        {
            using (stream)
            {
                Write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Writes the file's bytes to a stream.</summary>
    /// <param name="stream">Written from where it stands; stays open.</param>
    /// <exception cref="InvalidOperationException">A tensor gave another number of elements than its shape has.</exception>
    public void Write(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        PendingTensor[] ordered = [.. _tensors.OrderByDescending(tensor => tensor.ElementSize)];
        ReadOnlySpan<byte> header = Header(ordered);
        Span<byte> prefix = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, (ulong)header.Length);
        stream.Write(prefix);
        stream.Write(header);
        foreach (PendingTensor tensor in ordered)
        {
            tensor.Write(stream);
        }
    }

    private ReadOnlySpan<byte> Header(PendingTensor[] tensors)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (Metadata.Count > 0)
            {
                json.WriteStartObject(SafetensorsHeader.MetadataName);
                foreach ((string key, string value) in Metadata)
                {
                    json.WriteString(key, value);
                }

                json.WriteEndObject();
            }

            long offset = 0;
            foreach (PendingTensor tensor in tensors)
            {
                long end = offset + ((long)tensor.Shape.Size * tensor.ElementSize);
                WriteEntry(json, tensor, offset, end);
                offset = end;
            }

            json.WriteEndObject();
        }

        int padding = -buffer.WrittenCount & 7;
        buffer.GetSpan(padding)[..padding].Fill((byte)' ');
        buffer.Advance(padding);
        return buffer.WrittenCount <= SafetensorsHeader.MaxLength
            ? buffer.WrittenSpan
            : throw new InvalidOperationException(
                $"SafetensorsWriter: expected names and metadata of at most {SafetensorsHeader.MaxLength} bytes,"
                + $" got {buffer.WrittenCount}.");
    }

    private static void WriteEntry(Utf8JsonWriter json, PendingTensor tensor, long begin, long end)
    {
        json.WriteStartObject(tensor.Name);
        json.WriteString("dtype", SafetensorsEntry.NameOf(tensor.Type));
        json.WriteStartArray("shape");
        foreach (int length in tensor.Shape)
        {
            json.WriteNumberValue(length);
        }

        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(begin);
        json.WriteNumberValue(end);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private abstract class PendingTensor(string name, Shape shape, SafetensorsType type)
    {
        public string Name { get; } = name;

        public Shape Shape { get; } = shape;

        public SafetensorsType Type { get; } = type;

        public int ElementSize => SafetensorsEntry.SizeOf(Type);

        public abstract void Write(Stream stream);
    }

    private sealed class PendingTensor<T>(string name, Shape shape, Func<ReadOnlySpan<T>> values)
        : PendingTensor(name, shape, TypeOf())
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public override void Write(Stream stream)
        {
            ReadOnlySpan<T> rest = values();
            if (rest.Length != Shape.Size)
            {
                throw new InvalidOperationException(
                    $"SafetensorsWriter: tensor '{Name}': expected {Shape.Size} elements for {Shape}, got {rest.Length}.");
            }

            // Through a small buffer, where a big-endian machine turns the bytes round.
            T[] buffer = new T[Math.Min(ChunkElements, rest.Length)];
            while (!rest.IsEmpty)
            {
                Span<T> chunk = buffer.AsSpan(0, Math.Min(buffer.Length, rest.Length));
                rest[..chunk.Length].CopyTo(chunk);
                ByteOrder.FromLittleEndian(chunk);
                stream.Write(MemoryMarshal.AsBytes(chunk));
                rest = rest[chunk.Length..];
            }
        }

        private static SafetensorsType TypeOf() => default(T) switch
        {
            float => SafetensorsType.Float32,
            double => SafetensorsType.Float64,
            _ => throw new NotSupportedException($"SafetensorsWriter.Add: expected float or double, got {default(T).GetType()}."),
        };
    }
}
