using System.Runtime.CompilerServices;
using Engine.Layers;
using Engine.Numerics;

namespace Engine;

/// <summary>
/// A network: a graph of layers from inputs to outputs. Compile says how to train it, Fit trains, Evaluate measures, Predict
/// computes. A model is a layer too and can stand inside another. <see cref="Sequential"/> is the simple case.
/// </summary>
/// <remarks>
/// Predict may be called from many threads at once, also during a Fit of this model, or of one that
/// <see cref="OutputOf(string)"/> has given: it then sees the weights of a finished step. Other models that share layers know
/// nothing of each other.
/// </remarks>
#pragma warning disable CA1001 // The lock of the weights holds memory only.
public partial class Model : Layer
#pragma warning restore CA1001
{
    private readonly List<Layer> _layers = [];
    private readonly Dictionary<Layer, string> _names = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Layer, List<LayerCall>> _calls = new(ReferenceEqualityComparer.Instance);
    private readonly Lock _lock = new();
    private readonly bool _isStateful;
    private ulong? _seed;
    private Precision? _precision;

    // The first model around this one that had it before its weights were drawn.
    private Model? _outer;

    /// <summary>A model with one input and one output.</summary>
    /// <param name="input">Where the data enter; an <see cref="Engine.Input"/> or a model's <see cref="Input"/>.</param>
    /// <param name="output">What is computed from it.</param>
    public Model(Node input, Node output)
        : this([input], [output])
    {
    }

    /// <summary>A model with several inputs or outputs.</summary>
    /// <param name="inputs">Where the data enter.</param>
    /// <param name="outputs">What is computed from them.</param>
    /// <exception cref="ArgumentException">
    /// There is no input or no output, or an output depends on an input that is not given.
    /// </exception>
    public Model(IReadOnlyList<Node> inputs, IReadOnlyList<Node> outputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(outputs);
        if (inputs.Count == 0 || outputs.Count == 0)
        {
            throw new ArgumentException(
                $"Model: expected at least one input and one output, got {inputs.Count} and {outputs.Count}.");
        }

        Inputs = [.. inputs];
        Outputs = [.. outputs];
        CollectLayers();
        _isStateful = _layers.Any(layer => layer.IsStateful);
        Graph = Graph.Flatten(Inputs, Outputs);
        foreach (Parameter parameter in Parameters)
        {
            parameter.InitializeBy(EnsureInitialized);
        }

        foreach (Model inner in _layers.OfType<Model>())
        {
            TakeInto(inner);
        }
    }

    /// <summary>The seed of the initial weights; unless given that of the model around this one, or 0.</summary>
    /// <remarks>
    /// What is drawn for a parameter depends on the seed and on the parameter's place among the model's parameters: not on layers
    /// that have none, nor on what follows. The model around a nested one draws for both, so that two nested models of equal
    /// layers begin with different weights; but not for one with a seed of its own, or one that was used before.
    /// </remarks>
    public ulong Seed
    {
        get => _seed ?? _outer?.Seed ?? 0;
        init => _seed = value;
    }

    /// <summary>
    /// The number format of weights and arithmetic; unless given that of the model around this one, or <see cref="Precision.Single"/>.
    /// </summary>
    public Precision Precision
    {
        get => _precision ?? _outer?.Precision ?? Precision.Single;
        init => _precision = value;
    }

    /// <summary>The inputs.</summary>
    public IReadOnlyList<Node> Inputs { get; }

    /// <summary>The outputs.</summary>
    public IReadOnlyList<Node> Outputs { get; }

    /// <summary>The input of a model that has one.</summary>
    /// <exception cref="InvalidOperationException">There are several.</exception>
    public Node Input => Inputs.Count == 1 ? Inputs[0] : throw new InvalidOperationException(
        $"{Title}: expected a model with one input, got one with {Inputs.Count}. Use Inputs.");

    /// <summary>The output of a model that has one.</summary>
    /// <exception cref="InvalidOperationException">There are several.</exception>
    public Node Output => Outputs.Count == 1 ? Outputs[0] : throw new InvalidOperationException(
        $"{Title}: expected a model with one output, got one with {Outputs.Count}. Use Outputs.");

    /// <summary>The layers, each once, in an order in which each comes after those it reads from.</summary>
    public IReadOnlyList<Layer> Layers => _layers;

    /// <inheritdoc/>
    public sealed override IReadOnlyList<Layer> Children => _layers;

    /// <summary>The numbers in all parameters together, those that do not train included.</summary>
    public long ParameterCount => Parameters.Sum(parameter => (long)parameter.Shape.Size);

    /// <summary>The numbers in the parameters that training changes: those of frozen layers do not count.</summary>
    public long TrainableParameterCount => TrainableParameters.Distinct().Sum(parameter => (long)parameter.Shape.Size);

    /// <inheritdoc/>
    public override string Kind => "Model";

    /// <summary>Whether one of the layers remembers something from call to call: then one caller at a time predicts.</summary>
    public sealed override bool IsStateful => _isStateful;

    internal Graph Graph { get; }

    /// <summary>The layer of a name.</summary>
    /// <param name="name">
    /// As <see cref="Summary"/> shows it: "dense_1"; for a layer inside a nested model "model/dense_1".
    /// </param>
    /// <exception cref="KeyNotFoundException">There is none; the message lists the names.</exception>
    public Layer GetLayer(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        foreach (Layer layer in _layers)
        {
            if (_names[layer] == name)
            {
                return layer;
            }

            if (layer is Model inner && name.StartsWith(_names[layer] + "/", StringComparison.Ordinal))
            {
                return inner.GetLayer(name[(_names[layer].Length + 1)..]);
            }
        }

        throw new KeyNotFoundException(
            $"{Title}: expected one of the layers {string.Join(", ", _layers.Select(layer => _names[layer]))}, got '{name}'.");
    }

    /// <summary>The unique name of a layer within this model.</summary>
    /// <exception cref="KeyNotFoundException">The layer is not part of this model.</exception>
    public string NameOf(Layer layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        return _names.TryGetValue(layer, out string? name) ? name : throw new KeyNotFoundException(
            $"{Title}: expected one of its layers, got {layer.Title}.");
    }

    /// <summary>
    /// A model with the same inputs that ends at a layer's output: for looking at what a layer computes. Shares the weights.
    /// </summary>
    /// <param name="layer">The name of a layer of this model.</param>
    /// <exception cref="KeyNotFoundException">There is no such layer.</exception>
    /// <exception cref="InvalidOperationException">The layer is used several times.</exception>
    public Model OutputOf(string layer) => OutputOf(GetLayer(layer));

    /// <summary>A model with the same inputs that ends at a layer's output. Shares the weights.</summary>
    /// <param name="layer">A layer of this model, not of one inside it.</param>
    /// <exception cref="KeyNotFoundException">The layer is not part of this model.</exception>
    /// <exception cref="InvalidOperationException">The layer is used several times.</exception>
    public Model OutputOf(Layer layer)
    {
        string name = NameOf(layer);
        List<LayerCall> calls = _calls[layer];
        return calls.Count == 1
            ? new Model(Inputs, calls[0].Outputs) { _seed = _seed, _precision = _precision, _outer = this, Weights = Weights }
            : throw new InvalidOperationException(
                $"{Title}: expected a layer that is used once, got {name}, which is used {calls.Count} times. "
                + "Make a Model of the node.");
    }

    /// <summary>Not called: a model inside a model is dissolved into its layers.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public sealed override void Forward<T>(in Pass<T> pass) => throw CannotBeChild();

    /// <summary>Not called: a model inside a model is dissolved into its layers.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public sealed override void Backward<T>(in Pass<T> pass) => throw CannotBeChild();

    /// <inheritdoc/>
    protected sealed override Shape[] Build(ReadOnlySpan<Shape> inputs, ParameterFactory parameters)
    {
        if (inputs.Length != Inputs.Count)
        {
            throw new ShapeException($"{Title}: expected {Inputs.Count} inputs, got {inputs.Length}.");
        }

        for (int i = 0; i < inputs.Length; i++)
        {
            if (inputs[i] != Inputs[i].Shape)
            {
                throw UnexpectedInput(Inputs[i].Shape.BatchText, inputs[i], null, Inputs[i].Shape);
            }
        }

        return [.. Outputs.Select(output => output.Shape)];
    }

    /// <summary>The uses of a layer in this model's graph.</summary>
    internal IReadOnlyList<LayerCall> CallsOf(Layer layer) => _calls[layer];

    /// <summary>Each parameter with its path: "dense_1/kernel", "model/dense/kernel"; shared ones once.</summary>
    internal IEnumerable<(string Name, Parameter Parameter)> NamedParameters()
    {
        HashSet<Parameter> seen = new(ReferenceEqualityComparer.Instance);
        foreach (Layer layer in _layers)
        {
            foreach ((string name, Parameter parameter) in NamedParameters(layer, _names[layer]))
            {
                if (seen.Add(parameter))
                {
                    yield return (name, parameter);
                }
            }
        }
    }

    /// <summary>Draws the weights that nobody has drawn yet.</summary>
    internal void EnsureInitialized()
    {
        lock (_lock)
        {
            if (_layers.OfType<Model>().FirstOrDefault(inner => inner.Precision != Precision) is { } other)
            {
                throw new InvalidOperationException(
                    $"{Title}: expected nested models of {Precision} precision, got {other.Title} of {other.Precision} precision. "
                    + "Give both one Precision, or the nested one none before its first use.");
            }

            IReadOnlyList<Parameter> parameters = Parameters;
            for (int i = 0; i < parameters.Count; i++)
            {
                Parameter parameter = parameters[i];
                if (!parameter.IsInitialized && parameter.IsInitializedBy(EnsureInitialized))
                {
                    parameter.Initialize(Precision, new RandomSource(Seed, RandomStreams.Parameter(i)));
                }

                parameter.EnsureInitialized();
                if (parameter.Precision != Precision)
                {
                    throw new InvalidOperationException(
                        $"{Title}: expected layers of {Precision} precision, "
                        + $"got {parameter.Title} in {parameter.Precision} precision, "
                        + "shared with another model. Give both models one Precision.");
                }
            }
        }
    }

    private static IEnumerable<(string Name, Parameter Parameter)> NamedParameters(Layer layer, string path)
    {
        if (layer is Model model)
        {
            return model.NamedParameters().Select(named => ($"{path}/{named.Name}", named.Parameter));
        }

        IEnumerable<(string, Parameter)> own = layer.OwnParameters.Select(parameter => ($"{path}/{parameter.Name}", parameter));
        return own.Concat(layer.Children.SelectMany((child, i) =>
            NamedParameters(child, $"{path}/{child.Name ?? (i == 0 ? child.DefaultName : $"{child.DefaultName}_{i}")}")));
    }

    // Decides who draws the weights of a nested model: this one, unless it is too late or a seed of its own was given.
    private void TakeInto(Model inner)
    {
        IReadOnlyList<Parameter> parameters = inner.Parameters;
        if (inner._outer is not null || parameters.Any(parameter => parameter.IsInitialized))
        {
            return;
        }

        inner._outer = this;
        if (inner._seed is null)
        {
            foreach (Parameter parameter in parameters)
            {
                parameter.HandOver(inner.EnsureInitialized, EnsureInitialized);
            }
        }
    }

    internal NotSupportedException CannotBeChild() => new(
        $"{Title}: expected to stand in a graph, got called by a layer around it. Put its layers into the graph instead.");

    // Every layer between the inputs and the outputs, with a unique name each.
    private void CollectLayers()
    {
        HashSet<Node> given = new(Inputs);
        HashSet<LayerCall> visited = [];
        List<LayerCall> order = [];
        foreach (Node output in Outputs)
        {
            Visit(output);
        }

        foreach (LayerCall call in Inputs.Select(input => input.Call).Where(call => call.Layer is Engine.Input).Concat(order))
        {
            if (!_calls.TryGetValue(call.Layer, out List<LayerCall>? calls))
            {
                _calls[call.Layer] = calls = [];
                _layers.Add(call.Layer);
            }

            if (!calls.Contains(call))
            {
                calls.Add(call);
            }
        }

        LayerNames.Assign(_layers, _names);

        void Visit(Node node)
        {
            RuntimeHelpers.EnsureSufficientExecutionStack();
            if (given.Contains(node) || !visited.Add(node.Call))
            {
                return;
            }

            foreach (Node input in node.Call.Inputs)
            {
                Visit(input);
            }

            order.Add(node.Call);
        }
    }
}
