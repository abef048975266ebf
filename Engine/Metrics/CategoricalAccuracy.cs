using Engine.Kernels;

namespace Engine.Metrics;

/// <summary>How often the largest output is where the one-hot target is largest.</summary>
internal sealed class CategoricalAccuracy(string name) : Metric
{
    public override string Name => name;

    public override double Sum<T>(
        ReadOnlySpan<T> predictions, ReadOnlySpan<T> targets, int batch, int rowLength, ReadOnlySpan<T> sampleWeights)
    {
        int inner = Rows.Inner(predictions.Length, batch, rowLength);
        Elementwise.ThrowIfLengthsDiffer(targets.Length, predictions.Length);
        double sum = 0;
        for (int row = 0; row < batch * inner; row++)
        {
            ReadOnlySpan<T> p = predictions.Slice(row * rowLength, rowLength);
            int answer = Rows.IndexOfMax(p);
            if (answer >= 0 && answer == Rows.IndexOfMax(targets.Slice(row * rowLength, rowLength)))
            {
                sum += sampleWeights.IsEmpty ? 1 : double.CreateTruncating(sampleWeights[row / inner]);
            }
        }

        return sum / inner;
    }
}
