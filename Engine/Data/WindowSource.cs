using System.Numerics;
using System.Numerics.Tensors;

namespace Engine.Data;

/// <summary>Consecutive steps out of a series, one stretch a sample: nothing is stored twice, however much windows overlap.</summary>
/// <param name="series">The whole series, [steps, features].</param>
/// <param name="features">The features of a step.</param>
/// <param name="columns">The features to give; all if null.</param>
/// <param name="first">The first step of the first sample.</param>
/// <param name="stride">The distance from one sample to the next.</param>
/// <param name="length">The steps of a sample.</param>
/// <param name="count">The number of samples.</param>
/// <param name="shape">The shape of a sample.</param>
internal sealed class WindowSource(
    double[] series, int features, int[]? columns, int first, int stride, int length, int count, Shape shape) : ISampleSource
{
    public int Count => count;

    public Shape SampleShape => shape;

    public void Read<T>(int sample, Span<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ReadOnlySpan<double> steps = series.AsSpan((first + (sample * stride)) * features, length * features);
        if (columns is null)
        {
            TensorPrimitives.ConvertSaturating(steps, destination);
            return;
        }

        for (int step = 0; step < length; step++)
        {
            for (int c = 0; c < columns.Length; c++)
            {
                destination[(step * columns.Length) + c] = T.CreateTruncating(steps[(step * features) + columns[c]]);
            }
        }
    }
}
