using System.Numerics.Tensors;

namespace Engine.Layers;

/// <summary>Makes one output of what a sequence looked like forwards and backwards; it has the forward one's mask.</summary>
internal sealed class DirectionMerge(MergeMode mode) : Layer
{
    public override Reads BackwardReads => mode == MergeMode.Multiply ? Reads.Input : Reads.None;

    public override void Forward<T>(in Pass<T> pass)
    {
        ReadOnlySpan<T> forward = pass.Input(0), backward = pass.Input(1);
        Span<T> y = pass.Output();
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
                int units = pass.InputShape()[^1];
                for (int from = 0; from < forward.Length; from += units)
                {
                    forward.Slice(from, units).CopyTo(y[(2 * from)..]);
                    backward.Slice(from, units).CopyTo(y[((2 * from) + units)..]);
                }

                break;
        }
    }

    public override void Backward<T>(in Pass<T> pass)
    {
        for (int input = 0; input < 2; input++)
        {
            ReadOnlySpan<T> dy = pass.OutputGradient();
            Span<T> dx = pass.InputGradient(input);
            if (dx.IsEmpty)
            {
                continue;
            }

            switch (mode)
            {
                case MergeMode.Sum:
                    dy.CopyTo(dx);
                    break;
                case MergeMode.Multiply:
                    TensorPrimitives.Multiply(dy, pass.Input(1 - input), dx);
                    break;
                case MergeMode.Average:
                    TensorPrimitives.Multiply(dy, T.CreateTruncating(0.5), dx);
                    break;
                default:
                    int units = pass.InputShape()[^1];
                    for (int to = 0; to < dx.Length; to += units)
                    {
                        dy.Slice((2 * to) + (input * units), units).CopyTo(dx[to..]);
                    }

                    break;
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
}
