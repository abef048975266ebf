using System.CommandLine;
using System.Diagnostics;
using Engine.Layers;
using Engine.Visualization;
using static Engine.Activations.ActivationFunction;

namespace Engine.Examples;

/// <summary>
/// Section 9 of the guide: digits read row by row, 28 steps of 28 numbers, by a recurrent network without dropout, with dropout
/// on its inputs, on its states, and on both; otherwise alike.
/// </summary>
internal sealed class LstmExample : Example
{
    private const string Lstm = "lstm", Gru = "gru", Simple = "simple";

    private static readonly Option<string> s_cell = ExampleOption.Choice("--cell", "the recurrent layer", Lstm, Gru, Simple);
    private static readonly Option<double> s_rate = ExampleOption.Number("--rate", "the dropout rate, inputs and states", 0.0, 0.99, 0.2);
    private static readonly Option<int?> s_units = ExampleOption.Number(
        "--units", "the length of the state (default: 64; --full: 128)", 1, 4096);

    public override string Name => "lstm";

    public override string Summary => "Reads digits row by row with an LSTM: dropout on its inputs, on its states, on both, and none.";

    public override IReadOnlyList<Option> Options => [s_cell, s_rate, s_units, Digits.Folder];

    public override int Run(ExampleContext context)
    {
        var watch = Stopwatch.StartNew();
        string cell = context.Get(s_cell);
        double rate = context.Get(s_rate);
        int units = context.Get(s_units) ?? (context.Quick ? 32 : context.Full ? 128 : 64);
        ulong weightSeed = context.Seed ?? 42, fitSeed = context.Seed ?? 7;
        int epochs = context.Epochs ?? (context.Quick ? 4 : context.Full ? 15 : 25);
        double learningRate = context.Quick ? 1e-2 : context.Full ? 1e-3 : 2e-3;
        var digits = Digits.Load(context, [28, 28]);
        if (context.Quick)
            digits = digits with { Train = digits.Train.Take(2000), Test = digits.Test.Take(1000) };

        (string Name, string Key, double Input, double State)[] variants =
        [
            ("no dropout", "none", 0, 0), ("input dropout", "input", rate, 0), ("recurrent dropout", "recurrent", 0, rate),
            ("both", "both", rate, rate),
        ];
        var networks = new TrainedNetwork[variants.Length];
        for (int i = 0; i < variants.Length; i++)
        {
            Sequential model = CreateModel(cell, units, variants[i].Input, variants[i].State, weightSeed);
            if (i == 0)
            {
                context.Output.WriteLine();
                context.Output.WriteLine(model.Summary());
            }

            networks[i] = TrainedNetwork.Train(model, variants[i].Name, digits, epochs, fitSeed, context, learningRate);
        }

        context.Output.WriteLine();
        Comparison.Print(context, networks);
        Comparison.Explain(context, digits.Test, networks[^1], networks[0], "dropout on inputs and states");
        SaveCharts(context, networks);

        ExampleResult result = Comparison.NewResult(
            context, digits, epochs, weightSeed, fitSeed, ("cell", cell), ("units", units), ("rate", rate), ("learning_rate", learningRate));
        result.Seconds = watch.Elapsed.TotalSeconds;
        for (int i = 0; i < variants.Length; i++)
            networks[i].AddTo(result, variants[i].Key);
        context.WriteResult(result);
        context.PrintFiles();
        return 0;
    }

    // Dropout has no parameters: with the same seed all networks begin with the same weights.
    private static Sequential CreateModel(string cell, int units, double input, double state, ulong seed) => new(
        new Input(28, 28),
        cell switch
        {
            Gru => new GRU(units, dropout: input, recurrentDropout: state),
            Simple => new SimpleRNN(units, dropout: input, recurrentDropout: state),
            _ => new LSTM(units, dropout: input, recurrentDropout: state),
        },
        new Dense(10, Softmax))
    {
        Seed = seed,
    };

    private static void SaveCharts(ExampleContext context, TrainedNetwork[] networks)
    {
        (string, History)[] histories = [.. networks.Select(network => (network.Name, network.History))];
        context.Save(Chart.OfHistories(histories, "val_loss"), "validation-loss.png");
        context.Save(
            Chart.Bars(
                "Digits misread, by where dropout acts",
                "Error (%)",
                [.. networks.Select(network => network.Name)],
                ("training digits", [.. networks.Select(network => Percent(network.TrainAccuracy))]),
                ("test digits", [.. networks.Select(network => Percent(network.TestAccuracy))])),
            "errors.png");

        static double Percent(double accuracy) => Math.Round(100 * (1 - accuracy), 2);
    }
}
