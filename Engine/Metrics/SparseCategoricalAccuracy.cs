using Engine.Kernels;

namespace Engine.Metrics;

/// <summary>How often the largest output is that of the class that the target numbers.</summary>
internal sealed class SparseCategoricalAccuracy(string name) : Metric
{
    public override string Name => name;

    public override Metric Resolve(Shape prediction, Shape target)
    {
        if (prediction.Rank == 0)
        {
            throw new ShapeException(
                $"{Name}: expected predictions with an axis of classes, got {prediction.BatchText}.", null, prediction);
        }

        Shape rows = Shape.Create(prediction.AsSpan()[..^1]);
        return target == rows || target == Shape.Create([.. rows, 1])
            ? this
            : throw new ShapeException(
                $"{Name}: expected class numbers {rows.BatchText} for predictions {prediction.BatchText}, "
                + $"got {target.BatchText}.",
                rows,
                target);
    }

    public override double Sum<T>(
        ReadOnlySpan<T> predictions, ReadOnlySpan<T> targets, int batch, int rowLength, ReadOnlySpan<T> sampleWeights)
    {
        int inner = Rows.Inner(predictions.Length, batch, rowLength);
        Elementwise.ThrowIfLengthsDiffer(targets.Length, batch * inner);
        double sum = 0;
        for (int row = 0; row < batch * inner; row++)
        {
            ReadOnlySpan<T> p = predictions.Slice(row * rowLength, rowLength);
            if (T.CreateTruncating(Rows.IndexOfMax(p)) == targets[row])
            {
                sum += sampleWeights.IsEmpty ? 1 : double.CreateTruncating(sampleWeights[row / inner]);
            }
        }

        return sum / inner;
    }
}
