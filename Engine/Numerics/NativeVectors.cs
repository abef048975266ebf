using System.Numerics;
using System.Runtime.CompilerServices;

namespace Engine.Numerics;

/// <summary><see cref="Vector{T}"/>: what every loop uses unless it has a reason not to.</summary>
internal readonly struct NativeVectors<T> : IVectors<Vector<T>, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector<T>.Count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Create(T value) => Vector.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Constant(double value, double single) => typeof(T) == typeof(float)
        ? Vector.Create((float)single).As<float, T>()
        : Vector.Create(value).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Load(ref T source, nuint index) => Vector.LoadUnsafe(ref source, index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector<T> vector, ref T destination, nuint index) => vector.StoreUnsafe(ref destination, index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Add(Vector<T> a, Vector<T> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Subtract(Vector<T> a, Vector<T> b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Multiply(Vector<T> a, Vector<T> b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Divide(Vector<T> a, Vector<T> b) => a / b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> MultiplyAdd(Vector<T> a, Vector<T> b, Vector<T> c) => typeof(T) == typeof(float)
        ? Vector.MultiplyAddEstimate(a.As<T, float>(), b.As<T, float>(), c.As<T, float>()).As<float, T>()
        : Vector.MultiplyAddEstimate(a.As<T, double>(), b.As<T, double>(), c.As<T, double>()).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool EqualsAll(Vector<T> a, Vector<T> b) => Vector.EqualsAll(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Relu(Vector<T> x) => Simd.Relu(x);

    // Where an operand is NaN, minps and maxps return the second.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Clamp(Vector<T> x, Vector<T> limit) => Vector.MaxNative(-limit, Vector.MinNative(limit, x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> PowerOfTwo(Vector<T> shifted) => typeof(T) == typeof(float)
        ? (Vector.ShiftLeft(shifted.As<T, int>(), 23) + Vector<float>.One.As<float, int>()).As<int, T>()
        : (Vector.ShiftLeft(shifted.As<T, long>(), 52) + Vector<double>.One.As<double, long>()).As<long, T>();
}
