using System.Numerics;
using System.Runtime.Intrinsics;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>
/// The gates of a long short-term memory with sigmoid and tanh (Hochreiter and Schmidhuber 1997, with the forget gate of Gers,
/// Schmidhuber and Cummins 2000), in one pass over a step's rows; in the order i, f, g, o.
/// </summary>
internal static class LstmGates
{
    /// <summary>c = σ(f) ∘ c' + σ(i) ∘ tanh(g), h = σ(o) ∘ tanh(c), c' being what c was before.</summary>
    /// <param name="gates">[rows, 4 · units]: the arguments of the four gates; then their values.</param>
    /// <param name="cell">[rows, units]: c' before, c after.</param>
    /// <param name="hidden">[rows, units]: h, overwritten.</param>
    /// <param name="units">The length of a row of cell and hidden.</param>
    public static void Forward<T>(Span<T> gates, Span<T> cell, Span<T> hidden, int units)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Elementwise.ThrowIfLengthsDiffer(gates.Length, 4 * cell.Length);
        Elementwise.ThrowIfLengthsDiffer(hidden.Length, cell.Length);
        if (Vector512.IsHardwareAccelerated)
        {
            LstmGateLoops<T, Vector512<T>, WideVectors<T>>.Forward(gates, cell, hidden, units);
        }
        else
        {
            LstmGateLoops<T, Vector<T>, NativeVectors<T>>.Forward(gates, cell, hidden, units);
        }
    }

    /// <summary>The gradients of the gates' arguments and of c', from those of h and c.</summary>
    /// <param name="gates">[rows, 4 · units]: the values of the gates; then the gradients of their arguments.</param>
    /// <param name="previousCell">[rows, units]: c'.</param>
    /// <param name="hiddenGradient">[rows, units]: that of h.</param>
    /// <param name="cellGradient">[rows, units]: that of c without what comes through h; then that of c'.</param>
    /// <param name="units">The length of a row of cell and hidden.</param>
    public static void Backward<T>(
        Span<T> gates, ReadOnlySpan<T> previousCell, ReadOnlySpan<T> hiddenGradient, Span<T> cellGradient, int units)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Elementwise.ThrowIfLengthsDiffer(gates.Length, 4 * cellGradient.Length);
        Elementwise.ThrowIfLengthsDiffer(previousCell.Length, cellGradient.Length);
        Elementwise.ThrowIfLengthsDiffer(hiddenGradient.Length, cellGradient.Length);
        if (Vector512.IsHardwareAccelerated)
        {
            LstmGateLoops<T, Vector512<T>, WideVectors<T>>.Backward(gates, previousCell, hiddenGradient, cellGradient, units);
        }
        else
        {
            LstmGateLoops<T, Vector<T>, NativeVectors<T>>.Backward(gates, previousCell, hiddenGradient, cellGradient, units);
        }
    }
}
