namespace Engine.Layers;

/// <summary>Gives the samples another shape with as many elements. Copies nothing.</summary>
public sealed class Reshape : SimpleLayer
{
    private readonly int[] _target;

    /// <summary>Makes the layer.</summary>
    /// <param name="target">The new shape of one sample; one length may be −1: what is left.</param>
    /// <exception cref="ArgumentException">A length is neither −1 nor at least 1, or several are −1.</exception>
    public Reshape(params int[] target)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (target.Any(length => length is < 1 and not -1) || target.Count(length => length == -1) > 1)
        {
            throw new ArgumentException(
                $"Reshape: expected lengths of at least 1 and at most one −1, got {Shape.Text(target)}.", nameof(target));
        }

        _target = [.. target];
    }

    /// <summary>The new shape of one sample, as given; −1 stands for what is left.</summary>
    public IReadOnlyList<int> Target => _target;

    /// <inheritdoc/>
    public override Reads BackwardReads => Reads.None;

    internal override bool IsAlias => true;

    /// <summary>No output has a mask: steps are mixed, or are steps no longer.</summary>
    public override MaskRule OutputMask(ReadOnlySpan<bool> masked) => MaskRule.Drop;

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write("target", _target);
    }

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
        long known = _target.Where(length => length != -1).Aggregate(1L, (product, length) => product * length);
        bool fits = _target.Contains(-1) ? input.Size % known == 0 : input.Size == known;
        if (!fits)
        {
            throw UnexpectedInput(
                $"with {known} elements a sample{(_target.Contains(-1) ? ", or a multiple of it" : "")}",
                input,
                $"It cannot take the shape {Shape.Text(_target)}.");
        }

        return Shape.Create([.. _target.Select(length => length == -1 ? (int)(input.Size / known) : length)]);
    }
}
