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
}
