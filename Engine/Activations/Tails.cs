using System.Numerics;
using System.Runtime.CompilerServices;
using Engine.Numerics;

namespace Engine.Activations;

/// <summary>Keeps x out of the far tails, where a factor is exactly zero in float and double and ∞ · 0 would be NaN.</summary>
internal static class Tails
{
    private const double Far = 1e4;

    /// <summary>max(x, −10⁴); NaN passes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> CutLow<T>(Vector<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Vector.ConditionalSelect(Vector.LessThan(x, VectorMath.Constant<T>(-Far)), VectorMath.Constant<T>(-Far), x);

    /// <summary>min(x, 10⁴); NaN passes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> CutHigh<T>(Vector<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Vector.ConditionalSelect(Vector.GreaterThan(x, VectorMath.Constant<T>(Far)), VectorMath.Constant<T>(Far), x);
}
