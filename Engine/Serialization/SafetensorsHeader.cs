using System.Text.Json;

namespace Engine.Serialization;

/// <summary>
/// A safetensors file's header, read and checked: <c>{"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]},
/// ...}</c>, with strings under <c>"__metadata__"</c>. Read token by token: the file decides no type, and its depth and rank
/// are capped.
/// </summary>
internal sealed class SafetensorsHeader
{
    /// <summary>The name under which the header holds strings instead of a tensor.</summary>
    public const string MetadataName = "__metadata__";

    /// <summary>The format's own limit to the length of a header, in bytes.</summary>
    public const int MaxLength = 100_000_000;

    // Two levels of objects and an array: whatever is deeper is no header.
    private const int MaxDepth = 3;
    private const int MaxRank = 64;

    private readonly string _file;
    private readonly List<SafetensorsEntry> _entries = [];
    private readonly Dictionary<string, SafetensorsEntry> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);

    private SafetensorsHeader(string file) => _file = file;

    /// <summary>The tensors in the order of their data.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries => _entries;

    public IReadOnlyDictionary<string, SafetensorsEntry> ByName => _byName;

    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>Reads a header and checks that its tensors fill the data without a gap or an overlap.</summary>
    /// <param name="json">The header's bytes.</param>
    /// <param name="dataLength">The bytes that follow the header.</param>
    /// <param name="file">The file, for messages.</param>
    /// <exception cref="InvalidDataException">The header is damaged or lies.</exception>
    public static SafetensorsHeader Parse(ReadOnlySpan<byte> json, long dataLength, string file)
    {
        var header = new SafetensorsHeader(file);
        try
        {
            header.Read(json);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string that is no valid UTF-8, or escapes half of a surrogate pair.
            throw new InvalidDataException($"SafetensorsFile: {file}: expected a header of valid JSON, got: {e.Message}", e);
        }

        header.CheckLayout(dataLength);
        return header;
    }

    private void Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
        reader.Read();
        Expect(JsonTokenType.StartObject, ref reader, "a header");
        bool hasMetadata = false;
        while (NextName(ref reader, out string name))
        {
            if (name == MetadataName)
            {
                if (hasMetadata)
                {
                    throw Error($"expected each name once, got '{name}' twice");
                }

                hasMetadata = true;
                ReadMetadata(ref reader);
                continue;
            }

            SafetensorsEntry entry = ReadEntry(ref reader, name);
            if (!_byName.TryAdd(name, entry))
            {
                throw Error($"expected each name once, got tensor '{name}' twice");
            }

            _entries.Add(entry);
        }

        // Only the padding may follow; anything else throws here.
        reader.Read();
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        reader.Read();
        Expect(JsonTokenType.StartObject, ref reader, MetadataName);
        while (NextName(ref reader, out string key))
        {
            reader.Read();
            Expect(JsonTokenType.String, ref reader, $"{MetadataName}, '{key}'");
            if (!_metadata.TryAdd(key, reader.GetString()!))
            {
                throw Error($"expected each key of {MetadataName} once, got '{key}' twice");
            }
        }
    }

    private SafetensorsEntry ReadEntry(ref Utf8JsonReader reader, string name)
    {
        string where = $"tensor '{name}'";
        reader.Read();
        Expect(JsonTokenType.StartObject, ref reader, where);
        string? dtype = null;
        long[]? shape = null, offsets = null;
        while (NextName(ref reader, out string key))
        {
            reader.Read();
            switch (key)
            {
                case "dtype" when dtype is null:
                    Expect(JsonTokenType.String, ref reader, $"{where}, dtype");
                    dtype = reader.GetString()!;
                    break;
                case "shape" when shape is null:
                    shape = ReadIntegers(ref reader, $"{where}, shape");
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ReadIntegers(ref reader, $"{where}, data_offsets");
                    break;
                default:
                    throw Error($"{where}: expected dtype, shape and data_offsets, each once, got '{key}'");
            }
        }

        if (dtype is null || shape is null || offsets is null)
        {
            string missing = dtype is null ? "dtype" : shape is null ? "shape" : "data_offsets";
            throw Error($"{where}: expected dtype, shape and data_offsets, got no {missing}");
        }

        return Check(name, dtype, shape, offsets);
    }

    private SafetensorsEntry Check(string name, string dtype, long[] lengths, long[] offsets)
    {
        if (!SafetensorsEntry.TryParseType(dtype, out SafetensorsType type))
        {
            throw Error($"tensor '{name}': expected a dtype of {SafetensorsEntry.TypeNames}, got '{dtype}'");
        }

        string lengthsText = $"[{string.Join(", ", lengths)}]";
        Shape shape;
        try
        {
            shape = Shape.Create(Array.ConvertAll(lengths, length => checked((int)length)));
        }
        catch (Exception e) when (e is ArgumentException or OverflowException)
        {
            throw Error(
                $"tensor '{name}': expected lengths of at least 1 and at most {int.MaxValue} elements, got shape {lengthsText}");
        }

        if (offsets is not [long begin, long end] || begin < 0 || end < begin)
        {
            throw Error(
                $"tensor '{name}': expected data_offsets [begin, end] with 0 <= begin <= end, "
                + $"got [{string.Join(", ", offsets)}]");
        }

        long length = (long)shape.Size * SafetensorsEntry.SizeOf(type);
        if (end - begin != length)
        {
            throw Error(
                $"tensor '{name}': expected {length} bytes for {dtype} {shape},"
                + $" got data_offsets [{begin}, {end}], {end - begin} bytes");
        }

        return new SafetensorsEntry(name, type, shape, begin, end);
    }

    private void CheckLayout(long dataLength)
    {
        _entries.Sort((a, b) => a.Begin.CompareTo(b.Begin));
        long end = 0;
        string before = "the data begin";
        foreach (SafetensorsEntry entry in _entries)
        {
            if (entry.Begin != end)
            {
                throw Error(
                    $"tensor '{entry.Name}': expected data_offsets that begin at {end}, where {before}, got {entry.Begin}:"
                    + $" {(entry.Begin < end ? "an overlap" : "a hole")}");
            }

            if (entry.End > dataLength)
            {
                throw Error(
                    $"tensor '{entry.Name}': expected data_offsets within the file's {dataLength} bytes of data,"
                    + $" got [{entry.Begin}, {entry.End}]; the file is cut short or its header lies");
            }

            end = entry.End;
            before = $"tensor '{entry.Name}' ends";
        }

        if (end != dataLength)
        {
            throw Error($"expected {end} bytes of data, as the header says, got {dataLength}");
        }
    }

    private long[] ReadIntegers(ref Utf8JsonReader reader, string where)
    {
        Expect(JsonTokenType.StartArray, ref reader, where);
        List<long> values = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            Expect(JsonTokenType.Number, ref reader, where);
            if (!reader.TryGetInt64(out long value))
            {
                throw Error($"{where}: expected integers of 64 bits, got another number");
            }

            if (values.Count == MaxRank)
            {
                throw Error($"{where}: expected at most {MaxRank} numbers, got more");
            }

            values.Add(value);
        }

        return [.. values];
    }

    private static bool NextName(ref Utf8JsonReader reader, out string name)
    {
        // Inside an object only a name or the end can come: the reader sees to that.
        reader.Read();
        bool isName = reader.TokenType == JsonTokenType.PropertyName;
        name = isName ? reader.GetString()! : "";
        return isName;
    }

    private void Expect(JsonTokenType type, ref Utf8JsonReader reader, string where)
    {
        if (reader.TokenType != type)
        {
            throw Error($"{where}: expected {Text(type)}, got {Text(reader.TokenType)}");
        }
    }

    private static string Text(JsonTokenType type) => type switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        _ => type.ToString(),
    };

    private InvalidDataException Error(string text) => new($"SafetensorsFile: {_file}: {text}.");
}
