using System.Text.RegularExpressions;

namespace Engine.Tests.Architecture;

/// <summary>The library's source as it lies on the disk: which folder a type is declared in.</summary>
internal static partial class SourceTree
{
    public static string Root { get; } = FindRoot();

    /// <summary>Every source file of the library: path below Engine, and text.</summary>
    public static IReadOnlyList<(string Path, string Text)> Files { get; } =
    [
        .. Directory.EnumerateFiles(Path.Combine(Root, "Engine"), "*.cs", SearchOption.AllDirectories)
            .Select(path => (Path: Path.GetRelativePath(Path.Combine(Root, "Engine"), path).Replace('\\', '/'), File: path))
            .Where(file => !file.Path.StartsWith("obj/", StringComparison.Ordinal) && !file.Path.StartsWith("bin/", StringComparison.Ordinal))
            .Select(file => (file.Path, File.ReadAllText(file.File))),
    ];

    private static readonly Dictionary<string, string> Folders = FindFolders();

    /// <summary>The upper folder that declares a type; null for what the compiler made.</summary>
    public static string? FolderOf(Type type) =>
        Folders.GetValueOrDefault($"{type.Namespace}.{type.Name.Split('`')[0]}");

    public static string FolderOf(string path) => path.Split('/')[0];

    public static string NamespaceOf(string text) => NamespaceLine().Match(text).Groups[1].Value;

    private static Dictionary<string, string> FindFolders()
    {
        Dictionary<string, string> folders = [];
        foreach ((string path, string text) in Files)
        {
            foreach (Match match in TopLevelType().Matches(text))
            {
                folders[$"{NamespaceOf(text)}.{match.Groups[1].Value}"] = FolderOf(path);
            }
        }

        return folders;
    }

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(TestContext.CurrentContext.TestDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Engine.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("expected the tests to run below the folder of Engine.sln.");
    }

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(
        @"^(?:(?:public|internal|sealed|abstract|static|partial|readonly|ref|unsafe) )*(?:class|struct|interface|enum|record(?: struct)?|delegate \w+) (\w+)",
        RegexOptions.Multiline)]
    private static partial Regex TopLevelType();
}
