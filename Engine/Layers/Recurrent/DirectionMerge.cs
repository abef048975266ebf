using System.Numerics.Tensors;

namespace Engine.Layers;

/// <summary>
/// Makes one output of what a sequence looked like forwards and backwards; it has the forward one's mask. Outputs of all steps come in
/// the order in which they were gone through: the backward ones are turned round, so that both tell of the same step.
/// </summary>
internal sealed class DirectionMerge(MergeMode mode) : Layer
{
    public override Reads BackwardReads => mode == MergeMode.Multiply ? Reads.Input : Reads.None;

    public override void Forward<T>(in Pass<T> pass)
    {
        Shape input = pass.InputShape();
        int units = input[^1], rows = pass.Input().Length / units, width = pass.OutputShape()[^1];
        ReadOnlySpan<T> forwards = pass.Input(0), backwards = pass.Input(1);
        Span<T> outputs = pass.Output();
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<T> forward = forwards.Slice(row * units, units);
            ReadOnlySpan<T> backward = backwards.Slice(Opposite(row, input) * units, units);
            Span<T> y = outputs.Slice(row * width, width);
            switch (mode)
            {
                case MergeMode.Sum:
                    TensorPrimitives.Add(forward, backward, y);
                    break;
                case MergeMode.Multiply:
                    TensorPrimitives.Multiply(forward, backward, y);
                    break;
                case MergeMode.Average:
                    TensorPrimitives.AddMultiply(forward, backward, T.CreateTruncating(0.5), y);
                    break;
                default:
                    forward.CopyTo(y);
                    backward.CopyTo(y[units..]);
                    break;
            }
        }
    }

    public override void Backward<T>(in Pass<T> pass)
    {
        Shape input = pass.InputShape();
        int units = input[^1], width = pass.OutputShape()[^1];
        ReadOnlySpan<T> outputGradient = pass.OutputGradient();
        for (int direction = 0; direction < 2; direction++)
        {
            Span<T> gradient = pass.InputGradient(direction);
            for (int row = 0; row < gradient.Length / units; row++)
            {
                int own = direction == 0 ? row : Opposite(row, input), other = direction == 0 ? Opposite(row, input) : row;
                ReadOnlySpan<T> dy = outputGradient.Slice(row * width, width);
                Span<T> dx = gradient.Slice(own * units, units);
                switch (mode)
                {
                    case MergeMode.Sum:
                        dy.CopyTo(dx);
                        break;
                    case MergeMode.Multiply:
                        TensorPrimitives.Multiply(dy, pass.Input(1 - direction).Slice(other * units, units), dx);
                        break;
                    case MergeMode.Average:
                        TensorPrimitives.Multiply(dy, T.CreateTruncating(0.5), dx);
                        break;
                    default:
                        dy.Slice(direction * units, units).CopyTo(dx);
                        break;
                }
            }
        }
    }

    protected override Shape[] Build(ReadOnlySpan<Shape> inputs, ParameterFactory parameters)
    {
        if (inputs[0] != inputs[1])
        {
            throw new ShapeException(
                $"Bidirectional: expected both directions to give {inputs[0].BatchText}, got {inputs[1].BatchText} backwards. "
                + "Give the backwardLayer the same units.",
                inputs[0],
                inputs[1]);
        }

        return mode == MergeMode.Concatenate ? [Shape.Create([.. inputs[0].AsSpan()[..^1], 2 * inputs[0][^1]])] : [inputs[0]];
    }

    // The row of the step that has as many before it as this one has behind it; itself where there are no steps.
    private static int Opposite(int row, Shape input)
    {
        int steps = input.Rank == 1 ? 1 : input[0];
        return row + steps - 1 - (2 * (row % steps));
    }
}
