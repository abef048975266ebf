using System.Numerics;

namespace Engine.Metrics;

/// <summary>
/// What a training reports beside its loss: a mean over samples. A metric is a description: it keeps nothing between batches.
/// Derive for your own.
/// </summary>
public abstract class Metric
{
    /// <summary>The name: the key in the history.</summary>
    public abstract string Name { get; }

    /// <summary>
    /// The share of right answers; <see cref="Resolve"/> makes it the binary, sparse or categorical accuracy by the shapes. Its
    /// name stays "accuracy".
    /// </summary>
    public static Metric Accuracy() => new Accuracy();

    /// <summary>How often the largest output is where the one-hot target is largest.</summary>
    public static Metric CategoricalAccuracy() => new CategoricalAccuracy("categorical_accuracy");

    /// <summary>How often the largest output is that of the class that the target numbers.</summary>
    public static Metric SparseCategoricalAccuracy() => new SparseCategoricalAccuracy("sparse_categorical_accuracy");

    /// <summary>How often an output above the threshold meets a target of 1, and one not above it a target of 0.</summary>
    /// <param name="threshold">In [0, 1].</param>
    /// <exception cref="ArgumentOutOfRangeException">The threshold is outside [0, 1].</exception>
    public static Metric BinaryAccuracy(double threshold = 0.5) => new BinaryAccuracy("binary_accuracy", threshold);

    /// <summary>How often the class of the one-hot target is among the k largest outputs.</summary>
    /// <param name="k">At least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">k is below 1.</exception>
    public static Metric TopKCategoricalAccuracy(int k = 5) => new TopKCategoricalAccuracy(k);

    /// <summary>(p − y)², averaged over the outputs.</summary>
    public static Metric MeanSquaredError() => new MeanSquaredErrorMetric();

    /// <summary>|p − y|, averaged over the outputs.</summary>
    public static Metric MeanAbsoluteError() => new MeanAbsoluteErrorMetric();

    /// <summary>The metric to compute for these shapes: this one, unless it depends on them.</summary>
    /// <param name="prediction">The shape of one sample's prediction.</param>
    /// <param name="target">The shape of one sample's target.</param>
    /// <exception cref="ShapeException">The metric cannot be computed for these shapes.</exception>
    public virtual Metric Resolve(Shape prediction, Shape target) => prediction.IsSameUpToLastOne(target)
        ? this
        : throw new ShapeException(
            $"{Name}: expected targets {prediction.BatchText}, the shape of the predictions, got {target.BatchText}.",
            prediction,
            target);

    /// <summary>Σ over the samples of weight · value; divide by the sum of the weights for the mean.</summary>
    /// <param name="predictions">[batch, ..., rowLength]: probabilities where the model predicts classes, not logits.</param>
    /// <param name="targets">[batch, ...].</param>
    /// <param name="batch">The number of samples.</param>
    /// <param name="rowLength">The length of a prediction's last axis: the number of classes.</param>
    /// <param name="sampleWeights">[batch]; empty: all 1.</param>
    public abstract double Sum<T>(
        ReadOnlySpan<T> predictions, ReadOnlySpan<T> targets, int batch, int rowLength, ReadOnlySpan<T> sampleWeights)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
