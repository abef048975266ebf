using System.Numerics;
using System.Numerics.Tensors;
using Engine.Constraints;
using Engine.Initializers;
using Engine.Kernels;
using Engine.Regularizers;

namespace Engine.Layers;

/// <summary>
/// Normalizes each channel: y = γ · (x − μ) / √(σ² + ε) + β, in training with mean and variance of the batch, otherwise with
/// their moving averages.
/// </summary>
/// <remarks>
/// <para>
/// Ioffe and Szegedy, "Batch normalization: accelerating deep network training by reducing internal covariate shift", ICML 2015,
/// algorithms 1 and 2; but the moving average has the biased variance, as Keras's. Input and output
/// <c>[n, ..., channels]</c>; all parameters <c>[channels]</c>.
/// </para>
/// <para>
/// A training step sets moving ← momentum · moving + (1 − momentum) · batch. With <see cref="Layer.Trainable"/> false the layer
/// works as in inference in training too, and its moving averages stay; so it does in Monte Carlo samples.
/// </para>
/// </remarks>
public sealed class BatchNormalization : AffineNormalization
{
    private Parameter? _movingMean;
    private Parameter? _movingVariance;

    /// <summary>Makes the layer.</summary>
    /// <param name="momentum">The part of the moving averages that stays in a step, 0 to 1.</param>
    /// <param name="epsilon">What is added to the variance; above 0.</param>
    /// <param name="center">Whether β is added.</param>
    /// <param name="scale">Whether the result is multiplied by γ.</param>
    /// <param name="betaInitializer">First values of β; zeros if null.</param>
    /// <param name="gammaInitializer">First values of γ; ones if null.</param>
    /// <param name="movingMeanInitializer">First values of the moving mean; zeros if null.</param>
    /// <param name="movingVarianceInitializer">First values of the moving variance, 0 or more; ones if null.</param>
    /// <param name="betaRegularizer">A penalty on β.</param>
    /// <param name="gammaRegularizer">A penalty on γ.</param>
    /// <param name="betaConstraint">What β must satisfy after each step.</param>
    /// <param name="gammaConstraint">What γ must satisfy after each step.</param>
    /// <exception cref="ArgumentOutOfRangeException">The momentum is outside [0, 1], or epsilon not above 0.</exception>
    public BatchNormalization(
        double momentum = 0.99,
        double epsilon = 1e-3,
        bool center = true,
        bool scale = true,
        Initializer? betaInitializer = null,
        Initializer? gammaInitializer = null,
        Initializer? movingMeanInitializer = null,
        Initializer? movingVarianceInitializer = null,
        Regularizer? betaRegularizer = null,
        Regularizer? gammaRegularizer = null,
        Constraint? betaConstraint = null,
        Constraint? gammaConstraint = null)
        : base(
            epsilon, center, scale, betaInitializer, gammaInitializer, betaRegularizer, gammaRegularizer, betaConstraint,
            gammaConstraint)
    {
        if (!(momentum >= 0 && momentum <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(momentum), string.Create(
                System.Globalization.CultureInfo.InvariantCulture,
                $"BatchNormalization: expected a momentum from 0 to 1, the part of the averages that stays, got {momentum}."));
        }

        Momentum = momentum;
        MovingMeanInitializer = movingMeanInitializer ?? Initializer.Zeros;
        MovingVarianceInitializer = movingVarianceInitializer ?? Initializer.Ones;
    }

    /// <summary>The part of the moving averages that stays in a step.</summary>
    public double Momentum { get; }

    /// <summary>First values of the moving mean.</summary>
    public Initializer MovingMeanInitializer { get; }

    /// <summary>First values of the moving variance.</summary>
    public Initializer MovingVarianceInitializer { get; }

    /// <summary>The moving average of the batches' means, <c>[channels]</c>; null before the layer is used.</summary>
    public Parameter? MovingMean => _movingMean;

    /// <summary>The moving average of the batches' biased variances, <c>[channels]</c>; null before the layer is used.</summary>
    public Parameter? MovingVariance => _movingVariance;

    /// <inheritdoc/>
    public override BufferNeeds Needs(ReadOnlySpan<Shape> inputs, int batch)
    {
        int channels = inputs[0][^1];
        int rows = batch * (inputs[0].Size / channels);
        return new BufferNeeds(Kept: 2 * channels, Scratch: (5 * channels) + NormalizationBatches.Scratch(rows, channels));
    }

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        base.Describe(writer);
        writer.Write("momentum", Momentum);
        writer.Write("moving_mean_initializer", MovingMeanInitializer);
        writer.Write("moving_variance_initializer", MovingVarianceInitializer);
    }

    /// <inheritdoc/>
    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        // y = (x − μ) (γ r) + β   with r = 1 / √(σ² + ε); μ and r are kept
        int channels = _movingMean!.Shape[0];
        Span<T> mean = pass.Kept[..channels], inverse = pass.Kept.Slice(channels, channels);
        Span<T> scale = Row(pass, 0, channels);
        if (UsesBatch(pass))
        {
            NormalizationBatches.Moments(x, mean, inverse, pass.Scratch[(5 * channels)..], pass.Threads);
            Move(pass.State(_movingMean), mean);
            Move(pass.State(_movingVariance!), inverse);
        }
        else
        {
            pass.Values(_movingMean).CopyTo(mean);
            pass.Values(_movingVariance!).CopyTo(inverse);
        }

        TensorPrimitives.Add(inverse, T.CreateChecked(Epsilon), inverse);
        TensorPrimitives.Sqrt(inverse, inverse);
        TensorPrimitives.Divide(T.One, inverse, inverse);
        TensorPrimitives.Multiply(GammaOr(Row(pass, 1, channels), pass), inverse, scale);
        NormalizationBatches.Normalize(x, mean, scale, BetaOr(Row(pass, 2, channels), pass), y, pass.Threads);
    }

    /// <inheritdoc/>
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        int channels = _movingMean!.Shape[0];
        bool usesBatch = UsesBatch(pass);
        ReadOnlySpan<T> mean = pass.Kept[..channels], inverse = pass.Kept.Slice(channels, channels);
        Span<T> gammaGradient = GammaGradient(pass), betaGradient = BetaGradient(pass);
        Span<T> sums = Row(pass, 0, channels), products = Row(pass, 1, channels);
        if ((usesBatch && !dx.IsEmpty) || !gammaGradient.IsEmpty || !betaGradient.IsEmpty)
        {
            // dβ = Σ dy, dγ = Σ dy x̂   with x̂ = (x − μ) r
            NormalizationBatches.GradientSums(x, dy, mean, sums, products, pass.Scratch[(5 * channels)..], pass.Threads);
            TensorPrimitives.Multiply(products, inverse, products);
            CopyUnlessEmpty(products, gammaGradient);
            CopyUnlessEmpty(sums, betaGradient);
        }

        if (dx.IsEmpty)
        {
            return;
        }

        Span<T> scale = Row(pass, 2, channels), shift = Row(pass, 3, channels);
        TensorPrimitives.Multiply(GammaOr(scale, pass), inverse, scale);
        if (!usesBatch)
        {
            // dx = γ r dy
            shift.Clear();
            NormalizationBatches.Normalize(dy, shift, scale, shift, dx, pass.Threads);
            return;
        }

        // dx = γ r (dy − dβ / n − x̂ dγ / n)
        Span<T> slope = Row(pass, 4, channels);
        T rows = T.CreateChecked(x.Length / channels);
        TensorPrimitives.Divide(sums, rows, shift);
        TensorPrimitives.Multiply(shift, scale, shift);
        TensorPrimitives.Divide(products, rows, slope);
        TensorPrimitives.Multiply(slope, inverse, slope);
        TensorPrimitives.Multiply(slope, scale, slope);
        NormalizationBatches.InputGradient(x, dy, mean, scale, slope, shift, dx, pass.Threads);
    }

    /// <inheritdoc/>
    protected override Shape Build(Shape input, ParameterFactory parameters)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(parameters);
        if (input.Rank == 0)
        {
            throw UnexpectedInput("[n, ..., channels]", input, "Give the samples at least one axis.");
        }

        Shape channels = [input[^1]];
        AddScaleAndShift(channels, parameters);
        _movingMean = parameters.Add("moving_mean", channels, MovingMeanInitializer, trains: false);
        _movingVariance = parameters.Add("moving_variance", channels, MovingVarianceInitializer, trains: false);
        return input;
    }

    private bool UsesBatch<T>(in Pass<T> pass)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => pass.IsTraining && Trainable;

    // moving ← momentum · moving + (1 − momentum) · batch
    private void Move<T>(Span<T> moving, ReadOnlySpan<T> batch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T kept = T.CreateChecked(Momentum), share = T.CreateChecked(1 - Momentum);
        for (int c = 0; c < moving.Length; c++)
        {
            moving[c] = (kept * moving[c]) + (share * batch[c]);
        }
    }

    private static Span<T> Row<T>(in Pass<T> pass, int row, int channels)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => pass.Scratch.Slice(row * channels, channels);

    private static void CopyUnlessEmpty<T>(ReadOnlySpan<T> from, Span<T> to)
    {
        if (!to.IsEmpty)
        {
            from.CopyTo(to);
        }
    }
}
