using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>
/// The passes over [rows, columns] of normalization by columns: lanes are columns, and everything that a column has one of is a
/// row of coefficients.
/// </summary>
internal static class NormalizationColumns
{
    /// <summary>sums[c] = Σ over r of (x[r, c] − mean[c]).</summary>
    public static void DeviationSums<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> mean, Span<T> sums)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int columns = sums.Length;
        Elementwise.ThrowIfLengthsDiffer(mean.Length, columns);
        Elementwise.ThrowIfLengthsDiffer(x.Length % columns, 0);
        for (int c = 0; c < columns; c += Vector<T>.Count)
        {
            int lanes = Math.Min(Vector<T>.Count, columns - c);
            Vector<T> means = Load(mean, c, lanes), sum = default;
            for (int i = c; i < x.Length; i += columns)
            {
                sum += Load(x, i, lanes) - means;
            }

            Store(sum, sums, c, lanes);
        }
    }

    /// <summary>squares[c] = Σ over r of (x[r, c] − mean[c])².</summary>
    public static void SquaredDeviations<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> mean, Span<T> squares)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int columns = squares.Length;
        Elementwise.ThrowIfLengthsDiffer(mean.Length, columns);
        int rows = x.Length / columns;
        Elementwise.ThrowIfLengthsDiffer(x.Length, rows * columns);
        int width = Vector<T>.Count;
        int c = 0;
        for (; c <= columns - (2 * width); c += 2 * width)
        {
            Vector<T> mean0 = Load(mean, c, width), mean1 = Load(mean, c + width, width);
            Vector<T> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
            ref T row = ref Unsafe.Add(ref MemoryMarshal.GetReference(x), c);
            int r = 0;
            for (; r <= rows - 2; r += 2, row = ref Unsafe.Add(ref row, 2 * columns))
            {
                Vector<T> d0 = Vector.LoadUnsafe(ref row) - mean0;
                Vector<T> d1 = Vector.LoadUnsafe(ref row, (nuint)width) - mean1;
                Vector<T> d2 = Vector.LoadUnsafe(ref row, (nuint)columns) - mean0;
                Vector<T> d3 = Vector.LoadUnsafe(ref row, (nuint)(columns + width)) - mean1;
                sum0 = Simd.MultiplyAdd(d0, d0, sum0);
                sum1 = Simd.MultiplyAdd(d1, d1, sum1);
                sum2 = Simd.MultiplyAdd(d2, d2, sum2);
                sum3 = Simd.MultiplyAdd(d3, d3, sum3);
            }

            if (r < rows)
            {
                Vector<T> d0 = Vector.LoadUnsafe(ref row) - mean0, d1 = Vector.LoadUnsafe(ref row, (nuint)width) - mean1;
                sum0 = Simd.MultiplyAdd(d0, d0, sum0);
                sum1 = Simd.MultiplyAdd(d1, d1, sum1);
            }

            Store(sum0 + sum2, squares, c, width);
            Store(sum1 + sum3, squares, c + width, width);
        }

        for (; c < columns; c += width)
        {
            int lanes = Math.Min(width, columns - c);
            Vector<T> mean0 = Load(mean, c, lanes), sum = default;
            for (int r = 0, i = c; r < rows; r++, i += columns)
            {
                Vector<T> d = Load(x, i, lanes) - mean0;
                sum = Simd.MultiplyAdd(d, d, sum);
            }

            Store(sum, squares, c, lanes);
        }
    }

    /// <summary>y[r, c] = (x[r, c] − mean[c]) · scale[c] + shift[c].</summary>
    public static void Normalize<T>(
        ReadOnlySpan<T> x, ReadOnlySpan<T> mean, ReadOnlySpan<T> scale, ReadOnlySpan<T> shift, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int columns = mean.Length;
        Elementwise.ThrowIfLengthsDiffer(y.Length, x.Length);
        Elementwise.ThrowIfLengthsDiffer(scale.Length, columns);
        Elementwise.ThrowIfLengthsDiffer(shift.Length, columns);
        Elementwise.ThrowIfLengthsDiffer(x.Length % columns, 0);
        for (int start = 0; start < x.Length; start += columns)
        {
            int c = 0;
            for (; c <= columns - Vector<T>.Count; c += Vector<T>.Count)
            {
                NormalizeLanes(x, mean, scale, shift, y, start, c, Vector<T>.Count);
            }

            if (c < columns)
            {
                NormalizeLanes(x, mean, scale, shift, y, start, c, columns - c);
            }
        }
    }

    /// <summary>sums[c] = Σ dy[r, c]; products[c] = Σ dy[r, c] (x[r, c] − mean[c]).</summary>
    public static void GradientSums<T>(
        ReadOnlySpan<T> x, ReadOnlySpan<T> dy, ReadOnlySpan<T> mean, Span<T> sums, Span<T> products)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int columns = mean.Length;
        Elementwise.ThrowIfLengthsDiffer(dy.Length, x.Length);
        Elementwise.ThrowIfLengthsDiffer(sums.Length, columns);
        Elementwise.ThrowIfLengthsDiffer(products.Length, columns);
        Elementwise.ThrowIfLengthsDiffer(x.Length % columns, 0);
        int width = Vector<T>.Count;
        int c = 0;
        for (; c <= columns - (2 * width); c += 2 * width)
        {
            Vector<T> mean0 = Load(mean, c, width), mean1 = Load(mean, c + width, width);
            Vector<T> sum0 = default, sum1 = default, product0 = default, product1 = default;
            ref T rowX = ref Unsafe.Add(ref MemoryMarshal.GetReference(x), c);
            ref T rowDy = ref Unsafe.Add(ref MemoryMarshal.GetReference(dy), c);
            for (int i = 0; i < x.Length; i += columns)
            {
                Vector<T> dy0 = Vector.LoadUnsafe(ref rowDy, (nuint)i), dy1 = Vector.LoadUnsafe(ref rowDy, (nuint)(i + width));
                sum0 += dy0;
                sum1 += dy1;
                product0 = Simd.MultiplyAdd(dy0, Vector.LoadUnsafe(ref rowX, (nuint)i) - mean0, product0);
                product1 = Simd.MultiplyAdd(dy1, Vector.LoadUnsafe(ref rowX, (nuint)(i + width)) - mean1, product1);
            }

            Store(sum0, sums, c, width);
            Store(sum1, sums, c + width, width);
            Store(product0, products, c, width);
            Store(product1, products, c + width, width);
        }

        for (; c < columns; c += width)
        {
            int lanes = Math.Min(width, columns - c);
            Vector<T> mean0 = Load(mean, c, lanes), sum = default, product = default;
            for (int i = c; i < x.Length; i += columns)
            {
                Vector<T> gradient = Load(dy, i, lanes);
                sum += gradient;
                product = Simd.MultiplyAdd(gradient, Load(x, i, lanes) - mean0, product);
            }

            Store(sum, sums, c, lanes);
            Store(product, products, c, lanes);
        }
    }

    /// <summary>dx[r, c] = scale[c] · dy[r, c] − (x[r, c] − mean[c]) · slope[c] − shift[c].</summary>
    public static void InputGradient<T>(
        ReadOnlySpan<T> x,
        ReadOnlySpan<T> dy,
        ReadOnlySpan<T> mean,
        ReadOnlySpan<T> scale,
        ReadOnlySpan<T> slope,
        ReadOnlySpan<T> shift,
        Span<T> dx)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int columns = mean.Length;
        Elementwise.ThrowIfLengthsDiffer(dy.Length, x.Length);
        Elementwise.ThrowIfLengthsDiffer(dx.Length, x.Length);
        Elementwise.ThrowIfLengthsDiffer(scale.Length, columns);
        Elementwise.ThrowIfLengthsDiffer(slope.Length, columns);
        Elementwise.ThrowIfLengthsDiffer(shift.Length, columns);
        Elementwise.ThrowIfLengthsDiffer(x.Length % columns, 0);
        for (int start = 0; start < x.Length; start += columns)
        {
            int c = 0;
            for (; c <= columns - Vector<T>.Count; c += Vector<T>.Count)
            {
                GradientLanes(x, dy, mean, scale, slope, shift, dx, start, c, Vector<T>.Count);
            }

            if (c < columns)
            {
                GradientLanes(x, dy, mean, scale, slope, shift, dx, start, c, columns - c);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void NormalizeLanes<T>(
        ReadOnlySpan<T> x, ReadOnlySpan<T> mean, ReadOnlySpan<T> scale, ReadOnlySpan<T> shift, Span<T> y, int start, int c, int lanes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Vector<T> deviation = Load(x, start + c, lanes) - Load(mean, c, lanes);
        Store(Simd.MultiplyAdd(deviation, Load(scale, c, lanes), Load(shift, c, lanes)), y, start + c, lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void GradientLanes<T>(
        ReadOnlySpan<T> x,
        ReadOnlySpan<T> dy,
        ReadOnlySpan<T> mean,
        ReadOnlySpan<T> scale,
        ReadOnlySpan<T> slope,
        ReadOnlySpan<T> shift,
        Span<T> dx,
        int start,
        int c,
        int lanes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Vector<T> deviation = Load(x, start + c, lanes) - Load(mean, c, lanes);
        Vector<T> rest = Simd.MultiplyAdd(deviation, Load(slope, c, lanes), Load(shift, c, lanes));
        Store((Load(scale, c, lanes) * Load(dy, start + c, lanes)) - rest, dx, start + c, lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<T> Load<T>(ReadOnlySpan<T> source, int start, int lanes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Lanes.Load(ref Unsafe.Add(ref MemoryMarshal.GetReference(source), start), lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<T>(Vector<T> values, Span<T> destination, int start, int lanes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Lanes.Store(values, ref Unsafe.Add(ref MemoryMarshal.GetReference(destination), start), lanes);
}
