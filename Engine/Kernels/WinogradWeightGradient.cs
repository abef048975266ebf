using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>
/// The gradient of the kernel: F(3 × 3, 4 × 4), in which tiles of dy take the kernel's place. The products are summed over all
/// tiles before the one transform back.
/// </summary>
/// <remarks>
/// Blocks of tiles follow each other; within a block threads share first the transforms, then blocks of the gradient. So the
/// summed axis is cut by shapes alone, and no thread has sums of its own that would have to be joined.
/// </remarks>
internal readonly ref struct WinogradWeightGradient<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>
    /// Tiles of a block: enough of them to pay for reading and writing the sums once more. Also the longest chain of additions but
    /// the one that adds the blocks.
    /// </summary>
    public const int MaxTiles = 96;

    /// <summary>Tiles of a part that only transforms.</summary>
    private const int TilesOfPart = 8;

    /// <summary>Channels, and vectors of filters, of a block of the gradient; its sums stay in the second-level cache.</summary>
    private const int MaxChannels = 48, VectorsOfBlock = 4;

    private readonly ref T _x;
    private readonly ref T _dy;
    private readonly ref T _dKernel;
    private readonly WinogradPlane _input;
    private readonly WinogradPlane _output;
    private readonly int _tiles;
    private readonly int _tilesOfBlock;
    private readonly int _channels;
    private readonly ref T _shared;

    private WinogradWeightGradient(
        in ConvolutionGeometry g, int batch, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, Span<T> dKernel)
    {
        _x = ref MemoryMarshal.GetReference(x);
        _dy = ref MemoryMarshal.GetReference(dy);
        _dKernel = ref MemoryMarshal.GetReference(dKernel);
        int rows = WinogradTransform.TilesAlong(g.Height.Output);
        int columns = WinogradTransform.TilesAlong(g.Width.Output);
        _input = new(g.Height.Input, g.Width.Input, g.Channels, -g.Height.PadBefore, -g.Width.PadBefore, rows, columns);
        _output = new(g.Height.Output, g.Width.Output, g.Filters, 0, 0, rows, columns);
        _tiles = batch * rows * columns;
        int blocks = (_tiles + MaxTiles - 1) / MaxTiles;
        _tilesOfBlock = (_tiles + blocks - 1) / blocks;
        int channelBlocks = (g.Channels + MaxChannels - 1) / MaxChannels;
        int channels = (g.Channels + channelBlocks - 1) / channelBlocks;
        _channels = (channels + GemmTile.Rows - 1) / GemmTile.Rows * GemmTile.Rows;
        nint sums = _tilesOfBlock < _tiles ? ChannelBlocks * FilterBlocks * SumsLength : 0;
        _shared = ref WinogradScratch.Shared<T>(InputLength + OutputLength + sums);
    }

    private static int BlockWidth => VectorsOfBlock * Vector<T>.Count;

    private static nint WorkLength => WinogradTransform.WorkVectors * Vector<T>.Count;

    private int StripWidth => GemmTile.StripWidth<T>(_output.Channels);

    private int ChannelBlocks => (_input.Channels + _channels - 1) / _channels;

    private int FilterBlocks => (_output.Channels + BlockWidth - 1) / BlockWidth;

    /// <summary>The distance of two transformed tiles of x. Padded, since a product walks from tile to tile.</summary>
    private nint InputRow => WinogradScratch.Pad<T>(_input.Channels);

    private nint InputStep => WinogradScratch.Pad<T>(_tilesOfBlock * InputRow);

    private nint InputLength => InputStep * WinogradTransform.Points;

    /// <summary>The distance of two strips of filters of the transformed tiles of dy.</summary>
    private nint OutputStrip => (nint)_tilesOfBlock * StripWidth;

    private nint OutputStep => WinogradScratch.Pad<T>((_output.Channels + StripWidth - 1) / StripWidth * OutputStrip);

    private nint OutputLength => OutputStep * WinogradTransform.Points;

    private nint SumsStep => WinogradScratch.Pad<T>((nint)_channels * BlockWidth);

    private nint SumsLength => SumsStep * WinogradTransform.Points;

    /// <summary>Computes the gradient.</summary>
    public static void Run(
        in ConvolutionGeometry g, int batch, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, Span<T> dKernel, int threads)
    {
        WinogradWeightGradient<T> gradient = new(g, batch, x, dy, dKernel);
        for (int first = 0; first < gradient._tiles; first += gradient._tilesOfBlock)
        {
            int count = Math.Min(gradient._tilesOfBlock, gradient._tiles - first);
            TransformBody transforms = new(gradient, first, count);
            ParallelLoop.Run(ref transforms, (count + TilesOfPart - 1) / TilesOfPart, threads);
            ProductBody products = new(gradient, first, count);
            ParallelLoop.Run(ref products, gradient.ChannelBlocks * gradient.FilterBlocks, threads);
        }
    }

    /// <summary>Transforms some tiles of a block.</summary>
    private void Transform(int first, int tile, int count)
    {
        ref T work = ref WinogradScratch.Own<T>(WorkLength);
        int padded = (_input.Channels + Vector<T>.Count - 1) / Vector<T>.Count * Vector<T>.Count;
        _input.Transform<T, WinogradInput>(
            ref _x, first + tile, count, padded, ref Unsafe.Add(ref _shared, tile * InputRow), InputRow, padded, strip: 0, InputStep,
            ref work);
        padded = (_output.Channels + StripWidth - 1) / StripWidth * StripWidth;
        _output.Transform<T, WinogradGradientIn>(
            ref _dy, first + tile, count, padded, ref Unsafe.Add(ref _shared, InputLength + ((nint)tile * StripWidth)), StripWidth,
            StripWidth, OutputStrip, OutputStep, ref work);
    }

    /// <summary>Adds the products of a block of tiles to a block of the sums, and transforms these back after the last one.</summary>
    private void Multiply(int first, int count, int part)
    {
        (int channel, int filter) = Math.DivRem(part, FilterBlocks);
        channel *= _channels;
        filter *= BlockWidth;
        int channels = Math.Min(_channels, _input.Channels - channel);
        int filters = Math.Min(BlockWidth, _output.Channels - filter);
        bool isOnly = _tilesOfBlock == _tiles;
        ref T work = ref WinogradScratch.Own<T>(WorkLength + (isOnly ? SumsLength : 0));
        ref T sums = ref isOnly
            ? ref Unsafe.Add(ref work, WorkLength)
            : ref Unsafe.Add(ref _shared, InputLength + OutputLength + (part * SumsLength));
        GemmFinish finish = first == 0 ? GemmFinish.None : GemmFinish.AddC;
        for (int point = 0; point < WinogradTransform.Points; point++)
        {
            ref T a = ref Unsafe.Add(ref _shared, (point * InputStep) + channel);
            ref T b = ref Unsafe.Add(ref _shared, InputLength + (point * OutputStep) + (filter / StripWidth * OutputStrip));
            ref T c = ref Unsafe.Add(ref sums, point * SumsStep);
            for (int column = 0; column < filters; column += StripWidth)
            {
                WinogradProduct.Strip(
                    ref a, 1, InputRow, ref b, count, StripWidth, ref c, BlockWidth, channels, filters - column, finish);
                b = ref Unsafe.Add(ref b, OutputStrip);
                c = ref Unsafe.Add(ref c, StripWidth);
            }
        }

        if (first + count == _tiles)
        {
            Write(ref sums, channel, channels, filter, filters, ref work);
        }
    }

    private void Write(ref T sums, int channel, int channels, int filter, int filters, ref T work)
    {
        nint position = (nint)_input.Channels * _output.Channels;
        ref T result = ref Unsafe.Add(ref work, WinogradTransform.Points * Vector<T>.Count);
        for (int c = 0; c < channels; c++)
        {
            for (int f = 0; f < filters; f += Vector<T>.Count)
            {
                ref T from = ref Unsafe.Add(ref sums, (c * BlockWidth) + f);
                ref T to = ref Unsafe.Add(ref _dKernel, ((nint)(channel + c) * _output.Channels) + filter + f);
                int lanes = Math.Min(Vector<T>.Count, filters - f);
                WinogradTransform.Run<T, WinogradKernelOut>(
                    ref from, WinogradTransform.Inputs * SumsStep, SumsStep, ref result, Vector<T>.Count, ref work);
                for (int w = 0; w < 9; w++)
                {
                    Vector<T> value = Vector.LoadUnsafe(ref result, (nuint)(w * Vector<T>.Count));
                    WinogradTransform.Store(value, ref Unsafe.Add(ref to, w * position), lanes);
                }
            }
        }
    }

    private readonly ref struct TransformBody(WinogradWeightGradient<T> gradient, int first, int count) : IBody
    {
        private readonly WinogradWeightGradient<T> _gradient = gradient;
        private readonly int _first = first;
        private readonly int _count = count;

        public void Run(int part) =>
            _gradient.Transform(_first, part * TilesOfPart, Math.Min(TilesOfPart, _count - (part * TilesOfPart)));
    }

    private readonly ref struct ProductBody(WinogradWeightGradient<T> gradient, int first, int count) : IBody
    {
        private readonly WinogradWeightGradient<T> _gradient = gradient;
        private readonly int _first = first;
        private readonly int _count = count;

        public void Run(int part) => _gradient.Multiply(_first, _count, part);
    }
}
