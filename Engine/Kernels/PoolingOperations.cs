using System.Numerics;
using System.Runtime.CompilerServices;

namespace Engine.Kernels;

/// <summary>The largest cell; NaN if there is one. The gradient goes to the first that is as large.</summary>
internal readonly struct MaxPool<T> : IPoolingOperation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static bool BackwardReadsValues => true;

    // A NaN is larger than no number, and no number is larger than it: it comes in by the second condition and stays by the first.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Combine(Vector<T> soFar, Vector<T> next) =>
        Vector.ConditionalSelect(Vector.GreaterThan(next, soFar) | IsNaN(next), next, soFar);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Divide(Vector<T> value, Vector<T> cells) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Claim(Vector<T> x, Vector<T> y, ref Vector<T> offered)
    {
        Vector<T> isChosen = Vector.Equals(x, y) | IsNaN(x);
        Vector<T> claimed = offered & isChosen;
        offered = Vector.AndNot(offered, isChosen);
        return claimed;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<T> IsNaN(Vector<T> x) => Vector.OnesComplement(Vector.Equals(x, x));
}

/// <summary>The mean of the cells that are there.</summary>
internal readonly struct AveragePool<T> : IPoolingOperation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static bool BackwardReadsValues => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Combine(Vector<T> soFar, Vector<T> next) => soFar + next;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Divide(Vector<T> value, Vector<T> cells) => value / cells;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Claim(Vector<T> x, Vector<T> y, ref Vector<T> offered) => offered;
}

/// <summary>The sum of the cells. Backward hands the same to each cell: repetition, the adjoint of the sum.</summary>
internal readonly struct SumPool<T> : IPoolingOperation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static bool BackwardReadsValues => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Combine(Vector<T> soFar, Vector<T> next) => soFar + next;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Divide(Vector<T> value, Vector<T> cells) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Claim(Vector<T> x, Vector<T> y, ref Vector<T> offered) => offered;
}
