using System.Numerics;
using Engine.Data;
using Engine.Layers;

namespace Engine;

/// <summary>Measures loss and metrics over a data set, in inference.</summary>
internal static class Evaluator
{
    public static double[] Evaluate<T>(Model model, Compilation compilation, Dataset data, PredictOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int batch = Math.Min(options.BatchSize, data.Count);
        Executor<T> executor = new(model.Graph, new PlanOptions { Batch = batch, LossValues = compilation.LossValues });
        LossMeter<T> meter = new(model, compilation, data.TargetShapes, batch);
        executor.Run.Phase = Phase.Inference;
        executor.Run.Threads = options.DegreeOfParallelism;
        int[] rows = new int[batch];
        model.Weights.EnterReadLock();
        try
        {
            for (int from = 0; from < data.Count; from += batch)
            {
                options.CancellationToken.ThrowIfCancellationRequested();
                Span<int> taken = rows.AsSpan(0, Math.Min(batch, data.Count - from));
                for (int i = 0; i < taken.Length; i++)
                {
                    taken[i] = from + i;
                }

                executor.Run.Batch = taken.Length;
                for (int i = 0; i < data.InputColumns.Count; i++)
                {
                    data.InputColumns[i].CopyRows(taken, executor.Input(i));
                }

                meter.Gather(data, taken);
                executor.Forward();
                meter.Measure(executor);
            }
        }
        finally
        {
            model.Weights.ExitReadLock();
        }

        return [.. meter.Means];
    }
}
