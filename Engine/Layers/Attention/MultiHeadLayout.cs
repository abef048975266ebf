using Engine.Kernels;

namespace Engine.Layers;

/// <summary>Where everything lies in a multi-head attention's kept memory and scratch.</summary>
internal readonly struct MultiHeadLayout(AttentionGeometry geometry)
{
    private int Queries => checked(geometry.Batch * geometry.Queries * geometry.Heads * geometry.KeyWidth);

    private int Keys => checked(geometry.Batch * geometry.Keys * geometry.Heads * geometry.KeyWidth);

    private int Values => checked(geometry.Batch * geometry.Keys * geometry.Heads * geometry.ValueWidth);

    private int Outputs => checked(geometry.Batch * geometry.Queries * geometry.Heads * geometry.ValueWidth);

    private int Weights => geometry.Weights;

    private int Masks => geometry.Batch * geometry.Keys;

    public int KeptLength => checked(Queries + Keys + Values + Outputs + Weights);

    public int ScratchLength => checked(KeptLength + Weights + Masks);

    public Span<T> Q<T>(Span<T> kept) => kept[..Queries];

    public Span<T> K<T>(Span<T> kept) => kept.Slice(Queries, Keys);

    public Span<T> V<T>(Span<T> kept) => kept.Slice(Queries + Keys, Values);

    public Span<T> O<T>(Span<T> kept) => kept.Slice(Queries + Keys + Values, Outputs);

    public Span<T> P<T>(Span<T> kept) => kept.Slice(Queries + Keys + Values + Outputs, Weights);

    // The gradients lie as the values do; behind them what dropout leaves of the weights, and the mask of the keys.
    public Span<T> DQ<T>(Span<T> scratch) => Q(scratch);

    public Span<T> DK<T>(Span<T> scratch) => K(scratch);

    public Span<T> DV<T>(Span<T> scratch) => V(scratch);

    public Span<T> DO<T>(Span<T> scratch) => O(scratch);

    public Span<T> DP<T>(Span<T> scratch) => P(scratch);

    public Span<T> Mixed<T>(Span<T> scratch) => scratch.Slice(KeptLength, Weights);

    public Span<T> Mask<T>(Span<T> scratch) => scratch.Slice(KeptLength + Weights, Masks);
}
