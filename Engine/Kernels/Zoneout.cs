using System.Numerics;

namespace Engine.Kernels;

/// <summary>
/// Zoneout of one state: some units keep their value from before the step. Krueger et al., "Zoneout: regularizing RNNs by
/// randomly preserving hidden activations", 2017: of both states of an LSTM, h being computed from the new c, not the mixed one.
/// </summary>
internal readonly ref struct Zoneout<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ReadOnlySpan<T> _masks;
    private readonly T _share;

    /// <summary>Makes it for one step.</summary>
    /// <param name="masks">Not 0 where the unit takes its new value, 0 where it keeps the old; empty for the expectation.</param>
    /// <param name="rate">The probability of keeping the old value.</param>
    public Zoneout(ReadOnlySpan<T> masks, double rate)
    {
        _masks = masks;
        _share = T.CreateChecked(1 - rate);
        IsOn = rate > 0;
    }

    private Zoneout(ReadOnlySpan<T> masks, T share, bool isOn)
    {
        _masks = masks;
        _share = share;
        IsOn = isOn;
    }

    /// <summary>Whether it does anything.</summary>
    public bool IsOn { get; }

    /// <summary>state = d ∘ state + (1 − d) ∘ previous.</summary>
    public void Mix(ReadOnlySpan<T> previous, Span<T> state)
    {
        for (int i = 0; i < state.Length; i++)
        {
            T share = Share(i);
            state[i] = (share * state[i]) + ((T.One - share) * previous[i]);
        }
    }

    /// <summary>rest = (1 − d) ∘ gradient, the part that goes past the step; gradient = d ∘ gradient.</summary>
    public void Split(Span<T> gradient, Span<T> rest)
    {
        for (int i = 0; i < gradient.Length; i++)
        {
            T share = Share(i);
            rest[i] = (T.One - share) * gradient[i];
            gradient[i] *= share;
        }
    }

    /// <summary>The same for some of the rows.</summary>
    public Zoneout<T> Slice(int start, int length) =>
        new(_masks.IsEmpty ? [] : _masks.Slice(start, length), _share, IsOn);

    private T Share(int i) => _masks.IsEmpty ? _share : _masks[i] == T.Zero ? T.Zero : T.One;
}
