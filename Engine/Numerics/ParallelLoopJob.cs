using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Engine.Numerics;

/// <summary>The loop that the pool is working on: its body, and which part is next.</summary>
internal sealed unsafe class ParallelLoopJob
{
    private void* _body;
    private delegate*<void*, int, void> _run;
    private int _parts;
    private ExceptionDispatchInfo? _error;
    private Counter _next;

    /// <summary>Set by a worker that finished while the caller was asleep, waiting for it.</summary>
    public AutoResetEvent Joined { get; } = new(false);

    /// <summary>Sets up a loop. No worker is in the job; posting it to them publishes these writes.</summary>
    public void Begin(void* body, delegate*<void*, int, void> run, int parts)
    {
        _body = body;
        _run = run;
        _parts = parts;
        _error = null;
        _next.Value = 0;
    }

    /// <summary>
    /// Takes parts, one at a time, until none is left. Never throws: what a part throws is kept for the caller.
    /// </summary>
    public void Work()
    {
        try
        {
            while (true)
            {
                long part = Interlocked.Increment(ref _next.Value) - 1;
                if (part >= _parts)
                {
                    return;
                }

                _run(_body, (int)part);
            }
        }
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref _error, ExceptionDispatchInfo.Capture(e), null);
            Interlocked.Exchange(ref _next.Value, _parts);
        }
    }

    /// <summary>Throws what a part has thrown. All workers have left the job.</summary>
    public void End()
    {
        ExceptionDispatchInfo? error = _error;
        _error = null;
        error?.Throw();
    }

    // 64 bits, since every thread counts once past the last part; alone on its cache line, since all of them write to it.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Counter
    {
        [FieldOffset(128)]
        public long Value;
    }
}
