using Engine.Kernels;

namespace Engine.Metrics;

/// <summary>|p − y|, averaged over the outputs of a sample.</summary>
internal sealed class MeanAbsoluteErrorMetric : Metric
{
    public override string Name => "mean_absolute_error";

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
                own += Math.Abs(double.CreateTruncating(predictions[i]) - double.CreateTruncating(targets[i]));
            }

            sum += sampleWeights.IsEmpty ? own : own * double.CreateTruncating(sampleWeights[sample]);
        }

        return sum / size;
    }
}
