using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>
/// Relaxed Bernoulli masks: z = 1 − sigmoid((logit + ln u − ln (1 − u)) / temperature), u uniform. Maddison, Mnih and Teh, "The
/// concrete distribution", ICLR 2017. The draws do not depend on the logit, so that z has a gradient with respect to it.
/// </summary>
internal static class ConcreteMask
{
    /// <summary>masks = z / (1 − p), p = sigmoid(logit).</summary>
    /// <param name="masks">[rows, channels], overwritten.</param>
    /// <param name="channels">The length of a row.</param>
    /// <param name="logit">Of the probability to drop.</param>
    /// <param name="temperature">How far from 0 and 1 the masks may be; above 0.</param>
    /// <param name="random">Draws u.</param>
    /// <param name="rowKeys">One key a row. Empty: its number.</param>
    [SkipLocalsInit]
    public static void Fill<T>(
        Span<T> masks, int channels, double logit, double temperature, in RandomSource random, ReadOnlySpan<uint> rowKeys)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int rows = masks.Length / channels;
        Elementwise.ThrowIfLengthsDiffer(masks.Length, rows * channels);
        NoiseVectors noise = new(random);
        KeepOperation<T> operation = new(logit, temperature);
        Span<T> group = stackalloc T[NoiseVectors.Group];
        for (int row = 0; row < rows; row++)
        {
            Span<T> mask = masks.Slice(row * channels, channels);
            for (uint number = 0; !mask.IsEmpty; number++)
            {
                Span<T> part = mask[..Math.Min(mask.Length, NoiseVectors.Group)];
                noise.FillLogistic(rowKeys.IsEmpty ? (uint)row : rowKeys[row], number, group);
                Elementwise.Map(group[..part.Length], part, operation);
                mask = mask[part.Length..];
            }
        }
    }

    /// <summary>
    /// The gradient of the logit: Σ dy · y · (p − d / temperature) over y = x · mask, d = 1 − z being what is dropped.
    /// </summary>
    /// <param name="y">[rows, positions, channels]: the masked values.</param>
    /// <param name="dy">As y: their gradient.</param>
    /// <param name="masks">[rows, channels]: what <see cref="Fill"/> wrote.</param>
    /// <param name="channels">The number of channels.</param>
    /// <param name="logit">As for <see cref="Fill"/>.</param>
    /// <param name="temperature">As for <see cref="Fill"/>.</param>
    // ∂mask/∂logit = ∂/∂logit z (1 + exp(logit)) = mask · (p − d / temperature)
    public static double LogitGradient<T>(
        ReadOnlySpan<T> y, ReadOnlySpan<T> dy, ReadOnlySpan<T> masks, int channels, double logit, double temperature)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int rows = masks.Length / channels;
        int size = y.Length / rows;
        Elementwise.ThrowIfLengthsDiffer(dy.Length, y.Length);
        Elementwise.ThrowIfLengthsDiffer(y.Length, rows * size);
        Elementwise.ThrowIfLengthsDiffer(size % channels, 0);
        double p = 1 / (1 + Math.Exp(-logit));

        // p − d / t = (p − 1 / t) + mask · (1 − p) / t
        Vector<T> shift = VectorMath.Constant<T>(p - (1 / temperature));
        Vector<T> scale = VectorMath.Constant<T>((1 - p) / temperature);
        double sum = 0;
        for (int row = 0; row < rows; row++)
        {
            ref T mask = ref Unsafe.Add(ref MemoryMarshal.GetReference(masks), row * channels);
            Vector<T> rowSum = Vector<T>.Zero;
            for (int start = row * size; start < (row + 1) * size; start += channels)
            {
                ref T value = ref Unsafe.Add(ref MemoryMarshal.GetReference(y), start);
                ref T gradient = ref Unsafe.Add(ref MemoryMarshal.GetReference(dy), start);
                for (int c = 0; c < channels; c += Vector<T>.Count)
                {
                    int lanes = Math.Min(Vector<T>.Count, channels - c);
                    Vector<T> weight = Simd.MultiplyAdd(Lanes.Load(ref Unsafe.Add(ref mask, c), lanes), scale, shift);
                    Vector<T> masked = Lanes.Load(ref Unsafe.Add(ref value, c), lanes);
                    rowSum = Simd.MultiplyAdd(masked * Lanes.Load(ref Unsafe.Add(ref gradient, c), lanes), weight, rowSum);
                }
            }

            sum += double.CreateTruncating(Vector.Sum(rowSum));
        }

        return sum;
    }

    // z / (1 − p) = sigmoid(−(logit + noise) / temperature) · (1 + exp(logit))
    private readonly struct KeepOperation<T>(double logit, double temperature) : IUnaryOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Vector<T> _logit = VectorMath.Constant<T>(logit);
        private readonly Vector<T> _sharpness = VectorMath.Constant<T>(-1 / temperature);
        private readonly Vector<T> _scale = VectorMath.Constant<T>(1 + Math.Exp(logit));

        public Vector<T> Invoke(Vector<T> x) => VectorMath.Sigmoid((x + _logit) * _sharpness) * _scale;
    }
}
