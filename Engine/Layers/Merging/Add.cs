using System.Numerics.Tensors;

namespace Engine.Layers;

/// <summary>The sum of two or more inputs of one shape.</summary>
public sealed class Add : Layer
{
    /// <inheritdoc/>
    public override Reads BackwardReads => Reads.None;

    /// <summary>Where all inputs have a mask, a step counts that counts in any of them; else the sum has no mask.</summary>
    public override MaskRule OutputMask(ReadOnlySpan<bool> masked) => masked.Contains(false) ? MaskRule.Drop : MaskRule.Compute;

    /// <inheritdoc/>
    public override void ComputeMask<T>(in Pass<T> pass, Span<T> mask)
    {
        pass.Mask(0).CopyTo(mask);
        for (int i = 1; i < pass.InputCount; i++)
        {
            TensorPrimitives.Max(mask, pass.Mask(i), mask);
        }
    }

    /// <inheritdoc/>
    public override void Forward<T>(in Pass<T> pass)
    {
        Span<T> y = pass.Output();
        TensorPrimitives.Add(pass.Input(0), pass.Input(1), y);
        for (int i = 2; i < pass.InputCount; i++)
        {
            TensorPrimitives.Add(y, pass.Input(i), y);
        }
    }

    /// <inheritdoc/>
    public override void Backward<T>(in Pass<T> pass)
    {
        for (int i = 0; i < pass.InputCount; i++)
        {
            Span<T> dx = pass.InputGradient(i);
            if (!dx.IsEmpty)
            {
                pass.OutputGradient().CopyTo(dx);
            }
        }
    }

    /// <inheritdoc/>
    protected override Shape[] Build(ReadOnlySpan<Shape> inputs, ParameterFactory parameters)
    {
        if (inputs.Length < 2)
        {
            throw new ShapeException($"{Title}: expected at least two inputs, got {inputs.Length}.");
        }

        foreach (Shape input in inputs)
        {
            if (input != inputs[0])
            {
                throw UnexpectedInput(inputs[0].BatchText, input, "All inputs must have one shape.", inputs[0]);
            }
        }

        return [inputs[0]];
    }
}
