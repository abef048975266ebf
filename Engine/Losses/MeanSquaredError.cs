using System.Numerics;
using Engine.Kernels;

namespace Engine.Losses;

/// <summary>(p − y)², averaged over the outputs of a sample.</summary>
internal sealed class MeanSquaredError : Loss
{
    public override string Name => "mean_squared_error";

    public override void Forward<T>(
        ReadOnlySpan<T> predictions, ReadOnlySpan<T> targets, int batch, int rowLength, bool fromLogits, Span<T> losses)
    {
        int size = Rows.Inner(predictions.Length, batch, 1);
        Elementwise.ThrowIfLengthsDiffer(targets.Length, predictions.Length);
        for (int sample = 0; sample < batch; sample++)
        {
            double sum = 0;
            for (int i = sample * size; i < (sample + 1) * size; i++)
            {
                double difference = double.CreateTruncating(predictions[i] - targets[i]);
                sum += difference * difference;
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
        for (int sample = 0; sample < batch; sample++)
        {
            int start = sample * size;
            var scale = new Vector<T>(T.CreateTruncating(2) * weights[sample] / T.CreateTruncating(size));
            Elementwise.Map(
                predictions.Slice(start, size), targets.Slice(start, size), gradient.Slice(start, size), new Gradient<T>(scale));
        }
    }

    private readonly struct Gradient<T>(Vector<T> scale) : IBinaryOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public Vector<T> Invoke(Vector<T> p, Vector<T> y) => scale * (p - y);
    }
}
