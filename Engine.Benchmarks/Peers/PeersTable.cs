using System.Globalization;

namespace Engine.Benchmarks.Peers;

/// <summary>
/// Our engine and its peers side by side, in one run: training steps and inference of several networks, dropout, the matrix product.
/// </summary>
internal static class PeersTable
{
    public const string Usage = "peers [--out FILE] [--rounds N] [--only TEXT]";

    /// <summary>Measures and writes the table as Markdown. Returns the exit code.</summary>
    /// <param name="console">Gets each row as soon as it is measured.</param>
    /// <param name="args">The arguments after <c>peers</c>.</param>
    public static int Run(TextWriter console, IReadOnlyList<string> args)
    {
        if (!PeersOptions.TryParse(args, out PeersOptions options, out string error))
        {
            console.WriteLine($"peers: {error} Usage: {Usage}");
            return 2;
        }

        ILibrary[] libraries = CreateLibraries();
        if (libraries.Length == 0)
        {
            console.WriteLine("peers: this build has no peers in it. Add -p:Peers=true to dotnet run, before the --.");
            return 2;
        }

        PeersRow[] rows = [.. PeersRow.All.Where(row => row.Name.Contains(options.Only, StringComparison.OrdinalIgnoreCase))];
        if (rows.Length == 0)
        {
            console.WriteLine($"peers: no row's name contains '{options.Only}'. The names: {string.Join("; ", PeersRow.Names)}.");
            return 2;
        }

        using var lines = new StringWriter(CultureInfo.InvariantCulture);
        foreach (string line in Head(libraries, args, options).Concat(rows.Select(row => Line(row, libraries, options.Rounds))))
        {
            console.WriteLine(line);
            lines.WriteLine(line);
        }

        if (options.Out is not null)
        {
            string path = Path.GetFullPath(options.Out);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, lines.ToString());
        }

        return 0;
    }

    // In the order of the columns. Ours is the last: the ratios compare it with each of the others.
    private static ILibrary[] CreateLibraries() =>
    [
#if PEERS
        new TorchLibrary(),
#endif
        new EngineLibrary(),
    ];

    private static IEnumerable<string> Head(ILibrary[] libraries, IReadOnlyList<string> args, PeersOptions options)
    {
        yield return "# Side by side with peers";
        yield return "";
        yield return $"{Machine.Description}; {string.Join("; ", libraries.Select(library => library.Version))}.";
        yield return "";
        string command = $"dotnet run -c Release --project Engine.Benchmarks -p:Peers=true -- {string.Join(' ', args.Prepend("peers").Select(Quoted))}";
        yield return $"Command: `{command}`. Commit: {Machine.Commit}.";
        yield return "";
        yield return $"Best (median) of {options.Rounds} blocks, the libraries in turn. A training step: forward, loss, backward, Adam.";
        if (libraries.Length > 1)
        {
            yield return "Times faster: the peer's best (median) time over ours. Of a peer's layouts of images the better one counts.";
        }

        yield return "";
        IEnumerable<string> columns = libraries.Select(library => library.Name);
        columns = ["work", "threads", "unit", .. columns, .. libraries.SkipLast(1).Select(peer => $"times faster than {peer.Name}")];
        yield return $"| {string.Join(" | ", columns)} |";
        yield return $"|{string.Concat(columns.Select((_, i) => i is 0 or 2 ? "---|" : "---:|"))}";
    }

    private static string Line(PeersRow row, ILibrary[] libraries, int rounds)
    {
        PeersWork[][] works = [.. libraries.Select(library => row.Create(library).ToArray())];
        PeersWork[] all = [.. works.SelectMany(forms => forms)];
        try
        {
            Queue<Timing> timings = new(Interleaved.Measure(all.Select(work => work.Run).ToArray(), rounds));
            List<Timing> bests = [];
            for (int i = 0; i < works.Length; i++)
            {
                bests.Add(works[i].Select(_ => timings.Dequeue()).MinBy(timing => timing.Best));
                foreach (PeersWork work in works[i])
                {
                    work.Verify($"{libraries[i].Name}, {row.Name}");
                }
            }

            IEnumerable<string> figures = bests.Select(row.Figure);
            IEnumerable<string> ratios = bests.SkipLast(1).Select(peer => string.Create(
                CultureInfo.InvariantCulture, $"{peer.Best / bests[^1].Best:F2} ({peer.Median / bests[^1].Median:F2})"));
            return $"| {row.Name} | {row.Threads} | {row.Unit} | {string.Join(" | ", figures.Concat(ratios))} |";
        }
        finally
        {
            foreach (PeersWork work in all)
            {
                work.Owner.Dispose();
            }
        }
    }

    private static string Quoted(string argument) => argument.Contains(' ') ? $"'{argument}'" : argument;
}
