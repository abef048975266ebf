using Engine.Layers;

namespace Engine;

/// <summary>Where data enter a model. Stands first in a <see cref="Sequential"/>, or gives the first node of a graph.</summary>
public sealed class Input : Layer
{
    private readonly Shape _shape;

    /// <summary>An input of samples of a shape.</summary>
    /// <param name="shape">The shape of one sample: <c>new Input(784)</c>, <c>new Input(28, 28, 1)</c>.</param>
    /// <exception cref="ArgumentException">A length is below 1.</exception>
    public Input(params int[] shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        _shape = Shape.Create(shape);
        Output = new LayerCall(this, [], [_shape]).Outputs[0];
    }

    /// <summary>The node: <c>new Dense(64).Apply(input)</c> takes the input itself as well.</summary>
    public Node Output { get; }

    /// <summary>The node of an input.</summary>
    public static implicit operator Node(Input input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return input.Output;
    }

    /// <summary>The node of this input.</summary>
    public Node ToNode() => Output;

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write("shape", _shape);
    }

    /// <summary>Nothing to compute: the data are already there.</summary>
    public override void Forward<T>(in Pass<T> pass)
    {
    }

    /// <summary>Nothing to compute.</summary>
    public override void Backward<T>(in Pass<T> pass)
    {
    }

    /// <inheritdoc/>
    protected override Shape[] Build(ReadOnlySpan<Shape> inputs, ParameterFactory parameters) => inputs.Length == 0
        ? [_shape]
        : throw new ShapeException($"{Title}: expected no inputs, got {inputs.Length}. An Input begins a graph.");
}
