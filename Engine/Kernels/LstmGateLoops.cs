using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>The loops of <see cref="LstmGates"/>, for vectors of one width.</summary>
internal static class LstmGateLoops<T, TVector, TVectors>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TVector : struct
    where TVectors : struct, IVectors<TVector, T>
{
    private static TVector One
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TVectors.Constant(1, 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Forward(Span<T> gates, Span<T> cell, Span<T> hidden, int units)
    {
        int whole = units / TVectors.Count * TVectors.Count;
        for (int row = 0; row < cell.Length / units; row++)
        {
            ref T g = ref MemoryMarshal.GetReference(gates[(4 * row * units)..]);
            ref T c = ref MemoryMarshal.GetReference(cell[(row * units)..]);
            ref T h = ref MemoryMarshal.GetReference(hidden[(row * units)..]);
            Cells(ref g, ref Unsafe.Add(ref g, units), ref Unsafe.Add(ref g, 2 * units), ref c, whole);
            Outputs(ref Unsafe.Add(ref g, 3 * units), ref c, ref h, whole);
            if (whole < units)
            {
                ForwardTail(
                    ref Unsafe.Add(ref g, whole), ref Unsafe.Add(ref c, whole), ref Unsafe.Add(ref h, whole), units, units - whole);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Backward(
        Span<T> gates, ReadOnlySpan<T> previousCell, ReadOnlySpan<T> hiddenGradient, Span<T> cellGradient, int units)
    {
        int whole = units / TVectors.Count * TVectors.Count;
        for (int row = 0; row < cellGradient.Length / units; row++)
        {
            ref T g = ref MemoryMarshal.GetReference(gates[(4 * row * units)..]);
            ref T previous = ref MemoryMarshal.GetReference(previousCell[(row * units)..]);
            ref T dh = ref MemoryMarshal.GetReference(hiddenGradient[(row * units)..]);
            ref T dc = ref MemoryMarshal.GetReference(cellGradient[(row * units)..]);
            Gradients(
                ref g, ref Unsafe.Add(ref g, units), ref Unsafe.Add(ref g, 2 * units), ref Unsafe.Add(ref g, 3 * units),
                ref previous, ref dh, ref dc, whole);
            if (whole < units)
            {
                BackwardTail(
                    ref Unsafe.Add(ref g, whole), ref Unsafe.Add(ref previous, whole), ref Unsafe.Add(ref dh, whole),
                    ref Unsafe.Add(ref dc, whole), units, units - whole);
            }
        }
    }

    // The gates of the cell, and the cell. A loop of its own: together with the output it would be a chain of operations too long
    // for the processor to look beyond it to the next vector.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Cells(ref T inputGate, ref T forgetGate, ref T candidate, ref T cell, int length)
    {
        for (nuint j = 0; j < (nuint)length; j += (nuint)TVectors.Count)
        {
            TVector i = TVectors.Load(ref inputGate, j), f = TVectors.Load(ref forgetGate, j);
            TVector n = TVectors.Load(ref candidate, j);
            GateMath<T, TVector, TVectors>.SigmoidsAndTanh(ref i, ref f, ref n);
            TVectors.Store(i, ref inputGate, j);
            TVectors.Store(f, ref forgetGate, j);
            TVectors.Store(n, ref candidate, j);
            TVectors.Store(TVectors.MultiplyAdd(f, TVectors.Load(ref cell, j), TVectors.Multiply(i, n)), ref cell, j);
        }
    }

    // The output gate, and the output.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Outputs(ref T outputGate, ref T cell, ref T hidden, int length)
    {
        for (nuint j = 0; j < (nuint)length; j += (nuint)TVectors.Count)
        {
            TVector o = TVectors.Load(ref outputGate, j), tanh = TVectors.Load(ref cell, j);
            GateMath<T, TVector, TVectors>.SigmoidAndTanh(ref o, ref tanh);
            TVectors.Store(o, ref outputGate, j);
            TVectors.Store(TVectors.Multiply(o, tanh), ref hidden, j);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Gradients(
        ref T inputGate, ref T forgetGate, ref T candidate, ref T outputGate,
        ref T previousCell, ref T hiddenGradient, ref T cellGradient, int length)
    {
        for (nuint j = 0; j < (nuint)length; j += (nuint)TVectors.Count)
        {
            TVector i = TVectors.Load(ref inputGate, j), f = TVectors.Load(ref forgetGate, j);
            TVector n = TVectors.Load(ref candidate, j), o = TVectors.Load(ref outputGate, j);
            TVector previous = TVectors.Load(ref previousCell, j);

            // c and its tanh again, by the same operations as in forward; then, with do = dh ∘ o and dc += do ∘ (1 − tanh²),
            // the gradients of the arguments: di = dc ∘ n ∘ i (1 − i) and so on.
            TVector tanh = GateMath<T, TVector, TVectors>.Tanh(TVectors.MultiplyAdd(f, previous, TVectors.Multiply(i, n)));
            TVector dhByO = TVectors.Multiply(TVectors.Load(ref hiddenGradient, j), o);
            TVector dc = TVectors.MultiplyAdd(dhByO, OneMinusSquare(tanh), TVectors.Load(ref cellGradient, j));
            TVector dcByI = TVectors.Multiply(dc, i);
            TVector dcByF = TVectors.Multiply(dc, f);
            TVectors.Store(TVectors.Multiply(TVectors.Multiply(dcByI, n), TVectors.Subtract(One, i)), ref inputGate, j);
            TVectors.Store(TVectors.Multiply(TVectors.Multiply(dcByF, previous), TVectors.Subtract(One, f)), ref forgetGate, j);
            TVectors.Store(TVectors.Multiply(dcByI, OneMinusSquare(n)), ref candidate, j);
            TVectors.Store(TVectors.Multiply(TVectors.Multiply(dhByO, tanh), TVectors.Subtract(One, o)), ref outputGate, j);
            TVectors.Store(dcByF, ref cellGradient, j);
        }
    }

    // (1 − x)(1 + x)
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector OneMinusSquare(TVector x) => TVectors.Multiply(TVectors.Subtract(One, x), TVectors.Add(One, x));

    // The last units, fewer than a vector: to the side, as one vector.
    [SkipLocalsInit]
    private static void ForwardTail(ref T g, ref T c, ref T h, int units, int count)
    {
        Span<T> side = stackalloc T[6 * TVectors.Count];
        side.Clear();
        ref T s = ref MemoryMarshal.GetReference(side);
        int width = TVectors.Count;
        CopyGates(ref g, units, ref s, width, count);
        Copy(ref c, ref Unsafe.Add(ref s, 4 * width), count);
        Cells(ref s, ref Unsafe.Add(ref s, width), ref Unsafe.Add(ref s, 2 * width), ref Unsafe.Add(ref s, 4 * width), width);
        Outputs(ref Unsafe.Add(ref s, 3 * width), ref Unsafe.Add(ref s, 4 * width), ref Unsafe.Add(ref s, 5 * width), width);
        CopyGates(ref s, width, ref g, units, count);
        Copy(ref Unsafe.Add(ref s, 4 * width), ref c, count);
        Copy(ref Unsafe.Add(ref s, 5 * width), ref h, count);
    }

    [SkipLocalsInit]
    private static void BackwardTail(ref T g, ref T previous, ref T dh, ref T dc, int units, int count)
    {
        Span<T> side = stackalloc T[7 * TVectors.Count];
        side.Clear();
        ref T s = ref MemoryMarshal.GetReference(side);
        int width = TVectors.Count;
        CopyGates(ref g, units, ref s, width, count);
        Copy(ref previous, ref Unsafe.Add(ref s, 4 * width), count);
        Copy(ref dh, ref Unsafe.Add(ref s, 5 * width), count);
        Copy(ref dc, ref Unsafe.Add(ref s, 6 * width), count);
        Gradients(
            ref s, ref Unsafe.Add(ref s, width), ref Unsafe.Add(ref s, 2 * width), ref Unsafe.Add(ref s, 3 * width),
            ref Unsafe.Add(ref s, 4 * width), ref Unsafe.Add(ref s, 5 * width), ref Unsafe.Add(ref s, 6 * width), width);
        CopyGates(ref s, width, ref g, units, count);
        Copy(ref Unsafe.Add(ref s, 6 * width), ref dc, count);
    }

    private static void CopyGates(ref T from, int fromDistance, ref T to, int toDistance, int count)
    {
        for (int gate = 0; gate < 4; gate++)
        {
            Copy(ref Unsafe.Add(ref from, gate * fromDistance), ref Unsafe.Add(ref to, gate * toDistance), count);
        }
    }

    private static void Copy(ref T from, ref T to, int count) =>
        MemoryMarshal.CreateSpan(ref from, count).CopyTo(MemoryMarshal.CreateSpan(ref to, count));
}
