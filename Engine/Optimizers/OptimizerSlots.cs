using System.Numerics;

namespace Engine.Optimizers;

/// <summary>The memory that an optimizer keeps of a parameter: up to three spans, each as long as the parameter.</summary>
public readonly ref struct OptimizerSlots<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Span<T> _slot0;
    private readonly Span<T> _slot1;
    private readonly Span<T> _slot2;

    /// <summary>Makes a set of slots; those that the optimizer does not use stay empty.</summary>
    public OptimizerSlots(Span<T> slot0, Span<T> slot1 = default, Span<T> slot2 = default)
    {
        _slot0 = slot0;
        _slot1 = slot1;
        _slot2 = slot2;
    }

    /// <summary>A slot: 0, 1 or 2, in the order of <see cref="Optimizer.SlotNames"/>.</summary>
    public Span<T> this[int slot] => slot switch
    {
        0 => _slot0,
        1 => _slot1,
        2 => _slot2,
        _ => throw new ArgumentOutOfRangeException(nameof(slot), $"OptimizerSlots: expected a slot from 0 to 2, got {slot}."),
    };

    /// <summary>The same part of each slot.</summary>
    public OptimizerSlots<T> Slice(int start, int length) =>
        new(SliceOf(_slot0, start, length), SliceOf(_slot1, start, length), SliceOf(_slot2, start, length));

    private static Span<T> SliceOf(Span<T> slot, int start, int length) => slot.IsEmpty ? slot : slot.Slice(start, length);
}
