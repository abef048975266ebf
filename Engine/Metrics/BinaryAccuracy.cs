using Engine.Kernels;

namespace Engine.Metrics;

/// <summary>How often "output above the threshold" equals the target, averaged over the outputs.</summary>
internal sealed class BinaryAccuracy : Metric
{
    private readonly double _threshold;

    public BinaryAccuracy(string name, double threshold)
    {
        Name = name;
        _threshold = threshold is >= 0 and <= 1
            ? threshold
            : throw new ArgumentOutOfRangeException(nameof(threshold), FormattableString.Invariant(
                $"BinaryAccuracy: expected threshold to be in [0, 1], got {threshold}."));
    }

    public override string Name { get; }

    public override double Sum<T>(
        ReadOnlySpan<T> predictions, ReadOnlySpan<T> targets, int batch, int rowLength, ReadOnlySpan<T> sampleWeights)
    {
        int size = Rows.Inner(predictions.Length, batch, 1);
        Elementwise.ThrowIfLengthsDiffer(targets.Length, predictions.Length);
        double sum = 0;
        for (int sample = 0; sample < batch; sample++)
        {
            double own = 0;
            for (int i = sample * size; i < (sample + 1) * size; i++)
            {
                T answer = predictions[i] > T.CreateTruncating(_threshold) ? T.One : T.Zero;
                own += !T.IsNaN(predictions[i]) && answer == targets[i] ? 1 : 0;
            }

            sum += sampleWeights.IsEmpty ? own : own * double.CreateTruncating(sampleWeights[sample]);
        }

        return sum / size;
    }
}
