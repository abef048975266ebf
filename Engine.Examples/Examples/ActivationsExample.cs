using System.CommandLine;
using System.Diagnostics;
using System.Numerics.Tensors;
using Engine.Data;
using Engine.Initializers;
using Engine.Layers;
using Engine.Visualization;
using static Engine.Activations.ActivationFunction;

namespace Engine.Examples;

/// <summary>
/// Section 11 of the guide: what dropout does to features. The same architectures, trained with and without: their activations,
/// the masks, and the feature maps and filters of a small convolutional network.
/// </summary>
internal sealed class ActivationsExample : Example
{
    private const int ShownPerClass = 4;
    private const int ShownMasks = 30;

    private static readonly Option<double> s_rate = ExampleOption.Number("--rate", "the dropout rate", 0.01, 0.99, 0.5);

    public override string Name => "activations";

    public override string Summary =>
        "What dropout does to features: activations, masks, feature maps and filters of networks trained with it and without.";

    public override IReadOnlyList<Option> Options => [s_rate, Digits.Folder];

    public override int Run(ExampleContext context)
    {
        var watch = Stopwatch.StartNew();
        double rate = context.Get(s_rate);
        ulong weightSeed = context.Seed ?? 42, fitSeed = context.Seed ?? 7;
        int epochs = context.Epochs ?? (context.Quick ? 2 : 20), convolutionalEpochs = context.Epochs ?? (context.Quick ? 1 : 6);
        var digits = Digits.Load(context, [28, 28, 1]);
        if (context.Quick)
            digits = digits with { Train = digits.Train.Take(1000), Test = digits.Test.Take(500) };

        string name = $"dropout {rate.ToString("0.##", System.Globalization.CultureInfo.InvariantCulture)}";
        TrainedNetwork with = Train(CreateDense(rate, weightSeed), name, epochs);
        TrainedNetwork without = Train(CreateDense(0, weightSeed), "no dropout", epochs);
        TrainedNetwork convolutional = Train(CreateConvolutional(rate, weightSeed), $"convolutions, {name}", convolutionalEpochs);
        TrainedNetwork plain = Train(CreateConvolutional(0, weightSeed), "convolutions, no dropout", convolutionalEpochs);

        context.Output.WriteLine();
        Comparison.Print(context, with, without, convolutional, plain);
        ExampleResult result = Comparison.NewResult(
            context, digits, epochs, weightSeed, fitSeed, ("convolutional_epochs", convolutionalEpochs), ("rate", rate));
        with.AddTo(result, "dropout");
        without.AddTo(result, "no_dropout");
        convolutional.AddTo(result, "convolutional_dropout");
        plain.AddTo(result, "convolutional_no_dropout");

        context.Output.WriteLine();
        PrintFeatures(context, digits.Test, with, without, result);
        SaveActivations(context, digits.Test, with, without);
        SaveMasks(context, with, digits.Test.Take(ShownMasks), fitSeed);
        SaveConvolutions(context, digits.Test, convolutional, plain);

        result.Seconds = watch.Elapsed.TotalSeconds;
        context.WriteResult(result);
        context.PrintFiles();
        return 0;

        TrainedNetwork Train(Sequential model, string label, int count) =>
            TrainedNetwork.Train(model, label, digits, count, fitSeed, context);
    }

    internal static Sequential CreateDense(double rate, ulong seed) => new(
        new Input(28, 28, 1),
        new Flatten(),
        new Dense(128, ReLU),
        new Dropout(rate),
        new Dense(64, ReLU),
        new Dropout(rate),
        new Dense(10, Softmax))
    {
        Seed = seed,
    };

    private static Sequential CreateConvolutional(double rate, ulong seed) => new(
        new Input(28, 28, 1),
        new Conv2D(16, (5, 5), ReLU),
        new MaxPooling2D((2, 2)),
        new Dropout(rate / 2),
        new Conv2D(32, (3, 3), ReLU),
        new MaxPooling2D((2, 2)),
        new Dropout(rate / 2),
        new Flatten(),
        new Dense(64, ReLU),
        new Dropout(rate),
        new Dense(10, Softmax))
    {
        Seed = seed,
    };

    private static void PrintFeatures(
        ExampleContext context, Dataset test, TrainedNetwork with, TrainedNetwork without, ExampleResult result)
    {
        var table = new ResultTable(
            ("layer", ColumnAlignment.Left),
            ("network", ColumnAlignment.Left),
            ("zero", ColumnAlignment.Right),
            ("mean", ColumnAlignment.Right),
            ("deviation", ColumnAlignment.Right),
            ("dead units", ColumnAlignment.Right),
            ("correlation of units", ColumnAlignment.Right))
        {
            Title = $"Activations on {Text.Count(test.Count)} test digits, with dropout off:",
        };
        foreach (string layer in (string[])["dense", "dense_1"])
        {
            foreach ((TrainedNetwork network, string key) in ((TrainedNetwork, string)[])[(with, "dropout"), (without, "no_dropout")])
            {
                var features = FeatureStatistics.Of(OutputsOf(context, network, layer, test));
                table.AddRow(
                    layer,
                    network.Name,
                    Text.Percent(features.ZeroShare, 1),
                    Text.Fixed(features.Mean, 3),
                    Text.Fixed(features.Deviation, 3),
                    $"{features.DeadUnits} of {features.Units}",
                    Text.Fixed(features.MeanCorrelation, 3));
                result.Metrics.AddRange(
                [
                    ($"{key}_{layer}_zero_share", features.ZeroShare),
                    ($"{key}_{layer}_mean", features.Mean),
                    ($"{key}_{layer}_deviation", features.Deviation),
                    ($"{key}_{layer}_dead_units", features.DeadUnits),
                    ($"{key}_{layer}_mean_correlation", features.MeanCorrelation),
                ]);
            }
        }

        context.Print(table);
        context.Say(
            "A dead unit is zero on every digit. Correlation: the mean of |r| over all pairs of units that are alive.");
    }

    private static Tensor<float> OutputsOf(ExampleContext context, TrainedNetwork network, string layer, Dataset data) =>
        network.Model.OutputOf(layer).Predict(data.Inputs, context.NewPredictOptions());

    // The shown digits are sorted by class, so that units that stand for one class are seen as stripes of a few rows.
    private static void SaveActivations(ExampleContext context, Dataset test, TrainedNetwork with, TrainedNetwork without)
    {
        const string Layer = "dense_1";
        Dataset shown = Shown(test);
        context.Save(
            Chart.SideBySide(
                Draw(with, "Activations with dropout"),
                Draw(without, "Activations without dropout")),
            "activations.png");
        context.Save(
            Chart.SideBySide([.. ((string[])["dense", Layer]).Select(layer => Chart.Histogram(
                $"Activations of {layer}, above 0", "Activation", LabelledPositives(with, layer), LabelledPositives(without, layer)))]),
            "histograms.png");
        context.Save(Chart.OfWeights((with.Name, with.Model), (without.Name, without.Model)), "weights.png", 800, 640);

        Chart Draw(TrainedNetwork network, string title) =>
            Chart.HeatMap(OutputsOf(context, network, Layer, shown), title, "Test digit, by class", "Unit", "Activation");

        (string, Tensor<float>) LabelledPositives(TrainedNetwork network, string layer)
        {
            float[] all = [.. OutputsOf(context, network, layer, test)], positive = [.. all.Where(value => value > 0)];
            return (network.Name, Tensor.Create(positive.Length > 0 ? positive : [0f], [Math.Max(1, positive.Length)]));
        }
    }

    private static Dataset Shown(Dataset test)
    {
        int[] labels = test.GetLabels();
        return test.Select([.. Enumerable.Range(0, 10).SelectMany(digit =>
            Enumerable.Range(0, labels.Length).Where(i => labels[i] == digit).Take(ShownPerClass))]);
    }

    private static void SaveMasks(ExampleContext context, TrainedNetwork with, Dataset shown, ulong seed)
    {
        (Tensor<float> first, Tensor<float> second) = DrawMasks(with.Model, shown.Inputs, seed);
        context.Save(Chart.OfMasks(("Behind dense", first), ("Behind dense_1", second)), "masks.png", 800, 400);
    }

    /// <summary>
    /// The masks that a network's dropout layers draw for a batch. They stand at their places between layers that make ones of
    /// everything: activations that are zero anyway would hide what is dropped.
    /// </summary>
    internal static (Tensor<float> First, Tensor<float> Second) DrawMasks(Sequential network, Tensor<float> batch, ulong seed)
    {
        var masks = new Sequential(
            new Input(28, 28, 1),
            new Flatten(),
            Ones("dense"),
            network.GetLayer("dropout"),
            Ones("dense_1"),
            network.GetLayer("dropout_1"));
        return (Draw("dropout"), Draw("dropout_1"));

        Dense Ones(string layer) => new(
            network.OutputOf(layer).Output.Shape[0],
            ReLU,
            kernelInitializer: Initializer.Zeros,
            biasInitializer: Initializer.Ones);

        Tensor<float> Draw(string layer) =>
            masks.OutputOf(layer).Predict(batch, new PredictOptions { Phase = Phase.Training, Seed = seed });
    }

    private static void SaveConvolutions(ExampleContext context, Dataset test, TrainedNetwork with, TrainedNetwork without)
    {
        Dataset digit = test.Take(1);
        context.Save(
            Chart.SideBySide(
                Chart.OfFeatureMaps(OutputsOf(context, with, "conv2d", digit), "First convolution, with dropout"),
                Chart.OfFeatureMaps(OutputsOf(context, without, "conv2d", digit), "First convolution, without")),
            "feature-maps.png",
            800,
            440);
        context.Save(
            Chart.SideBySide(
                Chart.OfFilters(with.Model.GetLayer("conv2d"), "Filters learned with dropout"),
                Chart.OfFilters(without.Model.GetLayer("conv2d"), "Filters learned without")),
            "filters.png",
            800,
            440);
        context.Save(Chart.OfModel(with.Model, "The small convolutional network"), "network.png");
    }
}
