using System.Numerics;
using Engine.Activations;
using Engine.Kernels;

namespace Engine.Layers;

/// <summary>A step of <see cref="SimpleRNN"/>: h = f([x, h']·[W; R] + b).</summary>
internal readonly ref struct SimpleRnnCell<T> : IRecurrentCell<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The product.</summary>
    public required JoinedGates Product { get; init; }

    /// <summary>[W; R] in forward, Rᵀ in backward, packed.</summary>
    public required ReadOnlySpan<T> Packed { get; init; }

    /// <summary>Wᵀ, packed, in backward; empty if the gradient of the input is not wanted.</summary>
    public ReadOnlySpan<T> PackedInput { get; init; }

    /// <summary>[units], or empty.</summary>
    public required ReadOnlySpan<T> Bias { get; init; }

    /// <summary>What follows.</summary>
    public required ActivationFunction Activation { get; init; }

    private int Units => Product.Units;

    /// <inheritdoc/>
    public void Forward(in RecurrentStep<T> step)
    {
        Product.Forward(step, Packed, Bias);
        Activation.Forward(step.Gates, step.Hidden, Units);

        // What backward needs: the values, and the arguments where the gradient is a function of those.
        if (!step.Kept.IsEmpty)
        {
            step.Gates.CopyTo(step.Kept);
        }

        step.Hidden.CopyTo(step.Gates);
    }

    /// <inheritdoc/>
    public void Backward(in RecurrentStep<T> step)
    {
        Activation.Backward(step.Kept, step.Gates, step.Hidden, step.Hidden, Units);
        step.Hidden.CopyTo(step.Gates);
        Product.HiddenGradient(step, Packed, accumulate: false);
    }

    /// <inheritdoc/>
    public void InputGradient(in RecurrentStep<T> step, Span<T> gradient) =>
        Product.InputGradient(step, PackedInput, gradient, accumulate: false);
}
