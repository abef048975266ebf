using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>Multiplies each sample by its mask of channels.</summary>
internal static class ChannelMask
{
    /// <summary>y = x · mask where the mask is not zero, else exactly zero, whatever x is.</summary>
    /// <param name="x">[n, positions, channels].</param>
    /// <param name="masks">[n, channels].</param>
    /// <param name="y">As x, overwritten; may be x.</param>
    /// <param name="channels">The number of channels.</param>
    /// <param name="threads">How many threads may work; a sample is one thread's.</param>
    public static void Apply<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> masks, Span<T> y, int channels, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int batch = masks.Length / channels;
        Elementwise.ThrowIfLengthsDiffer(masks.Length, batch * channels);
        Elementwise.ThrowIfLengthsDiffer(y.Length, x.Length);
        Elementwise.ThrowIfLengthsDiffer(x.Length % masks.Length, 0);
        var body = new Body<T>(x, masks, y, channels, x.Length / batch);
        ParallelLoop.Run(ref body, batch, threads);
    }

    private readonly ref struct Body<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> masks, Span<T> y, int channels, int size) : IBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly ReadOnlySpan<T> _x = x, _masks = masks;
        private readonly Span<T> _y = y;

        public void Run(int part)
        {
            ref T mask = ref Unsafe.Add(ref MemoryMarshal.GetReference(_masks), part * channels);
            int end = (part + 1) * size;
            for (int start = part * size; start < end; start += channels)
            {
                ref T x = ref Unsafe.Add(ref MemoryMarshal.GetReference(_x), start);
                ref T y = ref Unsafe.Add(ref MemoryMarshal.GetReference(_y), start);
                for (int c = 0; c < channels; c += Vector<T>.Count)
                {
                    int lanes = Math.Min(Vector<T>.Count, channels - c);
                    Vector<T> scale = Lanes.Load(ref Unsafe.Add(ref mask, c), lanes);
                    Vector<T> scaled = scale * Lanes.Load(ref Unsafe.Add(ref x, c), lanes);

                    // As bits: what is dropped is zero, also where x is infinite or not a number.
                    Vector<T> result = Vector.AndNot(scaled, Vector.Equals(scale, Vector<T>.Zero));
                    Lanes.Store(result, ref Unsafe.Add(ref y, c), lanes);
                }
            }
        }
    }
}
