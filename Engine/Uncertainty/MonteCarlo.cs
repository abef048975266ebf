using System.Numerics;
using System.Numerics.Tensors;
using Engine.Activations;
using Engine.Layers;

namespace Engine.Uncertainty;

/// <summary>Monte Carlo dropout: extension members of <see cref="Model"/>.</summary>
/// <remarks>
/// <para>
/// Gal and Ghahramani, "Dropout as a Bayesian approximation: representing model uncertainty in deep learning", ICML 2016: with
/// dropout left on, each pass is a sample of what networks that fit the data as well would say. All other layers infer; batch
/// normalization uses its moving averages and changes nothing.
/// </para>
/// <para>
/// What a sample is follows from the seed and its number: the same on any number of threads, in batches of any size, alone or
/// among others. What lies before the first layer that draws is computed once. Whether a layer draws is found out, not declared:
/// a layer of one's own needs nothing but to take its random numbers from the pass.
/// </para>
/// </remarks>
public static class MonteCarlo
{
    extension(Model model)
    {
        /// <summary>Predicts with dropout left on, many times, and says how much the samples differ.</summary>
        /// <param name="inputs">The inputs, <c>[n, ...]</c>.</param>
        /// <param name="samples">How many samples to draw of each; at least 1. Memory does not grow with it, unless for
        /// quantiles.</param>
        /// <param name="seed">The same seed draws the same samples.</param>
        /// <param name="options">What to compute besides, batch size, threads, cancellation.</param>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="samples"/> is below 1, or an option out of its
        /// range.</exception>
        /// <exception cref="InvalidOperationException">Nothing in the model draws, or the model's precision is
        /// another.</exception>
        /// <exception cref="ShapeException">The inputs do not have the model's shape.</exception>
        /// <exception cref="ArgumentException">There is a NaN among the inputs, or the targets do not fit.</exception>
        public MonteCarloPrediction PredictMonteCarlo(
            Tensor<float> inputs, int samples, ulong seed = 0, MonteCarloOptions? options = null) =>
            new(Run(model, [inputs], samples, seed, options));

        /// <summary>The same for a model of double precision.</summary>
        /// <inheritdoc cref="PredictMonteCarlo(Model, Tensor{float}, int, ulong, MonteCarloOptions)"/>
        public MonteCarloPrediction<double> PredictMonteCarlo(
            Tensor<double> inputs, int samples, ulong seed = 0, MonteCarloOptions? options = null) =>
            new(Run(model, [inputs], samples, seed, options));

        /// <summary>The same for a model with several inputs and one output.</summary>
        /// <inheritdoc cref="PredictMonteCarlo(Model, Tensor{float}, int, ulong, MonteCarloOptions)"/>
        public MonteCarloPrediction<T> PredictMonteCarlo<T>(
            IReadOnlyList<Tensor<T>> inputs, int samples, ulong seed = 0, MonteCarloOptions? options = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => new(Run(model, inputs, samples, seed, options));

        /// <summary>One sample of a Monte Carlo run alone, bit for bit, at the cost of one pass.</summary>
        /// <param name="inputs">The inputs of the run, <c>[n, ...]</c>.</param>
        /// <param name="sample">The number of the sample, from 0.</param>
        /// <param name="seed">The seed of the run.</param>
        /// <param name="options">Those of the run.</param>
        /// <returns>A new tensor, <c>[n, ...]</c>.</returns>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="sample"/> is negative.</exception>
        public Tensor<T> PredictSample<T>(Tensor<T> inputs, int sample, ulong seed = 0, MonteCarloOptions? options = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            ArgumentNullException.ThrowIfNull(model);
            ArgumentNullException.ThrowIfNull(inputs);
            if (sample < 0)
            {
                throw new ArgumentOutOfRangeException(nameof(sample), FormattableString.Invariant(
                    $"PredictSample: expected the number of a sample, from 0, got {sample}."));
            }

            options ??= MonteCarloOptions.Default;
            options.Validate();
            model.EnsureInitializedOnce();
            model.Weights.EnterReadLock();
            try
            {
                SampleRunner<T> runner = new(model, [inputs], seed, options);
                return new SingleSample<T>(runner, model.Output.Shape, sample, options).Run();
            }
            finally
            {
                model.Weights.ExitReadLock();
            }
        }
    }

    /// <summary>What a model's output means, by its last activation.</summary>
    internal static PredictionKind KindOf(Model model)
    {
        Layer? last = model.Graph.ProducerOf(model.Graph.Outputs[0])?.Layer;
        ActivationFunction? function = (last as Activation)?.Function;
        return ReferenceEquals(function, ActivationFunction.Softmax) ? PredictionKind.Categories
            : ReferenceEquals(function, ActivationFunction.Sigmoid) ? PredictionKind.Binary
            : PredictionKind.Values;
    }

    private static MonteCarloResults<T> Run<T>(
        Model model, IReadOnlyList<Tensor<T>> inputs, int samples, ulong seed, MonteCarloOptions? options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(inputs);
        if (samples < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(samples), FormattableString.Invariant(
                $"PredictMonteCarlo: expected at least 1 sample, got {samples}. Some 100 give a stable deviation."));
        }

        options ??= MonteCarloOptions.Default;
        options.Validate();
        PredictionShape shape = new(model.Output.Shape, options.Kind ?? KindOf(model));
        model.EnsureInitializedOnce();
        model.Weights.EnterReadLock();
        try
        {
            SampleRunner<T> runner = new(model, inputs, seed, options);
            CheckTargets(model, runner.Count, options);
            return new MonteCarloRun<T>(runner, shape, samples, options).Run();
        }
        finally
        {
            model.Weights.ExitReadLock();
        }
    }

    internal static void CheckTargets(Model model, int count, MonteCarloOptions options)
    {
        if (options.Targets is { } targets && (targets.Count != count || targets.SampleShape.Size != model.Output.Shape.Size))
        {
            throw new ShapeException(
                $"PredictMonteCarlo: expected targets {model.Output.Shape.Prepend(count)}, "
                + $"got {targets.SampleShape.Prepend(targets.Count)}.",
                model.Output.Shape,
                targets.SampleShape);
        }
    }
}
