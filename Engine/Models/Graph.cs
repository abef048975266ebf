using System.Runtime.CompilerServices;
using Engine.Layers;

namespace Engine;

/// <summary>
/// A model's graph, flat: nested models are dissolved, trailing activations are nodes of their own, nodes stand in an order in
/// which each comes after what it reads. Values are numbered.
/// </summary>
internal sealed class Graph
{
    private Graph(GraphNode[] nodes, Shape[] valueShapes, int[] inputs, int[] outputs, int[] outputMasks)
    {
        Nodes = nodes;
        ValueShapes = valueShapes;
        Inputs = inputs;
        Outputs = outputs;
        OutputMasks = outputMasks;
    }

    public IReadOnlyList<GraphNode> Nodes { get; private set; }

    /// <summary>The shape of one sample of each value.</summary>
    public IReadOnlyList<Shape> ValueShapes { get; }

    /// <summary>The values that are the model's inputs.</summary>
    public IReadOnlyList<int> Inputs { get; }

    /// <summary>The values that are the model's outputs.</summary>
    public IReadOnlyList<int> Outputs { get; }

    /// <summary>The value that holds the mask of each output, of shape [steps]; −1 where it has none.</summary>
    public IReadOnlyList<int> OutputMasks { get; }

    public static Graph Flatten(IReadOnlyList<Node> inputs, IReadOnlyList<Node> outputs)
    {
        Builder builder = new();
        Dictionary<Node, int> values = [];
        foreach (Node input in inputs)
        {
            values[input] = builder.AddValue(input.Shape);
        }

        int[] inputValues = [.. inputs.Select(input => values[input])];
        int[] outputValues = [.. outputs.Select(output => builder.ValueOf(output, values))];
        int[] outputMasks = [.. outputValues.Select(builder.MaskOf)];
        return new Graph([.. builder.Nodes], [.. builder.Shapes], inputValues, outputValues, outputMasks);
    }

    /// <summary>
    /// Some nodes as a graph of their own: values are numbered anew, streams of random numbers stay. Its outputs have no masks.
    /// </summary>
    /// <param name="nodes">In their order.</param>
    /// <param name="inputs">The values that they read and do not compute.</param>
    /// <param name="outputs">Values among the inputs, or computed by the nodes.</param>
    public Graph Part(IEnumerable<GraphNode> nodes, IReadOnlyList<int> inputs, IReadOnlyList<int> outputs)
    {
        Dictionary<int, int> numbers = [];
        List<Shape> shapes = [];
        int[] partInputs = Renumber(inputs);
        GraphNode[] partNodes =
            [.. nodes.Select(node => node with
            {
                Inputs = Renumber(node.Inputs),
                Outputs = Renumber(node.Outputs),
                Masks = Renumber(node.Masks),
            })];
        int[] partOutputs = Renumber(outputs);
        return new Graph(partNodes, [.. shapes], partInputs, partOutputs, [.. partOutputs.Select(_ => -1)]);

        // No value, −1, stays none.
        int[] Renumber(IReadOnlyList<int> values) => [.. values.Select(value =>
        {
            if (value < 0)
            {
                return value;
            }

            if (numbers.TryAdd(value, shapes.Count))
            {
                shapes.Add(ValueShapes[value]);
            }

            return numbers[value];
        })];
    }

    /// <summary>The node that computes a value; null for an input.</summary>
    public GraphNode? ProducerOf(int value) => Nodes.FirstOrDefault(node => node.Outputs.Contains(value));

    /// <summary>
    /// Gives each node the random stream of the node so many places before it: for comparing graphs that differ by a few.
    /// </summary>
    public void MoveStreams(int places) => Nodes = [.. Nodes.Select(node => node with
    {
        Stream = Math.Max(RandomStreams.Node(0), node.Stream - (ulong)places),
    })];

    private sealed class Builder
    {
        private readonly Dictionary<int, int> _masks = [];
        private int _streams;

        public List<GraphNode> Nodes { get; } = [];

        public List<Shape> Shapes { get; } = [];

        public int AddValue(Shape shape)
        {
            Shapes.Add(shape);
            return Shapes.Count - 1;
        }

        public int ValueOf(Node node, Dictionary<Node, int> values)
        {
            if (values.TryGetValue(node, out int known))
            {
                return known;
            }

            RuntimeHelpers.EnsureSufficientExecutionStack();
            LayerCall call = node.Call;
            if (call.Layer is Input)
            {
                throw new ArgumentException(
                    $"Model: expected all inputs that the outputs depend on, got a model without {call.Layer.Title}. "
                    + "Add it to the inputs.");
            }

            int[] inputs = [.. call.Inputs.Select(input => ValueOf(input, values))];
            int[] outputs = call.Layer is Model inner ? Dissolve(inner, inputs)
                : call.Layer.Expand(call.Inputs) is { } parts ? [.. parts.Select(part => ValueOf(part, values))]
                : AddNode(call, inputs);
            for (int i = 0; i < outputs.Length; i++)
            {
                values[call.Outputs[i]] = outputs[i];
            }

            return values[node];
        }

        private int[] Dissolve(Model inner, int[] inputs)
        {
            Dictionary<Node, int> values = [];
            for (int i = 0; i < inputs.Length; i++)
            {
                values[inner.Inputs[i]] = inputs[i];
            }

            return [.. inner.Outputs.Select(output => ValueOf(output, values))];
        }

        /// <summary>The value that holds a value's mask; −1 if it has none.</summary>
        public int MaskOf(int value) => _masks.GetValueOrDefault(value, -1);

        private int[] AddNode(LayerCall call, int[] inputs)
        {
            int[] outputs = [.. call.Outputs.Select(output => AddValue(output.Shape))];
            AddMask(call, inputs, outputs[0]);
            AddNode(call.Layer, inputs, outputs);
            if (call.Layer.TrailingActivation is not { } activation)
            {
                return outputs;
            }

            int[] activated = [AddValue(call.Outputs[0].Shape)];
            if (_masks.TryGetValue(outputs[0], out int mask))
            {
                _masks[activated[0]] = mask;
            }

            AddNode(new Activation(activation) { Name = $"{call.Layer.AssignedName}/activation" }, outputs, activated);
            return activated;
        }

        // Before the layer's own node, which may overwrite what the mask is computed from.
        private void AddMask(LayerCall call, int[] inputs, int output)
        {
            Shape shape = call.Outputs[0].Shape;
            bool[] masked = [.. inputs.Select(input => _masks.ContainsKey(input))];
            switch (call.Layer.OutputMask(masked))
            {
                case MaskRule.Keep:
                    if (masked.Length > 0 && masked[0] && shape.Rank > 0 && Shapes[_masks[inputs[0]]][0] == shape[0])
                    {
                        _masks[output] = _masks[inputs[0]];
                    }

                    break;

                case MaskRule.Compute:
                    _masks[output] = AddValue([shape[0]]);
                    Nodes.Add(new GraphNode(
                        new MaskOf(call.Layer), inputs, [_masks[output]], [.. inputs.Select(MaskOf)], RandomStreams.Node(_streams)));
                    break;
            }
        }

        private void AddNode(Layer layer, int[] inputs, int[] outputs) =>
            Nodes.Add(new GraphNode(layer, inputs, outputs, [.. inputs.Select(MaskOf)], RandomStreams.Node(_streams++)));
    }
}
