using System.Numerics;
using System.Runtime.CompilerServices;

namespace Engine.Kernels;

/// <summary>
/// The pixels of the input that one output pixel is made of: where their first channels lie, −1 beyond the borders of a constant
/// fill, and how far the point is from the first one.
/// </summary>
internal readonly struct ImageTaps<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public readonly int TopLeft, TopRight, BottomLeft, BottomRight;

    /// <summary>How far right and down the point lies: 0 to 1.</summary>
    public readonly T Right, Down;

    /// <summary>The taps of a point of the input.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ImageTaps(double x, double y, in ImageSampling sampling)
    {
        if (sampling.IsNearest)
        {
            x = Math.Floor(x + 0.5);
            y = Math.Floor(y + 0.5);
        }

        double left = Math.Floor(x), top = Math.Floor(y);
        Right = T.CreateTruncating(x - left);
        Down = T.CreateTruncating(y - top);
        int column = (int)left, row = (int)top, width = sampling.Width, channels = sampling.Channels;
        if ((uint)column < (uint)(width - 1) && (uint)row < (uint)(sampling.Height - 1))
        {
            TopLeft = ((row * width) + column) * channels;
            TopRight = TopLeft + channels;
            BottomLeft = TopLeft + (width * channels);
            BottomRight = BottomLeft + channels;
        }
        else
        {
            // What is wrapped around is still in the range of the fold, which takes any number.
            int right = Fold(unchecked(column + 1), width, sampling.FillMode);
            int bottom = Fold(unchecked(row + 1), sampling.Height, sampling.FillMode);
            column = Fold(column, width, sampling.FillMode);
            row = Fold(row, sampling.Height, sampling.FillMode);
            TopLeft = Offset(row, column, sampling);
            TopRight = Offset(row, right, sampling);
            BottomLeft = Offset(bottom, column, sampling);
            BottomRight = Offset(bottom, right, sampling);
        }
    }

    /// <summary>Whether the point is the centre of a pixel: that pixel is copied.</summary>
    public bool IsPixel => Right == T.Zero && Down == T.Zero;

    /// <summary>Whether all four are pixels of the input.</summary>
    public bool AreInside => (TopLeft | TopRight | BottomLeft | BottomRight) >= 0;

    /// <summary>The place of the pixel that shows at a place within or beyond the borders; −1 for a constant.</summary>
    internal static int Fold(int place, int length, FillMode mode)
    {
        if ((uint)place < (uint)length)
        {
            return place;
        }

        return mode switch
        {
            FillMode.Constant => -1,
            FillMode.Nearest => place < 0 ? 0 : length - 1,
            FillMode.Wrap => (int)Modulo(place, length),
            _ => Modulo(place, 2L * length) is var folded && folded < length ? (int)folded : (int)((2L * length) - 1 - folded),
        };
    }

    private static int Offset(int row, int column, in ImageSampling sampling) =>
        (row | column) < 0 ? -1 : ((row * sampling.Width) + column) * sampling.Channels;

    private static long Modulo(long place, long length) => ((place % length) + length) % length;
}
