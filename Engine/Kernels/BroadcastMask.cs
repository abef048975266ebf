using System.Numerics;
using System.Numerics.Tensors;

namespace Engine.Kernels;

/// <summary>Multiplies a sample by a mask of zeros and scales that repeats along the axes where its length is 1.</summary>
internal static class BroadcastMask
{
    /// <summary>y = x · mask where the mask is not zero, else exactly zero, whatever x is.</summary>
    /// <param name="x">One sample.</param>
    /// <param name="mask">The mask, of <paramref name="maskLengths"/>.</param>
    /// <param name="y">The result; may be <paramref name="x"/>.</param>
    /// <param name="lengths">The lengths of the sample's axes.</param>
    /// <param name="maskLengths">As many; each 1 or the sample's.</param>
    public static void Apply<T>(
        ReadOnlySpan<T> x, ReadOnlySpan<T> mask, Span<T> y, ReadOnlySpan<int> lengths, ReadOnlySpan<int> maskLengths)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (mask.Length == 1)
        {
            Scale(x, mask[0], y);
            return;
        }

        if (mask.Length == x.Length)
        {
            for (int i = 0; i < x.Length; i++)
            {
                y[i] = mask[i] == T.Zero ? T.Zero : x[i] * mask[i];
            }

            return;
        }

        int size = x.Length / lengths[0];
        int maskSize = mask.Length / maskLengths[0];
        for (int i = 0; i < lengths[0]; i++)
        {
            ReadOnlySpan<T> part = mask.Slice(maskLengths[0] == 1 ? 0 : i * maskSize, maskSize);
            Apply(x.Slice(i * size, size), part, y.Slice(i * size, size), lengths[1..], maskLengths[1..]);
        }
    }

    private static void Scale<T>(ReadOnlySpan<T> x, T scale, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (scale == T.Zero)
        {
            y.Clear();
        }
        else
        {
            TensorPrimitives.Multiply(x, scale, y);
        }
    }
}
