using System.Runtime.CompilerServices;

namespace Engine.Numerics;

/// <summary>Fork and join over a fixed pool of worker threads, without allocating.</summary>
/// <remarks>
/// The body stays on the caller's stack, where workers reach it by address while the caller is inside <see cref="Run"/>; a body
/// may therefore be a ref struct that holds spans. One loop at a time has the workers: where they are taken, by another thread
/// or by the loop around this one, the caller does all parts itself. The parts do not depend on who does them, so neither do
/// the results, as long as the number of parts is chosen by shapes and never by <c>threads</c>.
/// </remarks>
public static unsafe class ParallelLoop
{
    /// <summary>More threads than this may be asked for, but are not used.</summary>
    public const int MaxThreads = 256;

    // The pool: the one piece of mutable static state. Everything but s_taken is touched only by whoever set s_taken to 1.
    private static readonly ParallelLoopJob s_job = new();
    private static readonly ParallelLoopWorker?[] s_workers = new ParallelLoopWorker?[MaxThreads - 1];
    private static int s_taken;

    /// <summary>
    /// Runs the parts 0 to <paramref name="parts"/> − 1 of <paramref name="body"/> and returns when all are done.
    /// </summary>
    /// <param name="body">The work and what it reads and writes. What parts change in it is there when the loop returns.</param>
    /// <param name="parts">The number of parts; 0 does nothing.</param>
    /// <param name="threads">
    /// How many threads may work, the caller included: 1 or more. It may exceed the number of cores, and of parts.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is below 1, or parts below 0.</exception>
    /// <remarks>
    /// An exception thrown by a part, on whichever thread, is thrown again here after all threads have left the body; parts not
    /// yet begun are skipped. Of several exceptions the first is kept.
    /// </remarks>
    public static void Run<TBody>(ref TBody body, int parts, int threads)
        where TBody : struct, IBody, allows ref struct
    {
        if (parts < 0 || threads < 1)
        {
            Throw(parts, threads);
        }

        int helpers = Math.Min(Math.Min(parts, threads), MaxThreads) - 1;
        if (helpers <= 0 || Interlocked.CompareExchange(ref s_taken, 1, 0) != 0)
        {
            for (int part = 0; part < parts; part++)
            {
                body.Run(part);
            }

            return;
        }

        RunOnPool(ref body, parts, helpers);
    }

    private static void RunOnPool<TBody>(ref TBody body, int parts, int helpers)
        where TBody : struct, IBody, allows ref struct
    {
        // A ref may point into the heap, where the collector could move the body away from under the workers. A local whose
        // address is taken stays where it is, and the collector sees and updates the references in it.
        TBody local = body;
        try
        {
            s_job.Begin(Unsafe.AsPointer(ref local), &Invoke<TBody>, parts);
            int posted = 0;
            try
            {
                for (; posted < helpers; posted++)
                {
                    (s_workers[posted] ??= ParallelLoopWorker.Start(s_job, posted)).Post();
                }

                s_job.Work();
            }
            finally
            {
                // Also when a thread could not be started: no worker may still be inside when this frame goes away.
                for (int i = 0; i < posted; i++)
                {
                    s_workers[i]!.Join();
                }
            }

            s_job.End();
        }
        finally
        {
            body = local;
            Volatile.Write(ref s_taken, 0);
        }
    }

    private static void Invoke<TBody>(void* body, int part)
        where TBody : struct, IBody, allows ref struct
        => Unsafe.AsRef<TBody>(body).Run(part);

    private static void Throw(int parts, int threads)
    {
        throw threads < 1
            ? new ArgumentOutOfRangeException(
                nameof(threads), $"ParallelLoop: expected at least 1 thread, got {threads}. Pass 1 to run on the caller alone.")
            : new ArgumentOutOfRangeException(
                nameof(parts), $"ParallelLoop: expected 0 or more parts, got {parts}. Check how the work was split.");
    }
}
