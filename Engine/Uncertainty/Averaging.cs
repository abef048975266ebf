using System.Numerics;
using System.Numerics.Tensors;

namespace Engine.Uncertainty;

/// <summary>
/// Weight-scaling inference of a classifier against Monte Carlo averaging: extension members of <see cref="Model"/>.
/// </summary>
/// <remarks>
/// Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov, "Dropout: a simple way to prevent neural networks from
/// overfitting", JMLR 15 (2014), section 7.5 and figure 11: one pass without dropout approximates the mean of exponentially many
/// thinned networks; averaging k of them comes up to it at about k = 50.
/// </remarks>
public static class Averaging
{
    extension(Model model)
    {
        /// <summary>
        /// How good a classifier's predictions are with dropout off, and as the mean of the first k Monte Carlo samples. Memory
        /// is that of one sample.
        /// </summary>
        /// <remarks>For classifiers only: the output is <c>[n, classes]</c>, probabilities that sum to 1 in each row.</remarks>
        /// <param name="inputs">The inputs, <c>[n, ...]</c>.</param>
        /// <param name="labels">The true class of each, <c>[n]</c>.</param>
        /// <param name="samples">The numbers k of samples to average, ascending; at least 1 each.</param>
        /// <param name="seed">The seed of the samples.</param>
        /// <param name="options">Batch size, threads, cancellation.</param>
        /// <returns>Weight scaling, with Samples = 0, then a point for each k.</returns>
        /// <exception cref="ArgumentException">
        /// The numbers do not ascend from 1 on, the labels do not fit, or the outputs are no probabilities <c>[n, classes]</c>.
        /// </exception>
        public IReadOnlyList<AveragingPoint> CompareAveraging<T>(
            Tensor<T> inputs,
            ReadOnlySpan<int> labels,
            IReadOnlyList<int> samples,
            ulong seed = 0,
            MonteCarloOptions? options = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            ArgumentNullException.ThrowIfNull(model);
            ArgumentNullException.ThrowIfNull(samples);
            for (int i = 0; i < samples.Count; i++)
            {
                if (samples[i] <= (i == 0 ? 0 : samples[i - 1]))
                {
                    throw new ArgumentException(FormattableString.Invariant(
                        $"CompareAveraging: expected ascending numbers of samples from 1 on, got {samples[i]} at {i}."),
                        nameof(samples));
                }
            }

            options ??= MonteCarloOptions.Default;
            Tensor<T> scaled = model.Predict(inputs, new PredictOptions
            {
                BatchSize = options.BatchSize,
                DegreeOfParallelism = options.DegreeOfParallelism,
                CancellationToken = options.CancellationToken,
            });
            List<AveragingPoint> points = [Judge(0, scaled, labels)];
            double[] sum = new double[scaled.FlattenedLength];
            int drawn = 0;
            foreach (int k in samples)
            {
                for (; drawn < k; drawn++)
                {
                    ReadOnlySpan<T> y = model.PredictSample(inputs, drawn, seed, options).AsDenseSpan();
                    for (int i = 0; i < y.Length; i++)
                    {
                        sum[i] += double.CreateTruncating(y[i]);
                    }
                }

                T[] mean = Array.ConvertAll(sum, value => T.CreateTruncating(value / k));
                points.Add(Judge(k, Tensor.Create(mean, scaled.Lengths), labels));
            }

            return points;
        }
    }

    private static AveragingPoint Judge<T>(int samples, Tensor<T> probabilities, ReadOnlySpan<int> labels)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new(
        samples,
        Calibration.Accuracy(probabilities, labels),
        Calibration.NegativeLogLikelihood(probabilities, labels),
        Calibration.BrierScore(probabilities, labels));
}
