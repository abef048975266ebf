using System.CommandLine;
using System.Diagnostics;
using Engine.Layers;
using Engine.Visualization;
using static Engine.Activations.ActivationFunction;

namespace Engine.Examples;

/// <summary>
/// Section 6 of the guide: overfitting, seen. Three networks of growing size without dropout, and the largest with it, by epoch.
/// </summary>
internal sealed class HistoryExample : Example
{
    private const double Rate = 0.5;

    private static readonly (string Name, string Key, int Units, double Rate)[] s_networks =
    [
        ("16 units", "units_16", 16, 0),
        ("64 units", "units_64", 64, 0),
        ("512 units", "units_512", 512, 0),
        ($"512 units, dropout {Text.Fixed(Rate, 1)}", "units_512_dropout", 512, Rate),
    ];

    public override string Name => "history";

    public override string Summary =>
        "Overfitting, seen: training and validation curves of networks of three sizes, and of the largest with dropout.";

    public override IReadOnlyList<Option> Options => [Digits.Folder];

    public override int Run(ExampleContext context)
    {
        var watch = Stopwatch.StartNew();
        ulong weightSeed = context.Seed ?? 42, fitSeed = context.Seed ?? 7;
        int epochs = context.Epochs ?? (context.Quick ? 3 : 25);
        var digits = Digits.Load(context);
        if (context.Quick)
            digits = digits with { Train = digits.Train.Take(2000) };

        TrainedNetwork[] networks = [.. s_networks.Select(network => TrainedNetwork.Train(
            CreateModel(network.Units, network.Rate, weightSeed), network.Name, digits, epochs, fitSeed, context))];

        context.Output.WriteLine();
        Comparison.Print(context, networks);
        context.Output.WriteLine();
        PrintTurningPoints(context, networks);
        SaveCharts(context, networks);

        ExampleResult result = Comparison.NewResult(context, digits, epochs, weightSeed, fitSeed, ("rate", Rate));
        result.Seconds = watch.Elapsed.TotalSeconds;
        foreach (((_, string key, _, _), TrainedNetwork network) in s_networks.Zip(networks))
        {
            network.AddTo(result, key);
            (int epoch, double best, double last) = TurningPoint(network);
            result.Metrics.AddRange([($"{key}_best_epoch", epoch), ($"{key}_best_loss", best), ($"{key}_last_loss", last)]);
        }

        context.WriteResult(result);
        context.PrintFiles();
        return 0;
    }

    private static Sequential CreateModel(int units, double rate, ulong seed) => new(
        new Input(784),
        new Dense(units, ReLU),
        new Dropout(rate),
        new Dense(units, ReLU),
        new Dropout(rate),
        new Dense(10, Softmax))
    {
        Seed = seed,
    };

    // From the epoch of the least validation loss on, a network learns its training digits by heart.
    private static void PrintTurningPoints(ExampleContext context, TrainedNetwork[] networks)
    {
        var table = new ResultTable(
            ("network", ColumnAlignment.Left),
            ("least validation loss", ColumnAlignment.Right),
            ("in epoch", ColumnAlignment.Right),
            ("in the last epoch", ColumnAlignment.Right),
            ("grown by", ColumnAlignment.Right),
            ("training loss then", ColumnAlignment.Right));
        foreach (TrainedNetwork network in networks)
        {
            (int epoch, double best, double last) = TurningPoint(network);
            table.AddRow(
                network.Name,
                Text.Fixed(best, 4),
                Text.Count(epoch),
                Text.Fixed(last, 4),
                Text.Percent((last / best) - 1, 0),
                Text.Fixed(network.History["loss"][^1], 4));
        }

        context.Print(table);
        context.Say(
            "Validation loss that grows while training loss falls is overfitting. EarlyStopping(\"val_loss\") would stop in time.");
    }

    // The first epochs are far off: the axes show what comes after a fifth of the training.
    private static void SaveCharts(ExampleContext context, TrainedNetwork[] networks)
    {
        (string, History)[] histories = [.. networks.Select(network => (network.Name, network.History))];
        double loss = Later("val_loss").Max(), accuracy = Later("val_accuracy").Min();
        context.Save(Chart.OfHistories(histories, "loss", "val_loss").WithYRange(0, 1.3 * loss), "loss.png", 800, 560);
        context.Save(
            Chart.OfHistories(histories, "accuracy", "val_accuracy").WithYRange(1 - (1.3 * (1 - accuracy)), 1.005),
            "accuracy.png",
            800,
            560);

        IEnumerable<double> Later(string key) =>
            networks.SelectMany(network => network.History[key].Skip(network.History.Epochs / 5));
    }

    private static (int Epoch, double Best, double Last) TurningPoint(TrainedNetwork network)
    {
        IReadOnlyList<double> losses = network.History["val_loss"];
        int best = Enumerable.Range(0, losses.Count).MinBy(epoch => losses[epoch]);
        return (best + 1, losses[best], losses[^1]);
    }
}
