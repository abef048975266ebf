using Engine.Numerics;

namespace Engine.Tests.Numerics;

[NonParallelizable] // some tests need the workers for themselves
[Category("Kernels")]
public sealed class ParallelLoopTests
{
    [Test]
    public void EveryPartRunsExactlyOnce([Values(0, 1, 2, 7, 1000)] int parts, [Values(1, 2, 3, 5, 300)] int threads)
    {
        for (int round = 0; round < 50; round++)
        {
            int[] runs = new int[parts];
            var body = new CountingBody(runs);

            ParallelLoop.Run(ref body, parts, threads);

            Assert.That(runs, Is.All.EqualTo(1));
        }
    }

    [Test]
    public void WhatPartsChangeInTheBodyIsThereAfterTheLoop([Values(1, 2, 4)] int threads)
    {
        var body = new SummingBody();

        ParallelLoop.Run(ref body, 101, threads);

        Assert.That(body.Sum, Is.EqualTo(100 * 101 / 2));
    }

    [Test]
    public void ABodyOnTheHeapIsReachedThroughCollections()
    {
        var holder = new Holder { Body = new AllocatingBody { Texts = new string[64] } };

        ParallelLoop.Run(ref holder.Body, 64, 3);

        Assert.That(holder.Body.Texts, Is.EqualTo(Enumerable.Range(0, 64).Select(i => $"part {i}")));
        Assert.That(holder.Body.Sum, Is.EqualTo(63 * 64 / 2));
    }

    [Test]
    public void ANestedLoopRunsAllItsParts([Values(2, 4)] int threads)
    {
        int[] runs = new int[6 * 35];
        var body = new NestedBody(runs, 35, threads);

        ParallelLoop.Run(ref body, 6, threads);

        Assert.That(runs, Is.All.EqualTo(1));
    }

    [Test]
    public void CallersOnSeveralThreadsDoNotDisturbEachOther()
    {
        const int Callers = 5;
        int[][] runs = Enumerable.Range(0, Callers).Select(i => new int[40 + i]).ToArray();
        const int Rounds = 2000;

        var threads = runs.Select(mine => new Thread(() =>
        {
            for (int round = 0; round < Rounds; round++)
            {
                var body = new CountingBody(mine);
                ParallelLoop.Run(ref body, mine.Length, 3);
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        Assert.That(runs.SelectMany(mine => mine), Is.All.EqualTo(Rounds));
    }

    [Test]
    public void AnExceptionOfAnyPartReachesTheCallerAndTheNextLoopIsWhole(
        [Values(0, 3, 19)] int failing, [Values(1, 2, 4)] int threads)
    {
        for (int round = 0; round < 20; round++)
        {
            var e = Assert.Throws<InvalidOperationException>(() =>
            {
                var body = new FailingBody(failing);
                ParallelLoop.Run(ref body, 20, threads);
            });
            Assert.That(e!.Message, Is.EqualTo($"part {failing}"));
            Assert.That(e.StackTrace, Does.Contain(nameof(FailingBody)));

            int[] runs = new int[20];
            var counting = new CountingBody(runs);
            ParallelLoop.Run(ref counting, 20, threads);
            Assert.That(runs, Is.All.EqualTo(1));
        }
    }

    [Test]
    public void AnExceptionOnAWorkerReachesTheCaller()
    {
        var e = Assert.Throws<InvalidOperationException>(() =>
        {
            using var begun = new ManualResetEventSlim();
            var body = new FailingOnWorkerBody(Environment.CurrentManagedThreadId, begun);
            ParallelLoop.Run(ref body, 2, 2);
        });
        Assert.That(e!.Message, Is.EqualTo("on a worker"));
    }

    [Test]
    public unsafe void AnAbandonedLoopLeavesNoErrorToTheNext()
    {
        // What happens when a worker cannot be started while another already fails: the loop never gets to its end.
        var job = new ParallelLoopJob();
        job.Begin(null, &Fail, 1);
        job.Work();

        job.Begin(null, &Succeed, 1);
        job.Work();

        Assert.That(job.End, Throws.Nothing);

        static void Fail(void* body, int part) => throw new InvalidOperationException($"part {part}");

        static void Succeed(void* body, int part)
        {
        }
    }

    [Test]
    public void ASleepingWorkerIsWokenAndASleepingCallerToo()
    {
        // The two parts can only meet on two threads, so each round needs the worker, spinning or asleep; the pauses take both
        // sides beyond their spin.
        for (int round = 0; round < 30; round++)
        {
            using var barrier = new Barrier(2);
            using var pause = new ManualResetEventSlim();
            var body = new MeetingBody(barrier, pause, Environment.CurrentManagedThreadId);

            ParallelLoop.Run(ref body, 2, 2);

            Assert.That(barrier.CurrentPhaseNumber, Is.EqualTo(1));
            pause.Wait(1);
        }
    }

    [Test]
    public void NothingIsAllocatedOnAnyThread([Values(2, 4)] int threads)
    {
        // The runtime itself allocates now and then, when it starts a thread to compile hot methods again. A loop that allocates
        // would do so in every window, since each has thousands of loops, with workers spinning and with workers asleep.
        const int Windows = 8;
        float[] data = new float[1000];
        long least = long.MaxValue;
        Loop(data, threads);
        for (int window = 0; window < Windows; window++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            Loop(data, threads);
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        Assert.That(least, Is.Zero);
        Assert.That(data, Is.All.EqualTo(1000f * (Windows + 1)));

        static void Loop(float[] data, int threads)
        {
            for (int round = 0; round < 1000; round++)
            {
                var body = new SpanBody(data);
                ParallelLoop.Run(ref body, 10, threads);
                if (round % 100 == 0)
                {
                    Thread.Yield();
                    Thread.SpinWait(3000); // about 0.1 ms: the workers go to sleep
                }
            }
        }
    }

    [Test]
    public void FewerThanOneThreadIsRefused([Values(0, -1)] int threads)
    {
        var e = Assert.Throws<ArgumentOutOfRangeException>(() =>
        {
            var body = new SummingBody();
            ParallelLoop.Run(ref body, 3, threads);
        });
        Assert.That(e!.Message, Does.StartWith(
            $"ParallelLoop: expected at least 1 thread, got {threads}. Pass 1 to run on the caller alone."));
    }

    [Test]
    public void ANegativeNumberOfPartsIsRefused()
    {
        var e = Assert.Throws<ArgumentOutOfRangeException>(() =>
        {
            var body = new SummingBody();
            ParallelLoop.Run(ref body, -2, 1);
        });
        Assert.That(e!.Message, Does.StartWith("ParallelLoop: expected 0 or more parts, got -2. Check how the work was split."));
    }

    private sealed class Holder
    {
        public AllocatingBody Body;
    }

    private readonly struct CountingBody(int[] runs) : IBody
    {
        public void Run(int part) => Interlocked.Increment(ref runs[part]);
    }

    private struct SummingBody : IBody
    {
        private int _sum;

        public readonly int Sum => _sum;

        public void Run(int part) => Interlocked.Add(ref _sum, part);
    }

    private struct AllocatingBody : IBody
    {
        private int _sum;

        public string[] Texts;

        public readonly int Sum => _sum;

        public void Run(int part)
        {
            Texts[part] = $"part {part}";
            if (part % 8 == 0)
            {
                GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
            }

            Interlocked.Add(ref _sum, part);
        }
    }

    private readonly struct NestedBody(int[] runs, int inner, int threads) : IBody
    {
        public void Run(int part)
        {
            var body = new OffsetBody(runs, part * inner);
            ParallelLoop.Run(ref body, inner, threads);
        }
    }

    private readonly struct OffsetBody(int[] runs, int offset) : IBody
    {
        public void Run(int part) => Interlocked.Increment(ref runs[offset + part]);
    }

    private readonly struct FailingBody(int failing) : IBody
    {
        public void Run(int part)
        {
            if (part == failing)
            {
                throw new InvalidOperationException($"part {part}");
            }
        }
    }

    private readonly struct FailingOnWorkerBody(int caller, ManualResetEventSlim begun) : IBody
    {
        public void Run(int part)
        {
            if (Environment.CurrentManagedThreadId == caller)
            {
                begun.Wait();
                return;
            }

            begun.Set();
            throw new InvalidOperationException("on a worker");
        }
    }

    private readonly struct MeetingBody(Barrier barrier, ManualResetEventSlim pause, int caller) : IBody
    {
        public void Run(int part)
        {
            barrier.SignalAndWait();
            if (Environment.CurrentManagedThreadId != caller)
            {
                pause.Wait(1);
            }
        }
    }

    private readonly ref struct SpanBody(Span<float> data) : IBody
    {
        private readonly Span<float> _data = data;

        public void Run(int part)
        {
            foreach (ref float value in _data.Slice(part * 100, 100))
            {
                value++;
            }
        }
    }
}
