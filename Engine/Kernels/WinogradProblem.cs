using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Engine.Kernels;

/// <summary>
/// A convolution, or the gradient of its input, which is one too: of dy with the kernel turned by 180°, its channels and filters
/// exchanged. The pieces from which <see cref="WinogradForward"/> puts it together, each for some tiles or some filters.
/// </summary>
internal readonly ref struct WinogradProblem<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Filters are taken so many vectors at a time: their products stay in the second-level cache.</summary>
    private const int VectorsOfBlock = 4;

    /// <summary>The kernel is read so many channels of two vectors at a time: they stay in the first-level cache.</summary>
    private const int ChannelsOfChunk = 32;

    private readonly ref T _x;
    private readonly ref T _kernel;
    private readonly ReadOnlySpan<T> _bias;
    private readonly ref T _y;
    private readonly WinogradPlane _input;
    private readonly WinogradPlane _output;
    private readonly bool _isGradient;
    private readonly bool _relu;

    /// <summary>The forward pass.</summary>
    public WinogradProblem(
        in ConvolutionGeometry g, int batch, ReadOnlySpan<T> x, ReadOnlySpan<T> kernel, ReadOnlySpan<T> bias, Span<T> y, bool relu)
    {
        _x = ref MemoryMarshal.GetReference(x);
        _kernel = ref MemoryMarshal.GetReference(kernel);
        _bias = bias;
        _y = ref MemoryMarshal.GetReference(y);
        _relu = relu;
        int rows = WinogradTransform.TilesAlong(g.Height.Output);
        int columns = WinogradTransform.TilesAlong(g.Width.Output);
        _input = new(g.Height.Input, g.Width.Input, g.Channels, -g.Height.PadBefore, -g.Width.PadBefore, rows, columns);
        _output = new(g.Height.Output, g.Width.Output, g.Filters, 0, 0, rows, columns);
        Tiles = batch * rows * columns;
    }

    /// <summary>The gradient of the input.</summary>
    public WinogradProblem(in ConvolutionGeometry g, int batch, ReadOnlySpan<T> dy, ReadOnlySpan<T> kernel, Span<T> dx)
    {
        _x = ref MemoryMarshal.GetReference(dy);
        _kernel = ref MemoryMarshal.GetReference(kernel);
        _y = ref MemoryMarshal.GetReference(dx);
        _isGradient = true;
        int rows = WinogradTransform.TilesAlong(g.Height.Input);
        int columns = WinogradTransform.TilesAlong(g.Width.Input);
        int top = g.Height.PadBefore - 2;
        int left = g.Width.PadBefore - 2;
        _input = new(g.Height.Output, g.Width.Output, g.Filters, top, left, rows, columns);
        _output = new(g.Height.Input, g.Width.Input, g.Channels, 0, 0, rows, columns);
        Tiles = batch * rows * columns;
    }

    /// <summary>The number of tiles of the batch.</summary>
    public int Tiles { get; }

    /// <summary>Channels of what is read: the summed axis.</summary>
    public int Channels => _input.Channels;

    /// <summary>The distance of two transformed tiles of the input.</summary>
    public int TileLength => (Channels + Vector<T>.Count - 1) / Vector<T>.Count * Vector<T>.Count;

    /// <summary>The number of blocks of filters.</summary>
    public int Blocks => (_output.Channels + BlockWidth - 1) / BlockWidth;

    /// <summary>The working memory of <see cref="TransformKernel"/>, and of the transforms.</summary>
    public static nint WorkLength =>
        (WinogradTransform.WorkVectors + (9 * ChannelsOfChunk * 2)) * Vector<T>.Count;

    private static int BlockWidth => VectorsOfBlock * Vector<T>.Count;

    private int StripWidth => GemmTile.StripWidth<T>(_output.Channels);

    /// <summary>The distance of two points of so many channels of a block of the transformed kernel.</summary>
    public static nint KernelStep(int channels) => WinogradScratch.Pad<T>((nint)channels * BlockWidth);

    /// <summary>The distance of two points of the transformed input of so many tiles.</summary>
    public nint InputStep(int tiles) => WinogradScratch.Pad<T>((nint)tiles * TileLength);

    /// <summary>The distance of two points of the products of so many tiles with a block of filters.</summary>
    public static nint ProductStep(int tiles) => WinogradScratch.Pad<T>((nint)tiles * BlockWidth);

    /// <summary>Transforms the input of some tiles to <c>[point, tile, channel]</c>.</summary>
    public void TransformInput(int first, int count, ref T to, nint step, ref T work)
    {
        int row = TileLength;
        _input.Transform<T, WinogradInput>(ref _x, first, count, row, ref to, row, row, strip: 0, step, ref work);
    }

    /// <summary>Transforms some channels of a block of filters to <c>[point, strip, channel, filter of the strip]</c>.</summary>
    public void TransformKernel(int block, int channel, int channels, ref T to, ref T work)
    {
        nint step = KernelStep(channels);
        int mostChannels = ChannelsOfChunk * 2 * Vector<T>.Count / StripWidth;
        ref T chunk = ref Unsafe.Add(ref work, WinogradTransform.WorkVectors * Vector<T>.Count);
        int last = Math.Min((block + 1) * BlockWidth, _output.Channels);
        for (int filter = block * BlockWidth; filter < last; filter += StripWidth)
        {
            for (int begin = channel; begin < channel + channels; begin += mostChannels)
            {
                int count = Math.Min(mostChannels, channel + channels - begin);
                nint position = (nint)count * StripWidth;
                PackKernel(begin, count, filter, Math.Min(StripWidth, last - filter), ref chunk, position);
                for (int j = 0; j < position; j += Vector<T>.Count)
                {
                    WinogradTransform.Run<T, WinogradKernelIn>(
                        ref Unsafe.Add(ref chunk, j), 3 * position, position, ref Unsafe.Add(ref to, j), step, ref work);
                }

                to = ref Unsafe.Add(ref to, position);
            }
        }
    }

    /// <summary>Multiplies transformed tiles with some channels of a block of the transformed kernel.</summary>
    /// <param name="input">The first of the tiles, at the first of the channels.</param>
    /// <param name="inputStep">The distance of their points.</param>
    /// <param name="count">The number of tiles.</param>
    /// <param name="block">The block of filters.</param>
    /// <param name="kernel">The channels of the block, transformed.</param>
    /// <param name="channels">The number of channels.</param>
    /// <param name="products">The first tile's products.</param>
    /// <param name="step">The distance of their points.</param>
    /// <param name="finish">Whether to add to the products that are there.</param>
    public void Multiply(
        ref T input, nint inputStep, int count, int block, ref T kernel, int channels, ref T products, nint step, GemmFinish finish)
    {
        int filters = Math.Min(BlockWidth, _output.Channels - (block * BlockWidth));
        nint kernelStep = KernelStep(channels);
        for (int point = 0; point < WinogradTransform.Points; point++)
        {
            ref T a = ref Unsafe.Add(ref input, point * inputStep);
            for (int column = 0; column < filters; column += StripWidth)
            {
                WinogradProduct.Strip(
                    ref a, TileLength, 1, ref Unsafe.Add(ref kernel, (point * kernelStep) + ((nint)column * channels)), channels,
                    StripWidth, ref Unsafe.Add(ref products, (point * step) + column), BlockWidth, count, filters - column, finish);
            }
        }
    }

    /// <summary>Transforms the products of some tiles with a block of filters back to y.</summary>
    public void Write(int first, int count, int block, ref T products, nint step, ref T work)
    {
        int from = block * BlockWidth;
        int filters = Math.Min(BlockWidth, _output.Channels - from);
        _output.Write(ref products, BlockWidth, step, first, count, from, filters, _bias, _relu, ref _y, ref work);
    }

    /// <summary>Packs a strip of the kernel to <c>[3 · 3, channel, filter of the strip]</c>, with zeros beyond the last filter.</summary>
    private void PackKernel(int channel, int channels, int filter, int filters, ref T to, nint position)
    {
        nint size = (nint)Channels * _output.Channels;
        for (int w = 0; w < 9; w++)
        {
            ref T destination = ref Unsafe.Add(ref to, w * position);
            if (_isGradient)
            {
                ref T from = ref Unsafe.Add(ref _kernel, ((8 - w) * size) + ((nint)filter * Channels) + channel);
                GemmPacking.PackB(ref from, 1, Channels, channels, filters, channels, StripWidth, ref destination);
            }
            else
            {
                ref T from = ref Unsafe.Add(ref _kernel, (w * size) + ((nint)channel * _output.Channels) + filter);
                GemmPacking.PackB(ref from, _output.Channels, 1, channels, filters, channels, StripWidth, ref destination);
            }
        }
    }
}
