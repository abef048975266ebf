using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Engine.Tuning;

/// <summary>
/// The results of a sweep as lines of JSON: the first says what sweep it is, each other one is a finished trial. Lines are
/// written whole and flushed to the disk; a last one that a kill cut short is taken away.
/// </summary>
internal sealed class SweepFile : IDisposable
{
    private const int Version = 1;

    // People read the file, browsers do not: "µ" stays "µ".
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly FileStream _stream;

    private SweepFile(string path, FileStream stream)
    {
        Path = path;
        _stream = stream;
    }

    public string Path { get; }

    /// <summary>The trials that the file had when it was opened.</summary>
    public List<SavedTrial> Saved { get; } = [];

    /// <summary>Opens the file, or begins it.</summary>
    /// <exception cref="InvalidDataException">It is another sweep's, or damaged; it stays as it was.</exception>
    public static SweepFile Open(string path, Sweep sweep)
    {
        string full = System.IO.Path.GetFullPath(path);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(full)!);
        SweepFile file = new(path, new FileStream(full, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read));
        try
        {
            file.Read(sweep);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Writes a value: a number or a text.</summary>
    public static void Write(Utf8JsonWriter json, SweepValue value)
    {
        if (value.IsText)
        {
            json.WriteStringValue(value.ToString());
        }
        else
        {
            json.WriteNumberValue(value.Number);
        }
    }

    public void Add(TrialRecord trial) => AppendLine(json =>
    {
        json.WriteNumber("point", trial.Point);
        json.WriteNumber("repeat", trial.Repeat);
        json.WriteNumber("seed", trial.Seed);
        WriteValues(json, "values", trial.Values);
        json.WriteStartObject("metrics");
        foreach ((string name, double value) in trial.Metrics)
        {
            // JSON has no word for what is not finite.
            if (double.IsFinite(value))
            {
                json.WriteNumber(name, value);
            }
            else
            {
                json.WriteString(name, value.ToString(CultureInfo.InvariantCulture));
            }
        }

        json.WriteEndObject();
        json.WriteNumber("seconds", trial.Seconds);
    });

    public void Dispose() => _stream.Dispose();

    private static void WriteHeader(Utf8JsonWriter json, Sweep sweep)
    {
        json.WriteNumber("sweep", Version);
        json.WriteNumber("seed", sweep.Seed);
        json.WriteString("search", sweep.Trials is null ? "grid" : "random");
        json.WriteStartArray("parameters");
        foreach (SweepParameter parameter in sweep.Parameters)
        {
            parameter.Write(json);
        }

        json.WriteEndArray();
        WriteValues(json, "settings", sweep.Settings);
    }

    private static void WriteValues(Utf8JsonWriter json, string name, IEnumerable<KeyValuePair<string, SweepValue>> values)
    {
        json.WriteStartObject(name);
        foreach ((string key, SweepValue value) in values)
        {
            json.WritePropertyName(key);
            Write(json, value);
        }

        json.WriteEndObject();
    }

    private static byte[] LineOf(Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, Options))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return [.. buffer.WrittenSpan, (byte)'\n'];
    }

    // One write for the whole line, and on to the disk.
    private void AppendLine(Action<Utf8JsonWriter> write)
    {
        _stream.Write(LineOf(write));
        _stream.Flush(flushToDisk: true);
    }

    private void Read(Sweep sweep)
    {
        byte[] bytes = new byte[_stream.Length];
        _stream.ReadExactly(bytes);
        int whole = Array.LastIndexOf(bytes, (byte)'\n') + 1;
        string[] lines = Encoding.UTF8.GetString(bytes, 0, whole).Split('\n');
        byte[] header = LineOf(json => WriteHeader(json, sweep));
        if (whole == 0 && !header.AsSpan().StartsWith(bytes))
        {
            throw new InvalidDataException($"{Path}: expected the results of a sweep, got another file. Give another path.");
        }

        // The last of the split lines is what stands behind the last end of a line: nothing.
        for (int i = 0; i < lines.Length - 1; i++)
        {
            try
            {
                using JsonDocument line = JsonDocument.Parse(lines[i]);
                if (i == 0)
                {
                    using JsonDocument expected = JsonDocument.Parse(header);
                    CheckHeader(line.RootElement, expected.RootElement);
                }
                else
                {
                    Saved.Add(TrialOf(line.RootElement));
                }
            }
            catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException
                or FormatException)
            {
                throw new InvalidDataException(
                    $"{Path}: line {i + 1} is damaged: {error.Message} Mend the line, or delete it to run its trial again.",
                    error);
            }
        }

        // What a kill left of a line goes; what is written from now on begins a line of its own.
        _stream.SetLength(whole);
        _stream.Position = whole;
        if (whole == 0)
        {
            _stream.Write(header);
            _stream.Flush(flushToDisk: true);
        }
    }

    private void CheckHeader(JsonElement found, JsonElement expected)
    {
        foreach (JsonProperty property in expected.EnumerateObject())
        {
            string text = found.ValueKind == JsonValueKind.Object && found.TryGetProperty(property.Name, out JsonElement value)
                ? value.GetRawText()
                : "none";
            if (text != property.Value.GetRawText())
            {
                throw new InvalidDataException(
                    $"{Path}: expected the results of this sweep, with {property.Name} {property.Value.GetRawText()}, "
                    + $"got {text}. Give another path, or delete the file to begin anew.");
            }
        }
    }

    private static SavedTrial TrialOf(JsonElement json)
    {
        OrderedDictionary<string, double> metrics = [];
        foreach (JsonProperty metric in json.GetProperty("metrics").EnumerateObject())
        {
            metrics[metric.Name] = metric.Value.ValueKind == JsonValueKind.String
                ? double.Parse(metric.Value.GetString()!, CultureInfo.InvariantCulture)
                : metric.Value.GetDouble();
        }

        int point = json.GetProperty("point").GetInt32(), repeat = json.GetProperty("repeat").GetInt32();
        return point >= 0 && repeat >= 0 && metrics.Count > 0
            ? new SavedTrial(point, repeat, metrics, json.GetProperty("seconds").GetDouble())
            : throw new FormatException("expected a point and a repeat of at least 0 and some metrics.");
    }
}
