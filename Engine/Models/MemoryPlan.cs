using Engine.Layers;

namespace Engine;

/// <summary>
/// Where every value and gradient of a step lies, decided before the first step. A step has 2N + 1 moments: the forward of node i
/// at i, the loss at N, the backward of node i at 2N − i. Buffers whose lives do not meet share memory; aliases share their input's;
/// layers that can run in place do so where nobody needs the old content.
/// </summary>
internal sealed class MemoryPlan
{
    private readonly Graph _graph;
    private readonly PlanOptions _options;
    private readonly List<PlannedBuffer> _buffers = [];
    private readonly List<PlannedBuffer> _storages = [];
    private readonly int[][] _consumers;
    private readonly int[] _producer;
    private readonly bool[] _isWanted;
    private readonly bool[] _arrives;

    public MemoryPlan(Graph graph, PlanOptions options)
    {
        _graph = graph;
        _options = options;
        int values = graph.ValueShapes.Count;
        _producer = new int[values];
        Array.Fill(_producer, -1);
        List<int>[] consumers = [.. Enumerable.Range(0, values).Select(_ => new List<int>())];
        for (int i = 0; i < graph.Nodes.Count; i++)
        {
            foreach (int output in graph.Nodes[i].Outputs)
            {
                _producer[output] = i;
            }

            foreach (int input in graph.Nodes[i].Inputs.Distinct())
            {
                consumers[input].Add(i);
            }
        }

        _consumers = [.. consumers.Select(list => list.ToArray())];
        _isWanted = new bool[values];
        _arrives = new bool[values];
        RunsBackward = new bool[graph.Nodes.Count];
        StorageOf = new int[values];
        Gradients = new PlannedBuffer?[values];
        InputGradients = new PlannedBuffer?[graph.Nodes.Count][];
        Adds = [.. graph.Nodes.Select(_ => new List<(PlannedBuffer, PlannedBuffer, int)>())];
        Zeros = [.. graph.Nodes.Select(_ => new List<PlannedBuffer>())];
        Kept = new PlannedBuffer[graph.Nodes.Count];

        FindBackward();
        PlanValues();
        PlanGradients();
        for (int i = 0; i < graph.Nodes.Count; i++)
        {
            GraphNode node = graph.Nodes[i];
            BufferNeeds needs = LayerNeeds.Of(node.Layer, InputShapes(node), options.Batch);
            Kept[i] = New(needs.Kept, i);
            Kept[i].UseAt(RunsBackward[i] ? BackwardOf(i) : i);
            ScratchLength = Math.Max(ScratchLength, needs.Scratch);
        }

        CanBindOutput = [.. graph.Outputs.Select(output => graph.Inputs.Concat(graph.Outputs)
            .Count(value => StorageOf[value] == StorageOf[output]) == 1)];
        ArenaLength = PlannedBuffer.Place(_buffers);
    }

    /// <summary>Whether a node's backward has to run.</summary>
    public bool[] RunsBackward { get; }

    /// <summary>Which storage holds a value.</summary>
    public int[] StorageOf { get; }

    /// <summary>The memory of each storage.</summary>
    public IReadOnlyList<PlannedBuffer> Storages => _storages;

    /// <summary>The memory of each value's gradient, where there is one.</summary>
    public PlannedBuffer?[] Gradients { get; }

    /// <summary>Where each node writes the gradient of each of its inputs; null where it is not wanted.</summary>
    public PlannedBuffer?[][] InputGradients { get; }

    /// <summary>What is to be added after a node's backward: from, to, and the size of one sample.</summary>
    public List<(PlannedBuffer From, PlannedBuffer To, int Size)>[] Adds { get; }

    /// <summary>Gradients of outputs that nothing depends on: to be cleared before a node's backward.</summary>
    public List<PlannedBuffer>[] Zeros { get; }

    /// <summary>What each node keeps from forward to backward.</summary>
    public PlannedBuffer[] Kept { get; }

    /// <summary>The scratch that the neediest call wants; all share it.</summary>
    public int ScratchLength { get; private set; }

    /// <summary>The elements of the arena, without scratch.</summary>
    public long ArenaLength { get; }

    /// <summary>Whether each output's storage may be the caller's memory: no input and no other output lives in it.</summary>
    public bool[] CanBindOutput { get; }

    public Shape[] InputShapes(GraphNode node) => [.. node.Inputs.Select(value => _graph.ValueShapes[value])];

    public Shape[] OutputShapes(GraphNode node) => [.. node.Outputs.Select(value => _graph.ValueShapes[value])];

    private int Loss => _graph.Nodes.Count;

    private int End => (2 * _graph.Nodes.Count) + 1;

    private int BackwardOf(int node) => (2 * _graph.Nodes.Count) - node;

    private PlannedBuffer New(long length, int birth)
    {
        PlannedBuffer buffer = new(length, birth);
        _buffers.Add(buffer);
        return buffer;
    }

    private PlannedBuffer NewFor(int value, int birth) => New((long)_graph.ValueShapes[value].Size * _options.Batch, birth);

    // A node's backward runs where its gradient is wanted (a parameter of it or of a node before it) and where one arrives.
    private void FindBackward()
    {
        foreach (int input in _graph.Inputs)
        {
            _isWanted[input] = _options.InputGradients;
        }

        for (int i = 0; i < _graph.Nodes.Count; i++)
        {
            GraphNode node = _graph.Nodes[i];
            bool wanted = node.Inputs.Any(input => _isWanted[input]) || node.Layer.Parameters.Any(_options.Wanted.Contains);
            foreach (int output in node.Outputs)
            {
                _isWanted[output] = wanted;
            }
        }

        foreach (int value in _options.LossValues)
        {
            _arrives[value] = _isWanted[value];
        }

        for (int i = _graph.Nodes.Count - 1; i >= 0; i--)
        {
            GraphNode node = _graph.Nodes[i];
            RunsBackward[i] = node.Outputs.Any(output => _arrives[output]);
            if (RunsBackward[i])
            {
                foreach (int input in node.Inputs.Where(input => _isWanted[input]))
                {
                    _arrives[input] = true;
                }
            }
        }
    }

    private void PlanValues()
    {
        // The values whose content a storage holds at the moment: aliases of each other.
        List<List<int>> content = [];
        foreach (int input in _graph.Inputs)
        {
            // All inputs are filled before the first node runs, and stay: they may be the caller's own memory.
            StorageOf[input] = NewStorage(NewFor(input, -1), input, content);
        }

        for (int i = 0; i < _graph.Nodes.Count; i++)
        {
            GraphNode node = _graph.Nodes[i];
            int input = node.Inputs.Length > 0 ? node.Inputs[0] : -1;
            if (node.Layer.IsAlias && input >= 0)
            {
                StorageOf[node.Outputs[0]] = StorageOf[input];
                content[StorageOf[input]].Add(node.Outputs[0]);
            }
            else if (node.Layer.CanRunInPlace && node.IsOneToOne(_graph) && IsFreeAfter(i, content[StorageOf[input]]))
            {
                StorageOf[node.Outputs[0]] = StorageOf[input];
                content[StorageOf[input]] = [node.Outputs[0]];
            }
            else
            {
                foreach (int output in node.Outputs)
                {
                    StorageOf[output] = NewStorage(NewFor(output, i), output, content);
                }
            }
        }

        for (int value = 0; value < StorageOf.Length; value++)
        {
            PlannedBuffer storage = _storages[StorageOf[value]];
            foreach (int consumer in _consumers[value])
            {
                storage.UseAt(IsReadBackward(consumer, Reads.Input) ? BackwardOf(consumer) : consumer);
            }

            if (_producer[value] >= 0)
            {
                storage.UseAt(IsReadBackward(_producer[value], Reads.Output) ? BackwardOf(_producer[value]) : _producer[value]);
            }
        }

        for (int i = 0; i < _graph.Nodes.Count; i++)
        {
            foreach (int mask in _graph.Nodes[i].Masks.Where(mask => mask >= 0))
            {
                _storages[StorageOf[mask]].UseAt(RunsBackward[i] ? BackwardOf(i) : i);
            }
        }

        foreach (int value in _options.LossValues.Concat(_graph.Outputs).Concat(_graph.OutputMasks.Where(mask => mask >= 0)))
        {
            _storages[StorageOf[value]].UseAt(End);
        }
    }

    private int NewStorage(PlannedBuffer buffer, int value, List<List<int>> content)
    {
        _storages.Add(buffer);
        content.Add([value]);
        return _storages.Count - 1;
    }

    private bool IsReadBackward(int node, Reads what) =>
        RunsBackward[node] && (_graph.Nodes[node].Layer.BackwardReads & what) != 0;

    // Whether the content of a storage may be overwritten by node i.
    private bool IsFreeAfter(int i, List<int> content) => content.All(value =>
        _producer[value] >= 0
        && !_graph.Outputs.Contains(value)
        && !_options.LossValues.Contains(value)
        && !IsReadBackward(_producer[value], Reads.Output)
        && _consumers[value].All(consumer => consumer <= i && !IsReadBackward(consumer, Reads.Input)));

    private void PlanGradients()
    {
        foreach (int value in _options.LossValues.Where(value => _arrives[value]).Distinct())
        {
            Gradients[value] = NewFor(value, Loss);
        }

        for (int i = _graph.Nodes.Count - 1; i >= 0; i--)
        {
            GraphNode node = _graph.Nodes[i];
            InputGradients[i] = new PlannedBuffer?[node.Inputs.Length];
            if (!RunsBackward[i])
            {
                continue;
            }

            int now = BackwardOf(i);
            foreach (int output in node.Outputs)
            {
                if (Gradients[output] is not { } gradient)
                {
                    Gradients[output] = gradient = NewFor(output, now);
                    Zeros[i].Add(gradient);
                }

                gradient.UseAt(now);
            }

            for (int k = 0; k < node.Inputs.Length; k++)
            {
                if (_isWanted[node.Inputs[k]])
                {
                    InputGradients[i][k] = PlanInputGradient(i, node, node.Inputs[k], now);
                }
            }
        }

        foreach (int input in _graph.Inputs)
        {
            Gradients[input]?.UseAt(End);
        }
    }

    // The first to write a gradient writes it where it stays; who comes later writes beside it and the executor adds.
    private PlannedBuffer PlanInputGradient(int i, GraphNode node, int input, int now)
    {
        bool sharesMemory = node.Layer.IsGradientAlias || (node.Layer.CanRunInPlace && node.IsOneToOne(_graph));
        PlannedBuffer? outputGradient = sharesMemory ? Gradients[node.Outputs[0]] : null;
        if (Gradients[input] is not { } first)
        {
            first = outputGradient ?? NewFor(input, now);
            first.UseAt(now);
            Gradients[input] = first;
            return first;
        }

        PlannedBuffer spare = outputGradient ?? NewFor(input, now);
        spare.UseAt(now);
        first.UseAt(now);
        Adds[i].Add((spare, first, _graph.ValueShapes[input].Size));
        return spare;
    }
}
