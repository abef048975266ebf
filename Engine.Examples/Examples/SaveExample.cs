using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Engine.Layers;
using Engine.Losses;
using Engine.Metrics;
using Engine.Optimizers;
using Engine.Serialization;
using Engine.Visualization;
using static Engine.Activations.ActivationFunction;

namespace Engine.Examples;

/// <summary>
/// Section 14 of the guide: what is kept predicts the same; a training that is kept halfway ends with the bits of one that was
/// never stopped; weights go by name from one model to another; and what is in the file.
/// </summary>
internal sealed class SaveExample : Example
{
    private const string Keep = "digits.safetensors", Halfway = "halfway.safetensors";
    private const double Rate = 0.3;

    public override string Name => "save";

    public override string Summary => "Saves a model, and a training that goes on: the same bits; and what the file holds.";

    public override IReadOnlyList<Option> Options => [Digits.Folder];

    public override int Run(ExampleContext context)
    {
        var watch = Stopwatch.StartNew();
        int epochs = context.Epochs ?? (context.Quick ? 4 : 20), half = epochs / 2;
        if (half == 0)
        {
            throw new InvalidOperationException(
                $"--epochs: expected at least 2, to stop between them, got {epochs}.");
        }

        ulong weightSeed = context.Seed ?? 42, fitSeed = context.Seed ?? 7;
        var digits = Digits.Load(context);
        if (context.Quick)
            digits = digits with { Train = digits.Train.Take(3000) };

        context.Output.WriteLine();
        context.Output.WriteLine($"A training of {epochs} epochs, under a schedule, without a stop:");
        Sequential model = CreateModel(weightSeed);
        History whole = Fit(model, 0, epochs);
        context.Output.WriteLine();
        context.Output.WriteLine($"The same training, saved after {half} epochs, loaded and gone on with:");
        Sequential begun = CreateModel(weightSeed);
        History first = Fit(begun, 0, half);
        context.Save(begun, Halfway, includeTraining: true);
        Model resumed = Model.Load(context.PathOf(Halfway));
        History second = Fit(resumed, resumed.EpochsTrained, epochs);

        context.Save(model, Keep);
        Model loaded = Model.Load(context.PathOf(Keep));
        Sequential renamed = CreateRenamed(weightSeed + 1);
        renamed.LoadWeights(context.PathOf(Keep), name => name
            .Replace("first/", "dense/", StringComparison.Ordinal)
            .Replace("second/", "dense_1/", StringComparison.Ordinal)
            .Replace("scores/", "dense_2/", StringComparison.Ordinal));

        float[] expected = Predict(model);
        (string What, string Metric, float[] Found, float[] Expected)[] comparisons =
        [
            ("probabilities of the loaded model", "loaded_differences", Predict(loaded), expected),
            ("weights of the training gone on with", "resumed_weight_differences", WeightsOf(resumed), WeightsOf(model)),
            ("its probabilities", "resumed_differences", Predict(resumed), expected),
            ("probabilities of a model of other names, weights by name", "by_name_differences", Predict(renamed), expected),
        ];
        PrintComparisons(context, comparisons);
        PrintContents(context, Keep, Halfway);
        DrawLosses(context, whole, first, second);

        var result = new ExampleResult { Seconds = watch.Elapsed.TotalSeconds };
        digits.AddTo(result);
        result.Settings.AddRange(
        [
            ("epochs", epochs), ("saved_after", half), ("batch_size", TrainedNetwork.BatchSize), ("rate", Rate),
            ("threads", context.DegreeOfParallelism),
        ]);
        result.Seeds.AddRange([("weights", weightSeed), ("fit", fitSeed)]);
        result.Metrics.AddRange(
        [
            .. comparisons.Select(one => (one.Metric, (double)CountDifferences(one.Found, one.Expected))),
            ("file_bytes", new FileInfo(context.PathOf(Keep)).Length),
            ("file_with_training_bytes", new FileInfo(context.PathOf(Halfway)).Length),
        ]);
        context.WriteResult(result);
        context.PrintFiles();
        return 0;

        History Fit(Model trained, int from, int to)
        {
            // The whole schedule, wherever the training begins: the step says how far it is.
            int steps = epochs * ((digits.Train.Count + TrainedNetwork.BatchSize - 1) / TrainedNetwork.BatchSize);
            trained.Compile(new Adam(new CosineDecay(1e-3, steps)), Loss.CategoricalCrossentropy(), Metric.Accuracy());
            return trained.Fit(digits.Train, new FitOptions
            {
                InitialEpoch = from,
                Epochs = to,
                BatchSize = TrainedNetwork.BatchSize,
                Seed = from == 0 ? fitSeed : trained.TrainingSeed,
                DegreeOfParallelism = context.DegreeOfParallelism,
                CancellationToken = context.Cancellation,
                Callbacks = [context.NewProgress()],
            });
        }

        float[] Predict(Model asked) => [.. asked.Predict(digits.Test.Inputs, context.NewPredictOptions())];
    }

    private static Sequential CreateModel(ulong seed) => new(
        new Input(784),
        new Dense(64, ReLU),
        new Dropout(Rate),
        new Dense(64, ReLU),
        new Dropout(Rate),
        new Dense(10, Softmax))
    {
        Seed = seed,
    };

    // The same network, written by somebody else: no dropout, since it is not to be trained, and other names.
    private static Sequential CreateRenamed(ulong seed) => new(
        new Input(784),
        new Dense(64, ReLU) { Name = "first" },
        new Dense(64, ReLU) { Name = "second" },
        new Dense(10, Softmax) { Name = "scores" })
    {
        Seed = seed,
    };

    private static float[] WeightsOf(Model model) =>
        [.. model.Parameters.SelectMany(parameter => parameter.Values<float>().ToArray())];

    // Bits, so that two NaN would be equal and 0 and −0 would not.
    private static int CountDifferences(float[] found, float[] expected) => Math.Abs(found.Length - expected.Length)
        + found.Zip(expected).Count(pair =>
            BitConverter.SingleToInt32Bits(pair.First) != BitConverter.SingleToInt32Bits(pair.Second));

    private static void PrintComparisons(
        ExampleContext context, (string What, string, float[] Found, float[] Expected)[] comparisons)
    {
        var table = new ResultTable(
            ("compared with the training without a stop", ColumnAlignment.Left), ("numbers", ColumnAlignment.Right),
            ("other bits", ColumnAlignment.Right));
        foreach ((string what, _, float[] found, float[] expected) in comparisons)
            table.AddRow(what, Text.Count(expected.Length), Text.Count(CountDifferences(found, expected)));
        context.Output.WriteLine();
        context.Print(table);
        if (comparisons.FirstOrDefault(one => CountDifferences(one.Found, one.Expected) > 0) is { What: { } wrong })
            throw new InvalidDataException($"expected the same bits everywhere, got others in {wrong}.");
    }

    private static void PrintContents(ExampleContext context, string keep, string halfway)
    {
        using SafetensorsFile weights = SafetensorsFile.Open(context.PathOf(keep));
        using SafetensorsFile all = SafetensorsFile.Open(context.PathOf(halfway));
        var table = new ResultTable(
            ("tensor", ColumnAlignment.Left), ("shape", ColumnAlignment.Left), ("type", ColumnAlignment.Left),
            ("bytes", ColumnAlignment.Right), ("of", ColumnAlignment.Left))
        {
            Title = $"What {halfway} holds; {keep} has the first {weights.Names.Count} of it",
        };
        string[] names = [.. weights.Names, .. all.Names.Except(weights.Names)];
        foreach (string name in names)
        {
            table.AddRow(
                name, all.ShapeOf(name).ToString(), all.TypeOf(name).ToString(), Text.Count(4L * all.ShapeOf(name).Size),
                weights.Contains(name) ? "the model" : "its training");
        }

        context.Output.WriteLine();
        context.Print(table);
        context.Output.WriteLine("Besides, as text: " + string.Join(", ", all.Metadata.Select(pair => string.Create(
            CultureInfo.InvariantCulture, $"{pair.Key} ({pair.Value.Length} characters)"))) + ".");
        context.Output.WriteLine($"The training: {all.Metadata["engine.training"]}");
        context.Save(
            Chart.Bars(
                "What a file holds", "Size (KiB)",
                [.. names.Take(weights.Names.Count)],
                ("weights", [.. weights.Names.Select(name => Kibibytes(all, name))]),
                ("what Adam remembers", [.. weights.Names.Select(name => all.Names
                    .Where(other => other != name && other.EndsWith($"/{name}", StringComparison.Ordinal))
                    .Sum(other => Kibibytes(all, other)))])),
            "file.png");
    }

    private static double Kibibytes(SafetensorsFile file, string tensor) => Math.Round(4.0 * file.ShapeOf(tensor).Size / 1024, 2);

    private static void DrawLosses(ExampleContext context, History whole, History first, History second)
    {
        int half = first.Epochs;
        context.Save(
            Chart.SideBySide(
                Draw("Training loss", "Loss (mean per sample)", "loss"), Draw("Learning rate", "Learning rate", "learning_rate")),
            "training.png");

        Chart Draw(string title, string unit, string key) => Chart.Lines(
            title, "Epoch", unit,
            ("without a stop", Epochs(0, whole.Epochs), whole[key]),
            ("up to the stop", Epochs(0, half), first[key]),
            ("loaded and gone on with", Epochs(half, second.Epochs), second[key]));

        static double[] Epochs(int before, int count) => [.. Enumerable.Range(before + 1, count).Select(epoch => (double)epoch)];
    }
}
