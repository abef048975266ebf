using System.Numerics;
using System.Runtime.Intrinsics;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>
/// The gates of gated recurrent units with sigmoid and tanh, the reset gate applied after the product (Cho et al. 2014, in the
/// form of cuDNN), in one pass over a step's rows; in the order z, r, then the two parts of the candidate, of the input and of
/// the state.
/// </summary>
internal static class GruGates
{
    /// <summary>n = tanh(x + σ(r) ∘ s), h = σ(z) ∘ h' + (1 − σ(z)) ∘ n, h' being what h was before.</summary>
    /// <param name="gates">[rows, 4 · units]: the arguments z, r, x, s; then σ(z), σ(r), n, s.</param>
    /// <param name="hidden">[rows, units]: h' before, h after.</param>
    /// <param name="units">The length of a row of hidden.</param>
    public static void Forward<T>(Span<T> gates, Span<T> hidden, int units)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Elementwise.ThrowIfLengthsDiffer(gates.Length, 4 * hidden.Length);
        if (Vector512.IsHardwareAccelerated)
        {
            GruGateLoops<T, Vector512<T>, WideVectors<T>>.Forward(gates, hidden, units);
        }
        else
        {
            GruGateLoops<T, Vector<T>, NativeVectors<T>>.Forward(gates, hidden, units);
        }
    }

    /// <summary>The gradients of the arguments, and the part of that of h' that goes past the product.</summary>
    /// <param name="gates">[rows, 4 · units]: σ(z), σ(r), n, s; then the gradients of the arguments z, r, x, s.</param>
    /// <param name="previousHidden">[rows, units]: h'.</param>
    /// <param name="hiddenGradient">[rows, units]: that of h; then that of h' through the update gate.</param>
    /// <param name="units">The length of a row of hidden.</param>
    public static void Backward<T>(Span<T> gates, ReadOnlySpan<T> previousHidden, Span<T> hiddenGradient, int units)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Elementwise.ThrowIfLengthsDiffer(gates.Length, 4 * hiddenGradient.Length);
        Elementwise.ThrowIfLengthsDiffer(previousHidden.Length, hiddenGradient.Length);
        if (Vector512.IsHardwareAccelerated)
        {
            GruGateLoops<T, Vector512<T>, WideVectors<T>>.Backward(gates, previousHidden, hiddenGradient, units);
        }
        else
        {
            GruGateLoops<T, Vector<T>, NativeVectors<T>>.Backward(gates, previousHidden, hiddenGradient, units);
        }
    }
}
