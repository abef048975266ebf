using System.Numerics;
using Engine.Activations;
using Engine.Kernels;
using Engine.Numerics;

namespace Engine.Losses;

/// <summary>−Σ t log q with t = y(1 − a) + a/K; from probabilities q = clip(p / Σp), from logits q = softmax.</summary>
internal sealed class CategoricalCrossentropy : Loss
{
    private readonly double _labelSmoothing;

    public CategoricalCrossentropy(double labelSmoothing, bool fromLogits)
    {
        _labelSmoothing = LabelSmoothing.Validate(labelSmoothing, "CategoricalCrossentropy");
        FromLogits = fromLogits;
        Parameters = Configuration.Of(("label_smoothing", labelSmoothing), ("from_logits", fromLogits ? 1 : 0));
    }

    public override string Name => "categorical_crossentropy";

    public override IReadOnlyDictionary<string, double> Parameters { get; }

    public override bool FromLogits { get; }

    public override bool IsFusedWith(ActivationFunction activation) => !FromLogits && activation is SoftmaxActivation;

    public override void ValidateShapes(Shape prediction, Shape target)
    {
        if (prediction != target && prediction.Rank > 0 && (target.Rank < prediction.Rank || target[^1] == 1))
        {
            throw new ShapeException(
                $"{Name}: expected one-hot targets {prediction.BatchText}, got {target.BatchText}. "
                + "For class numbers use Loss.SparseCategoricalCrossentropy().",
                prediction,
                target);
        }

        base.ValidateShapes(prediction, target);
    }

    public override void Forward<T>(
        ReadOnlySpan<T> predictions, ReadOnlySpan<T> targets, int batch, int rowLength, bool fromLogits, Span<T> losses)
    {
        int inner = Rows.Inner(predictions.Length, batch, rowLength);
        Elementwise.ThrowIfLengthsDiffer(targets.Length, predictions.Length);
        T scale = T.CreateTruncating(1 - _labelSmoothing), offset = T.CreateTruncating(_labelSmoothing / rowLength);
        for (int sample = 0; sample < batch; sample++)
        {
            double sum = 0;
            for (int row = sample * inner; row < (sample + 1) * inner; row++)
            {
                ReadOnlySpan<T> p = predictions.Slice(row * rowLength, rowLength);
                ReadOnlySpan<T> y = targets.Slice(row * rowLength, rowLength);
                T loss = T.Zero;
                if (fromLogits)
                {
                    SoftmaxKernels.CrossEntropy(p, y, new Span<T>(ref loss), 1 - _labelSmoothing, _labelSmoothing / rowLength);
                }
                else
                {
                    T total = Rows.Sum(p);
                    for (int k = 0; k < rowLength; k++)
                    {
                        T target = (y[k] * scale) + offset;
                        loss -= target == T.Zero ? T.Zero : target * T.Log(Probability.Clip(p[k] / total));
                    }
                }

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
        Elementwise.ThrowIfLengthsDiffer(targets.Length, predictions.Length);
        Elementwise.ThrowIfLengthsDiffer(gradient.Length, predictions.Length);
        for (int row = 0; row < batch * inner; row++)
        {
            ReadOnlySpan<T> p = predictions.Slice(row * rowLength, rowLength);
            ReadOnlySpan<T> y = targets.Slice(row * rowLength, rowLength);
            Span<T> dp = gradient.Slice(row * rowLength, rowLength);
            T weight = weights[row / inner] / T.CreateTruncating(inner);
            if (fromLogits)
            {
                SoftmaxKernels.CrossEntropyGradient(
                    p, y, weight, dp, rowLength, 1 - _labelSmoothing, _labelSmoothing / rowLength);
            }
            else
            {
                ProbabilityGradient(p, y, weight, dp);
            }
        }
    }

    // With s = Σp, q = p / s and g = −t / q inside the clip, 0 outside: dp = weight · (g − Σ g q) / s. g · q is −t.
    private void ProbabilityGradient<T>(ReadOnlySpan<T> p, ReadOnlySpan<T> y, T weight, Span<T> dp)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T scale = T.CreateTruncating(1 - _labelSmoothing), offset = T.CreateTruncating(_labelSmoothing / p.Length);
        T total = Rows.Sum(p);
        T counted = T.Zero;
        for (int k = 0; k < p.Length; k++)
        {
            counted += Probability.IsClipped(p[k] / total) ? T.Zero : (y[k] * scale) + offset;
        }

        for (int k = 0; k < p.Length; k++)
        {
            T q = p[k] / total;
            T g = Probability.IsClipped(q) ? T.Zero : -((y[k] * scale) + offset) / q;
            dp[k] = weight * (g + counted) / total;
        }
    }
}
