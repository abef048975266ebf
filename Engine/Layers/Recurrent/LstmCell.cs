using System.Numerics;
using System.Numerics.Tensors;
using Engine.Activations;
using Engine.Kernels;

namespace Engine.Layers;

/// <summary>
/// A step of <see cref="LSTM"/>: i, f, o = σ(...), n = tanh(...) of [x, h]·[W; R] + b, in the order i, f, n, o; c = f ∘ c' + i ∘
/// n; h = o ∘ tanh(c). With other functions than sigmoid and tanh it goes row by row through those.
/// </summary>
internal readonly ref struct LstmCell<T> : IRecurrentCell<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The product of the four gates.</summary>
    public required JoinedGates Product { get; init; }

    /// <summary>[W; R] in forward, Rᵀ in backward, packed.</summary>
    public required ReadOnlySpan<T> Packed { get; init; }

    /// <summary>Wᵀ, packed, in backward; empty if the gradient of the input is not wanted.</summary>
    public ReadOnlySpan<T> PackedInput { get; init; }

    /// <summary>[4 · units], or empty.</summary>
    public required ReadOnlySpan<T> Bias { get; init; }

    /// <summary>What the cell and its output go through; null together with the other for tanh and sigmoid.</summary>
    public ActivationFunction? Activation { get; init; }

    /// <summary>What the gates go through.</summary>
    public ActivationFunction? RecurrentActivation { get; init; }

    private int Units => Product.Units;

    /// <summary>The elements a row keeps: the gates' arguments, for functions whose gradients may need them.</summary>
    public static int KeptWidth(int units, bool usesDefaults) => usesDefaults ? 0 : 4 * units;

    /// <summary>The elements a row needs for a step.</summary>
    public static int SideWidth(int units, bool usesDefaults) => usesDefaults ? 0 : 4 * units;

    /// <inheritdoc/>
    public void Forward(in RecurrentStep<T> step)
    {
        Product.Forward(step, Packed, Bias);
        if (Activation is null || RecurrentActivation is null)
        {
            LstmGates.Forward(step.Gates, step.Cell, step.Hidden, Units);
            return;
        }

        step.Gates.CopyTo(step.Kept);
        for (int row = 0; row < step.Rows; row++)
        {
            Span<T> i = Gate(step.Gates, row, 0), f = Gate(step.Gates, row, 1);
            Span<T> n = Gate(step.Gates, row, 2), o = Gate(step.Gates, row, 3);
            Span<T> c = step.Cell.Slice(row * Units, Units), h = step.Hidden.Slice(row * Units, Units);
            RecurrentActivation.Forward(i, i, Units);
            RecurrentActivation.Forward(f, f, Units);
            Activation.Forward(n, n, Units);
            RecurrentActivation.Forward(o, o, Units);
            TensorPrimitives.Multiply(f, c, c);
            TensorPrimitives.Multiply(i, n, h);
            TensorPrimitives.Add(c, h, c);
            Activation.Forward(c, h, Units);
            TensorPrimitives.Multiply(h, o, h);
        }
    }

    /// <inheritdoc/>
    public void Backward(in RecurrentStep<T> step)
    {
        if (Activation is null || RecurrentActivation is null)
        {
            LstmGates.Backward(step.Gates, step.PreviousCell, step.Hidden, step.Cell, Units);
        }
        else
        {
            for (int row = 0; row < step.Rows; row++)
            {
                Backward(step, row);
            }
        }

        Product.HiddenGradient(step, Packed, accumulate: false);
    }

    /// <inheritdoc/>
    public void InputGradient(in RecurrentStep<T> step, Span<T> gradient) =>
        Product.InputGradient(step, PackedInput, gradient, accumulate: false);

    // As LstmGates.Backward, for one row.
    private void Backward(in RecurrentStep<T> step, int row)
    {
        Span<T> i = Gate(step.Gates, row, 0), f = Gate(step.Gates, row, 1);
        Span<T> n = Gate(step.Gates, row, 2), o = Gate(step.Gates, row, 3);
        Span<T> dh = step.Hidden.Slice(row * Units, Units), dc = step.Cell.Slice(row * Units, Units);
        ReadOnlySpan<T> previous = step.PreviousCell.Slice(row * Units, Units);
        Span<T> c = Gate(step.Side, row, 0), y = Gate(step.Side, row, 1);
        Span<T> d = Gate(step.Side, row, 2), e = Gate(step.Side, row, 3);

        TensorPrimitives.Multiply(f, previous, c);
        TensorPrimitives.Multiply(i, n, y);
        TensorPrimitives.Add(c, y, c);
        Activation!.Forward(c, y, Units);

        TensorPrimitives.Multiply(dh, o, d);
        Activation.Backward(c, y, d, d, Units);
        TensorPrimitives.Add(dc, d, dc);

        TensorPrimitives.Multiply(dh, y, d);
        RecurrentActivation!.Backward(Gate(step.Kept, row, 3), o, d, d, Units);
        d.CopyTo(o);

        TensorPrimitives.Multiply(dc, n, d);
        TensorPrimitives.Multiply(dc, i, e);
        RecurrentActivation.Backward(Gate(step.Kept, row, 0), i, d, d, Units);
        Activation.Backward(Gate(step.Kept, row, 2), n, e, e, Units);
        d.CopyTo(i);
        e.CopyTo(n);

        TensorPrimitives.Multiply(dc, previous, d);
        TensorPrimitives.Multiply(dc, f, dc);
        RecurrentActivation.Backward(Gate(step.Kept, row, 1), f, d, d, Units);
        d.CopyTo(f);
    }

    private Span<T> Gate(Span<T> rows, int row, int gate) => rows.Slice(((4 * row) + gate) * Units, Units);
}
