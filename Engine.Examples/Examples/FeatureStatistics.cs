using System.Numerics.Tensors;

namespace Engine.Examples;

/// <summary>What a layer's outputs look like over many samples.</summary>
/// <param name="Units">How many units it has.</param>
/// <param name="ZeroShare">The share of all outputs that are 0.</param>
/// <param name="Mean">Their mean.</param>
/// <param name="Deviation">Their standard deviation.</param>
/// <param name="DeadUnits">How many units are 0 for every sample.</param>
/// <param name="MeanCorrelation">The mean of |r| over all pairs of units that vary; NaN where there is no pair.</param>
internal sealed record FeatureStatistics(
    int Units, double ZeroShare, double Mean, double Deviation, int DeadUnits, double MeanCorrelation)
{
    /// <summary>Of outputs <c>[samples, units]</c>.</summary>
    public static FeatureStatistics Of(Tensor<float> outputs)
    {
        (int samples, int units) = ((int)outputs.Lengths[0], (int)outputs.Lengths[1]);
        float[] values = new float[outputs.FlattenedLength];
        outputs.FlattenTo(values);
        double mean = values.Average(value => (double)value);
        double variance = values.Average(value => (value - mean) * (value - mean));
        int dead = 0;
        List<float[]> standardized = [];
        for (int unit = 0; unit < units; unit++)
        {
            float[] column = new float[samples];
            for (int sample = 0; sample < samples; sample++)
                column[sample] = values[(sample * units) + unit];
            if (column.All(value => value == 0))
                dead++;
            float average = TensorPrimitives.Sum<float>(column) / samples;
            TensorPrimitives.Subtract(column, average, column);
            float norm = TensorPrimitives.Norm<float>(column);
            if (norm > 1e-6f)
            {
                TensorPrimitives.Divide(column, norm, column);
                standardized.Add(column);
            }
        }

        double sum = 0;
        for (int i = 0; i < standardized.Count; i++)
        {
            for (int j = 0; j < i; j++)
                sum += Math.Abs(TensorPrimitives.Dot<float>(standardized[i], standardized[j]));
        }

        double pairs = standardized.Count * (standardized.Count - 1) / 2.0;
        return new FeatureStatistics(
            units, values.Count(value => value == 0) / (double)values.Length, mean, Math.Sqrt(variance), dead, sum / pairs);
    }
}
