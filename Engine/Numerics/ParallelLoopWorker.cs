using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Engine.Numerics;

/// <summary>
/// A thread of the pool, and the word through which the caller of a loop and this thread agree on who does what.
/// </summary>
/// <remarks>
/// <code>
/// caller:  Idle | Asleep → Posted    (and wakes it if it was asleep)
///          Posted → Idle             (taken back: it had not begun, so nobody waits for it)
///          Working → Awaited         (the caller goes to sleep until it has finished)
/// worker:  Idle → Asleep             Posted → Working             Working | Awaited → Idle   (and wakes the caller if awaited)
/// </code>
/// Every transition is an interlocked operation, hence a full fence: what the caller wrote before posting is seen by the worker,
/// and what the worker wrote before it became idle is seen by the caller.
/// </remarks>
[SuppressMessage(
    "Design", "CA1001:Types that own disposable fields should be disposable", Justification = "Lives as long as the process.")]
internal sealed class ParallelLoopWorker
{
    private const int Idle = 0;
    private const int Posted = 1;
    private const int Working = 2;
    private const int Awaited = 3;
    private const int Asleep = 4;

    // Longer than the gap between two kernels of a training step, shorter than anything a person or a battery would notice.
    private static readonly long s_spin = Stopwatch.Frequency * 50 / 1_000_000;

    private readonly ParallelLoopJob _job;
    private readonly AutoResetEvent _wake = new(false);
    private readonly bool _spins;
    private Line _state;

    private ParallelLoopWorker(ParallelLoopJob job, bool spins)
    {
        _job = job;
        _spins = spins;
    }

    /// <summary>Starts worker <paramref name="index"/>; it ends with the process.</summary>
    public static ParallelLoopWorker Start(ParallelLoopJob job, int index)
    {
        // A worker that has no core to itself would spin at the cost of one that has work.
        var worker = new ParallelLoopWorker(job, spins: index + 1 < Environment.ProcessorCount);
        var thread = new Thread(worker.Loop) { IsBackground = true, Name = $"Engine worker {index + 1}" };
        thread.UnsafeStart();
        return worker;
    }

    /// <summary>Asks the worker to take part in the job.</summary>
    public void Post()
    {
        if (Interlocked.Exchange(ref _state.Value, Posted) == Asleep)
        {
            _wake.Set();
        }
    }

    /// <summary>Returns when the worker is out of the job, or has been told not to begin.</summary>
    public void Join()
    {
        int state = Interlocked.CompareExchange(ref _state.Value, Idle, Posted);
        if (state is Posted or Idle)
        {
            return;
        }

        if (Environment.ProcessorCount > 1 && SpinWhile(Working) != Working)
        {
            return;
        }

        if (Interlocked.CompareExchange(ref _state.Value, Awaited, Working) == Working)
        {
            _job.Joined.WaitOne();
        }
    }

    private void Loop()
    {
        while (true)
        {
            AwaitPost();
            if (Interlocked.CompareExchange(ref _state.Value, Working, Posted) != Posted)
            {
                continue;
            }

            _job.Work();
            if (Interlocked.Exchange(ref _state.Value, Idle) == Awaited)
            {
                _job.Joined.Set();
            }
        }
    }

    private void AwaitPost()
    {
        if (_spins && SpinWhile(Idle) != Idle)
        {
            return;
        }

        // Whoever finds the worker asleep wakes it, once: the event is set exactly as often as it is waited for.
        if (Interlocked.CompareExchange(ref _state.Value, Asleep, Idle) == Idle)
        {
            _wake.WaitOne();
        }
    }

    /// <summary>Spins for a while as long as the state is <paramref name="state"/>; returns the state last seen.</summary>
    private int SpinWhile(int state)
    {
        long start = Stopwatch.GetTimestamp();
        do
        {
            int seen = Volatile.Read(ref _state.Value);
            if (seen != state)
            {
                return seen;
            }

            Thread.SpinWait(1);
        }
        while (Stopwatch.GetTimestamp() - start < s_spin);

        return state;
    }

    // Alone on its cache line, with the neighbour that hardware prefetches: one side spins on it while the other writes
    // elsewhere.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Line
    {
        [FieldOffset(128)]
        public int Value;
    }
}
