using System.Numerics;

namespace Engine.Kernels;

/// <summary>What an attention reads and writes; a step needs some of it only. All are whole batches, without gaps.</summary>
internal readonly ref struct AttentionBuffers<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public required AttentionGeometry Geometry { get; init; }

    /// <summary>1 for a query that counts, else 0; [batch, queries], or empty: all count.</summary>
    public ReadOnlySpan<T> QueryMask { get; init; }

    /// <summary>1 for a key that may be seen, else 0; [batch, keys], or empty: all may.</summary>
    public ReadOnlySpan<T> KeyMask { get; init; }

    /// <summary>[batch, queries, heads, keyWidth].</summary>
    public ReadOnlySpan<T> Q { get; init; }

    /// <summary>[batch, keys, heads, keyWidth].</summary>
    public ReadOnlySpan<T> K { get; init; }

    /// <summary>[batch, keys, heads, valueWidth].</summary>
    public ReadOnlySpan<T> V { get; init; }

    /// <summary>The factors of an additive score, [keyWidth]; empty: all are 1.</summary>
    public ReadOnlySpan<T> Scale { get; init; }

    /// <summary>The weights, [batch, heads, queries, keys].</summary>
    public Span<T> P { get; init; }

    /// <summary>The weights that values are mixed by: <see cref="P"/>, or what dropout left of it.</summary>
    public ReadOnlySpan<T> Mixed { get; init; }

    /// <summary>[batch, queries, heads, valueWidth].</summary>
    public Span<T> O { get; init; }

    /// <summary>The gradient of <see cref="O"/>.</summary>
    public ReadOnlySpan<T> DO { get; init; }

    /// <summary>The gradient of the weights, then of the scores.</summary>
    public Span<T> DP { get; init; }

    /// <summary>The gradient of <see cref="Q"/>.</summary>
    public Span<T> DQ { get; init; }

    /// <summary>The gradient of <see cref="K"/>.</summary>
    public Span<T> DK { get; init; }

    /// <summary>The gradient of <see cref="V"/>.</summary>
    public Span<T> DV { get; init; }

    /// <summary>The gradient of <see cref="Scale"/>, a part for each sample and head: [batch, heads, keyWidth].</summary>
    public Span<T> DScale { get; init; }
}
