using Engine.Benchmarks.Peers;

namespace Engine.Benchmarks;

/// <summary>What stands above every table of figures: the machine, the commit, the command.</summary>
internal static class TableHead
{
    public static void Write(TextWriter output, string title, string command) => output.WriteLine($"""
        # {title}

        {Machine.Description}. Commit: {Machine.Commit}.

        Command: `dotnet run -c Release --project Engine.Benchmarks -- {command}`.

        """);
}
