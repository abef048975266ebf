using System.CommandLine;
using System.Diagnostics;
using System.Numerics.Tensors;
using Engine.Visualization;

namespace Engine.Examples;

/// <summary>
/// Section 7 of the guide: L2, max-norm, augmentation and dropout, each alone, and all of them together. The example
/// <c>augment</c> adds them to dropout one by one.
/// </summary>
internal sealed class RegularizationExample : Example
{
    private static readonly Option<double> s_l2 = ExampleOption.Number("--l2", "the factor of the L2 penalty", 0.0, 1.0, 0.002);

    private static readonly Option<double> s_maxNorm = ExampleOption.Number(
        "--max-norm", "the greatest norm of a unit's weights in the first layer", 0.01, 100.0, 1.0);

    private static readonly Option<double> s_rate = ExampleOption.Number("--rate", "the dropout rate", 0.0, 0.99, 0.3);

    private static readonly Option<int> s_examples = ExampleOption.Number(
        "--examples", "how many digits to train on, the less the more there is to regularize; --full: all", 100, 60_000, 2500);

    public override string Name => "regularization";

    public override string Summary =>
        "L2, max-norm, augmentation and dropout, each alone and all together: accuracy, gap, and what becomes of the weights.";

    public override IReadOnlyList<Option> Options => [s_l2, s_maxNorm, s_rate, s_examples, Digits.Folder];

    public override int Run(ExampleContext context)
    {
        var watch = Stopwatch.StartNew();
        (double l2, double maxNorm, double rate) = (context.Get(s_l2), context.Get(s_maxNorm), context.Get(s_rate));
        ulong weightSeed = context.Seed ?? 42, fitSeed = context.Seed ?? 7;
        int epochs = context.Epochs ?? (context.Quick ? 1 : context.Full ? 25 : 40);
        var digits = Digits.Load(context, [28, 28, 1]);
        if (!context.Full)
            digits = digits with { Train = digits.Train.Take(Math.Min(context.Get(s_examples), digits.Train.Count)) };
        context.Say($"Trained on the first {Text.Count(digits.Train.Count)} digits.");

        (string Name, string Key, RegularizedNetwork Network)[] kinds =
        [
            ("none", "none", new RegularizedNetwork()),
            ($"L2 {Short(l2)}", "l2", new RegularizedNetwork(L2: l2)),
            ($"max-norm {Short(maxNorm)}", "max_norm", new RegularizedNetwork(MaxNorm: maxNorm)),
            ("augmentation", "augmentation", new RegularizedNetwork(IsAugmented: true)),
            ($"dropout {Short(rate)}", "dropout", new RegularizedNetwork(Rate: rate)),
            ("all of them", "all", new RegularizedNetwork(l2, maxNorm, rate, IsAugmented: true)),
        ];
        TrainedNetwork[] networks = [.. kinds.Select(kind =>
            TrainedNetwork.Train(kind.Network.Create(weightSeed), kind.Name, digits, epochs, fitSeed, context))];

        context.Output.WriteLine();
        Comparison.Print(context, networks);
        double noise = 2 * Math.Sqrt(2 * networks[0].TestAccuracy * (1 - networks[0].TestAccuracy) / digits.Test.Count);
        context.Say(
            $"With {Text.Count(digits.Test.Count)} test digits, two accuracies that differ by less than {Text.Points(noise)} "
            + "may be equal.");
        context.Output.WriteLine();
        PrintWeights(context, networks);
        SaveCharts(context, networks);

        ExampleResult result = Comparison.NewResult(
            context, digits, epochs, weightSeed, fitSeed, ("l2", l2), ("max_norm", maxNorm), ("rate", rate));
        result.Seconds = watch.Elapsed.TotalSeconds;
        foreach (((_, string key, _), TrainedNetwork network) in kinds.Zip(networks))
        {
            network.AddTo(result, key);
            (double size, double norm) = WeightsOf(network);
            result.Metrics.AddRange([($"{key}_mean_weight", size), ($"{key}_greatest_norm", norm)]);
        }

        context.WriteResult(result);
        context.PrintFiles();
        return 0;
    }

    private static string Short(double value) => value.ToString("0.####", System.Globalization.CultureInfo.InvariantCulture);

    private static void PrintWeights(ExampleContext context, TrainedNetwork[] networks)
    {
        var table = new ResultTable(
            ("network", ColumnAlignment.Left),
            ("mean |weight|", ColumnAlignment.Right),
            ("greatest norm of a unit", ColumnAlignment.Right))
        {
            Title = "What becomes of the first layer's weights:",
        };
        foreach (TrainedNetwork network in networks)
        {
            (double size, double norm) = WeightsOf(network);
            table.AddRow(network.Name, Text.Fixed(size, 4), Text.Fixed(norm, 3));
        }

        context.Print(table);
    }

    // The mean size of the first kernel's weights, and the greatest norm of the weights of one unit, which is a column of it.
    private static (double MeanSize, double GreatestNorm) WeightsOf(TrainedNetwork network)
    {
        Tensor<float> kernel = network.Model.GetLayer("dense").Parameters[0].ToTensor<float>();
        (int inputs, int units) = ((int)kernel.Lengths[0], (int)kernel.Lengths[1]);
        double sum = 0;
        double[] squares = new double[units];
        for (int input = 0; input < inputs; input++)
        {
            for (int unit = 0; unit < units; unit++)
            {
                double weight = kernel[input, unit];
                sum += Math.Abs(weight);
                squares[unit] += weight * weight;
            }
        }

        return (sum / (inputs * units), Math.Sqrt(squares.Max()));
    }

    private static void SaveCharts(ExampleContext context, TrainedNetwork[] networks)
    {
        context.Save(
            Chart.OfHistories([.. networks.Select(network => (network.Name, network.History))], "val_accuracy"), "accuracy.png");
        string[] names = [.. networks.Select(network => network.Name)];
        context.Save(
            Chart.Grid(
                1,
                Chart.Bars(
                    "Errors on the test digits", "Error (%)", names, ("", [.. networks.Select(one => Percent(1 - one.TestAccuracy))])),
                Chart.Bars("Gap between training and test", "Gap (points)", names, ("", [.. networks.Select(one => Percent(one.Gap))]))),
            "gap.png",
            800,
            640);
        context.Save(
            Chart.Grid(2, [.. networks[1..5].Select(one => Chart.Histogram(
                $"First layer: {one.Name}", "Weight", (networks[0].Name, KernelOf(networks[0])), (one.Name, KernelOf(one))))]),
            "weights.png",
            800,
            640);
    }

    private static double Percent(double share) => Math.Round(100 * share, 2);

    private static Tensor<float> KernelOf(TrainedNetwork network) => network.Model.GetLayer("dense").Parameters[0].ToTensor<float>();
}
