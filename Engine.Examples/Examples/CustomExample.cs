using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Engine.Checking;
using Engine.Layers;
using Engine.Losses;
using Engine.Metrics;
using Engine.Optimizers;
using Engine.Visualization;
using static Engine.Activations.ActivationFunction;

namespace Engine.Examples;

/// <summary>Section 8 of the guide: a layer of one's own, checked like any built-in layer, then trained.</summary>
internal sealed class CustomExample : Example
{
    private const double Rate = 0.5;
    private const int BatchSize = 128;

    public override string Name => "custom";

    public override string Summary => "Checks a dropout layer written in thirty lines, and trains with it.";

    public override IReadOnlyList<Option> Options => [Digits.Folder];

    public override int Run(ExampleContext context)
    {
        var watch = Stopwatch.StartNew();
        ulong weightSeed = context.Seed ?? 42, fitSeed = context.Seed ?? 7;
        int epochs = context.Epochs ?? (context.Quick ? 2 : 10);

        context.Output.WriteLine("Gradients against finite differences, in double:");
        GradientReport report = GradientCheck.Run(new CustomDropout(Rate), input: [20]);
        report.ThrowIfFailed();
        context.Output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  {report.Elements} gradients agree; the worst, {report.Worst}, is off by {report.Excess:G2} of what is allowed:"));
        context.Output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"  {report.Analytic:R} from backward, {report.Numeric:R} from the stencil."));

        // Throws at the first promise that is broken, and says which.
        LayerContract.Verify(() => new CustomDropout(Rate), input: [20]);
        context.Output.WriteLine("""
            Contract of a layer: kept. Checked were the output's shape, gradients in every phase, float against double,
              independence of what memory held before, unwanted gradients, running in place, inference sample by sample,
              one, two and four threads bit for bit, one layer used twice, steps that allocate nothing, saving and loading.
            """);
        context.Output.WriteLine();

        var digits = Digits.Load(context);
        Func<Layer>[] makers = [() => new CustomDropout(Rate), () => new Dropout(Rate)];
        var table = new ResultTable(
            ("layer", ColumnAlignment.Left), ("test accuracy", ColumnAlignment.Right), ("seconds", ColumnAlignment.Right));
        var result = new ExampleResult();
        digits.AddTo(result);
        result.Settings.AddRange(
            [("epochs", epochs), ("batch_size", BatchSize), ("rate", Rate), ("threads", context.DegreeOfParallelism)]);
        result.Seeds.AddRange([("weights", weightSeed), ("fit", fitSeed)]);
        result.Metrics.AddRange([("gradients_checked", report.Elements), ("worst_gradient_error_of_allowed", report.Excess)]);
        foreach (Func<Layer> make in makers)
        {
            string name = make().Kind;
            Sequential model = CreateModel(make, weightSeed);
            context.Output.WriteLine();
            context.Output.WriteLine($"Training with {name}:");
            (double accuracy, double seconds) = Train(model, digits, epochs, fitSeed, context);
            table.AddRow(name, Text.Percent(accuracy), Text.Fixed(seconds, 1));
            string prefix = name == nameof(CustomDropout) ? "custom" : "built_in";
            result.Metrics.AddRange([($"{prefix}_test_accuracy", accuracy), ($"{prefix}_training_seconds", seconds)]);
        }

        context.Output.WriteLine();
        context.Print(table);
        context.Say("""
            The two draw different masks, so that their accuracies differ as those of two seeds do. The built-in layer is faster:
            it draws its random numbers several at a time, and fewer bits of them.
            """);
        result.Seconds = watch.Elapsed.TotalSeconds;
        context.WriteResult(result);
        context.PrintFiles();
        return 0;
    }

    private static Sequential CreateModel(Func<Layer> makeDropout, ulong seed) => new(
        new Input(784),
        new Dense(64, ReLU),
        makeDropout(),
        new Dense(64, ReLU),
        makeDropout(),
        new Dense(10, Softmax))
    {
        Seed = seed,
    };

    private static (double Accuracy, double Seconds) Train(
        Sequential model, Digits digits, int epochs, ulong seed, ExampleContext context)
    {
        model.Compile(new Adam(learningRate: 1e-3), Loss.CategoricalCrossentropy(), Metric.Accuracy());
        var watch = Stopwatch.StartNew();
        model.Fit(digits.Train, new FitOptions
        {
            Epochs = epochs,
            BatchSize = BatchSize,
            Seed = seed,
            DegreeOfParallelism = context.DegreeOfParallelism,
            CancellationToken = context.Cancellation,
            Callbacks = [context.NewProgress()],
        });
        double seconds = watch.Elapsed.TotalSeconds;
        return (model.Evaluate(digits.Test, context.NewPredictOptions())["accuracy"], seconds);
    }
}
