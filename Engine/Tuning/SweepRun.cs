using System.Diagnostics;

namespace Engine.Tuning;

/// <summary>One run of a sweep: takes the trials that have no record yet, in their order, on several threads.</summary>
internal sealed class SweepRun(
    Sweep sweep,
    Func<Trial, TrialResult> run,
    SweepOptions options,
    SweepFile? file,
    IReadOnlyDictionary<string, SweepValue>[] points,
    TrialRecord?[] records)
{
    private readonly Lock _lock = new();
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly int _resumed = records.Count(record => record is not null);
    private IReadOnlyCollection<string>? _metrics = records.FirstOrDefault(record => record is not null)?.Metrics.Keys.ToArray();
    private int _finished;
    private (int Index, Exception Error)? _failure;

    public void Run()
    {
        int[] pending = [.. Enumerable.Range(0, records.Length).Where(i => records[i] is null)];
        _finished = _resumed;
        options.CancellationToken.ThrowIfCancellationRequested();
        options.Progress?.Report(new SweepProgress(_finished, _resumed, records.Length, null, TimeSpan.Zero));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(options.CancellationToken);
        int workers = Math.Min(options.DegreeOfParallelism, pending.Length), next = 0;
        if (workers > 0)
        {
            Parallel.For(0, workers, new ParallelOptions { MaxDegreeOfParallelism = workers }, _ =>
            {
                for (int i = Interlocked.Increment(ref next) - 1; i < pending.Length; i = Interlocked.Increment(ref next) - 1)
                {
                    if (stop.IsCancellationRequested || !TryRunTrial(pending[i], stop))
                    {
                        return;
                    }
                }
            });
        }

        options.CancellationToken.ThrowIfCancellationRequested();
        if (_failure is { } failure)
        {
            throw new InvalidOperationException(
                $"Sweep: expected every trial to give its numbers, got an error from {TrialOf(failure.Index, default)}: "
                + failure.Error.Message + (file is null ? "" : $" What was finished before is in {file.Path}."),
                failure.Error);
        }
    }

    private Trial TrialOf(int index, CancellationToken cancellationToken)
    {
        (int point, int repeat) = Math.DivRem(index, sweep.Repeats);
        return new Trial(point, repeat, sweep.SeedOf(repeat), points[point], cancellationToken);
    }

    // Whatever a trial throws ends the others; what they throw when they are cancelled is not the reason.
    private bool TryRunTrial(int index, CancellationTokenSource stop)
    {
        try
        {
            Trial trial = TrialOf(index, stop.Token);
            long start = Stopwatch.GetTimestamp();
            TrialResult result = run(trial) ?? throw new InvalidOperationException("the result is null.");
            double seconds = Math.Round(Stopwatch.GetElapsedTime(start).TotalSeconds, 3);
            Finish(index, new TrialRecord(trial.Point, trial.Repeat, trial.Seed, trial.Values, result.Metrics, seconds));
            return true;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return false;
        }
#pragma warning disable CA1031 // Told to the caller of Run, on its own thread.
        catch (Exception error)
#pragma warning restore CA1031
        {
            lock (_lock)
            {
                _failure = _failure is { } earlier && earlier.Index < index ? earlier : (index, error);
            }

            stop.Cancel();
            return false;
        }
    }

    private void Finish(int index, TrialRecord record)
    {
        lock (_lock)
        {
            _metrics ??= [.. record.Metrics.Keys];
            if (!record.Metrics.Keys.SequenceEqual(_metrics))
            {
                throw new InvalidOperationException(
                    $"expected the numbers {string.Join(", ", _metrics)}, as from the other trials, "
                    + $"got {string.Join(", ", record.Metrics.Keys)}.");
            }

            file?.Add(record);
            records[index] = record;
            _finished++;
            options.Progress?.Report(new SweepProgress(
                _finished, _resumed, records.Length, record, Stopwatch.GetElapsedTime(_start)));
        }
    }
}
