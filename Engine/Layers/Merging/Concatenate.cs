using System.Numerics.Tensors;

namespace Engine.Layers;

/// <summary>Puts two or more inputs one behind the other along an axis; the other axes must agree.</summary>
public sealed class Concatenate : Layer
{
    /// <summary>Makes the layer.</summary>
    /// <param name="axis">
    /// The axis, counted as in Keras with the batch as axis 0, or from the end if negative: −1 is the last. Never 0.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="axis"/> is 0.</exception>
    public Concatenate(int axis = -1)
    {
        if (axis == 0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(axis),
                "Concatenate: expected an axis of the samples, got 0, the batch. Count from 1, or from −1 backwards.");
        }

        Axis = axis;
    }

    /// <summary>The axis, counted with the batch as axis 0, or from the end if negative.</summary>
    public int Axis { get; }

    /// <inheritdoc/>
    public override Reads BackwardReads => Reads.None;

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write("axis", Axis);
    }

    /// <summary>
    /// Along the steps masks are put together as the inputs are; along other axes a step counts that counts in all inputs.
    /// </summary>
    public override MaskRule OutputMask(ReadOnlySpan<bool> masked) => masked.Contains(true) ? MaskRule.Compute : MaskRule.Drop;

    /// <inheritdoc/>
    public override void ComputeMask<T>(in Pass<T> pass, Span<T> mask)
    {
        bool joinsSteps = SampleAxis(pass.InputShape().Rank) == 0;
        int rowLength = mask.Length / pass.Batch;
        mask.Fill(T.One);
        int start = 0;
        for (int i = 0; i < pass.InputCount; i++)
        {
            int steps = pass.InputShape(i)[0];
            ReadOnlySpan<T> other = pass.Mask(i);
            for (int from = 0, to = start; from < other.Length; from += steps, to += rowLength)
            {
                Span<T> row = mask.Slice(to, steps);
                TensorPrimitives.Multiply(row, other.Slice(from, steps), row);
            }

            start += joinsSteps ? steps : 0;
        }
    }

    /// <inheritdoc/>
    public override void Forward<T>(in Pass<T> pass)
    {
        int rowLength = RunLength(pass.OutputShape());
        int start = 0;
        for (int i = 0; i < pass.InputCount; i++)
        {
            int length = RunLength(pass.InputShape(i));
            ReadOnlySpan<T> x = pass.Input(i);
            Span<T> y = pass.Output();
            for (int from = 0, to = start; from < x.Length; from += length, to += rowLength)
            {
                x.Slice(from, length).CopyTo(y[to..]);
            }

            start += length;
        }
    }

    /// <inheritdoc/>
    public override void Backward<T>(in Pass<T> pass)
    {
        int rowLength = RunLength(pass.OutputShape());
        int start = 0;
        for (int i = 0; i < pass.InputCount; i++)
        {
            int length = RunLength(pass.InputShape(i));
            Span<T> dx = pass.InputGradient(i);
            for (int to = 0, from = start; to < dx.Length; to += length, from += rowLength)
            {
                pass.OutputGradient().Slice(from, length).CopyTo(dx[to..]);
            }

            start += length;
        }
    }

    /// <inheritdoc/>
    protected override Shape[] Build(ReadOnlySpan<Shape> inputs, ParameterFactory parameters)
    {
        if (inputs.Length < 2)
        {
            throw new ShapeException($"{Title}: expected at least two inputs, got {inputs.Length}.");
        }

        int axis = SampleAxis(inputs[0].Rank);
        if (axis < 0 || axis >= inputs[0].Rank)
        {
            throw UnexpectedInput($"with an axis {Axis}", inputs[0]);
        }

        int[] lengths = [.. inputs[0]];
        lengths[axis] = 0;
        foreach (Shape input in inputs)
        {
            bool agrees = input.Rank == lengths.Length;
            for (int i = 0; agrees && i < lengths.Length; i++)
            {
                agrees = i == axis || input[i] == lengths[i];
            }

            if (!agrees)
            {
                throw UnexpectedInput($"like {inputs[0].BatchText} but for axis {Axis}", input, null, inputs[0]);
            }

            lengths[axis] += input[axis];
        }

        return [Shape.Create(lengths)];
    }

    private int SampleAxis(int rank) => Axis < 0 ? rank + Axis : Axis - 1;

    // The elements that lie together: everything from the axis on.
    private int RunLength(Shape shape)
    {
        int length = 1;
        for (int i = SampleAxis(shape.Rank); i < shape.Rank; i++)
        {
            length *= shape[i];
        }

        return length;
    }
}
