using System.CommandLine;
using Engine.Serialization;
using Engine.Tuning;
using Engine.Visualization;

namespace Engine.Examples;

/// <summary>What an example is run with.</summary>
internal sealed class ExampleContext
{
    private readonly ParseResult _arguments;
    private readonly List<string> _files = [];
    private readonly List<string> _pictures = [];
    private readonly List<string> _parts = [];

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

    /// <summary>The example as it runs when only its name is given.</summary>
    /// <param name="example">The example.</param>
    /// <param name="folder">The folder in which its folder of results is.</param>
    /// <param name="output">Where to print.</param>
    /// <param name="cancellation">Ends the run.</param>
    public static ExampleContext WithDefaults(Example example, string folder, TextWriter output, CancellationToken cancellation)
    {
        var shared = new SharedOptions();
        var command = new Command(example.Name, example.Summary);
        foreach (Option option in example.Options.Concat(shared.All))
            command.Options.Add(option);
        return new ExampleContext(example.Name, command.Parse([shared.Out.Name, folder]), shared, output, cancellation);
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

    /// <summary>The tables printed and the sentences said so far, in this order, each as Markdown that ends its line.</summary>
    public IReadOnlyList<string> Parts => _parts;

    /// <summary>The paths of the charts saved so far, as PNG.</summary>
    public IReadOnlyList<string> Pictures => _pictures;

    /// <summary>Cancelled by Ctrl-C.</summary>
    public CancellationToken Cancellation { get; }

    /// <summary>The threads to train and to predict with.</summary>
    public int DegreeOfParallelism => Threads ?? Environment.ProcessorCount;

    /// <summary>A progress bar where it can be painted, else a line an epoch.</summary>
    public ConsoleProgress NewProgress() =>
        Output == Console.Out ? new ConsoleProgress() : new ConsoleProgress(Output, isTerminal: false);

    /// <summary>A line for each trial of a sweep with these of its numbers, and a bar where it can be painted.</summary>
    public ConsoleSweepProgress NewSweepProgress(params string[] metrics) => Output == Console.Out
        ? new ConsoleSweepProgress { Metrics = metrics }
        : new ConsoleSweepProgress(Output, isTerminal: false) { Metrics = metrics };

    /// <summary>Prints a table, with a frame where there is a terminal.</summary>
    public void Print(ResultTable table)
    {
        _parts.Add(table.ToMarkdown());
        Output.Flush();
        if (Output == Console.Out)
            table.Write();
        else
            table.Write(Output, isTerminal: false);
    }

    /// <summary>
    /// Prints what the numbers mean, or how far not to trust them: the page of the gallery has it, too. What only a reader of the
    /// console needs goes to <see cref="Output"/>.
    /// </summary>
    public void Say(string text)
    {
        _parts.Add($"{text.ReplaceLineEndings("\n")}\n");
        Output.WriteLine(text);
    }

    /// <summary>Says how a model is measured and asked for predictions.</summary>
    public PredictOptions NewPredictOptions() =>
        new() { DegreeOfParallelism = DegreeOfParallelism, CancellationToken = Cancellation };

    /// <summary>Saves a chart among this example's results, as PNG and beside it as SVG.</summary>
    /// <param name="chart">The chart.</param>
    /// <param name="file">The name of the PNG.</param>
    /// <param name="width">Its width in pixels, such that a README and a slide can show it; what suits the chart if null.</param>
    /// <param name="height">Its height, likewise.</param>
    public void Save(Chart chart, string file, int? width = null, int? height = null)
    {
        string png = PathOf(file), svg = Path.ChangeExtension(png, ".svg");
        chart.Save(png, width, height);
        chart.Save(svg, width, height);
        _files.AddRange([png, svg]);
        _pictures.Add(png);
    }

    /// <summary>Saves a model among this example's results.</summary>
    public void Save(Model model, string file, bool includeTraining = false)
    {
        string path = PathOf(file);
        Directory.CreateDirectory(Folder);
        model.Save(path, includeTraining);
        _files.Add(path);
    }

    /// <summary>Saves the trials of a sweep among this example's results.</summary>
    public void Save(SweepResult result, string file)
    {
        string path = PathOf(file);
        result.SaveCsv(path);
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
