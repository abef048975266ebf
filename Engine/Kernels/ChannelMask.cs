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
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Run(x, masks, y, channels, default(ScaledByMask<T>), threads);

    /// <summary>y = x · scale + shift where the mask is not zero, else <paramref name="dropped"/>.</summary>
    /// <param name="x">[n, positions, channels].</param>
    /// <param name="masks">[n, channels].</param>
    /// <param name="y">As x, overwritten; may be x.</param>
    /// <param name="channels">The number of channels.</param>
    /// <param name="scale">What is kept is multiplied by it.</param>
    /// <param name="shift">What is then added to what is kept.</param>
    /// <param name="dropped">What stands where something is dropped.</param>
    /// <param name="threads">How many threads may work; a sample is one thread's.</param>
    public static void ApplyAffine<T>(
        ReadOnlySpan<T> x,
        ReadOnlySpan<T> masks,
        Span<T> y,
        int channels,
        double scale,
        double shift,
        double dropped,
        int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Run(x, masks, y, channels, new AffineByMask<T>(scale, shift, dropped), threads);

    private static void Run<T, TOperation>(
        ReadOnlySpan<T> x, ReadOnlySpan<T> masks, Span<T> y, int channels, TOperation operation, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperation : struct, IBinaryOperation<T>
    {
        int batch = masks.Length / channels;
        Elementwise.ThrowIfLengthsDiffer(masks.Length, batch * channels);
        Elementwise.ThrowIfLengthsDiffer(y.Length, x.Length);
        Elementwise.ThrowIfLengthsDiffer(x.Length % masks.Length, 0);
        var body = new Body<T, TOperation>(x, masks, y, channels, x.Length / batch, operation);
        ParallelLoop.Run(ref body, batch, threads);
    }

    private readonly ref struct Body<T, TOperation>(
        ReadOnlySpan<T> x, ReadOnlySpan<T> masks, Span<T> y, int channels, int size, TOperation operation) : IBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperation : struct, IBinaryOperation<T>
    {
        private readonly ReadOnlySpan<T> _x = x, _masks = masks;
        private readonly Span<T> _y = y;
        private readonly TOperation _operation = operation;

        public void Run(int part)
        {
            ref T mask = ref Unsafe.Add(ref MemoryMarshal.GetReference(_masks), part * channels);
            TOperation operation = _operation;
            int end = (part + 1) * size;
            for (int start = part * size; start < end; start += channels)
            {
                ref T x = ref Unsafe.Add(ref MemoryMarshal.GetReference(_x), start);
                ref T y = ref Unsafe.Add(ref MemoryMarshal.GetReference(_y), start);
                for (int c = 0; c < channels; c += Vector<T>.Count)
                {
                    int lanes = Math.Min(Vector<T>.Count, channels - c);
                    Vector<T> result = operation.Invoke(
                        Lanes.Load(ref Unsafe.Add(ref x, c), lanes), Lanes.Load(ref Unsafe.Add(ref mask, c), lanes));
                    Lanes.Store(result, ref Unsafe.Add(ref y, c), lanes);
                }
            }
        }
    }
}
