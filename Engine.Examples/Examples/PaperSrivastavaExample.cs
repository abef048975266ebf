using System.CommandLine;
using Engine.Data;

namespace Engine.Examples;

/// <summary>
/// Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov (2014), "Dropout: a simple way to prevent neural networks from
/// overfitting", JMLR 15: MNIST without the images' geometry, tables 2 and 9. The paper says neither learning rate nor batch;
/// here the rate rises for an epoch and falls along half a cosine, which takes a tenth of the paper's updates.
/// </summary>
internal sealed class PaperSrivastavaExample : Example
{
    private const int BatchSize = 128, ShortEpochs = 8, QuickEpochs = 2, ShortDivisor = 4, QuickDivisor = 16;

    private static readonly string s_keys = string.Join(", ", PaperSrivastavaRow.All.Select(row => row.Key));

    private static readonly Option<string?> s_rows = ExampleOption.Text(
        "--rows", "names", $"which rows to train, separated by commas: {s_keys} (default: all)");

    private static readonly Option<int> s_batch = ExampleOption.Number("--batch", "the digits of a step", 1, 60_000, BatchSize);

    private static readonly Option<double?> s_rate = ExampleOption.Number<double>(
        "--rate", $"the learning rate at its peak (default: {PaperSrivastavaRow.CommonLearningRate}, or the row's own)", 0, 10);

    private static readonly Option<double?> s_factor = ExampleOption.Number<double>(
        "--factor", "the largest norm, or the factor of sparsity, L1 or L2, whichever a row has first (default: the row's)", 0, 100);

    private static readonly Option<bool> s_validate = ExampleOption.Flag(
        "--validate", "measures on the last sixth of the training digits, left out of the training: to choose settings by");

    private static readonly Option<bool> s_report = ExampleOption.Flag("--report", "trains nothing: shows what was trained before");

    public override string Name => "paper-srivastava";

    public override string Summary =>
        "The dropout paper's tables on MNIST; --full trains for hours, in parts that go on after a kill.";

    // Its tables say little at short settings; those of the long runs are kept with their results.
    public override GalleryContent Gallery => GalleryContent.None;

    public override IReadOnlyList<Option> Options => [s_rows, s_batch, s_rate, s_factor, s_validate, s_report, Digits.Folder];

    public override int Run(ExampleContext context)
    {
        PaperSrivastavaRow[] wanted = [.. Wanted(context)];
        if (!context.Get(s_report))
        {
            var digits = Digits.Load(context);
            (Dataset train, Dataset test) = context.Get(s_validate) ? digits.Train.Split(5.0 / 6) : (digits.Train, digits.Test);
            foreach (PaperSrivastavaRow row in wanted)
            {
                PaperSrivastavaSettings settings = new(
                    context.Get(s_validate) ? $"{digits.Source}, its training digits alone" : digits.Source,
                    train.Count,
                    test.Count,
                    context.Epochs ?? (context.Full ? row.Epochs : context.Quick ? QuickEpochs : ShortEpochs),
                    context.Get(s_batch),
                    context.Get(s_rate) ?? row.LearningRate,
                    context.Seed ?? PaperSrivastavaTraining.DefaultSeed,
                    context.Full ? 1 : context.Quick ? QuickDivisor : ShortDivisor,
                    context.Get(s_factor));
                PaperSrivastavaRow trained = settings.Factor is { } factor ? row.WithFactor(factor) : row;
                PaperSrivastavaTraining.Run(context, trained, settings, train, test);
            }
        }

        PaperSrivastavaOutcome[] done =
        [
            .. PaperSrivastavaRow.All.Select(row => PaperSrivastavaTraining.Load(context, row)).OfType<PaperSrivastavaOutcome>(),
        ];
        if (done.Length == 0)
        {
            context.Output.WriteLine($"Nothing was trained in {context.Folder} so far.");
            return 0;
        }

        new PaperSrivastavaReport(context, done).Write();
        return 0;
    }

    private static IEnumerable<PaperSrivastavaRow> Wanted(ExampleContext context)
    {
        if (context.Get(s_rows) is not { } names)
            return PaperSrivastavaRow.All;
        return names.Split(',').Select(name => PaperSrivastavaRow.All.FirstOrDefault(row => row.Key == name)
            ?? throw new ArgumentException(
                $"--rows: expected some of {s_keys}, separated by commas, got '{name}'."));
    }
}
