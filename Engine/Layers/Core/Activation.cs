using Engine.Activations;

namespace Engine.Layers;

/// <summary>
/// Applies an activation function. Input and output <c>[n, ...]</c> of one shape; softmax goes over the last axis.
/// </summary>
public sealed class Activation : SimpleLayer
{
    /// <summary>Makes the layer.</summary>
    /// <param name="function">What to apply: <c>ReLU</c>, <c>Softmax</c>, ...</param>
    public Activation(ActivationFunction function)
    {
        ArgumentNullException.ThrowIfNull(function);
        Function = function;
    }

    /// <summary>What is applied.</summary>
    public ActivationFunction Function { get; }

    /// <inheritdoc/>
    // Masks, not HasFlag, which boxes until its caller is optimized: this is asked in every step.
    public override Reads BackwardReads =>
        ((Function.BackwardReads & ActivationReads.Input) != 0 ? Reads.Input : Reads.None)
        | ((Function.BackwardReads & ActivationReads.Output) != 0 ? Reads.Output : Reads.None);

    /// <inheritdoc/>
    public override bool CanRunInPlace => true;

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write("function", Function);
    }

    /// <inheritdoc/>
    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass) =>
        Function.Forward(x, y, RowLength(pass.InputShape()));

    /// <inheritdoc/>
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass) =>
        Function.Backward(x, y, dy, dx, RowLength(pass.InputShape()));

    /// <inheritdoc/>
    protected override Shape Build(Shape input, ParameterFactory parameters)
    {
        ArgumentNullException.ThrowIfNull(input);
        return !Function.IsElementwise && input.Rank == 0
            ? throw UnexpectedInput("[n, ..., features]", input, $"{Function.Name} needs an axis to go over.")
            : input;
    }

    private static int RowLength(Shape shape) => shape.Rank == 0 ? 1 : shape[^1];
}
