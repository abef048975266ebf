using System.Numerics;
using Engine.Layers;

namespace Engine;

public partial class Model
{
    private object? _split;

    /// <summary>Finds out what random numbers each node asks for when a sample passes in the phase StochasticInference.</summary>
    /// <param name="inputs">One sample of each input.</param>
    internal Draws[] FindDraws<T>(ReadOnlySpan<T[]> inputs)
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
        Draws[] draws = [.. Enumerable.Range(0, Graph.Nodes.Count).Select(executor.DrawsOf)];
        pool.Return(executor);
        return draws;
    }

    /// <summary>The graph in two where randomness begins; the plans of the last such split are kept.</summary>
    /// <param name="draws">What each node of the graph draws.</param>
    internal RandomSplit<T> SplitAt<T>(ReadOnlySpan<Draws> draws)
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
