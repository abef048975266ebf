using System.Numerics.Tensors;
using Engine.Numerics;

namespace Engine;

/// <summary>Tensors of random numbers: the same seed gives the same numbers on every machine.</summary>
public static class RandomTensor
{
    // Streams of their own, so that two tensors of one seed and different distributions have nothing in common.
    private const ulong NormalStream = 0x4E6F726D616C0000;
    private const ulong UniformStream = 0x556E69666F726D00;

    /// <summary>Normally distributed numbers.</summary>
    /// <param name="shape">The shape of the tensor, all axes included.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="mean">The mean.</param>
    /// <param name="standardDeviation">The standard deviation: finite, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The mean or the standard deviation is not such a number.</exception>
    public static Tensor<float> Normal(Shape shape, ulong seed, double mean = 0, double standardDeviation = 1)
    {
        ArgumentNullException.ThrowIfNull(shape);
        if (!double.IsFinite(mean))
        {
            throw new ArgumentOutOfRangeException(nameof(mean), $"RandomTensor.Normal: expected a finite mean, got {mean}.");
        }

        if (!double.IsFinite(standardDeviation) || standardDeviation < 0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(standardDeviation),
                $"RandomTensor.Normal: expected a finite standard deviation of 0 or more, got {standardDeviation}.");
        }

        float[] values = new float[shape.Size];
        new RandomSource(seed, NormalStream).FillNormal<float>(values);
        TensorPrimitives.Multiply(values, (float)standardDeviation, values);
        TensorPrimitives.Add(values, (float)mean, values);
        return values.ToTensor(shape);
    }

    /// <summary>Uniformly distributed numbers of the interval [<paramref name="low"/>, <paramref name="high"/>).</summary>
    /// <param name="shape">The shape of the tensor, all axes included.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="low">The least number that can come.</param>
    /// <param name="high">
    /// The end of the interval, greater than <paramref name="low"/>; it can come itself only where float's rounding lifts a
    /// number to it.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The interval is empty or not finite.</exception>
    public static Tensor<float> Uniform(Shape shape, ulong seed, double low = 0, double high = 1)
    {
        ArgumentNullException.ThrowIfNull(shape);
        if (!double.IsFinite(low) || !double.IsFinite(high) || low >= high)
        {
            throw new ArgumentOutOfRangeException(
                nameof(high), $"RandomTensor.Uniform: expected finite low < high, got [{low}, {high}).");
        }

        float[] values = new float[shape.Size];
        new RandomSource(seed, UniformStream).FillUniform<float>(values);
        TensorPrimitives.Multiply(values, (float)(high - low), values);
        TensorPrimitives.Add(values, (float)low, values);
        return values.ToTensor(shape);
    }
}
