using System.Numerics;
using System.Numerics.Tensors;
using Engine.Data;
using Engine.Kernels;
using Engine.Layers;
using Engine.Numerics;
using Engine.Optimizers;

namespace Engine;

/// <summary>
/// The steps of a training: forward, loss, backward, penalties, optimizer, constraints. Made for one batch size and one choice of
/// trainable parameters; after that a step allocates nothing.
/// </summary>
internal sealed class Training<T> : ITraining
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Elements of a parameter that one thread updates at a time.
    private const int ChunkLength = 16 * 1024;

    private readonly Model _model;
    private readonly Optimizer _optimizer;
    private readonly PlanOptions _plan;
    private readonly LossMeter<T> _meter;
    private readonly Parameter[] _parameters;
    private readonly AlignedMemory[][] _slots;
    private readonly Chunk[] _chunks;
    private readonly (Layer Layer, bool Trainable)[] _trainable;
    private readonly Shape[] _targetShapes;
    private readonly bool _writesState;
    private volatile bool _isRunning;
    private Executor<T> _executor;
    private Augmenter<T>? _augmenter;
    private ulong _seed;

    public Training(Model model, Compilation compilation, IReadOnlyList<Shape> targetShapes, int batch)
    {
        _model = model;
        _optimizer = compilation.Optimizer;
        _parameters = [.. model.TrainableParameters.Distinct()];
        MaxBatch = batch;
        _plan = new PlanOptions
        {
            Batch = batch,
            Wanted = new HashSet<Parameter>(_parameters),
            LossValues = compilation.LossValues,
        };
        _executor = new Executor<T>(model.Graph, _plan);
        _meter = new LossMeter<T>(model, compilation, targetShapes, batch);
        _slots = [.. _parameters.Select(parameter => model.OptimizerState.SlotsOf<T>(parameter, _optimizer))];
        _trainable = [.. AllLayers(model).Select(layer => (layer, layer.Trainable))];
        _targetShapes = [.. targetShapes];
        _writesState = model.Parameters.Any(parameter => !parameter.Trains);
        _chunks = [.. _parameters.SelectMany((parameter, p) => Enumerable
            .Range(0, (parameter.Shape.Size + ChunkLength - 1) / ChunkLength)
            .Select(i => new Chunk(p, i * ChunkLength, Math.Min(ChunkLength, parameter.Shape.Size - (i * ChunkLength)))))];
    }

    public int MaxBatch { get; }

    public bool IsRunning => _isRunning;

    public IReadOnlyList<Shape> TargetShapes => _targetShapes;

    /// <summary>The means of loss and metrics since <see cref="ResetMeans"/>.</summary>
    public double[] Means => _meter.Means;

    public double LastLoss => _meter.LastLoss;

    /// <summary>The learning rate of the last step.</summary>
    public double LastLearningRate { get; private set; }

    /// <summary>
    /// Whether the plan still fits: no larger a batch, the same targets, and nothing was frozen or thawed since.
    /// </summary>
    public bool Fits(int batch, ReadOnlySpan<Shape> targetShapes)
    {
        if (batch > MaxBatch || !targetShapes.SequenceEqual(_targetShapes))
        {
            return false;
        }

        foreach ((Layer layer, bool trainable) in _trainable)
        {
            if (layer.Trainable != trainable)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Marks the training as running; to be called under the model's lock, when it is not.</summary>
    public void Enter() => _isRunning = true;

    public void Leave() => _isRunning = false;

    public void ResetMeans() => _meter.Reset();

    /// <summary>Says what the coming steps use.</summary>
    /// <exception cref="ShapeException">An augmentation cannot work with the inputs or the targets.</exception>
    public void Configure(ulong seed, int threads, IReadOnlyList<BatchAugmentation> augment)
    {
        if (augment.Count == 0)
        {
            _augmenter = null;
        }
        else if (!ReferenceEquals(_augmenter?.Augmentations, augment))
        {
            _augmenter = new Augmenter<T>(_model, _executor, _meter, augment);
        }

        _seed = seed;
        _executor.Run.Threads = threads;
    }

    /// <summary>Fills inputs and targets from a data set.</summary>
    public void Gather(Dataset data, ReadOnlySpan<int> rows)
    {
        RenewPlan();
        _executor.Run.Batch = rows.Length;
        for (int i = 0; i < data.InputColumns.Count; i++)
        {
            data.InputColumns[i].CopyRows(rows, _executor.Input(i));
        }

        _meter.Gather(data, rows);
    }

    /// <summary>
    /// One step of a model that has one input and one target. Dense inputs are read where they lie, unless an augmentation changes
    /// them.
    /// </summary>
    public unsafe void Step(in ReadOnlyTensorSpan<T> inputs, in ReadOnlyTensorSpan<T> targets, int batch)
    {
        RenewPlan();
        _executor.Run.Batch = batch;
        Span<T> target = _meter.Target(0, batch);
        targets.CopyElementsTo(target);
        _model.Compiled.Losses[0].ValidateTargets<T>(target, batch, _model.Output.Shape);
        _meter.ClearWeights();
        if (!inputs.IsDense || _augmenter is not null)
        {
            inputs.CopyElementsTo(_executor.Input(0));
            CheckAndStep();
            return;
        }

        fixed (T* x = inputs)
        {
            _executor.BindInput(0, x);
            try
            {
                CheckAndStep();
            }
            finally
            {
                _executor.Unbind();
            }
        }

        void CheckAndStep()
        {
            Door.CheckNumbers<T>(_model.Input, _executor.Input(0), _executor.Run.Threads);
            Step();
        }
    }

    /// <summary>One step on what was gathered.</summary>
    public void Step()
    {
        RunState run = _executor.Run;
        run.Phase = Phase.Training;
        run.Seed = _seed;
        run.Step = (ulong)_model.StepsTrained;
        _augmenter?.Apply(_seed, run.Step, run.Threads);

        // State such as moving averages is written in forward: then nobody may read before the whole step is done.
        if (!_writesState)
        {
            ComputeGradients();
        }

        _model.Weights.EnterWriteLock();
        try
        {
            if (_writesState)
            {
                ComputeGradients();
            }

            Update(run.Threads);
            _model.StepsTrained++;
        }
        finally
        {
            _model.Weights.ExitWriteLock();
        }
    }

    private static IEnumerable<Layer> AllLayers(Layer layer) => layer.Children.SelectMany(AllLayers).Prepend(layer);

    // Between two steps a layer may have come to need other memory: a recurrent one whose dropout was 0, for masks.
    private void RenewPlan()
    {
        if (!_executor.IsOutdated)
        {
            return;
        }

        int threads = _executor.Run.Threads;
        _executor = new Executor<T>(_model.Graph, _plan);
        _executor.Run.Threads = threads;
        _augmenter = _augmenter is null ? null : new Augmenter<T>(_model, _executor, _meter, _augmenter.Augmentations);
    }

    private void ComputeGradients()
    {
        _executor.Forward();
        _meter.Measure(_executor);
        _meter.WriteGradients(_executor);
        _executor.Backward();
        AddPenaltyGradients();
        ClipGradients();
    }

    private void AddPenaltyGradients()
    {
        foreach (Parameter parameter in _parameters)
        {
            parameter.Regularizer?.AccumulateGradient(parameter.Values<T>(), _executor.Gradient(parameter));
        }
    }

    private void ClipGradients()
    {
        if (_optimizer.GlobalClipNorm is { } norm)
        {
            double squares = 0;
            foreach (Parameter parameter in _parameters)
            {
                squares += Reductions.SumOfSquares<T>(_executor.Gradient(parameter));
            }

            double scale = GradientClipping.Scale(squares, norm);
            if (scale != 1)
            {
                foreach (Parameter parameter in _parameters)
                {
                    Elementwise.Scale(scale, _executor.Gradient(parameter), _executor.Gradient(parameter));
                }
            }
        }
        else
        {
            foreach (Parameter parameter in _parameters)
            {
                _optimizer.ClipGradient(_executor.Gradient(parameter));
            }
        }
    }

    private void Update(int threads)
    {
        OptimizerState state = _model.OptimizerState;
        LastLearningRate = _optimizer.LearningRateAt(state.Iterations);
        UpdateBody body = new(this, new UpdateStep(++state.Iterations, LastLearningRate));
        ParallelLoop.Run(ref body, _chunks.Length, threads);
        foreach (Parameter parameter in _parameters)
        {
            parameter.Constraint?.Apply(parameter.WritableValues<T>(), parameter.Shape);
        }
    }

    private OptimizerSlots<T> SlotsOf(int parameter, int start, int length)
    {
        AlignedMemory[] slots = _slots[parameter];
        return new OptimizerSlots<T>(Part(0), Part(1), Part(2));

        Span<T> Part(int slot) => slot < slots.Length ? slots[slot].Span<T>().Slice(start, length) : [];
    }

    private readonly record struct Chunk(int Parameter, int Start, int Length);

    private readonly struct UpdateBody(Training<T> training, UpdateStep step) : IBody
    {
        public void Run(int part)
        {
            Chunk chunk = training._chunks[part];
            Parameter parameter = training._parameters[chunk.Parameter];
            training._optimizer.Apply(
                parameter.WritableValues<T>().Slice(chunk.Start, chunk.Length),
                training._executor.Gradient(parameter).Slice(chunk.Start, chunk.Length),
                training.SlotsOf(chunk.Parameter, chunk.Start, chunk.Length),
                step);
        }
    }
}
