using Engine.Activations;
using Engine.Kernels;
using Engine.Numerics;

namespace Engine.Losses;

/// <summary>−log q of the class that the target names; from probabilities q = clip(p / Σp), from logits q = softmax.</summary>
internal sealed class SparseCategoricalCrossentropy : Loss
{
    public SparseCategoricalCrossentropy(bool fromLogits)
    {
        FromLogits = fromLogits;
        Parameters = Configuration.Of(("from_logits", fromLogits ? 1 : 0));
    }

    public override string Name => "sparse_categorical_crossentropy";

    public override IReadOnlyDictionary<string, double> Parameters { get; }

    public override bool FromLogits { get; }

    public override bool IsFusedWith(ActivationFunction activation) => !FromLogits && activation is SoftmaxActivation;

    public override void ValidateShapes(Shape prediction, Shape target)
    {
        if (prediction.Rank == 0)
        {
            throw new ShapeException($"{Name}: expected predictions with an axis of classes, got {prediction.BatchText}.", null, prediction);
        }

        Shape rows = Shape.Create(prediction.AsSpan()[..^1]);
        if (target != rows && target != Shape.Create([.. rows, 1]))
        {
            throw new ShapeException(
                $"{Name}: expected class numbers {rows.BatchText} for predictions {prediction.BatchText}, got {target.BatchText}."
                + (target == prediction ? " For one-hot targets use Loss.CategoricalCrossentropy()." : string.Empty),
                rows,
                target);
        }
    }

    public override void ValidateTargets<T>(ReadOnlySpan<T> targets, int batch, Shape prediction, int firstSample = 0)
    {
        int classes = prediction[^1];
        for (int i = 0; i < targets.Length; i++)
        {
            if (!(targets[i] >= T.Zero && targets[i] < T.CreateTruncating(classes) && T.IsInteger(targets[i])))
            {
                int sample = firstSample + (i / (targets.Length / batch));
                throw new ArgumentException(FormattableString.Invariant(
                    $"{Name}: expected class numbers from 0 to {classes - 1}, got {targets[i]} for sample {sample}."));
            }
        }
    }

    public override void Forward<T>(
        ReadOnlySpan<T> predictions, ReadOnlySpan<T> targets, int batch, int rowLength, bool fromLogits, Span<T> losses)
    {
        int inner = Rows.Inner(predictions.Length, batch, rowLength);
        Elementwise.ThrowIfLengthsDiffer(targets.Length, batch * inner);
        for (int sample = 0; sample < batch; sample++)
        {
            double sum = 0;
            for (int row = sample * inner; row < (sample + 1) * inner; row++)
            {
                ReadOnlySpan<T> p = predictions.Slice(row * rowLength, rowLength);
                T own = p[int.CreateTruncating(targets[row])];
                T loss = fromLogits
                    ? SoftmaxKernels.LogSumExp(p) - own
                    : -T.Log(Probability.Clip(own / Rows.Sum(p)));
                sum += double.CreateTruncating(loss);
            }

            losses[sample] = T.CreateTruncating(sum / inner);
        }
    }

    public override void Backward<T>(
        ReadOnlySpan<T> predictions,
        ReadOnlySpan<T> targets,
        int batch,
        int rowLength,
        bool fromLogits,
        ReadOnlySpan<T> weights,
        Span<T> gradient)
    {
        int inner = Rows.Inner(predictions.Length, batch, rowLength);
        Elementwise.ThrowIfLengthsDiffer(targets.Length, batch * inner);
        Elementwise.ThrowIfLengthsDiffer(gradient.Length, predictions.Length);
        for (int row = 0; row < batch * inner; row++)
        {
            ReadOnlySpan<T> p = predictions.Slice(row * rowLength, rowLength);
            Span<T> dp = gradient.Slice(row * rowLength, rowLength);
            int label = int.CreateTruncating(targets[row]);
            T weight = weights[row / inner] / T.CreateTruncating(inner);
            if (fromLogits)
            {
                // weight · (softmax − onehot)
                SoftmaxKernels.Forward(p, dp, rowLength);
                dp[label] -= T.One;
                Elementwise.Scale(double.CreateTruncating(weight), dp, dp);
            }
            else
            {
                // q = own / Σp: dp = weight · (1 / Σp − [k = label] / own), and nothing where q is clipped.
                T own = p[label], total = Rows.Sum(p);
                bool isClipped = Probability.IsClipped(own / total);
                dp.Fill(isClipped ? T.Zero : weight / total);
                dp[label] -= isClipped ? T.Zero : weight / own;
            }
        }
    }
}
