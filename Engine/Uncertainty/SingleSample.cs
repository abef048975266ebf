using System.Numerics;
using System.Numerics.Tensors;
using Engine.Numerics;

namespace Engine.Uncertainty;

/// <summary>One sample of all rows.</summary>
internal sealed class SingleSample<T>(SampleRunner<T> runner, Shape output, int sample, MonteCarloOptions options)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T[] _y = new T[checked(runner.Count * output.Size)];

    /// <summary>Computes it; begins again where a layer turns out to draw that did not before.</summary>
    public Tensor<T> Run()
    {
        while (!TryRun())
        {
            runner.Replan();
        }

        return _y.ToTensor(output.Prepend(runner.Count));
    }

    private bool TryRun()
    {
        runner.Plan(samples: 1, bytesPerRow: 0);
        for (int from = 0; from < runner.Count; from += runner.HeldRows)
        {
            options.CancellationToken.ThrowIfCancellationRequested();
            int rows = Math.Min(runner.HeldRows, runner.Count - from);
            if (!runner.Hold(from, rows))
            {
                return false;
            }

            Body body = new(this, from, rows);
            ParallelLoop.Run(ref body, (rows + runner.BlockRows - 1) / runner.BlockRows, options.DegreeOfParallelism);
        }

        return !runner.HasFoundDraws;
    }

    private void RunBlock(int heldFrom, int from, int rows, int threads)
    {
        Consumer consumer = new(_y.AsMemory(from * output.Size, rows * output.Size));
        runner.Sample(heldFrom, from, rows, sample, 1, threads, runner.NewBatch(), ref consumer);
    }

    private readonly struct Consumer(Memory<T> y) : ISampleConsumer<T>
    {
        public void Take(int sample, ReadOnlySpan<T> y1) => y1.CopyTo(y.Span);
    }

    private readonly ref struct Body(SingleSample<T> single, int from, int rows) : IBody
    {
        public void Run(int part)
        {
            int start = part * single.Runner.BlockRows;
            int threads = rows > single.Runner.BlockRows ? 1 : single.Options.DegreeOfParallelism;
            single.RunBlock(from, from + start, Math.Min(single.Runner.BlockRows, rows - start), threads);
        }
    }

    private SampleRunner<T> Runner => runner;

    private MonteCarloOptions Options => options;
}
