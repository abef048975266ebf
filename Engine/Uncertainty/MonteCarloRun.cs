using System.Numerics;
using Engine.Numerics;

namespace Engine.Uncertainty;

/// <summary>
/// A Monte Carlo run: blocks of rows and chunks of samples are spread over threads, a wave of them at a time; their moments are
/// merged in order.
/// </summary>
internal sealed class MonteCarloRun<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly SampleRunner<T> _runner;
    private readonly MonteCarloOptions _options;
    private readonly PredictionShape _shape;
    private readonly int _samples;
    private readonly double[] _levels;
    private readonly MonteCarloResults<T> _results;
    private SampleMoments<T>? _held;
    private Slot[] _slots = [];
    private T[] _stored = [], _targets = [];

    public MonteCarloRun(
        SampleRunner<T> runner, PredictionShape shape, int samples, MonteCarloOptions options)
    {
        _runner = runner;
        _options = options;
        _shape = shape;
        _samples = samples;
        _levels = [.. options.Quantiles];
        _results = new MonteCarloResults<T>(shape, runner.Count, samples, _levels, options.Targets is not null);
    }

    private int Chunks => (_samples + SampleKeys.Chunk - 1) / SampleKeys.Chunk;

    /// <summary>Computes everything; begins again where a layer turns out to draw that did not before.</summary>
    public MonteCarloResults<T> Run()
    {
        while (!TryRun())
        {
            _runner.Replan();
        }

        return _results;
    }

    private unsafe bool TryRun()
    {
        long stored = _levels.Length > 0 ? (long)_samples * _shape.Size * sizeof(T) : 0;
        _runner.Plan(_samples, stored + (32L * _shape.Size));
        int held = _runner.HeldRows;
        _held = new SampleMoments<T>(held, _shape, _options.Targets is not null, _options.NoisePrecision);
        _stored = new T[_levels.Length > 0 ? checked(held * _samples * _shape.Size) : 0];
        _targets = new T[_options.Targets is null ? 0 : held * _shape.Size];
        int blocks = (held + _runner.BlockRows - 1) / _runner.BlockRows;
        _slots = [.. Enumerable.Range(0, Math.Min(blocks * Chunks, 2 * _options.DegreeOfParallelism)).Select(_ => new Slot(
            new SampleMoments<T>(_runner.BlockRows, _shape, _options.Targets is not null, _options.NoisePrecision),
            _runner.NewBatch()))];
        for (int from = 0; from < _runner.Count; from += held)
        {
            if (!TryRunHeld(from, Math.Min(held, _runner.Count - from)))
            {
                return false;
            }
        }

        return true;
    }

    private bool TryRunHeld(int from, int rows)
    {
        _options.CancellationToken.ThrowIfCancellationRequested();
        if (!_runner.Hold(from, rows))
        {
            return false;
        }

        _options.Targets?.CopyRows<T>(from, rows, _targets.AsSpan(0, rows * _shape.Size));
        _held!.Clear(rows);
        int tasks = (rows + _runner.BlockRows - 1) / _runner.BlockRows * Chunks;
        for (int task = 0; task < tasks; task += _slots.Length)
        {
            _options.CancellationToken.ThrowIfCancellationRequested();
            int wave = Math.Min(_slots.Length, tasks - task);
            WaveBody body = new(this, from, rows, task, wave);
            ParallelLoop.Run(ref body, wave, _options.DegreeOfParallelism);
            for (int i = 0; i < wave; i++)
            {
                int chunk = (task + i) % Chunks;
                _held.Merge(_slots[i].Moments, (task + i) / Chunks * _runner.BlockRows, chunk * SampleKeys.Chunk);
            }
        }

        if (_runner.HasFoundDraws)
        {
            return false;
        }

        _results.Write(_held, from);
        if (_levels.Length > 0)
        {
            QuantileBody body = new(this, from);
            ParallelLoop.Run(ref body, rows, _options.DegreeOfParallelism);
        }

        return true;
    }

    // One chunk of samples of one block of rows.
    private void RunTask(int heldFrom, int heldRows, int task, Slot slot, int threads)
    {
        int row = task / Chunks * _runner.BlockRows;
        int rows = Math.Min(_runner.BlockRows, heldRows - row);
        int sample = task % Chunks * SampleKeys.Chunk;
        slot.Moments.Clear(rows);
        Consumer consumer = new(this, slot.Moments, row, rows);
        int samples = Math.Min(SampleKeys.Chunk, _samples - sample);
        _runner.Sample(heldFrom, heldFrom + row, rows, sample, samples, threads, slot.Batch, ref consumer);
        slot.Moments.Finish();
    }

    private readonly record struct Slot(SampleMoments<T> Moments, SampleBatch<T> Batch);

    private readonly struct Consumer(MonteCarloRun<T> run, SampleMoments<T> moments, int row, int rows) : ISampleConsumer<T>
    {
        public void Take(int sample, ReadOnlySpan<T> y)
        {
            int size = run._shape.Size;
            moments.Add(y, run._targets.Length == 0 ? [] : run._targets.AsSpan(row * size, rows * size));

            // Each output's samples side by side, for sorting.
            for (int i = 0; run._stored.Length > 0 && i < y.Length; i++)
            {
                run._stored[(((row * size) + i) * run._samples) + sample] = y[i];
            }
        }
    }

    private readonly ref struct WaveBody(MonteCarloRun<T> run, int from, int rows, int task, int wave) : IBody
    {
        public void Run(int part) =>
            run.RunTask(from, rows, task + part, run._slots[part], wave == 1 ? run._options.DegreeOfParallelism : 1);
    }

    private readonly ref struct QuantileBody(MonteCarloRun<T> run, int from) : IBody
    {
        public void Run(int part)
        {
            int length = run._shape.Size * run._samples;
            run._results.WriteQuantiles(run._stored.AsSpan(part * length, length), from + part);
        }
    }
}
