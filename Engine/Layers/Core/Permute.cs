namespace Engine.Layers;

/// <summary>Exchanges the axes of the samples.</summary>
/// <remarks>Input <c>[n, ...]</c>; axis i of the output is axis <c>dims[i − 1]</c> of the input, counted from 1 as in Keras.</remarks>
public sealed class Permute : SimpleLayer
{
    private readonly int[] _dims;

    /// <summary>Makes the layer.</summary>
    /// <param name="dims">The axes of the input in their new order, each once, counted from 1: the batch is axis 0.</param>
    /// <exception cref="ArgumentException">They are not 1 to their number, each once.</exception>
    public Permute(params int[] dims)
    {
        ArgumentNullException.ThrowIfNull(dims);
        if (dims.Length == 0 || !dims.Order().SequenceEqual(Enumerable.Range(1, dims.Length)))
        {
            throw new ArgumentException(
                $"Permute: expected the axes 1 to their number, each once, got {Shape.Text(dims)}.", nameof(dims));
        }

        _dims = [.. dims];
    }

    /// <summary>The axes of the input in their new order, counted from 1.</summary>
    public IReadOnlyList<int> Dims => _dims;

    /// <inheritdoc/>
    public override Reads BackwardReads => Reads.None;

    /// <summary>Steps may be steps no longer: the output has no mask.</summary>
    public override MaskRule OutputMask(ReadOnlySpan<bool> masked) => MaskRule.Drop;

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write("dims", _dims);
    }

    /// <inheritdoc/>
    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        Shape shape = pass.InputShape();
        Span<int> strides = stackalloc int[shape.Rank];
        FillStrides(shape, strides);
        Span<int> place = stackalloc int[shape.Rank];
        for (int start = 0; start < y.Length; start += shape.Size)
        {
            place.Clear();
            for (int i = 0, from = start; i < shape.Size; i++, from = Next(shape, strides, place, from))
            {
                y[start + i] = x[from];
            }
        }
    }

    /// <inheritdoc/>
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        Shape shape = pass.InputShape();
        Span<int> strides = stackalloc int[shape.Rank];
        FillStrides(shape, strides);
        Span<int> place = stackalloc int[shape.Rank];
        for (int start = 0; start < dx.Length; start += shape.Size)
        {
            place.Clear();
            for (int i = 0, to = start; i < shape.Size; i++, to = Next(shape, strides, place, to))
            {
                dx[to] = dy[start + i];
            }
        }
    }

    /// <inheritdoc/>
    protected override Shape Build(Shape input, ParameterFactory parameters)
    {
        ArgumentNullException.ThrowIfNull(input);
        return input.Rank == _dims.Length ? Shape.Create([.. _dims.Select(axis => input[axis - 1])]) : throw UnexpectedInput(
            $"with {_dims.Length} axes beside the batch", input, $"The new order {Shape.Text(_dims)} names each axis.");
    }

    // How far apart, in the input, neighbours along each axis of the output are.
    private void FillStrides(Shape input, Span<int> strides)
    {
        for (int i = 0; i < strides.Length; i++)
        {
            strides[i] = 1;
            for (int axis = _dims[i]; axis < input.Rank; axis++)
            {
                strides[i] *= input[axis];
            }
        }
    }

    // The input's place of the output's next element.
    private int Next(Shape input, ReadOnlySpan<int> strides, Span<int> place, int from)
    {
        for (int i = place.Length - 1; i >= 0; i--)
        {
            from += strides[i];
            if (++place[i] < input[_dims[i] - 1])
            {
                return from;
            }

            from -= place[i] * strides[i];
            place[i] = 0;
        }

        return from;
    }
}
