using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>
/// Reads an image along an affine map: y[r, c] is the image at the map of (c, r), between pixels by interpolation and beyond the
/// borders by the fill. Linear in the image but for the constant, and <see cref="Adjoint"/> is its transpose.
/// </summary>
/// <remarks>
/// One image a call, so that a batch is split between threads by images. A pixel's channels lie side by side and share its taps:
/// they are done by vectors where there are enough of them.
/// </remarks>
internal static class ImageTransform
{
    /// <summary>y = the image x read along a map.</summary>
    /// <param name="x">[height, width, channels].</param>
    /// <param name="map">Where an output pixel comes from; finite.</param>
    /// <param name="sampling">Sizes, interpolation, fill.</param>
    /// <param name="y">[output height, output width, channels], overwritten; apart from x.</param>
    public static void Forward<T>(ReadOnlySpan<T> x, in AffineMap map, in ImageSampling sampling, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CheckLengths(x.Length, y.Length, sampling);
        T fill = T.CreateTruncating(sampling.FillValue);
        ref T source = ref MemoryMarshal.GetReference(x);
        ref T destination = ref MemoryMarshal.GetReference(y);
        int channels = sampling.Channels;
        for (int row = 0; row < sampling.OutputHeight; row++)
        {
            double startX = (map.XY * row) + map.X0, startY = (map.YY * row) + map.Y0;
            for (int column = 0; column < sampling.OutputWidth; column++)
            {
                ImageTaps<T> taps = new((map.XX * column) + startX, (map.YX * column) + startY, sampling);
                Blend(ref source, taps, channels, fill, ref destination);
                destination = ref Unsafe.Add(ref destination, channels);
            }
        }
    }

    /// <summary>dx = the gradient of the image, from that of what was read along the map.</summary>
    /// <param name="dy">[output height, output width, channels].</param>
    /// <param name="map">The map of forward.</param>
    /// <param name="sampling">Sizes, interpolation, fill; the constant of the fill is not read.</param>
    /// <param name="dx">[height, width, channels], overwritten; apart from dy.</param>
    public static void Adjoint<T>(ReadOnlySpan<T> dy, in AffineMap map, in ImageSampling sampling, Span<T> dx)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CheckLengths(dx.Length, dy.Length, sampling);
        dx.Clear();
        ref T source = ref MemoryMarshal.GetReference(dy);
        ref T destination = ref MemoryMarshal.GetReference(dx);
        int channels = sampling.Channels;
        for (int row = 0; row < sampling.OutputHeight; row++)
        {
            double startX = (map.XY * row) + map.X0, startY = (map.YY * row) + map.Y0;
            for (int column = 0; column < sampling.OutputWidth; column++)
            {
                ImageTaps<T> taps = new((map.XX * column) + startX, (map.YX * column) + startY, sampling);
                Spread(ref source, taps, channels, ref destination);
                source = ref Unsafe.Add(ref source, channels);
            }
        }
    }

    // y = (1 − d) ((1 − r) x₀₀ + r x₀₁) + d ((1 − r) x₁₀ + r x₁₁), for each channel.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Blend<T>(ref T x, in ImageTaps<T> taps, int channels, T fill, ref T y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int c = 0;
        if (taps.IsPixel)
        {
            for (; c < channels; c++)
            {
                Unsafe.Add(ref y, c) = Tap(ref x, taps.TopLeft, c, fill);
            }

            return;
        }

        if (channels >= Vector<T>.Count && taps.AreInside)
        {
            Vector<T> right = new(taps.Right), down = new(taps.Down);
            for (; c <= channels - Vector<T>.Count; c += Vector<T>.Count)
            {
                Vector<T> top = Lerp(Load(ref x, taps.TopLeft, c), Load(ref x, taps.TopRight, c), right);
                Vector<T> bottom = Lerp(Load(ref x, taps.BottomLeft, c), Load(ref x, taps.BottomRight, c), right);
                Lerp(top, bottom, down).StoreUnsafe(ref y, (nuint)c);
            }
        }

        for (; c < channels; c++)
        {
            T top = Lerp(Tap(ref x, taps.TopLeft, c, fill), Tap(ref x, taps.TopRight, c, fill), taps.Right);
            T bottom = Lerp(Tap(ref x, taps.BottomLeft, c, fill), Tap(ref x, taps.BottomRight, c, fill), taps.Right);
            Unsafe.Add(ref y, c) = Lerp(top, bottom, taps.Down);
        }
    }

    // dx₀₀ += (1 − d)(1 − r) dy, and so on: what fell on the constant of the fill is lost.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Spread<T>(ref T dy, in ImageTaps<T> taps, int channels, ref T dx)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (taps.IsPixel)
        {
            AddTo(ref dx, taps.TopLeft, T.One, ref dy, channels);
            return;
        }

        T up = T.One - taps.Down, left = T.One - taps.Right;
        AddTo(ref dx, taps.TopLeft, up * left, ref dy, channels);
        AddTo(ref dx, taps.TopRight, up * taps.Right, ref dy, channels);
        AddTo(ref dx, taps.BottomLeft, taps.Down * left, ref dy, channels);
        AddTo(ref dx, taps.BottomRight, taps.Down * taps.Right, ref dy, channels);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTo<T>(ref T dx, int offset, T weight, ref T dy, int channels)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (offset < 0)
        {
            return;
        }

        dx = ref Unsafe.Add(ref dx, offset);
        int c = 0;
        for (; c <= channels - Vector<T>.Count; c += Vector<T>.Count)
        {
            Simd.MultiplyAdd(new Vector<T>(weight), Load(ref dy, 0, c), Load(ref dx, 0, c)).StoreUnsafe(ref dx, (nuint)c);
        }

        for (; c < channels; c++)
        {
            Unsafe.Add(ref dx, c) = Simd.MultiplyAdd(weight, Unsafe.Add(ref dy, c), Unsafe.Add(ref dx, c));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Tap<T>(ref T x, int offset, int channel, T fill)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => offset < 0 ? fill : Unsafe.Add(ref x, offset + channel);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<T> Load<T>(ref T x, int offset, int channel)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Vector.LoadUnsafe(ref x, (nuint)(offset + channel));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Lerp<T>(T from, T to, T share)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Simd.MultiplyAdd(share, to - from, from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<T> Lerp<T>(Vector<T> from, Vector<T> to, Vector<T> share)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Simd.MultiplyAdd(share, to - from, from);

    // The loops check no bounds.
    private static void CheckLengths(int input, int output, in ImageSampling sampling)
    {
        int expectedInput = checked(sampling.Height * sampling.Width * sampling.Channels);
        int expectedOutput = checked(sampling.OutputHeight * sampling.OutputWidth * sampling.Channels);
        if (input != expectedInput || output != expectedOutput || expectedInput == 0)
        {
            throw new ArgumentException(
                $"ImageTransform: expected images of {expectedInput} and {expectedOutput} elements, got {input} and {output}.");
        }
    }
}
