using System.Numerics;
using System.Numerics.Tensors;

namespace Engine.Serialization;

/// <summary>How stored elements become numbers.</summary>
internal interface IElementConverter<TSource>
{
    /// <summary>Converts each element to the nearest <typeparamref name="T"/>.</summary>
    static abstract void Convert<T>(ReadOnlySpan<TSource> source, Span<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}

/// <summary>Elements that are numbers of the platform.</summary>
internal readonly struct SameNumber<TSource> : IElementConverter<TSource>
    where TSource : unmanaged, INumberBase<TSource>
{
    public static void Convert<T>(ReadOnlySpan<TSource> source, Span<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => TensorPrimitives.ConvertSaturating(source, destination);
}

/// <summary>A bfloat16 is the upper half of a float.</summary>
internal readonly struct BFloat16ToFloat : IElementConverter<ushort>
{
    public static void Convert<T>(ReadOnlySpan<ushort> source, Span<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < source.Length; i++)
        {
            destination[i] = T.CreateSaturating(BitConverter.UInt32BitsToSingle((uint)source[i] << 16));
        }
    }
}
