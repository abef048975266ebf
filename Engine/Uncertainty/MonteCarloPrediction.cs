using System.Numerics;
using System.Numerics.Tensors;

namespace Engine.Uncertainty;

/// <summary>What a network predicts, and how sure it is: the moments of its Monte Carlo samples.</summary>
/// <remarks>
/// <para>
/// Gal and Ghahramani, "Dropout as a Bayesian approximation: representing model uncertainty in deep learning", ICML 2016. Each
/// tensor has a row for each input. Entropies are in nats; those of a softmax over the last axis have the output's shape without
/// that axis.
/// </para>
/// <para>
/// The predictive entropy is all of the uncertainty. Its part that the samples agree on, the expected entropy, lies in the data
/// and does not go away with more of them; the rest, the mutual information, is what the network does not know.
/// </para>
/// </remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>: the model's precision.</typeparam>
public class MonteCarloPrediction<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly MonteCarloResults<T> _results;

    internal MonteCarloPrediction(MonteCarloResults<T> results)
    {
        _results = results;
        Mean = Outputs(results.Mean);
        StandardDeviation = Outputs(results.Deviation);
    }

    /// <summary>How many samples were drawn, or how many models there were.</summary>
    public int Samples => _results.Samples;

    /// <summary>What the outputs mean.</summary>
    public PredictionKind Kind => _results.Shape.Kind;

    /// <summary>The mean of the samples, <c>[n, ...]</c>: the prediction.</summary>
    public Tensor<T> Mean { get; }

    /// <summary>
    /// The standard deviation of the samples, <c>[n, ...]</c>: the root of the mean squared difference from the mean.
    /// </summary>
    public Tensor<T> StandardDeviation { get; }

    /// <summary>The entropy of the mean, H[p̄]; <c>[n]</c> for an output of one axis. From 0 to log(classes).</summary>
    /// <exception cref="InvalidOperationException">The outputs are no probabilities.</exception>
    public Tensor<T> PredictiveEntropy => Distributions(_results.PredictiveEntropy, nameof(PredictiveEntropy));

    /// <summary>The mean of the samples' entropies, mean H[p]; <c>[n]</c> for an output of one axis.</summary>
    /// <exception cref="InvalidOperationException">The outputs are no probabilities.</exception>
    public Tensor<T> ExpectedEntropy => Distributions(_results.ExpectedEntropy, nameof(ExpectedEntropy));

    /// <summary>
    /// How much the samples disagree, H[p̄] − mean H[p] ≥ 0; <c>[n]</c> for an output of one axis. Houlsby, Huszár, Ghahramani
    /// and Lengyel, "Bayesian active learning for classification and preference learning", 2011 (BALD), equation 2.
    /// </summary>
    /// <exception cref="InvalidOperationException">The outputs are no probabilities.</exception>
    public Tensor<T> MutualInformation => Distributions(_results.MutualInformation, nameof(MutualInformation));

    /// <summary>
    /// The share of samples whose class is not the most frequent one; of several independent outputs the mean of theirs.
    /// <c>[n]</c> for an output of one axis. Freeman, "Elementary applied statistics", 1965.
    /// </summary>
    /// <exception cref="InvalidOperationException">The outputs are no probabilities.</exception>
    public Tensor<T> VariationRatio => Distributions(_results.VariationRatio, nameof(VariationRatio));

    /// <summary>
    /// The log of the predictive density of each target, <c>[n]</c>: log mean N(target; sample, 1/τ), for several outputs that of
    /// all of them together. Gal and Ghahramani 2016, equation 8.
    /// </summary>
    /// <exception cref="InvalidOperationException">The options had no targets.</exception>
    public Tensor<T> LogLikelihood => _results.LogLikelihood.Length > 0
        ? Tensor.Create(_results.LogLikelihood)
        : throw new InvalidOperationException(
            "LogLikelihood: expected targets, got none. Set Targets and NoisePrecision in the options of PredictMonteCarlo.");

    /// <summary>A quantile of the samples, <c>[n, ...]</c>: linear between two neighbouring samples.</summary>
    /// <param name="level">One of the options' <see cref="MonteCarloOptions.Quantiles"/>.</param>
    /// <exception cref="ArgumentException">It was not asked for.</exception>
    public Tensor<T> Quantile(double level)
    {
        for (int q = 0; q < _results.Levels.Count; q++)
        {
            if (_results.Levels[q] == level)
            {
                return Outputs(_results.Quantiles[q]);
            }
        }

        string known = _results.Levels.Count == 0 ? "none" : string.Join(", ", _results.Levels.Select(
            known => known.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        throw new ArgumentException(
            FormattableString.Invariant($"Quantile: expected one that was asked for ({known}), got {level}. ")
            + "Name it in the options' Quantiles.",
            nameof(level));
    }

    private Tensor<T> Outputs(T[] values) => values.ToTensor(_results.Shape.Sample.Prepend(_results.Rows));

    private Tensor<T> Distributions(T[] values, string what)
    {
        if (!_results.Shape.HasProbabilities)
        {
            throw new InvalidOperationException(
                $"{what}: expected probabilities, got values of any size. Take StandardDeviation; or, if they are probabilities, "
                + "end the model with softmax or sigmoid, or set Kind in the options.");
        }

        Shape sample = _results.Shape.Sample;
        return values.ToTensor(
            sample.Rank == 0 ? Shape.Create(_results.Rows) : Shape.Create([_results.Rows, .. sample.AsSpan()[..^1]]));
    }
}

/// <summary>What a network of float precision predicts, and how sure it is.</summary>
public sealed class MonteCarloPrediction : MonteCarloPrediction<float>
{
    internal MonteCarloPrediction(MonteCarloResults<float> results)
        : base(results)
    {
    }
}
