using System.CommandLine;
using System.Diagnostics;
using System.Numerics.Tensors;
using Engine.Data;
using Engine.Layers;
using Engine.Uncertainty;
using Engine.Visualization;
using static Engine.Activations.ActivationFunction;

namespace Engine.Examples;

/// <summary>
/// Whether probabilities can be trusted: one network without dropout, plain and with a fitted temperature, one with Monte Carlo
/// dropout, and an ensemble of five; on digits like those of the training, and on turned ones.
/// </summary>
internal sealed class UncertaintyExample : Example
{
    private const double Rate = 0.5;

    // Its place among the ways of prediction: the samples of the same network say more.
    private const int DropoutOff = 2;

    private static readonly Option<int> s_members =
        ExampleOption.Number("--members", "the networks of the ensemble", 2, 100, 5);

    public override string Name => "uncertainty";

    public override string Summary => "Calibration: a plain network, temperature scaling, Monte Carlo dropout and a deep ensemble.";

    public override IReadOnlyList<Option> Options => [s_members, Digits.Folder];

    public override int Run(ExampleContext context)
    {
        var watch = Stopwatch.StartNew();
        int members = context.Get(s_members), samples = context.Quick ? 20 : 100;
        int epochs = context.Epochs ?? (context.Quick ? 3 : 20), hidden = context.Quick ? 64 : 256;
        ulong weightSeed = context.Seed ?? 42, fitSeed = context.Seed ?? 7, sampleSeed = context.Seed ?? 7;
        var digits = Digits.Load(context);
        if (context.Quick)
            digits = digits with { Train = digits.Train.Take(5000) };

        Sequential[] plain = [.. Enumerable.Range(0, members).Select(k => TrainedNetwork.Train(
            CreateModel(0, hidden, weightSeed + (ulong)k),
            $"no dropout, number {k + 1}",
            digits,
            epochs,
            fitSeed + (ulong)k,
            context).Model)];
        Sequential dropping = TrainedNetwork.Train(
            CreateModel(Rate, hidden, weightSeed), $"dropout {Text.Fixed(Rate, 1)}", digits, epochs, fitSeed, context).Model;

        // The temperature is fitted to what the network was not trained on: what Fit has held out.
        (_, Dataset held) = digits.Train.Split(1 - TrainedNetwork.ValidationSplit);
        PredictOptions predict = context.NewPredictOptions();
        var temperature = TemperatureScaling.Fit(plain[0].Predict(held.Inputs, predict), held.GetLabels());
        var options = new MonteCarloOptions
        {
            DegreeOfParallelism = context.DegreeOfParallelism,
            CancellationToken = context.Cancellation,
        };
        var ensemble = new DeepEnsemble(plain);
        (string Name, Func<Tensor<float>, Tensor<float>> Predict)[] ways =
        [
            ("plain", x => plain[0].Predict(x, predict)),
            ($"temperature {Text.Fixed(temperature.Temperature, 2)}", x => temperature.Apply(plain[0].Predict(x, predict))),
            ("dropout off", x => dropping.Predict(x, predict)),
            ($"{samples} samples of dropout", x => dropping.PredictMonteCarlo(x, samples, sampleSeed, options).Mean),
            ($"ensemble of {members}", x => ensemble.Predict(x, options).Mean),
        ];

        var result = new ExampleResult();
        int[] labels = digits.Test.GetLabels();
        Tensor<float>[] predictions = [.. ways.Select(way => way.Predict(digits.Test.Inputs))];
        string[] names = [.. ways.Select(way => way.Name)];
        Print(context, names, predictions, labels, result);
        SaveCalibration(context, names, predictions, labels);
        SaveTurned(context, context.Quick ? digits.Test.Take(300) : digits.Test, ways, result);

        digits.AddTo(result);
        result.Settings.AddRange(
        [
            ("epochs", epochs), ("batch_size", TrainedNetwork.BatchSize), ("hidden", hidden), ("rate", Rate), ("samples", samples),
            ("members", members), ("threads", context.DegreeOfParallelism),
        ]);
        result.Seeds.AddRange([("weights", weightSeed), ("fit", fitSeed), ("samples", sampleSeed)]);
        result.Metrics.Add(("temperature", temperature.Temperature));
        result.Seconds = watch.Elapsed.TotalSeconds;
        context.WriteResult(result);
        context.PrintFiles();
        return 0;
    }

    private static Sequential CreateModel(double rate, int hidden, ulong seed) => new(
        new Input(784),
        new Dense(hidden, ReLU),
        new Dropout(rate),
        new Dense(hidden, ReLU),
        new Dropout(rate),
        new Dense(10, Softmax))
    {
        Seed = seed,
    };

    private static void Print(
        ExampleContext context, string[] names, Tensor<float>[] predictions, int[] labels, ExampleResult result)
    {
        var table = new ResultTable(
            ("prediction", ColumnAlignment.Left),
            ("test accuracy", ColumnAlignment.Right),
            ("negative log-likelihood", ColumnAlignment.Right),
            ("Brier score", ColumnAlignment.Right),
            ("calibration error", ColumnAlignment.Right));
        string[] keys = ["plain", "temperature", "dropout_off", "monte_carlo", "ensemble"];
        for (int i = 0; i < names.Length; i++)
        {
            double accuracy = Calibration.Accuracy(predictions[i], labels);
            double likelihood = Calibration.NegativeLogLikelihood(predictions[i], labels);
            double brier = Calibration.BrierScore(predictions[i], labels);
            double error = Calibration.ExpectedCalibrationError(predictions[i], labels);
            table.AddRow(
                names[i], Text.Percent(accuracy), Text.Fixed(likelihood, 4), Text.Fixed(brier, 4), Text.Percent(error));
            result.Metrics.AddRange(
            [
                ($"{keys[i]}_accuracy", accuracy), ($"{keys[i]}_negative_log_likelihood", likelihood), ($"{keys[i]}_brier_score", brier),
                ($"{keys[i]}_calibration_error", error),
            ]);
        }

        context.Output.WriteLine();
        context.Print(table);
        context.Say(
            "The calibration error, over 15 bins, is how far confidence and accuracy lie apart on the average. A temperature above 1 "
            + "means that the plain network was too sure of itself.");
    }

    private static void SaveCalibration(ExampleContext context, string[] names, Tensor<float>[] predictions, int[] labels)
    {
        context.Save(
            Chart.Reliability("Is a digit as likely as the network says?", [.. names.Select(
                (name, i) => (name, Calibration.Reliability(predictions[i], labels))).Where((_, i) => i != DropoutOff)]),
            "reliability.png",
            height: 640);

        context.Save(
            Chart.Lines(
                "Accuracy on the digits a network is most certain of", "Retained digits (%)", "Accuracy on these (%)",
                [.. names.Select((name, i) =>
                {
                    IReadOnlyList<RetainedAccuracy> curve =
                        Calibration.AccuracyWhenRetaining(predictions[i], labels, Entropies(predictions[i]));
                    return (
                        name,
                        (IReadOnlyList<double>)[.. curve.Select(point => 100 * point.Fraction)],
                        (IReadOnlyList<double>)[.. curve.Select(point => 100 * point.Accuracy)]);
                })]),
            "retained.png");
    }

    // Turned digits are like nothing the networks have seen: whoever stays sure of them cannot be trusted.
    private static void SaveTurned(
        ExampleContext context, Dataset test, (string Name, Func<Tensor<float>, Tensor<float>> Predict)[] ways, ExampleResult result)
    {
        double[] angles = [.. Enumerable.Range(0, 13).Select(i => 15.0 * i)];
        int[] labels = test.GetLabels();
        double[][] entropy = [.. ways.Select(_ => new double[angles.Length])];
        double[] accuracy = new double[angles.Length];
        for (int a = 0; a < angles.Length; a++)
        {
            Tensor<float> turned = RotatedDigits.Turn(test.Inputs, angles[a]);
            for (int w = 0; w < ways.Length; w++)
            {
                Tensor<float> p = ways[w].Predict(turned);
                entropy[w][a] = Entropies(p).Average();
                accuracy[a] = w == 0 ? 100 * Calibration.Accuracy(p, labels) : accuracy[a];
            }
        }

        context.Save(
            Chart.SideBySide(
                Chart.Lines(
                    "Entropy of turned digits", "Angle (degrees)", "Mean predictive entropy (nats)",
                    [.. ways.Select((way, w) => (way.Name, (IReadOnlyList<double>)angles, (IReadOnlyList<double>)entropy[w]))]),
                Chart.Lines("Accuracy of the plain network", "Angle (degrees)", "Accuracy (%)", ("plain", angles, accuracy))),
            "turned.png");
        for (int w = 0; w < ways.Length; w++)
            result.Metrics.AddRange([($"entropy_{w}_at_0", entropy[w][0]), ($"entropy_{w}_at_90", entropy[w][6])]);
    }

    private static Tensor<float> Entropies(Tensor<float> probabilities)
    {
        int classes = checked((int)probabilities.Lengths[1]);
        float[] p = [.. probabilities];
        return Tensor.Create<float>([.. Enumerable.Range(0, p.Length / classes).Select(i =>
            -p[(i * classes)..((i + 1) * classes)].Sum(value => value > 0 ? value * MathF.Log(value) : 0))]);
    }
}
