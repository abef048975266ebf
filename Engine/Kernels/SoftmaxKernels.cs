using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>
/// Softmax over the rows of a matrix, and softmax joined with cross-entropy. Everything is computed from x − max(x), so that no
/// exponential overflows. A row with a NaN gives NaN.
/// </summary>
internal static class SoftmaxKernels
{
    // Up to here many rows are done together: vectors of their own would be half empty.
    private const int MaxShortRow = 32;

    // Elements that stay in the first-level cache over three passes.
    private const int ShortRowsBlock = 1024;

    /// <summary>y = exp(x − max) / Σ exp(x − max), row by row.</summary>
    /// <param name="x">[rows, rowLength].</param>
    /// <param name="y">[rows, rowLength]; may be x exactly.</param>
    /// <param name="rowLength">At least 1.</param>
    public static void Forward<T>(ReadOnlySpan<T> x, Span<T> y, int rowLength)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ThrowIfNotRows(x.Length, rowLength);
        Elementwise.ThrowIfLengthsDiffer(y.Length, x.Length);
        if (rowLength <= MaxShortRow)
        {
            ForwardShortRows(x, y, rowLength);
            return;
        }

        for (int start = 0; start < x.Length; start += rowLength)
        {
            ReadOnlySpan<T> source = x.Slice(start, rowLength);
            Span<T> row = y.Slice(start, rowLength);
            T sum = ExpSum(source, row, Max(source));
            Elementwise.Map(row, row, new ScaleOperation<T>(new Vector<T>(T.One / sum)));
        }
    }

    /// <summary>dx = y(dy − Σ y · dy), row by row.</summary>
    /// <param name="y">The output of forward: [rows, rowLength].</param>
    /// <param name="dy">[rows, rowLength].</param>
    /// <param name="dx">[rows, rowLength]; may be dy or y exactly.</param>
    /// <param name="rowLength">At least 1.</param>
    public static void Backward<T>(ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, int rowLength)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ThrowIfNotRows(y.Length, rowLength);
        Elementwise.ThrowIfLengthsDiffer(dy.Length, y.Length);
        Elementwise.ThrowIfLengthsDiffer(dx.Length, y.Length);
        for (int start = 0; start < y.Length; start += rowLength)
        {
            ReadOnlySpan<T> p = y.Slice(start, rowLength);
            ReadOnlySpan<T> gradient = dy.Slice(start, rowLength);
            var operation = new GradientOperation<T>(new Vector<T>(Dot(p, gradient)));
            Elementwise.Map(p, gradient, dx.Slice(start, rowLength), operation);
        }
    }

    /// <summary>log Σ exp(xᵢ) of one row.</summary>
    public static T LogSumExp<T>(ReadOnlySpan<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T max = Max(x);
        return max + T.Log(ExpSum(x, default, max));
    }

    /// <summary>losses[r] = Σ over k of target · (log Σ exp(x) − x), with target = y · targetScale + targetOffset.</summary>
    /// <param name="logits">[rows, rowLength].</param>
    /// <param name="targets">[rows, rowLength].</param>
    /// <param name="losses">[rows], overwritten.</param>
    /// <param name="targetScale">1 − a with label smoothing a.</param>
    /// <param name="targetOffset">a / rowLength.</param>
    public static void CrossEntropy<T>(
        ReadOnlySpan<T> logits, ReadOnlySpan<T> targets, Span<T> losses, double targetScale, double targetOffset)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (losses.IsEmpty)
        {
            return;
        }

        int rowLength = logits.Length / losses.Length;
        ThrowIfNotRows(logits.Length, rowLength);
        Elementwise.ThrowIfLengthsDiffer(targets.Length, logits.Length);
        Vector<T> scale = VectorMath.Constant<T>(targetScale), offset = VectorMath.Constant<T>(targetOffset);
        for (int r = 0; r < losses.Length; r++)
        {
            ReadOnlySpan<T> x = logits.Slice(r * rowLength, rowLength);
            ReadOnlySpan<T> y = targets.Slice(r * rowLength, rowLength);
            losses[r] = Fold(x, y, new CrossEntropyTerm<T>(new Vector<T>(LogSumExp(x)), scale, offset));
        }
    }

    /// <summary>dx = weight · (softmax(x) · Σ target − target), with the target of <see cref="CrossEntropy"/>.</summary>
    /// <param name="logits">[rows, rowLength].</param>
    /// <param name="targets">[rows, rowLength].</param>
    /// <param name="weight">The factor of all rows.</param>
    /// <param name="dx">[rows, rowLength], overwritten; may be the logits exactly.</param>
    /// <param name="rowLength">At least 1.</param>
    /// <param name="targetScale">1 − a with label smoothing a.</param>
    /// <param name="targetOffset">a / rowLength.</param>
    public static void CrossEntropyGradient<T>(
        ReadOnlySpan<T> logits,
        ReadOnlySpan<T> targets,
        T weight,
        Span<T> dx,
        int rowLength,
        double targetScale,
        double targetOffset)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ThrowIfNotRows(logits.Length, rowLength);
        Elementwise.ThrowIfLengthsDiffer(targets.Length, logits.Length);
        Elementwise.ThrowIfLengthsDiffer(dx.Length, logits.Length);
        T scale = T.CreateTruncating(targetScale), offset = T.CreateTruncating(targetOffset);
        for (int start = 0; start < logits.Length; start += rowLength)
        {
            ReadOnlySpan<T> x = logits.Slice(start, rowLength);
            ReadOnlySpan<T> y = targets.Slice(start, rowLength);
            Span<T> row = dx.Slice(start, rowLength);
            T targetSum = (scale * Fold(y, y, default(FirstTerm<T>))) + (offset * T.CreateTruncating(rowLength));
            T sum = ExpSum(x, row, Max(x));

            // weight · (e · Σt / Σe − t) = e · a − y · b − c
            var operation = new CrossEntropyGradientOperation<T>(
                new Vector<T>(weight * targetSum / sum), new Vector<T>(weight * scale), new Vector<T>(weight * offset));
            Elementwise.Map(row, y, row, operation);
        }
    }

    /// <summary>The largest element of a row; NaNs are passed over.</summary>
    public static T Max<T>(ReadOnlySpan<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ref T source = ref MemoryMarshal.GetReference(x);
        var max = new Vector<T>(T.NegativeInfinity);
        int i = 0;
        for (; i <= x.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            Vector<T> v = Vector.LoadUnsafe(ref source, (nuint)i);
            max = Vector.ConditionalSelect(Vector.GreaterThan(v, max), v, max);
        }

        if (i < x.Length)
        {
            Vector<T> v = Elementwise.LoadPart(ref Unsafe.Add(ref source, i), x.Length - i, max);
            max = Vector.ConditionalSelect(Vector.GreaterThan(v, max), v, max);
        }

        // No branch: which lane is the largest cannot be predicted.
        T result = max[0];
        for (int lane = 1; lane < Vector<T>.Count; lane++)
        {
            result = T.MaxNative(result, max[lane]);
        }

        return result;
    }

    // e = exp(x − max), kept where a destination is given; returns Σ e.
    private static T ExpSum<T>(ReadOnlySpan<T> x, Span<T> e, T max)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ref T source = ref MemoryMarshal.GetReference(x);
        ref T destination = ref MemoryMarshal.GetReference(e);
        bool keep = !e.IsEmpty;
        var shift = new Vector<T>(max);
        Vector<T> sum = default;
        int i = 0;
        for (; i <= x.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            Vector<T> v = VectorMath.Exp(Vector.LoadUnsafe(ref source, (nuint)i) - shift);
            sum += v;
            if (keep)
            {
                v.StoreUnsafe(ref destination, (nuint)i);
            }
        }

        if (i < x.Length)
        {
            int rest = x.Length - i;
            Vector<T> part = Elementwise.LoadPart(ref Unsafe.Add(ref source, i), rest, new Vector<T>(T.NegativeInfinity));
            Vector<T> v = VectorMath.Exp(part - shift);
            sum += v;
            if (keep)
            {
                Elementwise.StorePart(v, ref Unsafe.Add(ref destination, i), rest);
            }
        }

        return Vector.Sum(sum);
    }

    // Exponentials of many rows at once; largest elements and sums row by row, a number at a time.
    private static void ForwardShortRows<T>(ReadOnlySpan<T> x, Span<T> y, int rowLength)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int block = ShortRowsBlock / rowLength * rowLength;
        for (int start = 0; start < x.Length; start += block)
        {
            int length = Math.Min(block, x.Length - start);
            ref T source = ref Unsafe.Add(ref MemoryMarshal.GetReference(x), start);
            ref T destination = ref Unsafe.Add(ref MemoryMarshal.GetReference(y), start);
            for (int row = 0; row < length; row += rowLength)
            {
                ref T from = ref Unsafe.Add(ref source, row);
                ref T to = ref Unsafe.Add(ref destination, row);
                T max = from;
                for (int i = 1; i < rowLength; i++)
                {
                    max = T.MaxNative(max, Unsafe.Add(ref from, i));
                }

                for (int i = 0; i < rowLength; i++)
                {
                    Unsafe.Add(ref to, i) = Unsafe.Add(ref from, i) - max;
                }
            }

            Span<T> e = y.Slice(start, length);
            Elementwise.Map(e, e, default(ExpOperation<T>));
            for (int row = 0; row < length; row += rowLength)
            {
                ref T to = ref Unsafe.Add(ref destination, row);
                T sum = to;
                for (int i = 1; i < rowLength; i++)
                {
                    sum += Unsafe.Add(ref to, i);
                }

                T scale = T.One / sum;
                for (int i = 0; i < rowLength; i++)
                {
                    Unsafe.Add(ref to, i) *= scale;
                }
            }
        }
    }

    private static T Dot<T>(ReadOnlySpan<T> x1, ReadOnlySpan<T> x2)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Fold(x1, x2, default(ProductTerm<T>));

    // Σ f(x1, x2); the padding of the last vector does not count, whatever f makes of it.
    private static T Fold<T, TOperation>(ReadOnlySpan<T> x1, ReadOnlySpan<T> x2, TOperation operation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperation : struct, IBinaryOperation<T>
    {
        ref T source1 = ref MemoryMarshal.GetReference(x1);
        ref T source2 = ref MemoryMarshal.GetReference(x2);
        Vector<T> sum = default;
        int i = 0;
        for (; i <= x1.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            sum += operation.Invoke(Vector.LoadUnsafe(ref source1, (nuint)i), Vector.LoadUnsafe(ref source2, (nuint)i));
        }

        if (i < x1.Length)
        {
            int rest = x1.Length - i;
            Vector<T> terms = operation.Invoke(
                Elementwise.LoadPart(ref Unsafe.Add(ref source1, i), rest),
                Elementwise.LoadPart(ref Unsafe.Add(ref source2, i), rest));
            Vector<T> counted = default;
            Elementwise.StorePart(terms, ref Unsafe.As<Vector<T>, T>(ref counted), rest);
            sum += counted;
        }

        return Vector.Sum(sum);
    }

    private static void ThrowIfNotRows(int length, int rowLength)
    {
        if (rowLength < 1 || length % rowLength != 0)
        {
            throw new ArgumentException(
                $"Softmax: expected whole rows of at least 1 element, got {length} elements in rows of {rowLength}.");
        }
    }

    private readonly struct ExpOperation<T> : IUnaryOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public Vector<T> Invoke(Vector<T> x) => VectorMath.Exp(x);
    }

    private readonly struct ScaleOperation<T>(Vector<T> scale) : IUnaryOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public Vector<T> Invoke(Vector<T> x) => scale * x;
    }

    private readonly struct GradientOperation<T>(Vector<T> dot) : IBinaryOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public Vector<T> Invoke(Vector<T> y, Vector<T> dy) => y * (dy - dot);
    }

    private readonly struct ProductTerm<T> : IBinaryOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public Vector<T> Invoke(Vector<T> x1, Vector<T> x2) => x1 * x2;
    }

    private readonly struct FirstTerm<T> : IBinaryOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public Vector<T> Invoke(Vector<T> x1, Vector<T> x2) => x1;
    }

    // A target of zero takes no part, even where its logit is −∞.
    private readonly struct CrossEntropyTerm<T>(Vector<T> logSumExp, Vector<T> scale, Vector<T> offset) : IBinaryOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public Vector<T> Invoke(Vector<T> x, Vector<T> y)
        {
            Vector<T> target = Simd.MultiplyAdd(y, scale, offset);
            return Vector.AndNot(target * (logSumExp - x), Vector.Equals(target, Vector<T>.Zero));
        }
    }

    private readonly struct CrossEntropyGradientOperation<T>(Vector<T> a, Vector<T> b, Vector<T> c) : IBinaryOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public Vector<T> Invoke(Vector<T> e, Vector<T> y) => (e * a) - Simd.MultiplyAdd(y, b, c);
    }
}
