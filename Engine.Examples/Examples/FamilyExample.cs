using System.CommandLine;
using System.Diagnostics;
using Engine.Callbacks;
using Engine.Data;
using Engine.Layers;
using Engine.Visualization;

namespace Engine.Examples;

/// <summary>Every member of the dropout family in one small network, and what each does to a batch of ones.</summary>
internal sealed class FamilyExample : Example
{
    private const int BatchSize = 64;
    private const int QuickSamples = 1000;

    public override string Name => "family";

    public override string Summary => "Trains one small network with each member of the dropout family, and draws their masks.";

    public override IReadOnlyList<Option> Options => [Digits.Folder];

    public override int Run(ExampleContext context)
    {
        var watch = Stopwatch.StartNew();
        ulong weightSeed = context.Seed ?? 42, fitSeed = context.Seed ?? 7;
        int epochs = context.Epochs ?? (context.Quick ? 1 : 15);
        var digits = Digits.Load(context, [28, 28, 1]);
        Dataset train = context.Quick ? digits.Train.Select([.. Enumerable.Range(0, QuickSamples)]) : digits.Train;

        var result = new ExampleResult();
        digits.AddTo(result);
        result.Settings.AddRange([("epochs", epochs), ("batch_size", BatchSize), ("threads", context.DegreeOfParallelism)]);
        result.Seeds.AddRange([("weights", weightSeed), ("fit", fitSeed)]);
        string length = epochs == 1 ? "1 epoch" : $"{epochs} epochs";
        context.Say(
            $"Each network: a convolution, a residual block, 64 hidden units; {length} on {Text.Count(train.Count)} digits.");

        FamilyMember[] members = Members(ConcreteDropoutWeight(train.Count));

        // For the compiler, so that the first is no slower than the others.
        members[0].Train(train, digits.Test, 1, BatchSize, weightSeed, fitSeed, context);
        List<FamilyResult> results = [];
        foreach (FamilyMember member in members)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            results.Add(member.Train(train, digits.Test, epochs, BatchSize, weightSeed, fitSeed, context));
        }

        context.Output.WriteLine();
        Print(context, results, result);
        SaveCharts(context, results);
        FamilyMasks.Save(context);
        result.Seconds = watch.Elapsed.TotalSeconds;
        context.WriteResult(result);
        context.PrintFiles();
        return 0;
    }

    // The rates are usual ones, not tuned: the table compares what the layers do, not how well one can do with each.
    private static FamilyMember[] Members(double concreteWeight) =>
    [
        new("none"),
        new("Dropout(0.5)") { OnUnits = () => new Dropout(0.5) },
        new("Dropout, rate growing")
        {
            OnUnits = () => new Dropout(0.5),
            Schedule = steps => new RateSchedule(RateSchedule.Exponential(0.5, 10.0 / steps)),
        },
        new("VariationalDropout(0.5)") { OnUnits = () => new VariationalDropout(0.5) },
        new("GaussianDropout(0.5)") { OnUnits = () => new GaussianDropout(0.5) },
        new("GaussianNoise(0.5)") { OnUnits = () => new GaussianNoise(0.5) },
        new("selu alone") { IsSelu = true },
        new("AlphaDropout(0.2), selu") { IsSelu = true, OnUnits = () => new AlphaDropout(0.2) },
        new("FeatureAlphaDropout(0.1), selu") { IsSelu = true, OnMaps = () => new FeatureAlphaDropout(0.1) },
        new("SpatialDropout2D(0.2)") { OnMaps = () => new SpatialDropout2D(0.2) },
        new("DropBlock2D(3, 0.2)") { OnMaps = () => new DropBlock2D(3, 0.2) },
        new("StochasticDepth(0.5)") { OnBranch = () => new StochasticDepth(StochasticDepth.LinearDecay(1, 1, 0.5)) },
        new("DropConnect(0.5)") { AroundUnits = hidden => new DropConnect(hidden, 0.5) },
        new("ConcreteDropout") { AroundUnits = hidden => new ConcreteDropout(hidden, concreteWeight / 100, concreteWeight) },
    ];

    // Of the paper's terms for cross-entropy: l² / N with a prior length scale of 0.1, and 1 / N.
    private static double ConcreteDropoutWeight(int samples) => 1.0 / samples;

    private static void Print(ExampleContext context, List<FamilyResult> results, ExampleResult written)
    {
        var table = new ResultTable(
            ("layer", ColumnAlignment.Left),
            ("training accuracy", ColumnAlignment.Right),
            ("test accuracy", ColumnAlignment.Right),
            ("gap", ColumnAlignment.Right),
            ("ms a step", ColumnAlignment.Right));
        foreach (FamilyResult member in results)
        {
            table.AddRow(
                member.Name, Text.Percent(member.TrainAccuracy), Text.Percent(member.TestAccuracy), Text.Points(member.Gap),
                Text.Fixed(member.StepMilliseconds, 2));
            string key = Key(member.Name);
            written.Metrics.AddRange(
            [
                ($"{key}_train_accuracy", member.TrainAccuracy), ($"{key}_test_accuracy", member.TestAccuracy),
                ($"{key}_step_milliseconds", member.StepMilliseconds),
            ]);
        }

        context.Print(table);
        double rate = results[^1].Model.Layers.OfType<ConcreteDropout>().Single().Rate;
        written.Metrics.Add(("concrete_dropout_learned_rate", rate));
        context.Say(
            $"ConcreteDropout began with a rate of 0.1 and has learned {Text.Fixed(rate, 3)} for the inputs of the hidden layer.");
        context.Say("One seed each: differences of some tenths of a point in test accuracy are those of two seeds.");
    }

    // In two panels: fourteen points in one would be hard to tell apart.
    private static void SaveCharts(ExampleContext context, List<FamilyResult> results) => context.Save(
        Chart.SideBySide(
            Accuracies("On the hidden layer", results.Where(member => !IsOnMaps(member.Name))),
            Accuracies(
                "On maps and branches, and with selu",
                results.Where(member => IsOnMaps(member.Name) || member.Name == "none"))),
        "accuracies.png",
        800,
        560);

    private static bool IsOnMaps(string name) =>
        name.Contains("selu", StringComparison.Ordinal) || name.Contains("2D", StringComparison.Ordinal)
        || name.StartsWith("Stochastic", StringComparison.Ordinal);

    private static Chart Accuracies(string title, IEnumerable<FamilyResult> results) => Chart.Scatter(
        title,
        "Training accuracy (%)",
        "Test accuracy (%)",
        [.. results.Select(member => (member.Name, Percent(member.TrainAccuracy), Percent(member.TestAccuracy)))]);

    private static IReadOnlyList<double> Percent(double share) => [100 * share];

    // "AlphaDropout(0.2), selu" as alpha_dropout_0_2_selu.
    private static string Key(string name)
    {
        var key = new System.Text.StringBuilder();
        for (int i = 0; i < name.Length; i++)
        {
            if (char.IsUpper(name[i]) && i > 0 && char.IsLower(name[i - 1]))
                key.Append('_');
            key.Append(char.IsLetterOrDigit(name[i]) ? char.ToLowerInvariant(name[i]) : '_');
        }

        return string.Join('_', key.ToString().Split('_', StringSplitOptions.RemoveEmptyEntries));
    }
}
