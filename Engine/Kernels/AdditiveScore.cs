using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>
/// s = Σ scale · tanh(q + k) over the width: Bahdanau, Cho and Bengio, "Neural machine translation by jointly learning to align and
/// translate", ICLR 2015, appendix A.1.2, the projections being the caller's.
/// </summary>
internal readonly struct AdditiveScore : IAttentionScore
{
    public static void Forward<T>(in AttentionBlock<T> block)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ReadOnlyMatrixView<T> q = block.Q, k = block.K;
        for (int i = 0; i < q.Rows; i++)
        {
            Span<T> row = block.WeightRow(block.QueryFrom + i);
            for (int j = 0; j < k.Rows; j++)
            {
                row[block.KeyFrom + j] = Score(Row(q, i), Row(k, j), block.Scale);
            }
        }
    }

    // With t = tanh(q + k): dq += ds · scale · (1 − t²), the same for dk, and dscale += ds · t.
    public static void Backward<T>(in AttentionBlock<T> block)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ReadOnlyMatrixView<T> q = block.Q, k = block.K;
        MatrixView<T> dq = block.DQ, dk = block.DK;
        Span<T> dscale = block.Scale.IsEmpty ? [] : block.DScale;
        dscale.Clear();
        for (int j = 0; j < dk.Rows; j++)
        {
            Row(dk, j).Clear();
        }

        for (int i = 0; i < dq.Rows; i++)
        {
            Row(dq, i).Clear();
            ReadOnlySpan<T> gradient = block.GradientRow(block.QueryFrom + i);
            for (int j = 0; j < dk.Rows; j++)
            {
                AddGradient(Row(q, i), Row(k, j), block.Scale, gradient[block.KeyFrom + j], Row(dq, i), Row(dk, j), dscale);
            }
        }
    }

    private static T Score<T>(ReadOnlySpan<T> q, ReadOnlySpan<T> k, ReadOnlySpan<T> scale)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Vector<T> sum = default;
        for (int c = 0; c < q.Length; c += Vector<T>.Count)
        {
            int lanes = Math.Min(Vector<T>.Count, q.Length - c);
            sum += Factor(scale, c, lanes) * Tanh(q, k, c, lanes);
        }

        return Vector.Sum(sum);
    }

    private static void AddGradient<T>(
        ReadOnlySpan<T> q, ReadOnlySpan<T> k, ReadOnlySpan<T> scale, T ds, Span<T> dq, Span<T> dk, Span<T> dscale)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Vector<T> gradient = new(ds);
        for (int c = 0; c < q.Length; c += Vector<T>.Count)
        {
            int lanes = Math.Min(Vector<T>.Count, q.Length - c);
            Vector<T> t = Tanh(q, k, c, lanes);
            Vector<T> slope = gradient * Factor(scale, c, lanes) * (Vector<T>.One - (t * t));
            Add(slope, dq, c, lanes);
            Add(slope, dk, c, lanes);
            if (!dscale.IsEmpty)
            {
                Add(gradient * t, dscale, c, lanes);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<T> Tanh<T>(ReadOnlySpan<T> q, ReadOnlySpan<T> k, int start, int lanes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => VectorMath.Tanh(Load(q, start, lanes) + Load(k, start, lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<T> Factor<T>(ReadOnlySpan<T> scale, int start, int lanes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => scale.IsEmpty ? Vector<T>.One : Load(scale, start, lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<T> Load<T>(ReadOnlySpan<T> values, int start, int lanes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Lanes.Load(ref Unsafe.Add(ref MemoryMarshal.GetReference(values), start), lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<T>(Vector<T> values, Span<T> sums, int start, int lanes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ref T destination = ref Unsafe.Add(ref MemoryMarshal.GetReference(sums), start);
        Lanes.Store(values + Lanes.Load(ref destination, lanes), ref destination, lanes);
    }

    private static ReadOnlySpan<T> Row<T>(ReadOnlyMatrixView<T> matrix, int row) =>
        matrix.Values.Slice(row * matrix.RowStride, matrix.Columns);

    private static Span<T> Row<T>(MatrixView<T> matrix, int row) => matrix.Values.Slice(row * matrix.RowStride, matrix.Columns);
}
