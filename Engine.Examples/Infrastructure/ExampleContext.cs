using System.CommandLine;

namespace Engine.Examples;

/// <summary>What an example is run with.</summary>
internal sealed class ExampleContext
{
    private readonly ParseResult _arguments;

    public ExampleContext(
        string example, ParseResult arguments, SharedOptions shared, TextWriter output, CancellationToken cancellation)
    {
        _arguments = arguments;
        Example = example;
        Quick = arguments.GetValue(shared.Quick);
        Full = arguments.GetValue(shared.Full);
        Seed = arguments.GetValue(shared.Seed);
        Epochs = arguments.GetValue(shared.Epochs);
        Threads = arguments.GetValue(shared.Threads);
        Folder = Path.GetFullPath(Path.Combine(arguments.GetValue(shared.Out) ?? "artifacts", example));
        Output = output;
        Cancellation = cancellation;
    }

    /// <summary>The example's name.</summary>
    public string Example { get; }

    /// <summary>Whether ten seconds have to be enough. Never together with <see cref="Full"/>.</summary>
    public bool Quick { get; }

    /// <summary>Whether to take all of the data rather than the sample.</summary>
    public bool Full { get; }

    /// <summary>The seed asked for, or null for the example's own.</summary>
    public ulong? Seed { get; }

    /// <summary>The number of epochs asked for, or null for the example's own.</summary>
    public int? Epochs { get; }

    /// <summary>The number of threads asked for, or null for one a core.</summary>
    public int? Threads { get; }

    /// <summary>The folder of this example's results, as a full path: artifacts/&lt;example&gt;. Made by whoever writes.</summary>
    public string Folder { get; }

    /// <summary>Where to print.</summary>
    public TextWriter Output { get; }

    /// <summary>Cancelled by Ctrl-C.</summary>
    public CancellationToken Cancellation { get; }

    /// <summary>The value of one of the example's own options.</summary>
    public T Get<T>(Option<T> option) => _arguments.GetValue(option)!;

    /// <summary>The path of a file among this example's results.</summary>
    public string PathOf(string file) => Path.Combine(Folder, file);

    /// <summary>Writes result.json and returns its path.</summary>
    public string WriteResult(ExampleResult result)
    {
        string path = PathOf("result.json");
        ResultWriter.Write(path, Example, result, Machine.Current, Repository.CommitOf(AppContext.BaseDirectory));
        return path;
    }
}
