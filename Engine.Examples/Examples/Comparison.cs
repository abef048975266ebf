using System.Numerics.Tensors;
using Engine.Data;
using Engine.Visualization;

namespace Engine.Examples;

/// <summary>Networks that were trained alike, side by side: a table, and what its numbers say.</summary>
internal static class Comparison
{
    public static void Print(ExampleContext context, params TrainedNetwork[] networks)
    {
        var table = new ResultTable(
            ("network", ColumnAlignment.Left),
            ("parameters", ColumnAlignment.Right),
            ("training accuracy", ColumnAlignment.Right),
            ("test accuracy", ColumnAlignment.Right),
            ("gap", ColumnAlignment.Right),
            ("seconds", ColumnAlignment.Right));
        foreach (TrainedNetwork network in networks)
        {
            table.AddRow(
                network.Name,
                Text.Count(network.Model.ParameterCount),
                Text.Percent(network.TrainAccuracy),
                Text.Percent(network.TestAccuracy),
                Text.Points(network.Gap),
                Text.Fixed(network.Seconds, 1));
        }

        context.Print(table);
        context.Say("Both accuracies are measured after training, with dropout off; the gap is their difference.");
    }

    /// <summary>Draws accuracy and loss of all networks by epoch.</summary>
    public static void SaveCharts(ExampleContext context, params TrainedNetwork[] networks)
    {
        (string, History)[] histories = [.. networks.Select(network => (network.Name, network.History))];
        context.Save(Chart.OfHistories(histories, "accuracy", "val_accuracy"), "accuracy.png");
        context.Save(Chart.OfHistories(histories, "loss", "val_loss"), "loss.png");
    }

    /// <summary>A result with what all networks of a comparison share.</summary>
    public static ExampleResult NewResult(
        ExampleContext context, Digits digits, int epochs, ulong weightSeed, ulong fitSeed, params (string, object)[] settings)
    {
        var result = new ExampleResult();
        digits.AddTo(result);
        result.Settings.AddRange(
        [
            ("epochs", epochs),
            ("batch_size", TrainedNetwork.BatchSize),
            ("validation_split", TrainedNetwork.ValidationSplit),
            .. settings,
            ("threads", context.DegreeOfParallelism),
        ]);
        result.Seeds.AddRange([("weights", weightSeed), ("fit", fitSeed)]);
        return result;
    }

    /// <summary>Says how the gaps compare, and how far chance alone would carry the difference on unseen digits.</summary>
    public static void Explain(ExampleContext context, Dataset test, TrainedNetwork with, TrainedNetwork without, string what = "dropout")
    {
        int[] labels = test.GetLabels();
        bool[] first = Correct(with.Model, test, labels, context), second = Correct(without.Model, test, labels, context);
        int onlyFirst = first.Zip(second).Count(pair => pair.First && !pair.Second);
        int onlySecond = first.Zip(second).Count(pair => !pair.First && pair.Second);

        // McNemar: were both equally good, each of these digits would be a coin toss.
        double chance = 2 * Math.Sqrt(onlyFirst + onlySecond);
        bool isClear = Math.Abs(onlyFirst - onlySecond) > chance;
        context.Output.WriteLine();
        context.Say(
            $"The gap between training and test {(with.Gap < without.Gap ? "is narrower" : "is not narrower")} with {what}: "
            + $"{Text.Points(with.Gap)} against {Text.Points(without.Gap)}.");
        context.Say(
            $"Of {Text.Count(labels.Length)} test digits, {onlyFirst} are read right by the network with {what} alone and {onlySecond} "
            + "by the one without it alone.");
        string better = onlyFirst > onlySecond ? "with" : "without";
        context.Say(isClear
            ? $"That is more than chance: the network {better} {what} reads unseen digits better."
            : "Chance alone would do that: on unseen digits neither network is clearly better.");
    }

    /// <summary>Draws which of the test digits a network takes for which.</summary>
    public static void SaveConfusion(ExampleContext context, Dataset test, TrainedNetwork network) => context.Save(
        Chart.ConfusionMatrix(
            test.GetLabels(), ClassesOf(network.Model, test, context), $"Test digits, as the network with {network.Name} reads them"),
        "confusion.png");

    private static bool[] Correct(Model model, Dataset test, int[] labels, ExampleContext context) =>
        [.. ClassesOf(model, test, context).Zip(labels, (predicted, label) => predicted == label)];

    // The most probable class of each sample.
    private static int[] ClassesOf(Model model, Dataset test, ExampleContext context)
    {
        Tensor<float> probabilities = model.Predict(test.Inputs, context.NewPredictOptions());
        float[] values = new float[probabilities.FlattenedLength];
        probabilities.FlattenTo(values);
        return [.. values.Chunk(checked((int)probabilities.Lengths[1])).Select(row => TensorPrimitives.IndexOfMax<float>(row))];
    }
}
