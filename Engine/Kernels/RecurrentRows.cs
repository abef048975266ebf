using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>Short rows, copied, masked and added: a call for each would cost more than the work.</summary>
internal static class RecurrentRows
{
    /// <summary>to = x ∘ the row of the masks; a copy where there are none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Mask<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> masks, int row, ref T to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (masks.IsEmpty)
        {
            x.CopyTo(MemoryMarshal.CreateSpan(ref to, x.Length));
        }
        else
        {
            ref T mask = ref Unsafe.Add(ref MemoryMarshal.GetReference(masks), row * x.Length);
            Multiply(ref MemoryMarshal.GetReference(x), ref mask, ref to, x.Length);
        }
    }

    /// <summary>to = x ∘ masks, for some rows at equal distances; a copy where there are no masks.</summary>
    /// <param name="x">The first of the rows.</param>
    /// <param name="xStride">From a row to the next.</param>
    /// <param name="masks">[rows, copies, length], or empty.</param>
    /// <param name="copies">The number of copies.</param>
    /// <param name="copy">Which copy.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="length">The length of a row.</param>
    /// <param name="to">The first of the masked rows.</param>
    /// <param name="toStride">From a masked row to the next.</param>
    public static void MaskRows<T>(
        ref T x, int xStride, ReadOnlySpan<T> masks, int copies, int copy, int rows, int length, ref T to, int toStride)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ref T mask = ref MemoryMarshal.GetReference(masks);
        mask = ref Unsafe.Add(ref mask, masks.IsEmpty ? 0 : copy * length);
        for (int row = 0; row < rows; row++)
        {
            if (masks.IsEmpty)
            {
                MemoryMarshal.CreateSpan(ref x, length).CopyTo(MemoryMarshal.CreateSpan(ref to, length));
            }
            else
            {
                Multiply(ref x, ref mask, ref to, length);
                mask = ref Unsafe.Add(ref mask, copies * length);
            }

            x = ref Unsafe.Add(ref x, xStride);
            to = ref Unsafe.Add(ref to, toStride);
        }
    }

    /// <summary>to = x ∘ y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Multiply<T>(ref T x, ref T y, ref T to, int length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int i = Vector512.IsHardwareAccelerated
            ? MultiplyVectors<T, Vector512<T>, WideVectors<T>>(ref x, ref y, ref to, 0, length)
            : 0;
        i = MultiplyVectors<T, Vector<T>, NativeVectors<T>>(ref x, ref y, ref to, i, length);

        for (; i < length; i++)
        {
            Unsafe.Add(ref to, i) = Unsafe.Add(ref x, i) * Unsafe.Add(ref y, i);
        }
    }

    /// <summary>to += x.</summary>
    public static void Add<T>(ReadOnlySpan<T> x, Span<T> to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Elementwise.ThrowIfLengthsDiffer(to.Length, x.Length);
        ref T from = ref MemoryMarshal.GetReference(x);
        ref T sum = ref MemoryMarshal.GetReference(to);
        int i = 0;
        for (; i <= x.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            (Vector.LoadUnsafe(ref sum, (nuint)i) + Vector.LoadUnsafe(ref from, (nuint)i)).StoreUnsafe(ref sum, (nuint)i);
        }

        for (; i < x.Length; i++)
        {
            Unsafe.Add(ref sum, i) += Unsafe.Add(ref from, i);
        }
    }

    /// <summary>sums += Σ over rows of x.</summary>
    /// <param name="x">[rows, length].</param>
    /// <param name="sums">[length].</param>
    public static void AddRows<T>(ReadOnlySpan<T> x, Span<T> sums)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int length = sums.Length, rows = x.Length / length;
        ref T from = ref MemoryMarshal.GetReference(x);
        ref T to = ref MemoryMarshal.GetReference(sums);
        int i = 0;
        for (; i <= length - (2 * Vector<T>.Count); i += 2 * Vector<T>.Count)
        {
            ref T row = ref Unsafe.Add(ref from, i);
            Vector<T> sum0 = Vector.LoadUnsafe(ref to, (nuint)i), sum1 = Vector.LoadUnsafe(ref to, (nuint)(i + Vector<T>.Count));
            for (int r = 0; r < rows; r++, row = ref Unsafe.Add(ref row, length))
            {
                sum0 += Vector.LoadUnsafe(ref row);
                sum1 += Vector.LoadUnsafe(ref row, (nuint)Vector<T>.Count);
            }

            sum0.StoreUnsafe(ref to, (nuint)i);
            sum1.StoreUnsafe(ref to, (nuint)(i + Vector<T>.Count));
        }

        for (; i < length; i++)
        {
            for (int r = 0; r < rows; r++)
            {
                Unsafe.Add(ref to, i) += Unsafe.Add(ref from, (r * length) + i);
            }
        }
    }

    /// <summary>to = Σ over neighbouring copies of masks ∘ x, or to += it.</summary>
    /// <param name="x">[count, rows, length]: of these copies.</param>
    /// <param name="masks">[rows, copies, length].</param>
    /// <param name="copies">The number of copies.</param>
    /// <param name="first">The first of those to add.</param>
    /// <param name="count">How many to add.</param>
    /// <param name="to">[rows, length].</param>
    /// <param name="length">The length of a row.</param>
    /// <param name="accumulate">Whether what is there is added to.</param>
    public static void AddMasked<T>(
        ReadOnlySpan<T> x, ReadOnlySpan<T> masks, int copies, int first, int count, Span<T> to, int length, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Elementwise.ThrowIfLengthsDiffer(x.Length, count * to.Length);
        Elementwise.ThrowIfLengthsDiffer(masks.Length, copies * to.Length);
        ref T from = ref MemoryMarshal.GetReference(x);
        ref T mask = ref Unsafe.Add(ref MemoryMarshal.GetReference(masks), first * length);
        ref T sums = ref MemoryMarshal.GetReference(to);
        for (int row = 0; row < to.Length / length; row++)
        {
            int i = Vector512.IsHardwareAccelerated
                ? AddMaskedVectors<T, Vector512<T>, WideVectors<T>>(ref from, to.Length, ref mask, length, count, ref sums, 0, accumulate)
                : 0;
            i = AddMaskedVectors<T, Vector<T>, NativeVectors<T>>(ref from, to.Length, ref mask, length, count, ref sums, i, accumulate);
            for (; i < length; i++)
            {
                T sum = accumulate ? Unsafe.Add(ref sums, i) : T.Zero;
                for (int copy = 0; copy < count; copy++)
                {
                    sum += Unsafe.Add(ref from, (copy * to.Length) + i) * Unsafe.Add(ref mask, (copy * length) + i);
                }

                Unsafe.Add(ref sums, i) = sum;
            }

            from = ref Unsafe.Add(ref from, length);
            mask = ref Unsafe.Add(ref mask, copies * length);
            sums = ref Unsafe.Add(ref sums, length);
        }
    }

    // As many elements from i on as whole vectors hold; gives where it stopped.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int MultiplyVectors<T, TVector, TVectors>(ref T x, ref T y, ref T to, int i, int length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct
        where TVectors : struct, IVectors<TVector, T>
    {
        for (; i <= length - TVectors.Count; i += TVectors.Count)
        {
            TVectors.Store(TVectors.Multiply(TVectors.Load(ref x, (nuint)i), TVectors.Load(ref y, (nuint)i)), ref to, (nuint)i);
        }

        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int AddMaskedVectors<T, TVector, TVectors>(
        ref T x, int xStep, ref T mask, int length, int count, ref T sums, int i, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : struct
        where TVectors : struct, IVectors<TVector, T>
    {
        for (; i <= length - TVectors.Count; i += TVectors.Count)
        {
            TVector sum = accumulate ? TVectors.Load(ref sums, (nuint)i) : TVectors.Constant(0, 0);
            for (int copy = 0; copy < count; copy++)
            {
                TVector product = TVectors.Multiply(
                    TVectors.Load(ref x, (nuint)((copy * xStep) + i)), TVectors.Load(ref mask, (nuint)((copy * length) + i)));
                sum = TVectors.Add(sum, product);
            }

            TVectors.Store(sum, ref sums, (nuint)i);
        }

        return i;
    }
}
