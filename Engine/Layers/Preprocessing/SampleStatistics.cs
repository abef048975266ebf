using System.Numerics.Tensors;
using Engine.Data;
using Engine.Kernels;

namespace Engine.Layers;

/// <summary>Means, variances and covariances of samples, in double and in two passes: nothing cancels.</summary>
internal static class SampleStatistics
{
    // Elements that are read at once.
    private const int ChunkLength = 1 << 20;

    /// <summary>Mean and variance of each feature, the last axis, over all other axes.</summary>
    public static (double[] Mean, double[] Variance) OfFeatures(DataColumn samples)
    {
        int features = samples.SampleShape[^1];
        double count = (double)samples.Count * (samples.SampleShape.Size / features);
        double[] mean = new double[features], variance = new double[features], difference = new double[features];
        ForEachChunk(samples, chunk =>
        {
            for (int row = 0; row < chunk.Length; row += features)
            {
                TensorPrimitives.Add<double>(mean, chunk.Slice(row, features), mean);
            }
        });
        TensorPrimitives.Divide<double>(mean, count, mean);
        ForEachChunk(samples, chunk =>
        {
            for (int row = 0; row < chunk.Length; row += features)
            {
                TensorPrimitives.Subtract<double>(chunk.Slice(row, features), mean, difference);
                TensorPrimitives.MultiplyAdd<double>(difference, difference, variance, variance);
            }
        });
        TensorPrimitives.Divide<double>(variance, count, variance);
        return (mean, variance);
    }

    /// <summary>The mean of each element of a sample and the covariances of all pairs, row-major, divided by the count.</summary>
    public static (double[] Mean, double[] Covariance) OfElements(DataColumn samples)
    {
        int size = samples.SampleShape.Size;
        double[] mean = new double[size], covariance = new double[size * size];
        ForEachChunk(samples, chunk =>
        {
            for (int row = 0; row < chunk.Length; row += size)
            {
                TensorPrimitives.Add<double>(mean, chunk.Slice(row, size), mean);
            }
        });
        TensorPrimitives.Divide<double>(mean, samples.Count, mean);
        ForEachChunk(samples, chunk =>
        {
            for (int row = 0; row < chunk.Length; row += size)
            {
                Span<double> centered = chunk.Slice(row, size);
                TensorPrimitives.Subtract<double>(centered, mean, centered);
            }

            ReadOnlyMatrixView<double> rows = new(chunk, chunk.Length / size, size);
            Gemm.MultiplyAccumulate(rows.Transposed, rows, new MatrixView<double>(covariance, size, size));
        });
        TensorPrimitives.Divide<double>(covariance, samples.Count, covariance);
        return (mean, covariance);
    }

    private delegate void ChunkAction(Span<double> chunk);

    private static void ForEachChunk(DataColumn samples, ChunkAction action)
    {
        int size = samples.SampleShape.Size;
        int most = Math.Clamp(ChunkLength / size, 1, samples.Count);
        double[] values = new double[most * size];
        for (int from = 0; from < samples.Count; from += most)
        {
            int count = Math.Min(most, samples.Count - from);
            samples.CopyRows<double>(from, count, values);
            action(values.AsSpan(0, count * size));
        }
    }
}
