using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>
/// Loops over one to three spans that treat every element alike. An element's result does not depend on where it lies: any
/// split of the spans gives the same bits. The destination may be one of the sources, exactly.
/// </summary>
internal static class Elementwise
{
    /// <summary>y = scale · x.</summary>
    public static void Scale<T>(double scale, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Map(x, y, new ScaleOperation<T>(VectorMath.Constant<T>(scale)));

    /// <summary>y = f(x).</summary>
    public static void Map<T, TOperation>(ReadOnlySpan<T> x, Span<T> y, TOperation operation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperation : struct, IUnaryOperation<T>
    {
        ThrowIfLengthsDiffer(x.Length, y.Length);
        ref T source = ref MemoryMarshal.GetReference(x);
        ref T destination = ref MemoryMarshal.GetReference(y);
        int i = 0;
        for (; i <= y.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            operation.Invoke(Vector.LoadUnsafe(ref source, (nuint)i)).StoreUnsafe(ref destination, (nuint)i);
        }

        if (i < y.Length)
        {
            int rest = y.Length - i;
            StorePart(operation.Invoke(LoadPart(ref Unsafe.Add(ref source, i), rest)), ref Unsafe.Add(ref destination, i), rest);
        }
    }

    /// <summary>y = f(x1, x2).</summary>
    public static void Map<T, TOperation>(ReadOnlySpan<T> x1, ReadOnlySpan<T> x2, Span<T> y, TOperation operation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperation : struct, IBinaryOperation<T>
    {
        ThrowIfLengthsDiffer(x1.Length, y.Length);
        ThrowIfLengthsDiffer(x2.Length, y.Length);
        ref T source1 = ref MemoryMarshal.GetReference(x1);
        ref T source2 = ref MemoryMarshal.GetReference(x2);
        ref T destination = ref MemoryMarshal.GetReference(y);
        int i = 0;
        for (; i <= y.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            Vector<T> result = operation.Invoke(
                Vector.LoadUnsafe(ref source1, (nuint)i),
                Vector.LoadUnsafe(ref source2, (nuint)i));
            result.StoreUnsafe(ref destination, (nuint)i);
        }

        if (i < y.Length)
        {
            int rest = y.Length - i;
            Vector<T> result = operation.Invoke(
                LoadPart(ref Unsafe.Add(ref source1, i), rest),
                LoadPart(ref Unsafe.Add(ref source2, i), rest));
            StorePart(result, ref Unsafe.Add(ref destination, i), rest);
        }
    }

    /// <summary>The first <paramref name="count"/> lanes from memory, the others zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> LoadPart<T>(ref T source, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => LoadPart(ref source, count, Vector<T>.Zero);

    /// <summary>The first <paramref name="count"/> lanes from memory, the others from <paramref name="rest"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> LoadPart<T>(ref T source, int count, Vector<T> rest)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ref T lanes = ref Unsafe.As<Vector<T>, T>(ref rest);
        for (int lane = 0; lane < count; lane++)
        {
            Unsafe.Add(ref lanes, lane) = Unsafe.Add(ref source, lane);
        }

        return rest;
    }

    /// <summary>Writes the first <paramref name="count"/> lanes to memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePart<T>(Vector<T> values, ref T destination, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ref T lanes = ref Unsafe.As<Vector<T>, T>(ref values);
        for (int lane = 0; lane < count; lane++)
        {
            Unsafe.Add(ref destination, lane) = Unsafe.Add(ref lanes, lane);
        }
    }

    /// <summary>Guards the loops, which check no bounds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ThrowIfLengthsDiffer(int length, int expected)
    {
        if (length != expected)
        {
            Throw(length, expected);
        }
    }

    private static void Throw(int length, int expected) =>
        throw new ArgumentException($"Elementwise: expected spans of one length, got {length} and {expected} elements.");

    private readonly struct ScaleOperation<T>(Vector<T> scale) : IUnaryOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public Vector<T> Invoke(Vector<T> x) => scale * x;
    }
}
