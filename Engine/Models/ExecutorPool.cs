using System.Numerics;

namespace Engine;

/// <summary>The plans for inference that are not in use: each call takes one of its batch size and gives it back.</summary>
internal sealed class ExecutorPool<T>(Graph graph)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // As many plans as may wait for the next call; more are left to the garbage collector.
    private const int Capacity = 16;

    private readonly List<Executor<T>> _free = new(Capacity);

    /// <summary>A plan for batches up to a size, made if none is free.</summary>
    public Executor<T> Rent(int batch)
    {
        lock (_free)
        {
            for (int i = _free.Count - 1; i >= 0; i--)
            {
                Executor<T> executor = _free[i];
                bool isOutdated = executor.IsOutdated;
                if (!isOutdated && executor.MaxBatch != batch)
                {
                    continue;
                }

                _free.RemoveAt(i);
                if (!isOutdated)
                {
                    return executor;
                }
            }
        }

        return new Executor<T>(graph, new PlanOptions { Batch = batch });
    }

    public void Return(Executor<T> executor)
    {
        executor.Unbind();
        lock (_free)
        {
            if (_free.Count == Capacity)
            {
                _free.RemoveAt(0);
            }

            _free.Add(executor);
        }
    }
}
