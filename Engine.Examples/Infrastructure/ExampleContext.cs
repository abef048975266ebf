using System.CommandLine;
using Engine.Serialization;
using Engine.Visualization;

namespace Engine.Examples;

/// <summary>What an example is run with.</summary>
internal sealed class ExampleContext
{
    private readonly ParseResult _arguments;
    private readonly List<string> _files = [];

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

    /// <summary>The threads to train and to predict with.</summary>
    public int DegreeOfParallelism => Threads ?? Environment.ProcessorCount;

    /// <summary>A progress bar where it can be painted, else a line an epoch.</summary>
    public ConsoleProgress NewProgress() =>
        Output == Console.Out ? new ConsoleProgress() : new ConsoleProgress(Output, isTerminal: false);

    /// <summary>Prints a table, with a frame where there is a terminal.</summary>
    public void Print(ResultTable table)
    {
        Output.Flush();
        if (Output == Console.Out)
            table.Write();
        else
            table.Write(Output, isTerminal: false);
    }

    /// <summary>Says how a model is measured and asked for predictions.</summary>
    public PredictOptions NewPredictOptions() =>
        new() { DegreeOfParallelism = DegreeOfParallelism, CancellationToken = Cancellation };

    /// <summary>Saves a chart among this example's results, of a size that a README and a slide can show: what suits it if null.</summary>
    public void Save(Chart chart, string file, int? width = null, int? height = null)
    {
        string path = PathOf(file);
        chart.Save(path, width, height);
        _files.Add(path);
    }

    /// <summary>Saves a model among this example's results.</summary>
    public void Save(Model model, string file)
    {
        string path = PathOf(file);
        Directory.CreateDirectory(Folder);
        model.Save(path);
        _files.Add(path);
    }

    /// <summary>The value of one of the example's own options.</summary>
    public T Get<T>(Option<T> option) => _arguments.GetValue(option)!;

    /// <summary>The path of a file among this example's results.</summary>
    public string PathOf(string file) => Path.Combine(Folder, file);

    /// <summary>Writes result.json.</summary>
    public void WriteResult(ExampleResult result)
    {
        string path = PathOf("result.json");
        ResultWriter.Write(path, Example, result, Machine.Current, Repository.CommitOf(AppContext.BaseDirectory));
        _files.Add(path);
    }

    /// <summary>Says where the files are that this example wrote.</summary>
    public void PrintFiles()
    {
        Output.WriteLine();
        foreach (string path in _files)
            Output.WriteLine($"Saved {ShortPath(path)}");
    }

    // Below the current folder a path is short, and can be clicked in many terminals; elsewhere it is told in full.
    private static string ShortPath(string path)
    {
        string relative = Path.GetRelativePath(Environment.CurrentDirectory, path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
    }
}
