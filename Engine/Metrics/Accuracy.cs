namespace Engine.Metrics;

/// <summary>Stands for the accuracy that fits the shapes of a model, which are not known before.</summary>
internal sealed class Accuracy : Metric
{
    public override string Name => "accuracy";

    // One output: binary. Several, and fewer target axes or a last target axis of one: class numbers. Else: one-hot.
    public override Metric Resolve(Shape prediction, Shape target)
    {
        bool isBinary = prediction.Rank == 0 || prediction[^1] == 1;
        bool isSparse = target.Rank < prediction.Rank || target.Rank == 0 || target[^1] == 1;
        Metric metric = isBinary ? new BinaryAccuracy(Name, 0.5)
            : isSparse ? new SparseCategoricalAccuracy(Name)
            : new CategoricalAccuracy(Name);
        return metric.Resolve(prediction, target);
    }

    public override double Sum<T>(
        ReadOnlySpan<T> predictions, ReadOnlySpan<T> targets, int batch, int rowLength, ReadOnlySpan<T> sampleWeights) =>
        throw new InvalidOperationException("accuracy: expected Resolve to be called first, and its result to be summed.");
}
