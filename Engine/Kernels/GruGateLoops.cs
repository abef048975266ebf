using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>The loops of <see cref="GruGates"/>, for vectors of one width.</summary>
internal static class GruGateLoops<T, TVector, TVectors>
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
    public static void Forward(Span<T> gates, Span<T> hidden, int units)
    {
        int whole = units / TVectors.Count * TVectors.Count;
        for (int row = 0; row < hidden.Length / units; row++)
        {
            ref T g = ref MemoryMarshal.GetReference(gates[(4 * row * units)..]);
            ref T h = ref MemoryMarshal.GetReference(hidden[(row * units)..]);
            States(ref g, units, ref h, whole);
            if (whole < units)
            {
                ForwardTail(ref Unsafe.Add(ref g, whole), ref Unsafe.Add(ref h, whole), units, units - whole);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Backward(Span<T> gates, ReadOnlySpan<T> previousHidden, Span<T> hiddenGradient, int units)
    {
        int whole = units / TVectors.Count * TVectors.Count;
        for (int row = 0; row < hiddenGradient.Length / units; row++)
        {
            ref T g = ref MemoryMarshal.GetReference(gates[(4 * row * units)..]);
            ref T previous = ref MemoryMarshal.GetReference(previousHidden[(row * units)..]);
            ref T dh = ref MemoryMarshal.GetReference(hiddenGradient[(row * units)..]);
            Gradients(ref g, units, ref previous, ref dh, whole);
            if (whole < units)
            {
                BackwardTail(
                    ref Unsafe.Add(ref g, whole),
                    ref Unsafe.Add(ref previous, whole),
                    ref Unsafe.Add(ref dh, whole),
                    units,
                    units - whole);
            }
        }
    }

    // Two loops: as one it would be a chain of operations too long for the processor to look beyond it to the next vector.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void States(ref T update, int distance, ref T hidden, int length)
    {
        ref T reset = ref Unsafe.Add(ref update, distance);
        ref T candidate = ref Unsafe.Add(ref update, 2 * distance);
        ref T state = ref Unsafe.Add(ref update, 3 * distance);
        for (nuint j = 0; j < (nuint)length; j += (nuint)TVectors.Count)
        {
            TVector z = TVectors.Load(ref update, j), r = TVectors.Load(ref reset, j);
            GateMath<T, TVector, TVectors>.Sigmoids(ref z, ref r);
            TVectors.Store(z, ref update, j);
            TVectors.Store(r, ref reset, j);
        }

        for (nuint j = 0; j < (nuint)length; j += (nuint)TVectors.Count)
        {
            TVector z = TVectors.Load(ref update, j), r = TVectors.Load(ref reset, j);
            TVector n = GateMath<T, TVector, TVectors>.Tanh(
                TVectors.MultiplyAdd(r, TVectors.Load(ref state, j), TVectors.Load(ref candidate, j)));
            TVectors.Store(n, ref candidate, j);
            TVector share = TVectors.Multiply(TVectors.Subtract(One, z), n);
            TVectors.Store(TVectors.MultiplyAdd(z, TVectors.Load(ref hidden, j), share), ref hidden, j);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Gradients(ref T update, int distance, ref T previousHidden, ref T hiddenGradient, int length)
    {
        ref T reset = ref Unsafe.Add(ref update, distance);
        ref T candidate = ref Unsafe.Add(ref update, 2 * distance);
        ref T state = ref Unsafe.Add(ref update, 3 * distance);
        for (nuint j = 0; j < (nuint)length; j += (nuint)TVectors.Count)
        {
            TVector z = TVectors.Load(ref update, j), r = TVectors.Load(ref reset, j);
            TVector n = TVectors.Load(ref candidate, j), s = TVectors.Load(ref state, j);
            TVector dh = TVectors.Load(ref hiddenGradient, j);

            // dn = dh ∘ (1 − z) ∘ (1 − n²), dz = dh ∘ (h' − n) ∘ z (1 − z), dr = dn ∘ s ∘ r (1 − r), ds = dn ∘ r
            TVector dhByZ = TVectors.Multiply(dh, z);
            TVector rest = TVectors.Subtract(One, z);
            TVector squares = TVectors.Multiply(TVectors.Subtract(One, n), TVectors.Add(One, n));
            TVector dn = TVectors.Multiply(TVectors.Multiply(dh, rest), squares);
            TVector ds = TVectors.Multiply(dn, r);
            TVector change = TVectors.Subtract(TVectors.Load(ref previousHidden, j), n);
            TVectors.Store(TVectors.Multiply(TVectors.Multiply(dhByZ, change), rest), ref update, j);
            TVectors.Store(TVectors.Multiply(TVectors.Multiply(ds, s), TVectors.Subtract(One, r)), ref reset, j);
            TVectors.Store(dn, ref candidate, j);
            TVectors.Store(ds, ref state, j);
            TVectors.Store(dhByZ, ref hiddenGradient, j);
        }
    }

    // The last units, fewer than a vector: to the side, as one vector.
    [SkipLocalsInit]
    private static void ForwardTail(ref T g, ref T h, int units, int count)
    {
        Span<T> side = stackalloc T[5 * TVectors.Count];
        side.Clear();
        ref T s = ref MemoryMarshal.GetReference(side);
        int width = TVectors.Count;
        CopyGates(ref g, units, ref s, width, count);
        Copy(ref h, ref Unsafe.Add(ref s, 4 * width), count);
        States(ref s, width, ref Unsafe.Add(ref s, 4 * width), width);
        CopyGates(ref s, width, ref g, units, count);
        Copy(ref Unsafe.Add(ref s, 4 * width), ref h, count);
    }

    [SkipLocalsInit]
    private static void BackwardTail(ref T g, ref T previous, ref T dh, int units, int count)
    {
        Span<T> side = stackalloc T[6 * TVectors.Count];
        side.Clear();
        ref T s = ref MemoryMarshal.GetReference(side);
        int width = TVectors.Count;
        CopyGates(ref g, units, ref s, width, count);
        Copy(ref previous, ref Unsafe.Add(ref s, 4 * width), count);
        Copy(ref dh, ref Unsafe.Add(ref s, 5 * width), count);
        Gradients(ref s, width, ref Unsafe.Add(ref s, 4 * width), ref Unsafe.Add(ref s, 5 * width), width);
        CopyGates(ref s, width, ref g, units, count);
        Copy(ref Unsafe.Add(ref s, 5 * width), ref dh, count);
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
