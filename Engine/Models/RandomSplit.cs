using System.Numerics;

namespace Engine;

/// <summary>
/// A flat graph in two: the head, which no random number reaches, has to run once for an input; the tail once for each sample.
/// </summary>
internal sealed class RandomSplit<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Graph _graph;
    private readonly Draws[] _draws;

    /// <summary>Splits a graph with one output.</summary>
    /// <param name="graph">The whole graph.</param>
    /// <param name="draws">What each of its nodes draws.</param>
    public RandomSplit(Graph graph, ReadOnlySpan<Draws> draws)
    {
        _graph = graph;
        _draws = draws.ToArray();
        bool[] isRandom = new bool[graph.ValueShapes.Count];
        List<int> head = [], tail = [];
        for (int i = 0; i < graph.Nodes.Count; i++)
        {
            GraphNode node = graph.Nodes[i];
            bool random = _draws[i] != Draws.None || node.Reads.Any(value => isRandom[value]);
            (random ? tail : head).Add(i);
            foreach (int output in node.Outputs)
            {
                isRandom[output] = random;
            }
        }

        IsRandom = isRandom[graph.Outputs[0]];
        FollowsRowKeys = !_draws.Contains(Draws.Otherwise);
        int[] border = [.. tail.SelectMany(i => graph.Nodes[i].Reads).Where(value => !isRandom[value]).Distinct()];
        Border = [.. border.Select(value => graph.ValueShapes[value])];
        HeadNodes = head;
        TailNodes = tail;
        Head = new ExecutorPool<T>(graph.Part(head.Select(i => graph.Nodes[i]), graph.Inputs, border));
        Tail = new ExecutorPool<T>(graph.Part(
            tail.Select(i => graph.Nodes[i]), border, IsRandom ? [graph.Outputs[0]] : []));
    }

    /// <summary>Whether the output depends on what is drawn.</summary>
    public bool IsRandom { get; }

    /// <summary>
    /// Whether all that is drawn follows the keys of the rows, so that rows of several samples may share a batch.
    /// </summary>
    public bool FollowsRowKeys { get; }

    /// <summary>The shapes of what the tail reads: outputs of the head and inputs of the tail.</summary>
    public IReadOnlyList<Shape> Border { get; }

    /// <summary>Where the head's nodes stand in the whole graph.</summary>
    public IReadOnlyList<int> HeadNodes { get; }

    /// <summary>Where the tail's nodes stand in the whole graph.</summary>
    public IReadOnlyList<int> TailNodes { get; }

    /// <summary>From the model's inputs to the border.</summary>
    public ExecutorPool<T> Head { get; }

    /// <summary>From the border to the model's output.</summary>
    public ExecutorPool<T> Tail { get; }

    /// <summary>Whether this is the split of a graph for these draws.</summary>
    public bool IsFor(Graph graph, ReadOnlySpan<Draws> draws) => ReferenceEquals(graph, _graph) && draws.SequenceEqual(_draws);
}
