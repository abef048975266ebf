using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

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

    /// <summary>to = x ∘ y.</summary>
    public static void Multiply<T>(ref T x, ref T y, ref T to, int length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int i = 0;
        for (; i <= length - Vector<T>.Count; i += Vector<T>.Count)
        {
            (Vector.LoadUnsafe(ref x, (nuint)i) * Vector.LoadUnsafe(ref y, (nuint)i)).StoreUnsafe(ref to, (nuint)i);
        }

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

    /// <summary>
    /// to = Σ over copies of masks ∘ x, where each copy's x is one block [rows, length], or to += it.
    /// </summary>
    /// <param name="x">[rows, length]: of one copy.</param>
    /// <param name="masks">[rows, copies, length], or empty.</param>
    /// <param name="copies">The number of copies.</param>
    /// <param name="copy">Which copy.</param>
    /// <param name="length">The length of a row.</param>
    /// <param name="to">[rows, length].</param>
    /// <param name="accumulate">Whether what is there is added to.</param>
    public static void AddMasked<T>(
        ReadOnlySpan<T> x, ReadOnlySpan<T> masks, int copies, int copy, int length, Span<T> to, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int row = 0; row < to.Length / length; row++)
        {
            ReadOnlySpan<T> from = x.Slice(row * length, length);
            ReadOnlySpan<T> mask = masks.Slice(((row * copies) + copy) * length, length);
            Span<T> sum = to.Slice(row * length, length);
            int i = 0;
            for (; i <= length - Vector<T>.Count; i += Vector<T>.Count)
            {
                Vector<T> product = Vector.Create<T>(from[i..]) * Vector.Create<T>(mask[i..]);
                (accumulate ? Vector.Create<T>(sum[i..]) + product : product).CopyTo(sum[i..]);
            }

            for (; i < length; i++)
            {
                T product = from[i] * mask[i];
                sum[i] = accumulate ? sum[i] + product : product;
            }
        }
    }
}
