using System.Numerics;
using System.Numerics.Tensors;

namespace Engine.Uncertainty;

/// <summary>
/// One number that makes a classifier's probabilities honest: its logits are divided by a temperature, which is fitted to data
/// that it was not trained on. Which class is most probable does not change.
/// </summary>
/// <remarks>
/// Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural networks", ICML 2017, section 4.2. Works on probabilities:
/// the logarithms of a softmax are its logits up to a constant, so p is mapped to p^(1/T) / Σ p^(1/T). Probabilities of 0 stay 0.
/// </remarks>
public sealed class TemperatureScaling
{
    // log T of the temperatures that are looked at: 1/55 to 55.
    private const double MaxLogTemperature = 4;

    // Below the smallest float a logit is unknown; its probability counts as this.
    private const double Smallest = 1e-45;

    /// <summary>A scaling by a known temperature.</summary>
    /// <param name="temperature">Above 0: above 1 makes less sure, below 1 more.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not a finite number above 0.</exception>
    public TemperatureScaling(double temperature) =>
        Temperature = Numerics.Guard.Positive(temperature, nameof(TemperatureScaling), nameof(temperature));

    /// <summary>The temperature: above 1 where the model was too sure of itself.</summary>
    public double Temperature { get; }

    /// <summary>Finds the temperature with the smallest negative log-likelihood.</summary>
    /// <param name="probabilities">Predictions for validation data, <c>[n, classes]</c>.</param>
    /// <param name="labels">The true class of each, <c>[n]</c>.</param>
    /// <exception cref="ArgumentException">Lengths do not fit, a label is no class, or a number is no probability.</exception>
    public static TemperatureScaling Fit<T>(Tensor<T> probabilities, ReadOnlySpan<int> labels)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ClassProbabilities<T> p = new(probabilities, labels);
        double[] logits = new double[p.Count * p.Classes];
        for (int i = 0; i < p.Count; i++)
        {
            ReadOnlySpan<T> row = p.Row(i);
            for (int c = 0; c < row.Length; c++)
            {
                logits[(i * p.Classes) + c] = Math.Log(Math.Max(double.CreateTruncating(row[c]), Smallest));
            }
        }

        // The likelihood is concave in 1 / T, so its slope has one root: bisection on log T.
        double low = -MaxLogTemperature, high = MaxLogTemperature;
        while (high - low > 1e-9)
        {
            double middle = (low + high) / 2;
            bool isTooSure = Slope(logits, labels, Math.Exp(-middle)) > 0;
            (low, high) = isTooSure ? (middle, high) : (low, middle);
        }

        return new TemperatureScaling(Math.Exp((low + high) / 2));
    }

    /// <summary>Scales probabilities.</summary>
    /// <param name="probabilities">The probabilities, <c>[n, classes]</c>; not changed.</param>
    /// <returns>A new tensor, <c>[n, classes]</c>, whose rows sum to 1.</returns>
    /// <exception cref="ArgumentException">They are no matrix, or a number is no probability.</exception>
    public Tensor<T> Apply<T>(Tensor<T> probabilities)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        if (probabilities.Rank != 2)
        {
            throw new ArgumentException(
                $"TemperatureScaling: expected probabilities [n, classes], got {probabilities.ShapeText()}.",
                nameof(probabilities));
        }

        int classes = checked((int)probabilities.Lengths[1]);
        T[] values = new T[checked((int)probabilities.FlattenedLength)];
        probabilities.AsReadOnlyTensorSpan().CopyElementsTo(values);
        ClassProbabilities<T>.Check(values, classes, nameof(TemperatureScaling));
        double[] scaled = new double[classes];
        for (int start = 0; start < values.Length; start += classes)
        {
            // Relative to the largest, so that no power is lost.
            double largest = double.CreateTruncating(TensorPrimitives.Max<T>(values.AsSpan(start, classes)));
            double sum = 0;
            for (int c = 0; c < classes; c++)
            {
                scaled[c] = Math.Pow(double.CreateTruncating(values[start + c]) / largest, 1 / Temperature);
                sum += scaled[c];
            }

            for (int c = 0; c < classes; c++)
            {
                values[start + c] = T.CreateTruncating(scaled[c] / sum);
            }
        }

        return Tensor.Create(values, probabilities.Lengths);
    }

    // The derivative of the negative log-likelihood by b = 1 / T: Σ (Σ p z − z of the true class), p = softmax(b z).
    private static double Slope(double[] logits, ReadOnlySpan<int> labels, double b)
    {
        int classes = logits.Length / labels.Length;
        double slope = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            ReadOnlySpan<double> z = logits.AsSpan(i * classes, classes);
            double largest = TensorPrimitives.Max(z), sum = 0, weighted = 0;
            foreach (double value in z)
            {
                double e = Math.Exp(b * (value - largest));
                sum += e;
                weighted += e * value;
            }

            slope += (weighted / sum) - z[labels[i]];
        }

        return slope;
    }
}
