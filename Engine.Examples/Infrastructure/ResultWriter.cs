using System.Text.Encodings.Web;
using System.Text.Json;

namespace Engine.Examples;

/// <summary>Writes result.json: the same members in the same order for every example.</summary>
internal static class ResultWriter
{
    private static readonly JsonWriterOptions Options = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,      // "µ" stays "µ": the file is read by people, not by browsers
    };

    /// <summary>Writes beside the path and renames; makes the folder if need be. On failure an older file stays as it was.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="example">The example's name.</param>
    /// <param name="result">What it found.</param>
    /// <param name="machine">Where it ran.</param>
    /// <param name="commit">The commit it was built from, or null.</param>
    /// <exception cref="ArgumentException">A name comes twice, or a setting is of a type that has no place in the file.</exception>
    public static void Write(string path, string example, ExampleResult result, Machine machine, string? commit)
    {
        byte[] json = ToJson(example, result, machine, commit);
        string full = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        string aside = $"{full}.{Guid.NewGuid():N}.tmp";
        try
        {
            File.WriteAllBytes(aside, json);
            File.Move(aside, full, overwrite: true);
        }
        finally
        {
            File.Delete(aside);
        }
    }

    internal static byte[] ToJson(string example, ExampleResult result, Machine machine, string? commit)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Options))
        {
            json.WriteStartObject();
            json.WriteString("example", example);
            WriteObject(json, "settings", result.Settings, WriteSetting);
            WriteObject(json, "seeds", result.Seeds, (writer, name, seed) => writer.WriteNumber(name, seed));
            WriteNumber(json, "seconds", Math.Round(result.Seconds, 3));
            json.WriteStartObject("machine");
            json.WriteString("processor", machine.Processor);
            json.WriteNumber("cores", machine.Cores);
            json.WriteString("dotnet", machine.Framework);
            json.WriteNumber("vector_bits", machine.VectorBits);
            json.WriteEndObject();
            json.WriteString("commit", commit);
            WriteObject(json, "metrics", result.Metrics, WriteNumber);
            json.WriteEndObject();
        }

        return [.. stream.ToArray(), .. "\n"u8];
    }

    private static void WriteObject<T>(
        Utf8JsonWriter json, string name, List<(string Name, T Value)> members, Action<Utf8JsonWriter, string, T> write)
    {
        if (members.GroupBy(member => member.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new ArgumentException($"ResultWriter: expected different names in {name}, got '{twice.Key}' twice.", nameof(members));
        json.WriteStartObject(name);
        foreach ((string key, T value) in members)
            write(json, key, value);
        json.WriteEndObject();
    }

    private static void WriteSetting(Utf8JsonWriter json, string name, object value)
    {
        switch (value)
        {
            case string text:
                json.WriteString(name, text);
                break;
            case bool flag:
                json.WriteBoolean(name, flag);
                break;
            case int number:
                json.WriteNumber(name, number);
                break;
            case long number:
                json.WriteNumber(name, number);
                break;
            case ulong number:
                json.WriteNumber(name, number);
                break;
            case double number:
                WriteNumber(json, name, number);
                break;
            default:
                throw new ArgumentException(
                    $"ResultWriter: expected a string, a bool or a number, got {value.GetType().Name} in setting '{name}'.", nameof(value));
        }
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value))
            json.WriteNumber(name, value);
        else
            json.WriteNull(name);
    }
}
