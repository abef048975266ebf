using System.Numerics;

namespace Engine.Kernels;

/// <summary>Multiplies a sample by a mask of zeros and scales that repeats along the axes where its length is 1.</summary>
internal static class BroadcastMask
{
    /// <summary>y = x · mask where the mask is not zero, else exactly zero, whatever x is; a mask as long as x.</summary>
    /// <param name="x">One sample.</param>
    /// <param name="mask">As x.</param>
    /// <param name="y">The result; may be <paramref name="x"/>.</param>
    public static void Apply<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> mask, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Elementwise.Map(x, mask, y, default(ScaledByMask<T>));

    /// <summary>y = x · mask where the mask is not zero, else exactly zero, whatever x is.</summary>
    /// <param name="x">One sample.</param>
    /// <param name="mask">The mask, of <paramref name="maskLengths"/>.</param>
    /// <param name="y">The result; may be <paramref name="x"/>.</param>
    /// <param name="lengths">The lengths of the sample's axes.</param>
    /// <param name="maskLengths">As many; each 1 or the sample's.</param>
    public static void Apply<T>(
        ReadOnlySpan<T> x, ReadOnlySpan<T> mask, Span<T> y, ReadOnlySpan<int> lengths, ReadOnlySpan<int> maskLengths)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Map(x, mask, y, lengths, maskLengths, default(ScaledByMask<T>));

    /// <summary>y = x · scale + shift where the mask is not zero, else <paramref name="dropped"/>.</summary>
    /// <param name="x">One sample.</param>
    /// <param name="mask">The mask, of <paramref name="maskLengths"/>.</param>
    /// <param name="y">The result; may be <paramref name="x"/>.</param>
    /// <param name="lengths">The lengths of the sample's axes.</param>
    /// <param name="maskLengths">As many; each 1 or the sample's.</param>
    /// <param name="scale">What is kept is multiplied by it.</param>
    /// <param name="shift">What is then added to what is kept.</param>
    /// <param name="dropped">What stands where something is dropped.</param>
    public static void ApplyAffine<T>(
        ReadOnlySpan<T> x,
        ReadOnlySpan<T> mask,
        Span<T> y,
        ReadOnlySpan<int> lengths,
        ReadOnlySpan<int> maskLengths,
        double scale,
        double shift,
        double dropped)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Map(x, mask, y, lengths, maskLengths, new AffineByMask<T>(scale, shift, dropped));

    private static void Map<T, TOperation>(
        ReadOnlySpan<T> x,
        ReadOnlySpan<T> mask,
        Span<T> y,
        ReadOnlySpan<int> lengths,
        ReadOnlySpan<int> maskLengths,
        TOperation operation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperation : struct, IBinaryOperation<T>
    {
        if (mask.Length == x.Length)
        {
            Elementwise.Map(x, mask, y, operation);
            return;
        }

        if (mask.Length == 1)
        {
            Elementwise.Map(x, y, new OneMask<T, TOperation>(operation, new Vector<T>(mask[0])));
            return;
        }

        int size = x.Length / lengths[0];
        int maskSize = mask.Length / maskLengths[0];
        for (int i = 0; i < lengths[0]; i++)
        {
            ReadOnlySpan<T> part = mask.Slice(maskLengths[0] == 1 ? 0 : i * maskSize, maskSize);
            Map(x.Slice(i * size, size), part, y.Slice(i * size, size), lengths[1..], maskLengths[1..], operation);
        }
    }

    private readonly struct OneMask<T, TOperation>(TOperation operation, Vector<T> mask) : IUnaryOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperation : struct, IBinaryOperation<T>
    {
        public Vector<T> Invoke(Vector<T> x) => operation.Invoke(x, mask);
    }
}
