using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Engine.Data;
using Engine.Visualization;

namespace Engine.Examples;

/// <summary>
/// Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov (2014), "Dropout: a simple way to prevent neural networks from
/// overfitting", JMLR 15: MNIST without the images' geometry, tables 2 and 9.
/// </summary>
internal sealed class PaperSrivastavaExample : Example
{
    private const int BatchSize = 128, ShortEpochs = 12, QuickDivisor = 16;

    private static readonly Option<string?> s_rows = ExampleOption.Text(
        "--rows", "names", "which rows to train, separated by commas (default: all); rows that were trained before are shown as well");

    private static readonly Option<int> s_batch = ExampleOption.Number("--batch", "the digits of a step", 1, 60_000, BatchSize);

    private static readonly Option<double?> s_rate = ExampleOption.Number<double>("--rate", "the peak learning rate (default: the row's)", 0, 10);

    private static readonly Option<bool> s_validate = ExampleOption.Flag(
        "--validate", "measures on the last sixth of the training digits, which are left out of the training: to choose settings by");

    public override string Name => "paper-srivastava";

    public override string Summary => "The dropout paper's tables on MNIST; --full trains for hours, in parts that go on after a kill.";

    public override IReadOnlyList<Option> Options => [s_rows, s_batch, s_rate, s_validate, Digits.Folder];

    public override int Run(ExampleContext context)
    {
        var watch = Stopwatch.StartNew();
        var digits = Digits.Load(context);
        Dataset train = digits.Train, test = digits.Test;
        if (context.Get(s_validate))
            (train, test) = train.Split(5.0 / 6);
        PaperSrivastavaRow[] all = [.. PaperSrivastavaRow.Networks, .. PaperSrivastavaRow.Regularizers];
        string[] wanted = context.Get(s_rows)?.Split(',') ?? [.. all.Select(row => row.Key)];
        foreach (PaperSrivastavaRow row in all.Where(row => wanted.Contains(row.Key)))
        {
            PaperSrivastavaSettings settings = new(
                digits.Source,
                train.Count,
                context.Epochs ?? (context.Full ? row.Epochs : context.Quick ? 1 : ShortEpochs),
                context.Get(s_batch),
                context.Get(s_rate) ?? row.LearningRate,
                context.Seed ?? 1,
                context.Quick ? QuickDivisor : 1);
            PaperSrivastavaTraining.Run(context, row, settings, train, test);
        }

        return 0;
    }
}
