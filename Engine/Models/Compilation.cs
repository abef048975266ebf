using Engine.Layers;
using Engine.Losses;
using Engine.Metrics;
using Engine.Optimizers;

namespace Engine;

/// <summary>What Compile decided: optimizer, a loss for each output, the metrics, and what was trained so far.</summary>
internal sealed class Compilation
{
    public Compilation(
        Model model, Optimizer optimizer, IReadOnlyList<Loss> losses, IReadOnlyList<IReadOnlyList<Metric>> metrics,
        IReadOnlyList<double> weights)
    {
        Optimizer = optimizer;
        Losses = losses;
        Weights = weights;
        Metrics = metrics;
        LossValues = new int[losses.Count];
        FromLogits = new bool[losses.Count];
        for (int k = 0; k < losses.Count; k++)
        {
            (LossValues[k], FromLogits[k]) = FindLossValue(model.Graph, k, losses[k]);
        }

        MetricNames = NamesOf(model, metrics);
    }

    public Optimizer Optimizer { get; }

    public IReadOnlyList<Loss> Losses { get; }

    public IReadOnlyList<double> Weights { get; }

    public IReadOnlyList<IReadOnlyList<Metric>> Metrics { get; }

    /// <summary>
    /// The value that each loss reads: the output, or the logits where a last softmax or sigmoid joins with its loss.
    /// </summary>
    public int[] LossValues { get; }

    /// <summary>Whether a loss reads logits instead of the output.</summary>
    public bool[] FromLogits { get; }

    /// <summary>"loss", with several outputs the loss of each, then the metrics. Unique: a name that is taken gets a number, "accuracy_1".</summary>
    public IReadOnlyList<string> MetricNames { get; }

    private static List<string> NamesOf(Model model, IReadOnlyList<IReadOnlyList<Metric>> metrics)
    {
        bool isSingle = metrics.Count == 1;
        List<string> names = ["loss"];
        if (!isSingle)
        {
            foreach (Node output in model.Outputs)
            {
                Add($"{model.NameOf(output.Layer)}_loss");
            }
        }

        for (int k = 0; k < metrics.Count; k++)
        {
            string prefix = isSingle ? "" : model.NameOf(model.Outputs[k].Layer) + "_";
            foreach (Metric metric in metrics[k])
            {
                Add(prefix + metric.Name);
            }
        }

        return names;

        // Two outputs of one layer, or one kind of metric with two settings, would otherwise have one name.
        void Add(string name)
        {
            string unique = name;
            for (int i = 1; names.Contains(unique); i++)
            {
                unique = $"{name}_{i}";
            }

            names.Add(unique);
        }
    }

    private static (int Value, bool FromLogits) FindLossValue(Graph graph, int output, Loss loss)
    {
        int value = graph.Outputs[output];
        bool isReadElsewhere = graph.Nodes.Any(node => node.Inputs.Contains(value)) || graph.Outputs.Count(v => v == value) > 1;
        return !isReadElsewhere && graph.ProducerOf(value) is { Layer: Activation activation } node
            && loss.IsFusedWith(activation.Function)
            ? (node.Inputs[0], true)
            : (value, false);
    }
}
