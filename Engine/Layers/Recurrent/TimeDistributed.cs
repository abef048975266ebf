namespace Engine.Layers;

/// <summary>Applies a layer to each step of a sequence, always with the same parameters.</summary>
/// <remarks>
/// Input <c>[n, steps, ...]</c>, output <c>[n, steps, ...]</c> of the layer's output. The layer sees a batch of n · steps samples: a
/// dropout inside draws a mask of its own for each step. Dense and the like work on every step without this wrapper.
/// </remarks>
public sealed class TimeDistributed : SimpleLayer
{
    private readonly Layer[] _children;

    /// <summary>Makes the wrapper.</summary>
    /// <param name="layer">A layer with one input and one output; no model.</param>
    public TimeDistributed(Layer layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        _children = [layer];
    }

    /// <summary>The layer that each step goes through.</summary>
    public Layer Layer => _children[0];

    /// <inheritdoc/>
    public override IReadOnlyList<Layer> Children => _children;

    /// <inheritdoc/>
    public override Reads BackwardReads => Layer.ReadsAsChild;

    /// <inheritdoc/>
    public override bool DrawsByRow => true;

    /// <inheritdoc/>
    public override ChildUse UseOfChild(int child, ReadOnlySpan<Shape> inputs, int batch) =>
        new([StepOf(inputs[0])], checked(batch * inputs[0][0]));

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write("layer", Layer);
    }

    /// <inheritdoc/>
    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass) =>
        pass.Forward(0, x, y, pass.Batch * pass.InputShape()[0]);

    /// <inheritdoc/>
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass) =>
        pass.Backward(0, x, y, dy, dx, pass.Batch * pass.InputShape()[0]);

    /// <inheritdoc/>
    protected override Shape Build(Shape input, ParameterFactory parameters)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Rank == 0)
        {
            throw UnexpectedInput("[n, steps, ...]", input, "Give the samples an axis of steps.");
        }

        Shape[] outputs = BuildChild(Layer, StepOf(input));
        return outputs.Length == 1 ? outputs[0].Prepend(input[0]) : throw new ShapeException(
            $"{Title}: expected a layer with one output, got {Layer.Kind} with {outputs.Length}.");
    }

    private static Shape StepOf(Shape input) => Shape.Create(input.AsSpan()[1..]);
}
