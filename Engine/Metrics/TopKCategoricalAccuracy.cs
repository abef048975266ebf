using System.Numerics;
using Engine.Kernels;

namespace Engine.Metrics;

/// <summary>
/// How often the class of the one-hot target is among the k largest outputs: fewer than k outputs are larger than its own.
/// </summary>
internal sealed class TopKCategoricalAccuracy : Metric
{
    private readonly int _k;

    public TopKCategoricalAccuracy(int k)
    {
        _k = k >= 1
            ? k
            : throw new ArgumentOutOfRangeException(nameof(k), $"TopKCategoricalAccuracy: expected k to be at least 1, got {k}.");
    }

    public override string Name => "top_k_categorical_accuracy";

    public override double Sum<T>(
        ReadOnlySpan<T> predictions, ReadOnlySpan<T> targets, int batch, int rowLength, ReadOnlySpan<T> sampleWeights)
    {
        int inner = Rows.Inner(predictions.Length, batch, rowLength);
        Elementwise.ThrowIfLengthsDiffer(targets.Length, predictions.Length);
        double sum = 0;
        for (int row = 0; row < batch * inner; row++)
        {
            ReadOnlySpan<T> p = predictions.Slice(row * rowLength, rowLength);
            int label = Rows.IndexOfMax(targets.Slice(row * rowLength, rowLength));
            if (label >= 0 && Rows.IndexOfMax(p) >= 0 && Larger(p, p[label]) < _k)
            {
                sum += sampleWeights.IsEmpty ? 1 : double.CreateTruncating(sampleWeights[row / inner]);
            }
        }

        return sum / inner;
    }

    private static int Larger<T>(ReadOnlySpan<T> row, T value)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int count = 0;
        foreach (T other in row)
        {
            count += other > value ? 1 : 0;
        }

        return count;
    }
}
