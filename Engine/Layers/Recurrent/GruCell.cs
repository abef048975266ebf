using System.Numerics;
using System.Numerics.Tensors;
using Engine.Activations;
using Engine.Kernels;

namespace Engine.Layers;

/// <summary>
/// A step of <see cref="GRU"/>. The gates lie as z, r, then the candidate's part of the input, which becomes the candidate, then
/// its part of the state: h'·R + b with the reset gate after the product, r ∘ h' with the reset gate before it.
/// </summary>
internal readonly ref struct GruCell<T> : IRecurrentCell<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The products.</summary>
    public required GruProducts Products { get; init; }

    /// <summary>The weights, packed for forward or for backward.</summary>
    public required ReadOnlySpan<T> Packed { get; init; }

    /// <summary>[2 · units] of z and r, then [units] of the candidate; or empty.</summary>
    public ReadOnlySpan<T> Bias { get; init; }

    /// <summary>[units] of the candidate's part of the state; or empty.</summary>
    public ReadOnlySpan<T> StateBias { get; init; }

    /// <summary>Whether the reset gate is applied after the product.</summary>
    public required bool ResetAfter { get; init; }

    /// <summary>Whether the functions are tanh and sigmoid.</summary>
    public required bool UsesDefaults { get; init; }

    /// <summary>What the candidate goes through.</summary>
    public required ActivationFunction Activation { get; init; }

    /// <summary>What the gates go through.</summary>
    public required ActivationFunction RecurrentActivation { get; init; }

    private int Units => Products.Units;

    /// <inheritdoc/>
    public void Forward(in RecurrentStep<T> step)
    {
        Products.Gates.Forward(step, Packed, Bias.IsEmpty ? [] : Bias[..(2 * Units)]);
        Products.Candidate(step, Packed, Bias.IsEmpty ? [] : Bias[(2 * Units)..]);
        if (ResetAfter)
        {
            Products.State(step, Packed, StateBias);
            if (UsesDefaults)
            {
                GruGates.Forward(step.Gates, step.Hidden, Units);
                return;
            }
        }

        for (int row = 0; row < step.Rows; row++)
        {
            Span<T> z = Gate(step.Gates, row, 0), r = Gate(step.Gates, row, 1);
            Span<T> n = Gate(step.Gates, row, 2), s = Gate(step.Gates, row, 3);
            Keep(step, row, 0, z);
            Keep(step, row, 1, r);
            RecurrentActivation.Forward(z, z, Units);
            RecurrentActivation.Forward(r, r, Units);
            if (ResetAfter)
            {
                TensorPrimitives.MultiplyAddEstimate(r, s, n, n);
            }
            else
            {
                TensorPrimitives.Multiply(r, Products.MaskedState(step, row), s);
            }
        }

        if (!ResetAfter)
        {
            Products.ResetState(step, Packed);
        }

        for (int row = 0; row < step.Rows; row++)
        {
            // h = z ∘ h' + (1 − z) ∘ n = n + z ∘ (h' − n)
            Span<T> z = Gate(step.Gates, row, 0), n = Gate(step.Gates, row, 2), h = step.Hidden.Slice(row * Units, Units);
            Keep(step, row, 2, n);
            Activation.Forward(n, n, Units);
            TensorPrimitives.Subtract(h, n, h);
            TensorPrimitives.MultiplyAddEstimate(h, z, n, h);
        }
    }

    /// <inheritdoc/>
    public void Backward(in RecurrentStep<T> step)
    {
        if (ResetAfter && UsesDefaults)
        {
            GruGates.Backward(step.Gates, step.PreviousHidden, step.Hidden, Units);
        }
        else
        {
            BackwardThroughGates(step);
        }

        if (ResetAfter)
        {
            Products.StateGradient(step, Packed);
        }

        Products.Gates.HiddenGradient(step, Packed, accumulate: true);
    }

    /// <inheritdoc/>
    public void InputGradient(in RecurrentStep<T> step, Span<T> gradient)
    {
        Products.Gates.InputGradient(step, Products.PackedInput(Packed), gradient, accumulate: false);
        Products.CandidateGradient(step, Packed, gradient);
    }

    private void BackwardThroughGates(in RecurrentStep<T> step)
    {
        for (int row = 0; row < step.Rows; row++)
        {
            Span<T> z = Gate(step.Gates, row, 0), n = Gate(step.Gates, row, 2), dh = step.Hidden.Slice(row * Units, Units);
            Span<T> d = Products.Spare(step, row, 0), e = Products.Spare(step, row, 1);

            // dz = dh ∘ (h' − n), dn = dh − dh ∘ z, and dh ∘ z goes on
            TensorPrimitives.Subtract(step.PreviousHidden.Slice(row * Units, Units), n, d);
            TensorPrimitives.Multiply(d, dh, d);
            TensorPrimitives.Multiply(dh, z, e);
            TensorPrimitives.Subtract(dh, e, dh);
            RecurrentActivation.Backward(Kept(step, row, 0), z, d, d, Units);
            Activation.Backward(Kept(step, row, 2), n, dh, dh, Units);
            d.CopyTo(z);
            dh.CopyTo(n);
            e.CopyTo(dh);
        }

        if (!ResetAfter)
        {
            Products.ResetStateGradient(step, Packed);
        }

        for (int row = 0; row < step.Rows; row++)
        {
            Span<T> r = Gate(step.Gates, row, 1), n = Gate(step.Gates, row, 2), s = Gate(step.Gates, row, 3);
            Span<T> d = Products.Spare(step, row, 0);
            if (ResetAfter)
            {
                // dr = dn ∘ s, ds = dn ∘ r
                TensorPrimitives.Multiply(n, s, d);
                TensorPrimitives.Multiply(n, r, s);
            }
            else
            {
                // With q = mask ∘ (dn·Rᵀ): dr = q ∘ h', dh' += q ∘ r
                Span<T> q = Products.Spare(step, row, 1);
                Products.Unmask(step, row, q);
                TensorPrimitives.Multiply(q, step.PreviousHidden.Slice(row * Units, Units), d);
                TensorPrimitives.Multiply(q, r, q);
                RecurrentRows.Add(q, step.Hidden.Slice(row * Units, Units));
            }

            RecurrentActivation.Backward(Kept(step, row, 1), r, d, d, Units);
            d.CopyTo(r);
        }
    }

    private void Keep(in RecurrentStep<T> step, int row, int gate, ReadOnlySpan<T> arguments)
    {
        if (!step.Kept.IsEmpty)
        {
            arguments.CopyTo(step.Kept.Slice(((3 * row) + gate) * Units, Units));
        }
    }

    private ReadOnlySpan<T> Kept(in RecurrentStep<T> step, int row, int gate) =>
        step.Kept.IsEmpty ? [] : step.Kept.Slice(((3 * row) + gate) * Units, Units);

    private Span<T> Gate(Span<T> rows, int row, int gate) => rows.Slice(((4 * row) + gate) * Units, Units);
}
