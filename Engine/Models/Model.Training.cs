using System.Numerics;
using System.Numerics.Tensors;
using Engine.Data;
using Engine.Losses;
using Engine.Metrics;
using Engine.Optimizers;

namespace Engine;

public partial class Model
{
    private Compilation? _compilation;
#pragma warning disable CA1859 // The number type of the training is that of the precision: no field can name it.
    private ITraining? _training;
#pragma warning restore CA1859

    /// <summary>
    /// The epochs that the last Fit finished, counted from its start, <see cref="FitOptions.InitialEpoch"/> included.
    /// </summary>
    public int EpochsTrained { get; internal set; }

    /// <summary>The optimizer's steps since the model was made. Each has its own dropout masks.</summary>
    public long StepsTrained { get; internal set; }

    /// <summary>The seed of the last Fit: to go on with the same shuffling and the same masks.</summary>
    public ulong TrainingSeed { get; internal set; }

    /// <summary>Says how to train a model with one output.</summary>
    /// <param name="optimizer">What changes the weights.</param>
    /// <param name="loss">What is minimized. A last softmax or sigmoid joins with its cross-entropy.</param>
    /// <param name="metrics">What is reported besides.</param>
    /// <exception cref="InvalidOperationException">The model has several outputs.</exception>
    public void Compile(Optimizer optimizer, Loss loss, params Metric[] metrics)
    {
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(metrics);
        _ = Output;
        Compile(optimizer, [loss], [metrics]);
    }

    /// <summary>Says how to train a model with several outputs.</summary>
    /// <param name="optimizer">What changes the weights.</param>
    /// <param name="losses">The loss of each output.</param>
    /// <param name="metrics">The metrics of each output; none if null.</param>
    /// <param name="lossWeights">How much each loss counts; 1 if null.</param>
    /// <exception cref="ArgumentException">The lists do not have one entry for each output.</exception>
    /// <exception cref="InvalidOperationException">The model is training.</exception>
    public void Compile(
        Optimizer optimizer,
        IReadOnlyList<Loss> losses,
        IReadOnlyList<IReadOnlyList<Metric>>? metrics = null,
        IReadOnlyList<double>? lossWeights = null)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        ArgumentNullException.ThrowIfNull(losses);
        metrics ??= [.. Outputs.Select(_ => Array.Empty<Metric>())];
        lossWeights ??= [.. Outputs.Select(_ => 1.0)];
        if (losses.Count != Outputs.Count || metrics.Count != Outputs.Count || lossWeights.Count != Outputs.Count)
        {
            throw new ArgumentException(
                $"{Title}: expected a loss, a list of metrics and a loss weight for each of {Outputs.Count} outputs, "
                + $"got {losses.Count}, {metrics.Count} and {lossWeights.Count}.");
        }

        EnsureInitialized();
        Compilation compilation = new(this, optimizer, losses, metrics, lossWeights);
        lock (_lock)
        {
            ThrowIfTraining();
            OptimizerState.AdoptedBy(this, optimizer);
            _compilation = compilation;
            _training = null;
        }
    }

    /// <summary>Trains the model.</summary>
    /// <param name="data">Inputs and targets; the shapes must be the model's.</param>
    /// <param name="options">How: epochs, batch size, seed, validation, callbacks; one epoch of batches of 32 if null.</param>
    /// <returns>The values of each epoch.</returns>
    /// <exception cref="InvalidOperationException">The model is not compiled, or another Fit is running.</exception>
    /// <exception cref="ShapeException">The data's shapes are not the model's.</exception>
    /// <exception cref="ArgumentException">A loss refuses a target; the message names the sample.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; the model keeps what it learned.</exception>
    public History Fit(Dataset data, FitOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        options ??= FitOptions.Default;
        options.Validate();
        return Precision == Precision.Single ? Fit<float>(data, options) : Fit<double>(data, options);
    }

    /// <summary>
    /// Takes one training step on one batch. Allocates nothing after the first call, as long as batches are not larger and what
    /// is trainable stays.
    /// </summary>
    /// <param name="inputs">
    /// The batch, <c>[n, ...]</c>. A dense one is read where it lies, and has to stay as it is until the step is done; others are copied.
    /// </param>
    /// <param name="targets">Its targets, <c>[n, ...]</c>.</param>
    /// <param name="options">Seed, threads and augmentation are used; the batch is what is given.</param>
    /// <returns>The loss of the batch before the step, penalties included.</returns>
    /// <exception cref="InvalidOperationException">
    /// The model is not compiled, has several inputs or outputs, or is training.
    /// </exception>
    /// <exception cref="ShapeException">The shapes are not the model's.</exception>
    /// <exception cref="ArgumentException">There is a NaN among the inputs, or a target is out of range.</exception>
    public double TrainOnBatch<T>(in ReadOnlyTensorSpan<T> inputs, in ReadOnlyTensorSpan<T> targets, FitOptions? options = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        options ??= FitOptions.Default;
        options.ValidateThreads();
        Compilation compilation = Compiled;
        CheckPrecision<T>();
        int batch = Door.CheckBatch(Input, inputs);

        // The usual case, targets like the last ones, was checked when the plan was made.
        Shape? last = _training?.TargetShapes[0];
        Shape targetShape = Door.SampleShape(Output, targets.Lengths, last);
        if (!ReferenceEquals(targetShape, last))
        {
            compilation.Losses[0].ValidateShapes(Output.Shape, targetShape);
        }

        if (targets.Lengths[0] != batch)
        {
            throw new ArgumentException(
                $"{Title}: expected as many targets as inputs, {batch}, got {targets.Lengths[0]}.", nameof(targets));
        }

        Training<T> training = EnterTraining<T>(batch, targetShape);
        try
        {
            training.Configure(options.Seed, options.DegreeOfParallelism, options.Augment);
            training.ResetMeans();
            training.Step(inputs, targets, batch);
            return training.LastLoss;
        }
        finally
        {
            training.Leave();
        }
    }

    /// <summary>Measures loss and metrics on data, with dropout off.</summary>
    /// <param name="data">Inputs and targets.</param>
    /// <param name="options">Batch size and threads.</param>
    /// <exception cref="InvalidOperationException">The model is not compiled.</exception>
    /// <exception cref="ShapeException">The data's shapes are not the model's.</exception>
    /// <exception cref="ArgumentException">A loss refuses a target; the message names the sample.</exception>
    public Evaluation Evaluate(Dataset data, PredictOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        options ??= PredictOptions.Default;
        options.Validate();
        return Precision == Precision.Single ? Evaluate<float>(data, options) : Evaluate<double>(data, options);
    }

    internal OptimizerState OptimizerState { get; } = new();

    internal Compilation Compiled => _compilation ?? throw new InvalidOperationException(
        $"{Title}: expected a compiled model, got one that is not. Call Compile with an optimizer and a loss first.");

    internal bool IsCompiled => _compilation is not null;

    /// <summary>Held for reading while predictions are computed, for writing while weights change.</summary>
    /// <remarks>Never disposed: a model is no resource to its users, and an unused lock holds nothing but memory.</remarks>
    internal ReaderWriterLockSlim Weights { get; private init; } = new();

    private Evaluation Evaluate<T>(Dataset data, PredictOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Compilation compilation = Compiled;
        Door.CheckData<T>(this, data, compilation);
        Evaluator<T> evaluator = new(this, compilation, data.TargetShapes, Math.Min(options.BatchSize, data.Count));
        return new Evaluation(
            compilation.MetricNames, evaluator.Evaluate(data, options.DegreeOfParallelism, options.CancellationToken));
    }

    private History Fit<T>(Dataset data, FitOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Compilation compilation = Compiled;
        Door.CheckData<T>(this, data, compilation);
        options.ValidateLengths(data);
        Dataset? validation = options.ValidationData;
        if (validation is not null)
        {
            Door.CheckData<T>(this, validation, compilation);
        }
        else if (options.ValidationSplit > 0)
        {
            options.ValidateSplit(data);
            (data, validation) = data.Split(1 - options.ValidationSplit);
        }

        int batch = Math.Min(options.BatchSize, data.Count);
        Training<T> training = EnterTraining<T>(batch, [.. data.TargetShapes]);
        try
        {
            return new Trainer<T>(this, training, batch, data, validation, options).Run();
        }
        finally
        {
            training.Leave();
        }
    }

    // Plans are kept as long as nothing that they depend on changes: the targets, what is frozen, and a batch that is not larger.
    private Training<T> EnterTraining<T>(int batch, params ReadOnlySpan<Shape> targetShapes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Compilation compilation = Compiled;
        EnsureInitializedOnce();
        lock (_lock)
        {
            ThrowIfTraining();
            if (_training is not Training<T> training || !training.Fits(batch, targetShapes))
            {
                training = new Training<T>(this, compilation, targetShapes.ToArray(), batch);
                _training = training;
            }

            training.Enter();
            return training;
        }
    }

    private void ThrowIfTraining()
    {
        if (_training is { IsRunning: true })
        {
            throw new InvalidOperationException(
                $"{Title}: expected one training at a time, got a second while the first runs. Wait for it to end.");
        }
    }
}
