using System.Numerics;
using Engine.Layers;

namespace Engine;

public partial class Model
{
    private object? _split;

    /// <summary>Marks the nodes of the graph that ask for random numbers when the first sample passes in the phase of a sample.</summary>
    /// <param name="inputs">The first sample of each input.</param>
    /// <param name="draws">For each node of the graph; only ever set to true.</param>
    internal void FindDraws<T>(ReadOnlySpan<T[]> inputs, Span<bool> draws)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ExecutorPool<T> pool = Pool<T>();
        Executor<T> executor = pool.Rent(1);
        RunState run = executor.Run;
        (run.Batch, run.Phase, run.Threads, run.Seed, run.Step, run.RowKeys) = (1, Phase.StochasticInference, 1, 0, 0, default);
        for (int i = 0; i < inputs.Length; i++)
        {
            inputs[i].CopyTo(executor.Input(i));
        }

        executor.ForgetDraws();
        executor.Forward();
        for (int i = 0; i < draws.Length; i++)
        {
            draws[i] |= executor.HasDrawn(i);
        }

        pool.Return(executor);
    }

    /// <summary>The graph in two where randomness begins; the plans of the last such split are kept.</summary>
    /// <param name="draws">Whether each node of the graph draws.</param>
    internal RandomSplit<T> SplitAt<T>(ReadOnlySpan<bool> draws)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (_split is RandomSplit<T> known && known.IsFor(Graph, draws))
        {
            return known;
        }

        RandomSplit<T> split = new(Graph, draws);
        _split = split;
        return split;
    }
}
