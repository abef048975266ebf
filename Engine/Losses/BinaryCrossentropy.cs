using System.Numerics;
using Engine.Activations;
using Engine.Kernels;
using Engine.Numerics;

namespace Engine.Losses;

/// <summary>
/// −t log p − (1 − t) log(1 − p) with t = y(1 − a) + a/2, averaged over the outputs; from logits z:
/// max(z, 0) − z t + log(1 + exp(−|z|)), with the gradient σ(z) − t.
/// </summary>
internal sealed class BinaryCrossentropy : Loss
{
    private readonly double _labelSmoothing;

    public BinaryCrossentropy(double labelSmoothing, bool fromLogits)
    {
        _labelSmoothing = LabelSmoothing.Validate(labelSmoothing, "BinaryCrossentropy");
        FromLogits = fromLogits;
        Parameters = Configuration.Of(("label_smoothing", labelSmoothing), ("from_logits", fromLogits ? 1 : 0));
    }

    public override string Name => "binary_crossentropy";

    public override IReadOnlyDictionary<string, double> Parameters { get; }

    public override bool FromLogits { get; }

    public override bool IsFusedWith(ActivationFunction activation) => !FromLogits && activation is SigmoidActivation;

    public override void Forward<T>(
        ReadOnlySpan<T> predictions, ReadOnlySpan<T> targets, int batch, int rowLength, bool fromLogits, Span<T> losses)
    {
        int size = Rows.Inner(predictions.Length, batch, 1);
        Elementwise.ThrowIfLengthsDiffer(targets.Length, predictions.Length);
        T scale = T.CreateTruncating(1 - _labelSmoothing), offset = T.CreateTruncating(_labelSmoothing / 2);
        for (int sample = 0; sample < batch; sample++)
        {
            double sum = 0;
            for (int i = sample * size; i < (sample + 1) * size; i++)
            {
                T target = (targets[i] * scale) + offset;
                T loss;
                if (fromLogits)
                {
                    // softplus(z) − z t, written so that z = ±∞ on the right side costs nothing.
                    T z = predictions[i];
                    loss = (z > T.Zero ? (T.One - target) * z : -(target * z)) + T.LogP1(T.Exp(-T.Abs(z)));
                }
                else
                {
                    T p = Probability.Clip(predictions[i]);
                    loss = -(target * T.Log(p)) - ((T.One - target) * T.LogP1(-p));
                }

                sum += double.CreateTruncating(loss);
            }

            losses[sample] = T.CreateTruncating(sum / size);
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
        int size = Rows.Inner(predictions.Length, batch, 1);
        Elementwise.ThrowIfLengthsDiffer(targets.Length, predictions.Length);
        Elementwise.ThrowIfLengthsDiffer(gradient.Length, predictions.Length);
        Vector<T> scale = VectorMath.Constant<T>(1 - _labelSmoothing), offset = VectorMath.Constant<T>(_labelSmoothing / 2);
        for (int sample = 0; sample < batch; sample++)
        {
            ReadOnlySpan<T> p = predictions.Slice(sample * size, size);
            ReadOnlySpan<T> y = targets.Slice(sample * size, size);
            Span<T> dp = gradient.Slice(sample * size, size);
            var weight = new Vector<T>(weights[sample] / T.CreateTruncating(size));
            if (fromLogits)
            {
                Elementwise.Map(p, y, dp, new LogitGradient<T>(weight, scale, offset));
            }
            else
            {
                Elementwise.Map(p, y, dp, new ProbabilityGradient<T>(weight, scale, offset));
            }
        }
    }

    private readonly struct LogitGradient<T>(Vector<T> weight, Vector<T> scale, Vector<T> offset) : IBinaryOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public Vector<T> Invoke(Vector<T> z, Vector<T> y) =>
            weight * (VectorMath.Sigmoid(z) - Simd.MultiplyAdd(y, scale, offset));
    }

    // (p − t) / (p (1 − p)) inside the clip, 0 outside.
    private readonly struct ProbabilityGradient<T>(Vector<T> weight, Vector<T> scale, Vector<T> offset) : IBinaryOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public Vector<T> Invoke(Vector<T> p, Vector<T> y)
        {
            Vector<T> isClipped = Vector.LessThan(p, VectorMath.Constant<T>(Probability.Epsilon))
                | Vector.GreaterThan(p, VectorMath.Constant<T>(1 - Probability.Epsilon));
            Vector<T> g = (p - Simd.MultiplyAdd(y, scale, offset)) / (p * (Vector<T>.One - p));
            return Vector.AndNot(weight * g, isClipped);
        }
    }
}
