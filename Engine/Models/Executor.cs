using System.Numerics;
using System.Numerics.Tensors;
using Engine.Layers;
using Engine.Numerics;

namespace Engine;

/// <summary>
/// Runs a flat graph by a memory plan. Serves one call at a time; after it is made a pass allocates nothing. All memory lies in
/// two arenas: values and gradients of values, and gradients of parameters.
/// </summary>
internal sealed unsafe class Executor<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Graph _graph;
    private readonly MemoryPlan _plan;
    private readonly PlanOptions _options;
    private readonly AlignedMemory _arena;
    private readonly AlignedMemory _parameterArena;
    private readonly NodeState<T>[] _nodes;
    private readonly Dictionary<Parameter, nint> _parameterGradients = new(ReferenceEqualityComparer.Instance);
    private readonly List<(nint From, nint To, int Length)>[] _parameterAdds;
    private readonly nint _scratch;
    private readonly nint _parameterSpare;
    private readonly int _needsVersion;

    public Executor(Graph graph, PlanOptions options)
    {
        _graph = graph;
        _options = options;
        _plan = new MemoryPlan(graph, options);
        _parameterAdds = [.. graph.Nodes.Select(_ => new List<(nint, nint, int)>())];

        Precision precision = AlignedMemory.PrecisionOf<T>();
        _arena = new AlignedMemory(precision, _plan.ArenaLength + _plan.ScratchLength);
        _scratch = (nint)(_arena.Address<T>() + _plan.ArenaLength);

        Parameter[] wanted = [.. graph.Nodes.SelectMany(node => node.Layer.Parameters).Where(options.Wanted.Contains).Distinct()];
        long gradientLength = wanted.Sum(parameter => (long)LayerNeeds.RoundUp(parameter.Shape.Size));
        Parameter[][] uses = [.. graph.Nodes.Select(node => ParameterUses(node.Layer).ToArray())];
        bool sharesParameters = uses.Sum(node => node.Length) > uses.SelectMany(node => node).Distinct().Count();
        long spareLength = sharesParameters ? uses.Max(node => node.Sum(p => (long)LayerNeeds.RoundUp(p.Shape.Size))) : 0;
        _parameterArena = new AlignedMemory(precision, gradientLength + spareLength);
        T* address = _parameterArena.Address<T>();
        foreach (Parameter parameter in wanted)
        {
            _parameterGradients[parameter] = (nint)address;
            address += LayerNeeds.RoundUp(parameter.Shape.Size);
        }

        _parameterSpare = (nint)address;
        Run = new RunState { Storages = [.. _plan.Storages.Select(AddressOf)] };
        _nodes = new NodeState<T>[graph.Nodes.Count];
        HashSet<Parameter> written = new(ReferenceEqualityComparer.Instance);
        for (int i = _nodes.Length - 1; i >= 0; i--)
        {
            _nodes[i] = MakeNode(i, written);
        }

        _needsVersion = NeedsVersion(_nodes);
    }

    /// <summary>What is set before a pass: batch, phase, seed, step, threads.</summary>
    public RunState Run { get; }

    /// <summary>The largest batch.</summary>
    public int MaxBatch => _options.Batch;

    /// <summary>Whether a layer needs other memory now than the plan has for it: another executor is to be made.</summary>
    public bool IsOutdated => NeedsVersion(_nodes) != _needsVersion;

    /// <summary>The memory of an input for the current batch: to be filled before forward.</summary>
    public Span<T> Input(int index) => Value(_graph.Inputs[index]);

    /// <summary>An output of the current batch, after forward.</summary>
    public Span<T> Output(int index) => Value(_graph.Outputs[index]);

    /// <summary>A value of the current batch; only what outlives forward may be asked for.</summary>
    public Span<T> Value(int value) =>
        new((void*)Run.Storages[_plan.StorageOf[value]], Run.Batch * _graph.ValueShapes[value].Size);

    /// <summary>
    /// The gradient of a loss value, to be filled before backward, or of an input, after it. Empty if there is none.
    /// </summary>
    public Span<T> Gradient(int value) => _plan.Gradients[value] is { } buffer
        ? new((void*)AddressOf(buffer), Run.Batch * _graph.ValueShapes[value].Size)
        : [];

    /// <summary>The gradient of a parameter, after backward. Empty if it is not wanted.</summary>
    public Span<T> Gradient(Parameter parameter) => _parameterGradients.TryGetValue(parameter, out nint address)
        ? new((void*)address, parameter.Shape.Size)
        : [];

    /// <summary>Lets an input lie in the caller's pinned memory instead of the arena.</summary>
    public void BindInput(int index, T* address) => Run.Storages[_plan.StorageOf[_graph.Inputs[index]]] = (nint)address;

    /// <summary>Lets an output lie in the caller's pinned memory, if nothing else shares its storage.</summary>
    /// <returns>False if it cannot: it has to be copied from <see cref="Output"/>.</returns>
    public bool TryBindOutput(int index, T* address)
    {
        if (!_plan.CanBindOutput[index])
        {
            return false;
        }

        Run.Storages[_plan.StorageOf[_graph.Outputs[index]]] = (nint)address;
        return true;
    }

    /// <summary>Puts all values back into the arena.</summary>
    public void Unbind()
    {
        for (int i = 0; i < Run.Storages.Length; i++)
        {
            Run.Storages[i] = AddressOf(_plan.Storages[i]);
        }
    }

    /// <summary>Fills all memory with a byte, so that whatever is read before it is written shows: 0xff makes NaN.</summary>
    public void Poison(byte value)
    {
        _arena.Poison(value);
        _parameterArena.Poison(value);
    }

    /// <summary>The same for the scratch alone, whose content no call may expect to find again.</summary>
    public void PoisonScratch(byte value) =>
        new Span<byte>((void*)_scratch, checked(_plan.ScratchLength * sizeof(T))).Fill(value);

    /// <summary>What random numbers a node's layer, or one inside it, has asked for since <see cref="ForgetDraws()"/>.</summary>
    public Draws DrawsOf(int node) => DrawsOf(_nodes[node]);

    /// <summary>Lets <see cref="DrawsOf(int)"/> begin anew.</summary>
    public void ForgetDraws()
    {
        foreach (NodeState<T> node in _nodes)
        {
            ForgetDraws(node);
        }
    }

    public void Forward()
    {
        Run.IsBackward = false;
        Run.ClearPenalty();
        foreach (NodeState<T> node in _nodes)
        {
            if (!node.Layer.IsAlias)
            {
                node.Layer.Forward(new Pass<T>(node));
            }
        }

        GC.KeepAlive(this);     // The nodes know addresses only.
    }

    public void Backward()
    {
        Run.IsBackward = true;
        for (int i = _nodes.Length - 1; i >= 0; i--)
        {
            if (!_plan.RunsBackward[i])
            {
                continue;
            }

            foreach (PlannedBuffer zero in _plan.Zeros[i])
            {
                Span(AddressOf(zero), checked((int)zero.Length)).Clear();
            }

            if (!_nodes[i].Layer.IsGradientAlias)
            {
                _nodes[i].Layer.Backward(new Pass<T>(_nodes[i]));
            }

            foreach ((PlannedBuffer from, PlannedBuffer to, int size) in _plan.Adds[i])
            {
                Add(AddressOf(from), AddressOf(to), Run.Batch * size);
            }

            foreach ((nint from, nint to, int length) in _parameterAdds[i])
            {
                Add(from, to, length);
            }
        }

        GC.KeepAlive(this);
    }

    // A layer's parameters, once for each use: a child that is listed twice is used twice.
    private static IEnumerable<Parameter> ParameterUses(Layer layer) =>
        layer.OwnParameters.Concat(layer.Children.SelectMany(ParameterUses));

    private static Draws DrawsOf(NodeState<T> node)
    {
        Draws draws = !node.HasDrawn ? Draws.None : node.Layer.DrawsByRow ? Draws.ByRow : Draws.Otherwise;
        foreach (NodeState<T> child in node.Children)
        {
            Draws inner = DrawsOf(child);
            if (inner == Draws.ByRow && child.ChildRowKeys.Length > 0 && !node.Layer.DrawsByRow)
            {
                inner = Draws.Otherwise;    // which of the child's rows are a sample's is the wrapper's own business
            }

            draws = inner > draws ? inner : draws;
        }

        return draws;
    }

    // Versions only grow, so that equal sums mean that none has.
    private static int NeedsVersion(NodeState<T>[] nodes)
    {
        int version = 0;
        foreach (NodeState<T> node in nodes)
        {
            version += node.Layer.NeedsVersion + NeedsVersion(node.Children);
        }

        return version;
    }

    private static void ForgetDraws(NodeState<T> node)
    {
        node.HasDrawn = false;
        foreach (NodeState<T> child in node.Children)
        {
            ForgetDraws(child);
        }
    }

    private static Span<T> Span(nint address, int length) => new((void*)address, length);

    private static void Add(nint from, nint to, int length) =>
        TensorPrimitives.Add(Span(to, length), Span(from, length), Span(to, length));

    private nint AddressOf(PlannedBuffer buffer) => (nint)(_arena.Address<T>() + buffer.Offset);

    private NodeState<T> MakeNode(int i, HashSet<Parameter> written)
    {
        GraphNode node = _graph.Nodes[i];
        NodeState<T> state = new()
        {
            Layer = node.Layer,
            Run = Run,
            Stream = node.Stream,
            InputShapes = _plan.InputShapes(node),
            OutputShapes = _plan.OutputShapes(node),
            InputStorages = [.. node.Inputs.Select(value => _plan.StorageOf[value])],
            OutputStorages = [.. node.Outputs.Select(value => _plan.StorageOf[value])],
            HasBackward = _plan.RunsBackward[i],
            MaskStorages = [.. node.Masks.Select(value => value < 0 ? -1 : _plan.StorageOf[value])],
            InputGradients = [.. _plan.InputGradients[i].Select(buffer => buffer is null ? 0 : AddressOf(buffer))],
            OutputGradients = [.. node.Outputs.Select(value => _plan.Gradients[value] is { } buffer ? AddressOf(buffer) : 0)],
        };
        T* kept = (T*)AddressOf(_plan.Kept[i]);
        T* scratch = (T*)_scratch;
        T* spare = (T*)_parameterSpare;
        Complete(state, i, _options.Batch, ref kept, ref scratch, ref spare, written);
        return state;
    }

    // Gives a node, and the children inside it, their working memory and the places of their parameters' gradients.
    private void Complete(
        NodeState<T> state, int i, int batch, ref T* kept, ref T* scratch, ref T* spare, HashSet<Parameter> written)
    {
        BufferNeeds needs = state.Layer.Needs(state.InputShapes, batch);
        (state.Kept, state.KeptLength) = ((nint)kept, needs.Kept);
        (state.Scratch, state.ScratchLength) = ((nint)scratch, needs.Scratch);
        kept += LayerNeeds.RoundUp(needs.Kept);
        scratch += LayerNeeds.RoundUp(needs.Scratch);

        IReadOnlyList<Parameter> parameters = state.Layer.OwnParameters;
        state.ParameterGradients = new nint[parameters.Count];
        state.Substitutes = new nint[parameters.Count];
        for (int p = 0; p < parameters.Count; p++)
        {
            if (!_plan.RunsBackward[i] || !_parameterGradients.TryGetValue(parameters[p], out nint main))
            {
                continue;
            }

            // Nodes are made in the order of backward: the first use of a shared parameter writes, later ones are added.
            if (written.Add(parameters[p]))
            {
                state.ParameterGradients[p] = main;
            }
            else
            {
                state.ParameterGradients[p] = (nint)spare;
                _parameterAdds[i].Add(((nint)spare, main, parameters[p].Shape.Size));
                spare += LayerNeeds.RoundUp(parameters[p].Shape.Size);
            }
        }

        IReadOnlyList<Layer> children = state.Layer.Children;
        state.Children = new NodeState<T>[children.Count];
        for (int c = 0; c < children.Count; c++)
        {
            ChildUse use = state.Layer.UseOfChild(c, state.InputShapes, batch);
            Shape[] outputs = children[c].BuildFor(use.Inputs);
            if (use.Inputs.Length != 1 || outputs.Length != 1)
            {
                throw new NotSupportedException(
                    $"{state.Layer.Title}: expected children with one input and one output, got {children[c].Title} "
                    + $"with {use.Inputs.Length} and {outputs.Length}.");
            }

            state.Children[c] = new NodeState<T>
            {
                Layer = children[c],
                Run = new RunState { Storages = new nint[3] },
                Stream = RandomStreams.Child(state.Stream, c),
                MaxBatch = use.Batch,
                ChildRowKeys = use.Batch > batch ? new uint[use.Batch] : [],
                InputShapes = use.Inputs,
                OutputShapes = outputs,
                InputStorages = [0],
                OutputStorages = [1],
                HasBackward = state.HasBackward,
                MaskStorages = [2],
                InputGradients = new nint[1],
                OutputGradients = new nint[1],
            };
            BufferNeeds activation = LayerNeeds.OfActivation(children[c], use);
            state.Children[c].PreActivation = activation.Kept > 0 ? (nint)kept : 0;
            state.Children[c].ActivationGradient = activation.Scratch > 0 ? (nint)scratch : 0;
            kept += LayerNeeds.RoundUp(activation.Kept);
            scratch += LayerNeeds.RoundUp(activation.Scratch);
            Complete(state.Children[c], i, use.Batch, ref kept, ref scratch, ref spare, written);
        }
    }
}
