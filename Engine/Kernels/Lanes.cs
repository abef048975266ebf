using System.Numerics;
using System.Runtime.CompilerServices;

namespace Engine.Kernels;

/// <summary>A vector from memory and back where the last one of a row may have fewer lanes.</summary>
internal static class Lanes
{
    /// <summary>The first <paramref name="lanes"/> lanes from memory, the others zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Load<T>(ref T source, int lanes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        lanes == Vector<T>.Count ? Vector.LoadUnsafe(ref source) : Elementwise.LoadPart(ref source, lanes);

    /// <summary>Writes the first <paramref name="lanes"/> lanes to memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<T>(Vector<T> values, ref T destination, int lanes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (lanes == Vector<T>.Count)
        {
            values.StoreUnsafe(ref destination);
        }
        else
        {
            Elementwise.StorePart(values, ref destination, lanes);
        }
    }
}
