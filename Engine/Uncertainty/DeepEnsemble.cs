using System.Numerics;
using System.Numerics.Tensors;

namespace Engine.Uncertainty;

/// <summary>
/// Several models that were trained from different seeds, as one: their mean is the prediction, their disagreement what they do
/// not know. More costly to train than Monte Carlo dropout, and mostly better calibrated.
/// </summary>
/// <remarks>
/// Lakshminarayanan, Pritzel and Blundell, "Simple and scalable predictive uncertainty estimation using deep ensembles", NeurIPS
/// 2017. Each model counts as one sample of <see cref="MonteCarloPrediction{T}"/>. The same bits on any number of threads, and in
/// any batches but such of less than five rows, in which products add up in another order.
/// </remarks>
public sealed class DeepEnsemble
{
    /// <summary>An ensemble of trained models.</summary>
    /// <param name="models">At least one; all with one input and one output of the same shapes, and of one precision.</param>
    /// <exception cref="ArgumentException">There is none, or they do not fit together.</exception>
    public DeepEnsemble(params IReadOnlyList<Model> models)
    {
        ArgumentNullException.ThrowIfNull(models);
        if (models.Count == 0)
        {
            throw new ArgumentException("DeepEnsemble: expected at least one model, got none.", nameof(models));
        }

        for (int i = 0; i < models.Count; i++)
        {
            ArgumentNullException.ThrowIfNull(models[i], nameof(models));
            Model first = models[0], model = models[i];
            if (model.Input.Shape != first.Input.Shape
                || model.Output.Shape != first.Output.Shape
                || model.Precision != first.Precision)
            {
                throw new ArgumentException(
                    $"DeepEnsemble: expected models from {first.Input.Shape} to {first.Output.Shape} in {first.Precision} "
                    + $"precision as the first, got number {i} from {model.Input.Shape} to {model.Output.Shape} in {model.Precision} "
                    + "precision.",
                    nameof(models));
            }
        }

        Models = [.. models];
    }

    /// <summary>The models.</summary>
    public IReadOnlyList<Model> Models { get; }

    /// <summary>Predicts with each model, dropout off, and says how much they differ.</summary>
    /// <param name="inputs">The inputs, <c>[n, ...]</c>.</param>
    /// <param name="options">What to compute besides, batch size, threads, cancellation.</param>
    /// <exception cref="ShapeException">The inputs do not have the models' shape.</exception>
    /// <exception cref="ArgumentException">There is a NaN among the inputs, or the targets do not fit.</exception>
    /// <exception cref="InvalidOperationException">The models' precision is another.</exception>
    public MonteCarloPrediction Predict(Tensor<float> inputs, MonteCarloOptions? options = null) => new(Run(inputs, options));

    /// <summary>The same for models of double precision.</summary>
    /// <inheritdoc cref="Predict(Tensor{float}, MonteCarloOptions?)"/>
    public MonteCarloPrediction<double> Predict(Tensor<double> inputs, MonteCarloOptions? options = null) =>
        new(Run(inputs, options));

    private MonteCarloResults<T> Run<T>(Tensor<T> inputs, MonteCarloOptions? options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(inputs);
        options ??= MonteCarloOptions.Default;
        options.Validate();
        int count = Door.CheckBatch(Models[0].Input, inputs.AsReadOnlyTensorSpan());
        MonteCarlo.CheckTargets(Models[0], count, options);
        PredictionShape shape = new(Models[0].Output.Shape, options.Kind ?? MonteCarlo.KindOf(Models[0]));
        int length = checked(count * shape.Size);
        T[] targets = new T[options.Targets is null ? 0 : length];
        options.Targets?.CopyRows<T>(0, count, targets);
        T[] stored = new T[options.Quantiles.Count > 0 ? checked(length * Models.Count) : 0];
        SampleMoments<T> moments = new(count, shape, options.Targets is not null, options.NoisePrecision);
        moments.Clear(count);
        PredictOptions predict = new()
        {
            BatchSize = options.BatchSize,
            DegreeOfParallelism = options.DegreeOfParallelism,
            CancellationToken = options.CancellationToken,
        };
        for (int k = 0; k < Models.Count; k++)
        {
            ReadOnlySpan<T> y = Models[k].Predict(inputs, predict).AsDenseSpan();
            moments.Add(y, targets);
            for (int i = 0; stored.Length > 0 && i < length; i++)
            {
                stored[(i * Models.Count) + k] = y[i];
            }
        }

        moments.Finish();
        MonteCarloResults<T> results = new(shape, count, Models.Count, [.. options.Quantiles], options.Targets is not null);
        results.Write(moments, 0);
        for (int row = 0; stored.Length > 0 && row < count; row++)
        {
            results.WriteQuantiles(stored.AsSpan(row * shape.Size * Models.Count, shape.Size * Models.Count), row);
        }

        return results;
    }
}
