namespace Engine.Visualization;

/// <summary>Files that are either whole or not there.</summary>
internal static class WholeFile
{
    /// <summary>Writes beside the path and renames; makes the folder if need be. On failure an older file stays as it was.</summary>
    public static void Write(string path, ReadOnlySpan<byte> bytes)
    {
        string full = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        string aside = $"{full}.{Guid.NewGuid():N}.tmp";
        try
        {
            File.WriteAllBytes(aside, bytes);
            File.Move(aside, full, overwrite: true);
        }
        finally
        {
            File.Delete(aside);
        }
    }
}
