using System.Numerics;
using Engine.Numerics;

namespace Engine.Layers;

/// <summary>
/// Everything that one call of a layer's forward or backward works with. It stands for one node of the graph at one step; copies
/// are cheap, and it cannot outlive the call.
/// </summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>: the model's precision.</typeparam>
public readonly unsafe ref struct Pass<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly NodeState<T> _node;
    private readonly RunState _run;

    internal Pass(NodeState<T> node)
    {
        _node = node;
        _run = node.Run;
    }

    /// <summary>The number of samples in this call.</summary>
    public int Batch => _run.Batch;

    /// <summary>What the pass is for.</summary>
    public Phase Phase => _run.Phase;

    /// <summary>Whether this is a training step.</summary>
    public bool IsTraining => _run.Phase == Phase.Training;

    /// <summary>Whether random layers draw: in training and in Monte Carlo samples.</summary>
    public bool IsStochastic => _run.Phase != Phase.Inference;

    /// <summary>
    /// Whether backward follows forward, in whatever phase: where it does not, as in a prediction, forward may keep nothing.
    /// </summary>
    public bool HasBackward => _node.HasBackward;

    /// <summary>How many threads the call may use. The results must not depend on it.</summary>
    public int Threads => _run.Threads;

    /// <summary>The number of inputs.</summary>
    public int InputCount => _node.InputShapes.Length;

    /// <summary>The number of outputs.</summary>
    public int OutputCount => _node.OutputShapes.Length;

    /// <summary>
    /// The random numbers of this node at this step: the same in backward as in forward. A key given to the layer itself, such as
    /// a Dropout's own seed, is combined with <see cref="RandomOf"/>.
    /// </summary>
    public RandomSource Random => RandomOf(_run.Seed);

    /// <summary>The random key of each row of the batch; empty means that row r has key r. Rows with equal keys share a mask.</summary>
    public ReadOnlySpan<uint> RowKeys => _run.RowKeys.Span;

    /// <summary>Memory of this node that forward writes and backward reads; as long as <see cref="Layer.Needs"/> asked for.</summary>
    public Span<T> Kept => new((void*)_node.Kept, _node.KeptLength);

    /// <summary>Memory for this call only, with undefined content; as long as <see cref="Layer.Needs"/> asked for.</summary>
    public Span<T> Scratch => new((void*)_node.Scratch, _node.ScratchLength);

    /// <summary>The random numbers of this node at this step, under a seed of the layer's own.</summary>
    public RandomSource RandomOf(ulong seed)
    {
        _node.HasDrawn = true;
        return new RandomSource(seed, _node.Stream, _run.Step);
    }

    /// <summary>
    /// Random numbers of this node that are the same at every step, until their number changes. Asking for them does not count as
    /// drawing: they make no two passes differ.
    /// </summary>
    internal RandomSource LastingRandom(ulong? seed, ulong number) => new(seed ?? _run.Seed, _node.Stream, number);

    /// <summary>The shape of one sample of an input.</summary>
    public Shape InputShape(int index = 0) => _node.InputShapes[index];

    /// <summary>The shape of one sample of an output.</summary>
    public Shape OutputShape(int index = 0) => _node.OutputShapes[index];

    /// <summary>An input, <c>[batch, ...]</c>. In backward empty unless <see cref="Layer.BackwardReads"/> names it.</summary>
    public ReadOnlySpan<T> Input(int index = 0) => _run.IsBackward && (_node.Layer.BackwardReads & Reads.Input) == 0
        ? []
        : Rows(_run.Storages[_node.InputStorages[index]], _node.InputShapes[index]);

    /// <summary>
    /// An output, <c>[batch, ...]</c>: to be overwritten in forward, only read in backward, where it is empty unless
    /// <see cref="Layer.BackwardReads"/> names it.
    /// </summary>
    public Span<T> Output(int index = 0) => _run.IsBackward && (_node.Layer.BackwardReads & Reads.Output) == 0
        ? []
        : Rows(_run.Storages[_node.OutputStorages[index]], _node.OutputShapes[index]);

    /// <summary>
    /// The mask of an input's steps, <c>[batch, steps]</c>, in forward and in backward: 1 for a step that counts, 0 for one that
    /// does not, such as padding. Empty: the input has no mask, all its steps count.
    /// </summary>
    public ReadOnlySpan<T> Mask(int index = 0)
    {
        int storage = _node.MaskStorages[index];
        nint address = storage < 0 ? 0 : _run.Storages[storage];
        return address == 0 ? [] : new ReadOnlySpan<T>((void*)address, _run.Batch * _node.InputShapes[index][0]);
    }

    /// <summary>The gradient of an output, in backward.</summary>
    public ReadOnlySpan<T> OutputGradient(int index = 0) => Rows(_node.OutputGradients[index], _node.OutputShapes[index]);

    /// <summary>The gradient of an input, to be overwritten in backward; empty if it is not wanted.</summary>
    public Span<T> InputGradient(int index = 0) => Rows(_node.InputGradients[index], _node.InputShapes[index]);

    /// <summary>The values of one of the layer's own parameters.</summary>
    public ReadOnlySpan<T> Values(Parameter parameter) => ValuesIn(_node, parameter);

    /// <summary>The values of a parameter of a child.</summary>
    /// <param name="child">The index in <see cref="Layer.Children"/>.</param>
    /// <param name="parameter">One of the child's, or of a layer inside it.</param>
    public ReadOnlySpan<T> Values(int child, Parameter parameter) => ValuesIn(Owner(child, parameter), parameter);

    /// <summary>
    /// The values of a parameter that does not train, to be written in forward: in <see cref="Phase.Training"/> only, unless the
    /// layer is stateful.
    /// </summary>
    /// <exception cref="InvalidOperationException">The parameter trains, or this is not a pass that may write.</exception>
    public Span<T> State(Parameter parameter) => !parameter.Trains && (IsTraining || _node.Layer.IsStateful) && !_run.IsBackward
        ? parameter.WritableValues<T>()
        : throw new InvalidOperationException(
            $"{_node.Layer.Title}: expected to write state in forward of a training pass, got {parameter.Name} in {Phase}. "
            + "Only parameters made with trains: false may be written by a layer.");

    /// <summary>
    /// Gives a child other values of one of its parameters, for its next <see cref="Forward"/> or <see cref="Backward"/> alone:
    /// masked ones, say. The gradient that it computes is then that of these values.
    /// </summary>
    /// <param name="child">The index in <see cref="Layer.Children"/>.</param>
    /// <param name="parameter">One of the child's, or of a layer inside it.</param>
    /// <param name="values">As many as the parameter has, in this layer's <see cref="Kept"/> or <see cref="Scratch"/>.</param>
    /// <exception cref="ShapeException">The number of values is another.</exception>
    public void Substitute(int child, Parameter parameter, ReadOnlySpan<T> values)
    {
        if (values.Length != parameter.Shape.Size)
        {
            throw new ShapeException(
                $"{_node.Layer.Title}: expected {parameter.Shape.Size} values for {parameter.Title}, got {values.Length}.",
                parameter.Shape);
        }

        fixed (T* address = values)
        {
            Owner(child, parameter).Substitutes[parameter.Index] = (nint)address;
        }

        _node.Children[child].HasSubstitutes = true;
    }

    /// <summary>The gradient of one of the layer's own parameters, to be overwritten in backward; empty if it is not wanted.</summary>
    public Span<T> Gradient(Parameter parameter) => GradientIn(_node, parameter);

    /// <summary>
    /// The gradient of a parameter of a child, after the child's <see cref="Backward"/>; empty if it is not wanted.
    /// </summary>
    /// <param name="child">The index in <see cref="Layer.Children"/>.</param>
    /// <param name="parameter">One of the child's, or of a layer inside it.</param>
    public Span<T> Gradient(int child, Parameter parameter) => GradientIn(Owner(child, parameter), parameter);

    /// <summary>
    /// Adds to the loss, in forward: an activity penalty, already divided by the batch size where that is wanted. The layer's
    /// backward must add the penalty's gradient itself.
    /// </summary>
    public void AddPenalty(double value) => _run.AddPenalty(value);

    /// <summary>Runs the forward of a child with one input and one output, within this layer's forward.</summary>
    /// <param name="child">The index in <see cref="Layer.Children"/>.</param>
    /// <param name="x">The child's input, <c>[batch, ...]</c> in the child's shape.</param>
    /// <param name="y">The child's output, its <see cref="Layer.TrailingActivation"/> applied; overwritten.</param>
    /// <param name="batch">The number of samples the child sees; at most what <see cref="Layer.UseOfChild"/> said.</param>
    /// <exception cref="InvalidOperationException">This is not a forward.</exception>
    public void Forward(int child, ReadOnlySpan<T> x, Span<T> y, int batch)
    {
        NodeState<T> node = _node.Children[child];
        if (_run.IsBackward)
        {
            throw new InvalidOperationException(
                $"{_node.Layer.Title}: expected to run the forward of {node.Layer.Title} in forward, got it in backward. "
                + "Keep the child's output instead: see Needs.");
        }

        fixed (T* px = x, py = y)
        {
            nint output = Checked(node, y, node.OutputShapes[0], py, batch);
            nint own = node.PreActivation != 0 ? node.PreActivation : output;
            Enter(node, batch, Checked(node, x, node.InputShapes[0], px, batch), own);
            node.Run.ClearPenalty();
            node.Layer.Forward(new Pass<T>(node));
            node.ClearSubstitutes();
            _run.AddPenalty(node.Run.Penalty);
            node.Layer.TrailingActivation?.Forward(new ReadOnlySpan<T>((void*)own, y.Length), y, RowLength(node));
        }
    }

    /// <summary>
    /// Runs the backward of a child with one input and one output, within this layer's backward: once a step, since it overwrites
    /// the gradients of the child's parameters.
    /// </summary>
    /// <param name="child">The index in <see cref="Layer.Children"/>.</param>
    /// <param name="x">The input of the child's forward; may be empty unless <see cref="Layer.ReadsAsChild"/> names it.</param>
    /// <param name="y">The output of the child's forward; may be empty unless <see cref="Layer.ReadsAsChild"/> names it.</param>
    /// <param name="dy">The gradient of the child's output.</param>
    /// <param name="dx">The gradient of the child's input, overwritten; empty if it is not wanted.</param>
    /// <param name="batch">The number of samples, as in forward.</param>
    public void Backward(int child, ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, int batch)
    {
        NodeState<T> node = _node.Children[child];
        fixed (T* px = x, py = y, pdy = dy, pdx = dx)
        {
            Reads reads = node.Layer.ReadsAsChild;
            nint input = (reads & Reads.Input) == 0 ? 0 : Checked(node, x, node.InputShapes[0], px, batch);
            nint output = (reads & Reads.Output) == 0 ? 0 : Checked(node, y, node.OutputShapes[0], py, batch);
            nint gradient = Checked(node, dy, node.OutputShapes[0], pdy, batch);
            if (node.Layer.TrailingActivation is { } activation)
            {
                Span<T> dz = new((void*)node.ActivationGradient, dy.Length);
                activation.Backward(
                    new ReadOnlySpan<T>((void*)node.PreActivation, node.PreActivation == 0 ? 0 : dy.Length), y, dy, dz, RowLength(node));
                (output, gradient) = (node.PreActivation, node.ActivationGradient);
            }

            Enter(node, batch, input, output);
            node.OutputGradients[0] = gradient;
            node.InputGradients[0] = dx.IsEmpty ? 0 : Checked(node, dx, node.InputShapes[0], pdx, batch);
            node.Layer.Backward(new Pass<T>(node));
            node.ClearSubstitutes();
        }
    }

    private static ReadOnlySpan<T> ValuesIn(NodeState<T> node, Parameter parameter)
    {
        nint address = node.Substitutes[parameter.Index];
        return address == 0 ? parameter.Values<T>() : new ReadOnlySpan<T>((void*)address, parameter.Shape.Size);
    }

    private static Span<T> GradientIn(NodeState<T> node, Parameter parameter)
    {
        nint address = node.ParameterGradients[parameter.Index];
        return address == 0 ? [] : new Span<T>((void*)address, parameter.Shape.Size);
    }

    private NodeState<T> Owner(int child, Parameter parameter) => _node.Children[child].Owner(parameter)
        ?? throw new ArgumentException(
            $"{_node.Layer.Title}: expected a parameter of {_node.Children[child].Layer.Title}, got {parameter.Title}.",
            nameof(parameter));

    private static int RowLength(NodeState<T> child) => child.OutputShapes[0].Rank == 0 ? 1 : child.OutputShapes[0][^1];

    private void Enter(NodeState<T> child, int batch, nint input, nint output)
    {
        RunState run = child.Run;
        run.Batch = batch;
        run.Phase = _run.Phase;
        run.Threads = _run.Threads;
        run.Seed = _run.Seed;
        run.Step = _run.Step;
        run.RowKeys = batch == _run.Batch ? _run.RowKeys : KeysOf(child, batch);
        run.IsBackward = _run.IsBackward;
        run.Storages[0] = input;
        run.Storages[1] = output;

        // A child that sees the rows and steps of this layer sees their mask.
        int mask = _node.MaskStorages[0];
        bool hasSteps = batch == _run.Batch && child.InputShapes[0].Rank > 0 && child.InputShapes[0][0] == _node.InputShapes[0][0];
        run.Storages[2] = mask >= 0 && hasSteps ? _run.Storages[mask] : 0;
    }

    // The keys of the rows that a child sees for each row of this layer, such as its steps: key · rows + row.
    private ReadOnlyMemory<uint> KeysOf(NodeState<T> child, int batch)
    {
        if (_run.RowKeys.IsEmpty || batch % _run.Batch != 0 || child.ChildRowKeys.Length < batch)
        {
            return default;
        }

        ReadOnlySpan<uint> keys = _run.RowKeys.Span;
        int rows = batch / _run.Batch;
        for (int i = 0; i < batch; i++)
        {
            child.ChildRowKeys[i] = (keys[i / rows] * (uint)rows) + (uint)(i % rows);
        }

        return child.ChildRowKeys.AsMemory(0, batch);
    }

    private nint Checked(NodeState<T> child, ReadOnlySpan<T> values, Shape shape, T* address, int batch)
    {
        if (batch > child.MaxBatch)
        {
            throw new ShapeException(
                $"{_node.Layer.Title}: expected to run {child.Layer.Title} on at most {child.MaxBatch} samples, as UseOfChild said, "
                + $"got {batch}. Override UseOfChild.");
        }

        return values.Length == batch * shape.Size ? (nint)address : throw new ShapeException(
            $"{child.Layer.Title}: expected {batch} samples of {shape} from the layer around it, got {values.Length} values.",
            shape);
    }

    private Span<T> Rows(nint address, Shape shape) => address == 0 ? [] : new Span<T>((void*)address, _run.Batch * shape.Size);
}
