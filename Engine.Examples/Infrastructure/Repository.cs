namespace Engine.Examples;

/// <summary>The version of the source that a program was built from.</summary>
internal static class Repository
{
    /// <summary>
    /// The commit that is checked out around a folder, 40 hexadecimal digits, with "-dirty" behind it when tracked files were
    /// changed; null outside a repository, or without git.
    /// </summary>
    public static string? CommitOf(string folder) =>
        ProgramOutput.LineOf("git", folder, "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*");

    /// <summary>The folder around a folder that holds Engine.sln, or null outside the source.</summary>
    public static string? RootOf(string folder)
    {
        DirectoryInfo? root = new(folder);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Engine.sln")))
            root = root.Parent;
        return root?.FullName;
    }
}
