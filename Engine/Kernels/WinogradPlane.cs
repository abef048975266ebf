using System.Numerics;
using System.Runtime.CompilerServices;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>
/// Images, [batch, Height, Width, Channels], seen as tiles that begin at <c>(4·row + Top, 4·column + Left)</c>. Tiles may overlap,
/// and may reach beyond the borders.
/// </summary>
/// <param name="Height">The rows of an image.</param>
/// <param name="Width">The columns of an image.</param>
/// <param name="Channels">The channels.</param>
/// <param name="Top">Where the first row of tiles begins; negative in the padding.</param>
/// <param name="Left">Where the first column of tiles begins; negative in the padding.</param>
/// <param name="TileRows">Rows of tiles of an image.</param>
/// <param name="TileColumns">Columns of tiles of an image.</param>
internal readonly record struct WinogradPlane(
    int Height, int Width, int Channels, int Top, int Left, int TileRows, int TileColumns)
{
    /// <summary>Transforms tiles; beyond the borders they are 0.</summary>
    /// <param name="images">The first element of the first image; only read.</param>
    /// <param name="first">The first tile; they are counted along the rows and through all images.</param>
    /// <param name="count">The number of tiles.</param>
    /// <param name="padded">
    /// How many channels are written, a multiple of the vector's width; those beyond the last become 0.
    /// </param>
    /// <param name="to">
    /// Tile, channel and point go to <c>[point · step + (channel / width) · strip + tile · row + channel % width]</c>.
    /// </param>
    /// <param name="row">The distance of two tiles.</param>
    /// <param name="width">The channels of a strip, whole vectors.</param>
    /// <param name="strip">The distance of two strips of channels.</param>
    /// <param name="step">The distance of two points.</param>
    /// <param name="work">Working memory of <see cref="WinogradTransform.WorkVectors"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void Transform<T, TStep>(
        ref T images, int first, int count, int padded, ref T to, nint row, int width, nint strip, nint step, ref T work)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TStep : IWinogradStep
    {
        nint imageRow = (nint)Width * Channels;
        ref T copy = ref Unsafe.Add(ref work, WinogradTransform.Points * Vector<T>.Count);
        for (int tile = 0; tile < count; tile++)
        {
            Locate(first + tile, out int image, out int y, out int x);
            bool isInside = y >= 0 && x >= 0 && y + TStep.Inputs <= Height && x + TStep.Inputs <= Width;
            nint origin = ((((nint)image * Height) + y) * imageRow) + ((nint)x * Channels);
            ref T result = ref Unsafe.Add(ref to, tile * row);
            int channel = 0;
            for (; isInside && channel <= Channels - Vector<T>.Count; channel += Vector<T>.Count)
            {
                WinogradTransform.Run<T, TStep>(
                    ref Unsafe.Add(ref images, origin + channel), imageRow, Channels,
                    ref Unsafe.Add(ref result, (channel / width * strip) + (channel % width)), step, ref work);
            }

            while (channel < padded)
            {
                int copied = Math.Min(padded - channel, WinogradTransform.CopiedVectors * Vector<T>.Count);
                Copy(ref images, origin, y, x, TStep.Inputs, channel, copied, ref copy);
                for (int end = channel + copied, i = 0; channel < end; channel += Vector<T>.Count, i += Vector<T>.Count)
                {
                    WinogradTransform.Run<T, TStep>(
                        ref Unsafe.Add(ref copy, i), TStep.Inputs * copied, copied,
                        ref Unsafe.Add(ref result, (channel / width * strip) + (channel % width)), step, ref work);
                }
            }
        }
    }

    /// <summary>Transforms products back and writes what lies inside: <c>images = relu(tile + bias)</c>.</summary>
    /// <param name="products">Point, tile and channel lie at <c>[point · step + tile · row + channel − from]</c>.</param>
    /// <param name="row">The distance of two tiles.</param>
    /// <param name="step">The distance of two points.</param>
    /// <param name="first">The first tile.</param>
    /// <param name="count">The number of tiles.</param>
    /// <param name="from">The first channel that the products hold.</param>
    /// <param name="channels">The number of channels that the products hold.</param>
    /// <param name="bias">One number a channel, or empty for none.</param>
    /// <param name="relu">Whether what is negative becomes 0.</param>
    /// <param name="images">The first element of the first image.</param>
    /// <param name="work">Working memory of <see cref="WinogradTransform.WorkVectors"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void Write<T>(
        ref T products, nint row, nint step, int first, int count, int from, int channels, ReadOnlySpan<T> bias, bool relu,
        ref T images, ref T work)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ref T result = ref Unsafe.Add(ref work, WinogradTransform.Points * Vector<T>.Count);
        for (int tile = 0; tile < count; tile++)
        {
            Locate(first + tile, out int image, out int y, out int x);
            int rows = Math.Min(WinogradTransform.Outputs, Height - y);
            int columns = Math.Min(WinogradTransform.Outputs, Width - x);
            for (int channel = 0; channel < channels; channel += Vector<T>.Count)
            {
                WinogradTransform.Run<T, WinogradOutput>(
                    ref Unsafe.Add(ref products, (tile * row) + channel), WinogradTransform.Inputs * step, step, ref result,
                    Vector<T>.Count, ref work);
                int lanes = Math.Min(Vector<T>.Count, channels - channel);
                Vector<T> added = bias.IsEmpty
                    ? Vector<T>.Zero
                    : WinogradTransform.Load(ref Unsafe.AsRef(in bias[from + channel]), lanes);
                for (int i = 0; i < rows; i++)
                {
                    nint position = ((((nint)image * Height) + y + i) * Width) + x;
                    ref T destination = ref Unsafe.Add(ref images, (position * Channels) + from + channel);
                    ref T source = ref Unsafe.Add(ref result, i * WinogradTransform.Outputs * Vector<T>.Count);
                    for (int j = 0; j < columns; j++)
                    {
                        Vector<T> value = Vector.LoadUnsafe(ref source, (nuint)(j * Vector<T>.Count));
                        value += added;
                        WinogradTransform.Store(relu ? Simd.Relu(value) : value, ref Unsafe.Add(ref destination, (nint)j * Channels), lanes);
                    }
                }
            }
        }
    }

    private void Locate(int tile, out int image, out int y, out int x)
    {
        (int tileRow, int tileColumn) = Math.DivRem(tile, TileColumns);
        (image, tileRow) = Math.DivRem(tileRow, TileRows);
        y = (tileRow * WinogradTransform.Outputs) + Top;
        x = (tileColumn * WinogradTransform.Outputs) + Left;
    }

    /// <summary>
    /// Copies some channels of a tile to <c>[size, size, channels]</c>, with zeros beyond the borders and beyond the last channel.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Copy<T>(ref T images, nint origin, int y, int x, int size, int channel, int channels, ref T to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int existing = Math.Min(channels, Channels - channel);
        for (int i = 0; i < size; i++)
        {
            for (int j = 0; j < size; j++)
            {
                // A reference is made only where there is an element: one that points elsewhere would not move with its array.
                int c = 0;
                if ((uint)(y + i) < (uint)Height && (uint)(x + j) < (uint)Width && existing > 0)
                {
                    ref T from = ref Unsafe.Add(ref images, origin + ((((nint)i * Width) + j) * Channels) + channel);
                    for (; c <= existing - Vector<T>.Count; c += Vector<T>.Count)
                    {
                        Vector.LoadUnsafe(ref from, (nuint)c).StoreUnsafe(ref to, (nuint)c);
                    }

                    for (; c < existing; c++)
                    {
                        Unsafe.Add(ref to, c) = Unsafe.Add(ref from, c);
                    }
                }

                for (; c % Vector<T>.Count != 0; c++)
                {
                    Unsafe.Add(ref to, c) = T.Zero;
                }

                for (; c < channels; c += Vector<T>.Count)
                {
                    Vector<T>.Zero.StoreUnsafe(ref to, (nuint)c);
                }

                to = ref Unsafe.Add(ref to, channels);
            }
        }
    }
}
