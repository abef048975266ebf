using System.CommandLine;
using System.Diagnostics;
using System.Numerics.Tensors;
using Engine.Layers;
using Engine.Uncertainty;
using Engine.Visualization;
using static Engine.Activations.ActivationFunction;

namespace Engine.Examples;

/// <summary>
/// Section 10 of the guide: with dropout left on, each pass gives another answer; how much they differ says how sure the network
/// is.
/// </summary>
internal sealed class MonteCarloExample : Example
{
    private const int Shown = 4;

    private static readonly Option<double> s_rate = ExampleOption.Number("--rate", "the dropout rate", 0.01, 0.99, 0.5);
    private static readonly Option<int?> s_samples =
        ExampleOption.Number<int>("--samples", "how many samples to draw of each digit (default: 100, with --quick 30)", 1, 1_000_000);

    // Numbers of samples to average; more are left out where fewer are drawn.
    private static readonly int[] s_averages = [1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 40, 50, 60, 70, 80, 90, 100];

    public override string Name => "montecarlo";

    public override string Summary => "Monte Carlo dropout: how sure is the network, and is it right to be?";

    public override IReadOnlyList<Option> Options => [s_rate, s_samples, Digits.Folder];

    public override int Run(ExampleContext context)
    {
        var watch = Stopwatch.StartNew();
        double rate = context.Get(s_rate);
        int samples = context.Get(s_samples) ?? (context.Quick ? 30 : 100);
        ulong weightSeed = context.Seed ?? 42, fitSeed = context.Seed ?? 7, sampleSeed = context.Seed ?? 7;
        int epochs = context.Epochs ?? (context.Quick ? 4 : 20);
        var digits = Digits.Load(context);

        TrainedNetwork network = TrainedNetwork.Train(
            CreateModel(rate, weightSeed), $"dropout {Text.Fixed(rate, 2)}", digits, epochs, fitSeed, context);
        int[] labels = digits.Test.GetLabels();
        var options = new MonteCarloOptions
        {
            DegreeOfParallelism = context.DegreeOfParallelism,
            CancellationToken = context.Cancellation,
        };
        var drawing = Stopwatch.StartNew();
        MonteCarloPrediction uncertain = network.Model.PredictMonteCarlo(digits.Test.Inputs, samples, sampleSeed, options);
        double seconds = drawing.Elapsed.TotalSeconds;
        context.Output.WriteLine();
        context.Output.WriteLine(
            $"{Text.Count(samples)} samples of {Text.Count(labels.Length)} test digits took {Text.Fixed(1000 * seconds, 0)} ms.");

        var result = new ExampleResult();
        bool[] isRight = Judged.Right(uncertain.Mean, labels);
        PrintUncertainty(context, uncertain, isRight, result);
        IReadOnlyList<AveragingPoint> averages = network.Model.CompareAveraging(
            digits.Test.Inputs, labels, [.. s_averages.Where(k => k <= samples)], sampleSeed, options);
        PrintAverages(context, averages, result);
        SaveCharts(context, digits, uncertain, isRight, averages);

        digits.AddTo(result);
        result.Settings.AddRange(
        [
            ("epochs", epochs), ("batch_size", TrainedNetwork.BatchSize), ("rate", rate), ("samples", samples),
            ("threads", context.DegreeOfParallelism),
        ]);
        result.Seeds.AddRange([("weights", weightSeed), ("fit", fitSeed), ("samples", sampleSeed)]);
        network.AddTo(result, "dropout");
        result.Metrics.Add(("sampling_seconds", seconds));
        result.Seconds = watch.Elapsed.TotalSeconds;
        context.WriteResult(result);
        context.PrintFiles();
        return 0;
    }

    private static Sequential CreateModel(double rate, ulong seed) => new(
        new Input(784),
        new Dense(64, ReLU),
        new Dropout(rate),
        new Dense(64, ReLU),
        new Dropout(rate),
        new Dense(10, Softmax))
    {
        Seed = seed,
    };

    private static void PrintUncertainty(
        ExampleContext context, MonteCarloPrediction uncertain, bool[] isRight, ExampleResult result)
    {
        var table = new ResultTable(
            ("predictions", ColumnAlignment.Left),
            ("digits", ColumnAlignment.Right),
            ("predictive entropy", ColumnAlignment.Right),
            ("expected entropy", ColumnAlignment.Right),
            ("mutual information", ColumnAlignment.Right),
            ("variation ratio", ColumnAlignment.Right));
        foreach ((string name, bool wanted) in new[] { ("right", true), ("wrong", false) })
        {
            int[] chosen = [.. Enumerable.Range(0, isRight.Length).Where(i => isRight[i] == wanted)];
            double Mean(Tensor<float> values) => chosen.Length == 0 ? double.NaN : chosen.Average(i => (double)values[i]);
            double[] means =
            [
                Mean(uncertain.PredictiveEntropy), Mean(uncertain.ExpectedEntropy), Mean(uncertain.MutualInformation),
                Mean(uncertain.VariationRatio),
            ];
            table.AddRow([name, Text.Count(chosen.Length), .. means.Select(mean => Text.Fixed(mean, 3))]);
            result.Metrics.AddRange(
            [
                ($"{name}", chosen.Length),
                ($"{name}_predictive_entropy", means[0]),
                ($"{name}_expected_entropy", means[1]),
                ($"{name}_mutual_information", means[2]),
                ($"{name}_variation_ratio", means[3]),
            ]);
        }

        context.Output.WriteLine();
        context.Print(table);
        context.Say(
            "Means over digits; entropies and information in nats, at most log 10 = 2.303. A network that knows what it does not know "
            + "has higher ones where it is wrong.");
    }

    private static void PrintAverages(ExampleContext context, IReadOnlyList<AveragingPoint> averages, ExampleResult result)
    {
        var table = new ResultTable(
            ("prediction", ColumnAlignment.Left),
            ("test accuracy", ColumnAlignment.Right),
            ("negative log-likelihood", ColumnAlignment.Right),
            ("Brier score", ColumnAlignment.Right));
        foreach (AveragingPoint point in averages.Where(point => point.Samples is 0 or 1 or 10 || point == averages[^1]))
        {
            string name = point.Samples switch
            {
                0 => "dropout off (weight scaling)",
                1 => "one sample",
                _ => $"mean of {Text.Count(point.Samples)} samples",
            };
            table.AddRow(
                name, Text.Percent(point.Accuracy), Text.Fixed(point.NegativeLogLikelihood, 4), Text.Fixed(point.BrierScore, 4));
            string key = point.Samples == 0 ? "weight_scaling" : $"mean_of_{point.Samples}";
            result.Metrics.AddRange(
            [
                ($"{key}_accuracy", point.Accuracy),
                ($"{key}_negative_log_likelihood", point.NegativeLogLikelihood),
                ($"{key}_brier_score", point.BrierScore),
            ]);
        }

        context.Output.WriteLine();
        context.Print(table);
    }

    private static void SaveCharts(
        ExampleContext context, Digits digits, MonteCarloPrediction uncertain, bool[] isRight, IReadOnlyList<AveragingPoint> averages)
    {
        int[] labels = digits.Test.GetLabels();
        AveragingPoint scaled = averages[0];
        double[] k = [.. averages.Skip(1).Select(point => (double)point.Samples)];
        context.Save(
            Chart.SideBySide(
                Chart.Lines(
                    "Test error", "Samples averaged", "Test error (%)",
                    ("mean of Monte Carlo samples", k, [.. averages.Skip(1).Select(point => 100 * (1 - point.Accuracy))]),
                    ("dropout off", [k[0], k[^1]], [100 * (1 - scaled.Accuracy), 100 * (1 - scaled.Accuracy)])),
                Chart.Lines(
                    "Negative log-likelihood", "Samples averaged", "Negative log-likelihood (nats)",
                    ("mean of Monte Carlo samples", k, [.. averages.Skip(1).Select(point => point.NegativeLogLikelihood)]),
                    ("dropout off", [k[0], k[^1]], [scaled.NegativeLogLikelihood, scaled.NegativeLogLikelihood]))),
            "averaging.png");

        Tensor<float> entropies = uncertain.PredictiveEntropy;
        float[] Of(bool right) => [.. Enumerable.Range(0, isRight.Length).Where(i => isRight[i] == right).Select(i => entropies[i])];
        if (isRight.Contains(false))
        {
            context.Save(
                Chart.Histogram(
                    "Predictive entropy of right and wrong predictions", "Predictive entropy (nats)",
                    ("right", Tensor.Create(Of(right: true))), ("wrong", Tensor.Create(Of(right: false)))),
                "entropy.png");
        }

        int[] order = Acquisition.TopBy(entropies, labels.Length);
        int[] chosen = [.. order[..Shown], .. order[^Shown..]];
        context.Save(
            Chart.OfPredictions(
                "The least and the most certain digits",
                Judged.Rows(digits.Test.Inputs, chosen, [28, 28]),
                Judged.Rows(uncertain.Mean, chosen, [10]),
                Judged.Rows(uncertain.StandardDeviation, chosen, [10]),
                [.. chosen.Select(i => labels[i])]),
            "digits.png",
            height: 560);
    }
}
