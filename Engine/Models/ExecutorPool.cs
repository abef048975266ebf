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
            for (int i = 0; i < _free.Count; i++)
            {
                if (_free[i].MaxBatch == batch)
                {
                    Executor<T> executor = _free[i];
                    _free.RemoveAt(i);
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
