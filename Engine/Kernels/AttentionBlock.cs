using System.Numerics;

namespace Engine.Kernels;

/// <summary>
/// One head of one sample: its matrices, and the stretches of queries and keys outside of which all are masked. Work is done within
/// these alone, so that padding costs nothing but the zeros that are written there.
/// </summary>
internal readonly ref struct AttentionBlock<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly AttentionBuffers<T> _buffers;
    private readonly AttentionGeometry _geometry;
    private readonly int _sample;
    private readonly int _head;

    public AttentionBlock(in AttentionBuffers<T> buffers, int part)
    {
        _buffers = buffers;
        _geometry = buffers.Geometry;
        (_sample, _head) = (part / _geometry.Heads, part % _geometry.Heads);
        (QueryFrom, QueryTo, _) = Stretch(buffers.QueryMask, _sample, _geometry.Queries);
        (KeyFrom, KeyTo, HasHoles) = Stretch(buffers.KeyMask, _sample, _geometry.Keys);
    }

    public int QueryFrom { get; }

    public int QueryTo { get; }

    public int KeyFrom { get; }

    public int KeyTo { get; }

    /// <summary>Whether keys between the first and the last that count are masked.</summary>
    public bool HasHoles { get; }

    public bool IsEmpty => QueryFrom == QueryTo || KeyFrom == KeyTo;

    public int KeyWidth => _geometry.KeyWidth;

    public ReadOnlySpan<T> Scale => _buffers.Scale;

    public Span<T> DScale => _buffers.DScale.Slice(((_sample * _geometry.Heads) + _head) * KeyWidth, KeyWidth);

    public ReadOnlyMatrixView<T> Q => View(_buffers.Q, _geometry.Queries, KeyWidth, QueryFrom, QueryTo);

    public ReadOnlyMatrixView<T> K => View(_buffers.K, _geometry.Keys, KeyWidth, KeyFrom, KeyTo);

    public ReadOnlyMatrixView<T> V => View(_buffers.V, _geometry.Keys, _geometry.ValueWidth, KeyFrom, KeyTo);

    public ReadOnlyMatrixView<T> DO => View(_buffers.DO, _geometry.Queries, _geometry.ValueWidth, QueryFrom, QueryTo);

    public MatrixView<T> O => View(_buffers.O, _geometry.Queries, _geometry.ValueWidth, QueryFrom, QueryTo);

    public MatrixView<T> DQ => View(_buffers.DQ, _geometry.Queries, KeyWidth, QueryFrom, QueryTo);

    public MatrixView<T> DK => View(_buffers.DK, _geometry.Keys, KeyWidth, KeyFrom, KeyTo);

    public MatrixView<T> DV => View(_buffers.DV, _geometry.Keys, _geometry.ValueWidth, KeyFrom, KeyTo);

    public MatrixView<T> P => Weights(_buffers.P);

    public MatrixView<T> DP => Weights(_buffers.DP);

    public ReadOnlyMatrixView<T> Mixed => new(
        WeightsOfBlock(_buffers.Mixed)[WeightStart..], QueryTo - QueryFrom, KeyTo - KeyFrom, _geometry.Keys);

    /// <summary>A whole row of weights, the masked keys included.</summary>
    public Span<T> WeightRow(int query) => WeightsOfBlock(_buffers.P).Slice(query * _geometry.Keys, _geometry.Keys);

    /// <summary>A whole row of the weights' gradient.</summary>
    public Span<T> GradientRow(int query) => WeightsOfBlock(_buffers.DP).Slice(query * _geometry.Keys, _geometry.Keys);

    /// <summary>The key behind the last that a query sees.</summary>
    public int End(int query) => _geometry.IsCausal ? Math.Clamp(query + 1, KeyFrom, KeyTo) : KeyTo;

    /// <summary>Whether a key may be seen, of those within the stretch.</summary>
    public bool IsVisible(int key) => !HasHoles || _buffers.KeyMask[(_sample * _geometry.Keys) + key] != T.Zero;

    /// <summary>Writes zeros to the queries' rows that no work is done for: all of them where no key may be seen.</summary>
    public void ClearQueries(Span<T> values, int width) => ClearOutside(values, _geometry.Queries, width, QueryFrom, IsEmpty ? QueryFrom : QueryTo);

    /// <summary>The same for the keys' rows.</summary>
    public void ClearKeys(Span<T> values, int width) => ClearOutside(values, _geometry.Keys, width, KeyFrom, IsEmpty ? KeyFrom : KeyTo);

    /// <summary>The same for the weights.</summary>
    public void ClearWeights()
    {
        Span<T> weights = WeightsOfBlock(_buffers.P);
        weights[..(QueryFrom * _geometry.Keys)].Clear();
        weights[((IsEmpty ? QueryFrom : QueryTo) * _geometry.Keys)..].Clear();
    }

    private int WeightStart => IsEmpty ? 0 : (QueryFrom * _geometry.Keys) + KeyFrom;

    // From the first step that counts to behind the last.
    private static (int From, int To, bool HasHoles) Stretch(ReadOnlySpan<T> masks, int sample, int steps)
    {
        if (masks.IsEmpty)
        {
            return (0, steps, false);
        }

        ReadOnlySpan<T> mask = masks.Slice(sample * steps, steps);
        int from = mask.IndexOfAnyExcept(T.Zero);
        int to = mask.LastIndexOfAnyExcept(T.Zero) + 1;
        return from < 0 ? (0, 0, false) : (from, to, mask[from..to].Contains(T.Zero));
    }

    private MatrixView<T> View(Span<T> values, int steps, int width, int from, int to)
    {
        int stride = _geometry.Heads * width;
        int start = (((_sample * steps) + from) * stride) + (_head * width);
        return to == from ? default : new MatrixView<T>(values[start..], to - from, width, stride);
    }

    private ReadOnlyMatrixView<T> View(ReadOnlySpan<T> values, int steps, int width, int from, int to)
    {
        int stride = _geometry.Heads * width;
        int start = (((_sample * steps) + from) * stride) + (_head * width);
        return to == from ? default : new ReadOnlyMatrixView<T>(values[start..], to - from, width, stride);
    }

    private MatrixView<T> Weights(Span<T> values) =>
        new(WeightsOfBlock(values)[WeightStart..], QueryTo - QueryFrom, KeyTo - KeyFrom, _geometry.Keys);

    private Span<T> WeightsOfBlock(Span<T> values)
    {
        int size = _geometry.Queries * _geometry.Keys;
        return values.Slice(((_sample * _geometry.Heads) + _head) * size, size);
    }

    private ReadOnlySpan<T> WeightsOfBlock(ReadOnlySpan<T> values)
    {
        int size = _geometry.Queries * _geometry.Keys;
        return values.Slice(((_sample * _geometry.Heads) + _head) * size, size);
    }

    private void ClearOutside(Span<T> values, int steps, int width, int from, int to)
    {
        for (int step = 0; step < steps; step++)
        {
            if (step < from || step >= to)
            {
                values.Slice((((_sample * steps) + step) * _geometry.Heads * width) + (_head * width), width).Clear();
            }
        }
    }
}
