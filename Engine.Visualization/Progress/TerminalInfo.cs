namespace Engine.Visualization;

/// <summary>What the console's output can do.</summary>
internal static class TerminalInfo
{
    private const int UsualWidth = 80;

    /// <summary>Whether lines written to the console may be painted over.</summary>
    public static bool IsInteractive { get; } = Decide(Console.IsOutputRedirected, Environment.GetEnvironmentVariable);

    /// <summary>The width of the terminal in characters; 80 where it cannot be known.</summary>
    public static int Width
    {
        get
        {
            try
            {
                return Console.WindowWidth > 0 ? Console.WindowWidth : UsualWidth;
            }
            catch (IOException)
            {
                return UsualWidth;
            }
        }
    }

    /// <summary>Whether a writer can write more than ASCII.</summary>
    public static bool IsUnicode(TextWriter writer) => writer.Encoding.CodePage is 65001 or 1200 or 1201 or 12000 or 12001;

    /// <summary>Not when the output goes to a file or a pipe, not on a build server, and not on a terminal that says it is dumb.</summary>
    internal static bool Decide(bool isRedirected, Func<string, string?> environment) =>
        !isRedirected
        && environment("CI") is (null or "" or "0" or "false")
        && !string.Equals(environment("TERM"), "dumb", StringComparison.OrdinalIgnoreCase);
}
