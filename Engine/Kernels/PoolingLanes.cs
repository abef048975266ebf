using System.Numerics;
using System.Runtime.CompilerServices;

namespace Engine.Kernels;

/// <summary>One vector of channels of one window: what both directions of pooling do alike.</summary>
internal static class PoolingLanes
{
    /// <summary>So many channels as whole vectors have.</summary>
    public static int Padded<T>(int channels) => (channels + Vector<T>.Count - 1) / Vector<T>.Count * Vector<T>.Count;

    /// <summary>All cells of a window combined, in their order.</summary>
    /// <param name="x">The first cell.</param>
    /// <param name="lanes">The channels.</param>
    /// <param name="geometry">The shape of the input.</param>
    /// <param name="depth">The cells of the window that are there, along each axis.</param>
    /// <param name="height">Likewise.</param>
    /// <param name="width">Likewise.</param>
    public static Vector<T> Combine<T, TPool>(
        ref T x, int lanes, in ConvolutionGeometry geometry, int depth, int height, int width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TPool : struct, IPoolingOperation<T>
    {
        int channels = geometry.Channels;
        int rowLength = geometry.Width.Input * channels;
        Vector<T> value = Lanes.Load(ref x, lanes);
        for (int d = 0; d < depth; d++)
        {
            for (int h = 0; h < height; h++)
            {
                ref T row = ref Unsafe.Add(ref x, ((d * geometry.Height.Input) + h) * rowLength);
                for (int w = d + h == 0 ? 1 : 0; w < width; w++)
                {
                    value = TPool.Combine(value, Lanes.Load(ref Unsafe.Add(ref row, w * channels), lanes));
                }
            }
        }

        return value;
    }
}
