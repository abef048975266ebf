using System.Numerics;

namespace Engine.Kernels;

/// <summary>One step of an optimizer on one vector of weights, all of it in registers.</summary>
internal interface IUpdateRule<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>How many of the slots are read and written.</summary>
    static abstract int SlotCount { get; }

    /// <summary>Updates w and the slots in use from the gradient g. Lanes must not mix.</summary>
    void Invoke(ref Vector<T> w, Vector<T> g, ref Vector<T> slot0, ref Vector<T> slot1, ref Vector<T> slot2);
}
