namespace Engine.Layers;

/// <summary>Makes one axis of all axes of a sample: <c>[n, 28, 28]</c> becomes <c>[n, 784]</c>. Copies nothing.</summary>
public sealed class Flatten : SimpleLayer
{
    /// <inheritdoc/>
    public override Reads BackwardReads => Reads.None;

    internal override bool IsAlias => true;

    /// <summary>No output has a mask: steps are mixed, or are steps no longer.</summary>
    public override MaskRule OutputMask(ReadOnlySpan<bool> masked) => MaskRule.Drop;

    /// <summary>
    /// Copies; called only where another layer runs this one, since in a graph input and output are the same memory.
    /// </summary>
    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass) => x.CopyTo(y);

    /// <summary>Copies; see <see cref="Forward"/>.</summary>
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        if (!dx.IsEmpty)
        {
            dy.CopyTo(dx);
        }
    }

    /// <inheritdoc/>
    protected override Shape Build(Shape input, ParameterFactory parameters)
    {
        ArgumentNullException.ThrowIfNull(input);
        return [input.Size];
    }
}
