using System.Diagnostics;
using System.Numerics;
using Engine.Data;
using Engine.Numerics;

namespace Engine;

/// <summary>The loop of Fit: epochs, shuffled batches, validation, callbacks.</summary>
internal sealed class Trainer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Model _model;
    private readonly Training<T> _training;
    private readonly Dataset _data;
    private readonly Dataset? _validation;
    private readonly Evaluator<T>? _evaluator;
    private readonly FitOptions _options;
    private readonly int _batch;
    private readonly int[] _order;
    private readonly LengthBuckets? _buckets;
    private readonly History _history = new();
    private readonly TrainingState _state;
    private readonly bool _recordsLearningRate;

    public Trainer(Model model, Training<T> training, int batch, Dataset data, Dataset? validation, FitOptions options)
    {
        _model = model;
        _training = training;
        _batch = batch;
        _data = data;
        _validation = validation;
        _evaluator = validation is null ? null : new Evaluator<T>(
            model,
            model.Compiled,
            validation.TargetShapes,
            Math.Min(options.ValidationBatchSize ?? options.BatchSize, validation.Count));
        _options = options;
        _order = [.. Enumerable.Range(0, data.Count)];
        _buckets = options.SequenceLengths is { } lengths ? new LengthBuckets(lengths, data.Count, batch) : null;
        int steps = (data.Count + batch - 1) / batch;
        IReadOnlyList<string> names = model.Compiled.MetricNames;
        _recordsLearningRate = model.Compiled.Optimizer.Schedule is not null
            || options.Callbacks.Any(callback => callback.RecordsLearningRate);
        _state = new TrainingState(model, options.Epochs, steps, _history)
        {
            MetricNames = names,
            HistoryKeys =
            [
                .. names,
                .. validation is null ? [] : names.Select(name => $"val_{name}"),
                .. _recordsLearningRate ? [History.LearningRateKey] : Array.Empty<string>(),
            ],
            Values = training.Means,
            Epoch = options.InitialEpoch,
        };
    }

    public History Run()
    {
        _training.Configure(_options.Seed, _options.DegreeOfParallelism, _options.Augment);
        _model.EpochsTrained = _options.InitialEpoch;
        _model.TrainingSeed = _options.Seed;
        Notify(static (callback, state) => callback.OnTrainBegin(state));
        try
        {
            for (int epoch = _options.InitialEpoch; epoch < _options.Epochs && !_state.IsStopping; epoch++)
            {
                RunEpoch(epoch);
            }
        }
        finally
        {
            Notify(static (callback, state) => callback.OnTrainEnd(state));
        }

        return _history;
    }

    private void RunEpoch(int epoch)
    {
        long start = Stopwatch.GetTimestamp();
        _state.Epoch = epoch + 1;
        _state.Step = 0;
        _training.ResetMeans();
        if (_options.Shuffle)
        {
            // A function of seed and epoch alone, so that a training that goes on later sees the same order.
            RandomSource random = new(_options.Seed, RandomStreams.Shuffling, (ulong)epoch);
            random.FillPermutation(_order);
            _buckets?.Arrange(_order, random, row: 1);
        }

        Notify(static (callback, state) => callback.OnEpochBegin(state));
        for (int from = 0; from < _order.Length; from += _batch)
        {
            _options.CancellationToken.ThrowIfCancellationRequested();
            _training.Gather(_data, BatchFrom(from));
            _data.Announce(BatchFrom(from + _batch));
            _training.Step();
            _state.Step++;
            Notify(static (callback, state) => callback.OnStepEnd(state));
        }

        Record(start);
        _model.EpochsTrained = epoch + 1;
        Notify(static (callback, state) => callback.OnEpochEnd(state));
    }

    // Empty beyond the end.
    private ReadOnlySpan<int> BatchFrom(int start) =>
        start < _order.Length ? _order.AsSpan(start, Math.Min(_batch, _order.Length - start)) : [];

    private void Record(long start)
    {
        // Evaluated first: where that is cancelled the epoch is not recorded at all, so that all lists stay of one length.
        ReadOnlySpan<double> validation = _evaluator is null
            ? []
            : _evaluator.Evaluate(_validation!, _options.DegreeOfParallelism, _options.CancellationToken);
        for (int i = 0; i < _state.MetricNames.Count; i++)
        {
            _history.Add(_state.MetricNames[i], _training.Means[i]);
        }

        for (int i = 0; i < validation.Length; i++)
        {
            _history.Add($"val_{_state.MetricNames[i]}", validation[i]);
        }

        if (_recordsLearningRate)
        {
            _history.Add(History.LearningRateKey, _training.LastLearningRate);
        }

        _history.EndEpoch(Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private void Notify(Action<Callback, TrainingState> call)
    {
        for (int i = 0; i < _options.Callbacks.Count; i++)
        {
            call(_options.Callbacks[i], _state);
        }
    }
}
