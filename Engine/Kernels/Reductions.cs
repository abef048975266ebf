using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Engine.Kernels;

/// <summary>
/// Sums over spans. The order of the additions depends on the lengths and the vector width only, never on threads or on where
/// the memory lies.
/// </summary>
internal static class Reductions
{
    private const int Block = 256;

    /// <summary>sums[c] = Σ over r of x[r, c], overwritten: the gradient of a bias.</summary>
    /// <param name="x">[rows, columns].</param>
    /// <param name="sums">[columns]; zeros where there are no rows.</param>
    public static void ColumnSums<T>(ReadOnlySpan<T> x, Span<T> sums)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int columns = sums.Length;
        if (columns == 0 || x.IsEmpty)
        {
            sums.Clear();
            return;
        }

        int rows = x.Length / columns;
        Elementwise.ThrowIfLengthsDiffer(x.Length, rows * columns);
        ref T source = ref MemoryMarshal.GetReference(x);
        ref T destination = ref MemoryMarshal.GetReference(sums);

        int width = Vector<T>.Count;
        if (columns < width)
        {
            SumsOfFewColumns(ref source, rows, sums);
            return;
        }

        // Four vectors of columns at a time stay in registers while the rows go by.
        int c = 0;
        for (; c <= columns - (4 * width); c += 4 * width)
        {
            Vector<T> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
            ref T row = ref Unsafe.Add(ref source, c);
            for (int r = 0; r < rows; r++, row = ref Unsafe.Add(ref row, columns))
            {
                sum0 += Vector.LoadUnsafe(ref row);
                sum1 += Vector.LoadUnsafe(ref row, (nuint)width);
                sum2 += Vector.LoadUnsafe(ref row, (nuint)(2 * width));
                sum3 += Vector.LoadUnsafe(ref row, (nuint)(3 * width));
            }

            sum0.StoreUnsafe(ref destination, (nuint)c);
            sum1.StoreUnsafe(ref destination, (nuint)(c + width));
            sum2.StoreUnsafe(ref destination, (nuint)(c + (2 * width)));
            sum3.StoreUnsafe(ref destination, (nuint)(c + (3 * width)));
        }

        // The last vector overlaps the one before it, where it finds the same sums.
        for (; c < columns; c += width)
        {
            int first = Math.Min(c, columns - width);
            Vector<T> sum = default;
            ref T row = ref Unsafe.Add(ref source, first);
            for (int r = 0; r < rows; r++, row = ref Unsafe.Add(ref row, columns))
            {
                sum += Vector.LoadUnsafe(ref row);
            }

            sum.StoreUnsafe(ref destination, (nuint)first);
        }
    }

    /// <summary>Σ xᵢ², squared and added up in double; 0 for an empty span.</summary>
    public static double SumOfSquares<T>(ReadOnlySpan<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Sum(x, default(SquareOperation));

    /// <summary>Σ |xᵢ|, added up in double; 0 for an empty span.</summary>
    public static double SumOfMagnitudes<T>(ReadOnlySpan<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Sum(x, default(AbsoluteOperation));

    /// <summary>sums[i] += xᵢ², squared and added in double.</summary>
    /// <param name="x">Any number of elements.</param>
    /// <param name="sums">As many.</param>
    public static void AccumulateSquares<T>(ReadOnlySpan<T> x, Span<double> sums)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Elementwise.ThrowIfLengthsDiffer(sums.Length, x.Length);
        Span<double> block = stackalloc double[Block];
        for (int start = 0; start < x.Length; start += Block)
        {
            int count = Math.Min(Block, x.Length - start);
            Span<double> part = sums.Slice(start, count);
            TensorPrimitives.ConvertTruncating(x.Slice(start, count), block);
            TensorPrimitives.MultiplyAdd(block[..count], block[..count], part, part);
        }
    }

    // Rows shorter than a vector: as many of them as a vector has lanes are a whole number of vectors, each with a sum of its own.
    private static void SumsOfFewColumns<T>(ref T source, int rows, Span<T> sums)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int columns = sums.Length;
        int length = columns * Vector<T>.Count;
        Span<T> totals = stackalloc T[length];
        totals.Clear();
        ref T total = ref MemoryMarshal.GetReference(totals);
        int r = 0;
        for (; r <= rows - Vector<T>.Count; r += Vector<T>.Count)
        {
            for (nuint i = 0; i < (nuint)length; i += (nuint)Vector<T>.Count)
            {
                (Vector.LoadUnsafe(ref total, i) + Vector.LoadUnsafe(ref source, i)).StoreUnsafe(ref total, i);
            }

            source = ref Unsafe.Add(ref source, length);
        }

        int rest = (rows - r) * columns;
        for (int i = 0; i < rest; i++)
        {
            totals[i] += Unsafe.Add(ref source, i);
        }

        totals[..columns].CopyTo(sums);
        for (int i = columns; i < length; i += columns)
        {
            TensorPrimitives.Add(sums, totals.Slice(i, columns), sums);
        }
    }

    private static double Sum<T, TOperation>(ReadOnlySpan<T> x, TOperation operation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperation : struct, IUnaryOperation<double>
    {
        Span<double> block = stackalloc double[Block];
        Vector<double> sum0 = default, sum1 = default;
        for (int start = 0; start < x.Length; start += Block)
        {
            int count = Math.Min(Block, x.Length - start);
            TensorPrimitives.ConvertTruncating(x.Slice(start, count), block);
            block[count..].Clear();
            for (int i = 0; i < count; i += 2 * Vector<double>.Count)
            {
                sum0 += operation.Invoke(Vector.LoadUnsafe(ref block[0], (nuint)i));
                sum1 += operation.Invoke(Vector.LoadUnsafe(ref block[0], (nuint)(i + Vector<double>.Count)));
            }
        }

        return Vector.Sum(sum0 + sum1);
    }

    private readonly struct SquareOperation : IUnaryOperation<double>
    {
        public Vector<double> Invoke(Vector<double> x) => x * x;
    }

    private readonly struct AbsoluteOperation : IUnaryOperation<double>
    {
        public Vector<double> Invoke(Vector<double> x) => Vector.Abs(x);
    }
}
