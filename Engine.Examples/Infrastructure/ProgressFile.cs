using System.Text.Json;

namespace Engine.Examples;

/// <summary>What a long example has done so far, in a file: to go on after it was ended.</summary>
internal static class ProgressFile
{
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true };

    /// <summary>Reads what an earlier run wrote, or null if there is none.</summary>
    /// <exception cref="InvalidDataException">The file is not what <see cref="Save"/> wrote; the message names it.</exception>
    public static T? Load<T>(string path)
        where T : class
    {
        if (!File.Exists(path))
            return null;
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllBytes(path), s_json)
                ?? throw new InvalidDataException($"{path}: expected what was done so far, got null. Delete the file to begin anew.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException(
                $"{path}: expected what was done so far, got something else ({exception.Message}). Delete the file to begin anew.",
                exception);
        }
    }

    /// <summary>Writes beside the path and renames; makes the folder if need be.</summary>
    public static void Save<T>(string path, T progress)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string aside = path + ".tmp";
        File.WriteAllBytes(aside, JsonSerializer.SerializeToUtf8Bytes(progress, s_json));
        File.Move(aside, path, overwrite: true);
    }
}
