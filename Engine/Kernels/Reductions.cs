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

        // Four vectors of columns at a time stay in registers while the rows go by.
        int width = Vector<T>.Count;
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

        for (; c < columns; c += width)
        {
            int count = Math.Min(width, columns - c);
            Vector<T> sum = default;
            ref T row = ref Unsafe.Add(ref source, c);
            for (int r = 0; r < rows; r++, row = ref Unsafe.Add(ref row, columns))
            {
                sum += count == width ? Vector.LoadUnsafe(ref row) : Elementwise.LoadPart(ref row, count);
            }

            Elementwise.StorePart(sum, ref Unsafe.Add(ref destination, c), count);
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
