using System.Numerics;
using System.Numerics.Tensors;
using Engine.Activations;
using Engine.Numerics;

namespace Engine.Losses;

/// <summary>
/// What a training makes small: one number a sample, and its gradient with respect to the prediction. Derive for your own: one
/// class, no state of a call.
/// </summary>
public abstract class Loss
{
    /// <summary>The name in files and messages: "categorical_crossentropy", ...</summary>
    public abstract string Name { get; }

    /// <summary>The numbers that, with the name, define the loss; empty where there are none.</summary>
    public virtual IReadOnlyDictionary<string, double> Parameters => Configuration.Empty;

    /// <summary>Whether the predictions of the model are logits, not yet probabilities.</summary>
    public virtual bool FromLogits => false;

    /// <summary>Cross-entropy between distributions over classes: −Σ y log p. Targets are one-hot or any distribution.</summary>
    /// <param name="labelSmoothing">a in [0, 1]: targets become y(1 − a) + a/K.</param>
    /// <param name="fromLogits">Whether the model's last layer has no softmax.</param>
    /// <exception cref="ArgumentOutOfRangeException">The label smoothing is outside [0, 1].</exception>
    public static Loss CategoricalCrossentropy(double labelSmoothing = 0, bool fromLogits = false) =>
        new CategoricalCrossentropy(labelSmoothing, fromLogits);

    /// <summary>
    /// Cross-entropy where the target is the number of the class, 0 to K − 1, in the shape of the prediction without its last
    /// axis, or with a last axis of 1.
    /// </summary>
    /// <param name="fromLogits">Whether the model's last layer has no softmax.</param>
    public static Loss SparseCategoricalCrossentropy(bool fromLogits = false) => new SparseCategoricalCrossentropy(fromLogits);

    /// <summary>
    /// Cross-entropy of independent yes-or-no outputs: −y log p − (1 − y) log(1 − p), averaged over the outputs.
    /// </summary>
    /// <param name="labelSmoothing">a in [0, 1]: targets become y(1 − a) + a/2.</param>
    /// <param name="fromLogits">Whether the model's last layer has no sigmoid.</param>
    /// <exception cref="ArgumentOutOfRangeException">The label smoothing is outside [0, 1].</exception>
    public static Loss BinaryCrossentropy(double labelSmoothing = 0, bool fromLogits = false) =>
        new BinaryCrossentropy(labelSmoothing, fromLogits);

    /// <summary>(p − y)², averaged over the outputs.</summary>
    public static Loss MeanSquaredError() => new MeanSquaredError();

    /// <summary>Finds a built-in loss by name.</summary>
    /// <param name="name">Its <see cref="Name"/>.</param>
    /// <param name="parameters">Its <see cref="Parameters"/>; a parameter that is missing takes its default.</param>
    /// <exception cref="ArgumentException">No built-in loss has this name, or it has no such parameter.</exception>
    public static Loss FromName(string name, IReadOnlyDictionary<string, double>? parameters = null)
    {
        var reader = new ConfigurationReader("Loss", name, parameters);
        Loss loss = name switch
        {
            "categorical_crossentropy" =>
                CategoricalCrossentropy(reader.Get("label_smoothing", 0), reader.Get("from_logits", 0) != 0),
            "sparse_categorical_crossentropy" => SparseCategoricalCrossentropy(reader.Get("from_logits", 0) != 0),
            "binary_crossentropy" => BinaryCrossentropy(reader.Get("label_smoothing", 0), reader.Get("from_logits", 0) != 0),
            "mean_squared_error" => MeanSquaredError(),
            _ => throw reader.UnknownName(
                "categorical_crossentropy", "sparse_categorical_crossentropy", "binary_crossentropy", "mean_squared_error"),
        };
        reader.ThrowIfUnread();
        return loss;
    }

    /// <summary>
    /// Whether the loss can take the input of this activation in place of its output: faster, and exact where probabilities are
    /// close to 0 or 1. It is then called with <c>fromLogits: true</c>.
    /// </summary>
    /// <param name="activation">The activation of the model's last layer.</param>
    /// <returns>True if so; false unless overridden.</returns>
    public virtual bool IsFusedWith(ActivationFunction activation) => false;

    /// <summary>
    /// Checks the shapes of one sample's prediction and target; without an override: they must be equal, but for a last axis of 1.
    /// </summary>
    /// <param name="prediction">The shape of one sample's prediction, without the batch axis.</param>
    /// <param name="target">The shape of one sample's target, without the batch axis.</param>
    /// <exception cref="ShapeException">The target does not fit the prediction.</exception>
    public virtual void ValidateShapes(Shape prediction, Shape target)
    {
        if (!prediction.IsSameUpToLastOne(target))
        {
            throw new ShapeException(
                $"{Name}: expected targets {prediction.BatchText}, the shape of the predictions, got {target.BatchText}.",
                prediction,
                target);
        }
    }

    /// <summary>Checks the values of a batch of targets; without an override: no target is NaN.</summary>
    /// <param name="targets">[batch, ...].</param>
    /// <param name="batch">The number of samples.</param>
    /// <param name="prediction">The shape of one sample's prediction.</param>
    /// <param name="firstSample">The number of the first of these samples in the data, for the message.</param>
    /// <exception cref="ArgumentException">A target is out of range; the message names the sample.</exception>
    /// <remarks>Fit and Evaluate ask once for all the data before they begin, TrainOnBatch for each batch.</remarks>
    public virtual void ValidateTargets<T>(ReadOnlySpan<T> targets, int batch, Shape prediction, int firstSample = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!TensorPrimitives.IsNaNAny(targets))
        {
            return;
        }

        int at = 0;
        while (!T.IsNaN(targets[at]))
        {
            at++;
        }

        throw new ArgumentException(
            $"{Name}: expected numbers as targets, got NaN for sample {firstSample + (at / (targets.Length / batch))}.");
    }

    /// <summary>The loss of each sample, averaged over its inner axes.</summary>
    /// <param name="predictions">[batch, ..., rowLength].</param>
    /// <param name="targets">[batch, ...].</param>
    /// <param name="batch">The number of samples.</param>
    /// <param name="rowLength">The length of a prediction's last axis: the number of classes.</param>
    /// <param name="fromLogits">Whether the predictions are logits, not probabilities.</param>
    /// <param name="losses">[batch], overwritten.</param>
    public abstract void Forward<T>(
        ReadOnlySpan<T> predictions, ReadOnlySpan<T> targets, int batch, int rowLength, bool fromLogits, Span<T> losses)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>The gradient of Σ weights · losses with respect to the predictions.</summary>
    /// <param name="predictions">[batch, ..., rowLength].</param>
    /// <param name="targets">[batch, ...].</param>
    /// <param name="batch">The number of samples.</param>
    /// <param name="rowLength">The length of a prediction's last axis: the number of classes.</param>
    /// <param name="fromLogits">Whether the predictions are logits, not probabilities.</param>
    /// <param name="weights">[batch]: the weight of each sample, divided by the number of samples already.</param>
    /// <param name="gradient">As many elements as the predictions, overwritten; may be the predictions exactly.</param>
    public abstract void Backward<T>(
        ReadOnlySpan<T> predictions,
        ReadOnlySpan<T> targets,
        int batch,
        int rowLength,
        bool fromLogits,
        ReadOnlySpan<T> weights,
        Span<T> gradient)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>The name and the parameters.</summary>
    public override string ToString() => Configuration.Text(Name, Parameters);
}
