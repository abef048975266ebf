using System.CommandLine;
using System.Diagnostics;
using System.Numerics.Tensors;
using Engine.Layers;
using Engine.Visualization;

namespace Engine.Examples;

/// <summary>
/// Section 7 of the guide: dropout together with penalties, constraints and augmentation, each added and taken away.
/// </summary>
internal sealed class AugmentExample : Example
{
    private const double Rate = 0.3, MaxNorm = 3;
    private const int ShownDigits = 10, ShownRows = 4;

    private static readonly Option<double> s_l2 = ExampleOption.Number("--l2", "the factor of the L2 penalty", 0.0, 1.0, 0.0001);

    public override string Name => "augment";

    public override string Summary => "Dropout with L2, max-norm and augmentation: which of them narrows the gap, and a picture of augmented digits.";

    public override IReadOnlyList<Option> Options => [s_l2, Digits.Folder];

    public override int Run(ExampleContext context)
    {
        var watch = Stopwatch.StartNew();
        double l2 = context.Get(s_l2);
        ulong weightSeed = context.Seed ?? 42, fitSeed = context.Seed ?? 7;
        int epochs = context.Epochs ?? (context.Quick ? 1 : 20);
        var digits = Digits.Load(context, [28, 28, 1]);
        if (context.Quick)
            digits = digits with { Train = digits.Train.Take(2000) };

        string penalties = $"L2 {Text.Fixed(l2, 4).TrimEnd('0')}, max-norm {Text.Fixed(MaxNorm, 0)}";
        TrainedNetwork plain = Train("dropout alone", 0, isAugmented: false);
        TrainedNetwork penalized = Train($"dropout, {penalties}", l2, isAugmented: false);
        TrainedNetwork augmented = Train("dropout, augmentation", 0, isAugmented: true);
        TrainedNetwork all = Train("all of them", l2, isAugmented: true);

        context.Output.WriteLine();
        Comparison.Print(context, plain, penalized, augmented, all);
        Comparison.Explain(context, digits.Test, augmented, plain, "augmentation");
        TrainedNetwork[] networks = [plain, penalized, augmented, all];
        context.Save(
            Chart.OfHistories([.. networks.Select(network => (network.Name, network.History))], "val_accuracy"), "accuracy.png");
        DrawDigits(context, digits, fitSeed);

        ExampleResult result = Comparison.NewResult(
            context, digits, epochs, weightSeed, fitSeed, ("rate", Rate), ("l2", l2), ("max_norm", MaxNorm));
        result.Seconds = watch.Elapsed.TotalSeconds;
        plain.AddTo(result, "dropout");
        penalized.AddTo(result, "penalties");
        augmented.AddTo(result, "augmentation");
        all.AddTo(result, "all");
        context.WriteResult(result);
        context.PrintFiles();
        return 0;

        TrainedNetwork Train(string name, double factor, bool isAugmented) => TrainedNetwork.Train(
            new RegularizedNetwork(factor, factor > 0 ? MaxNorm : 0, Rate, isAugmented).Create(weightSeed), name, digits, epochs, fitSeed, context);
    }

    // The layers alone, run as they run in training: each row of the picture is another step of it.
    private static void DrawDigits(ExampleContext context, Digits digits, ulong seed)
    {
        var layers = new Sequential([new Input(28, 28, 1), .. RegularizedNetwork.CreateAugmentation()]);
        Tensor<float> originals = digits.Test.Take(ShownDigits).Inputs;
        List<(string, Tensor<float>)> rows = [("as they are", originals)];
        for (int row = 0; row < ShownRows; row++)
        {
            rows.Add((row == 0 ? "augmented" : "and again", layers.Predict(
                originals, new PredictOptions { Phase = Phase.Training, Seed = seed + (ulong)row })));
        }

        context.Save(Chart.Images("What the network sees in training", [.. rows]), "digits.png", 800, 440);
    }
}
