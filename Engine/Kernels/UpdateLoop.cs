using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Engine.Kernels;

/// <summary>One pass over the memory of a parameter: weights, gradient and slots are read once and written once.</summary>
internal static class UpdateLoop
{
    /// <summary>Applies the rule to every element. Any split into parts gives the same bits.</summary>
    /// <param name="w">The weights.</param>
    /// <param name="g">The gradient: as many elements as w.</param>
    /// <param name="s0">Slot 0: as many elements as w where the rule uses it.</param>
    /// <param name="s1">Slot 1.</param>
    /// <param name="s2">Slot 2.</param>
    /// <param name="rule">The step.</param>
    public static void Run<T, TRule>(Span<T> w, ReadOnlySpan<T> g, Span<T> s0, Span<T> s1, Span<T> s2, TRule rule)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TRule : struct, IUpdateRule<T>
    {
        int length = w.Length;
        Elementwise.ThrowIfLengthsDiffer(g.Length, length);
        Elementwise.ThrowIfLengthsDiffer(TRule.SlotCount > 0 ? s0.Length : length, length);
        Elementwise.ThrowIfLengthsDiffer(TRule.SlotCount > 1 ? s1.Length : length, length);
        Elementwise.ThrowIfLengthsDiffer(TRule.SlotCount > 2 ? s2.Length : length, length);
        ref T weights = ref MemoryMarshal.GetReference(w);
        ref T gradient = ref MemoryMarshal.GetReference(g);
        ref T slot0 = ref MemoryMarshal.GetReference(s0);
        ref T slot1 = ref MemoryMarshal.GetReference(s1);
        ref T slot2 = ref MemoryMarshal.GetReference(s2);

        int i = 0;
        for (; i <= length - Vector<T>.Count; i += Vector<T>.Count)
        {
            var at = (nuint)i;
            Vector<T> v = Vector.LoadUnsafe(ref weights, at);
            Vector<T> v0 = TRule.SlotCount > 0 ? Vector.LoadUnsafe(ref slot0, at) : default;
            Vector<T> v1 = TRule.SlotCount > 1 ? Vector.LoadUnsafe(ref slot1, at) : default;
            Vector<T> v2 = TRule.SlotCount > 2 ? Vector.LoadUnsafe(ref slot2, at) : default;
            rule.Invoke(ref v, Vector.LoadUnsafe(ref gradient, at), ref v0, ref v1, ref v2);
            v.StoreUnsafe(ref weights, at);
            if (TRule.SlotCount > 0)
            {
                v0.StoreUnsafe(ref slot0, at);
            }

            if (TRule.SlotCount > 1)
            {
                v1.StoreUnsafe(ref slot1, at);
            }

            if (TRule.SlotCount > 2)
            {
                v2.StoreUnsafe(ref slot2, at);
            }
        }

        if (i < length)
        {
            int rest = length - i;
            Vector<T> v = Elementwise.LoadPart(ref Unsafe.Add(ref weights, i), rest);
            Vector<T> v0 = TRule.SlotCount > 0 ? Elementwise.LoadPart(ref Unsafe.Add(ref slot0, i), rest) : default;
            Vector<T> v1 = TRule.SlotCount > 1 ? Elementwise.LoadPart(ref Unsafe.Add(ref slot1, i), rest) : default;
            Vector<T> v2 = TRule.SlotCount > 2 ? Elementwise.LoadPart(ref Unsafe.Add(ref slot2, i), rest) : default;
            rule.Invoke(ref v, Elementwise.LoadPart(ref Unsafe.Add(ref gradient, i), rest), ref v0, ref v1, ref v2);
            Elementwise.StorePart(v, ref Unsafe.Add(ref weights, i), rest);
            Elementwise.StorePart(v0, ref Unsafe.Add(ref slot0, i), TRule.SlotCount > 0 ? rest : 0);
            Elementwise.StorePart(v1, ref Unsafe.Add(ref slot1, i), TRule.SlotCount > 1 ? rest : 0);
            Elementwise.StorePart(v2, ref Unsafe.Add(ref slot2, i), TRule.SlotCount > 2 ? rest : 0);
        }
    }
}
