using System.Numerics;
using System.Runtime.CompilerServices;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>
/// A convolution from its pieces, in one of two orders: either the whole kernel is transformed first and the input passes by in
/// blocks of tiles, or the whole input first and the kernel passes by in blocks of filters. What is larger passes by, and never
/// leaves the caches in its transformed shape. Which order it is depends on shapes alone.
/// </summary>
internal static class WinogradForward
{
    /// <summary>A block of tiles is some multiple of this, a multiple of the height of every micro-kernel.</summary>
    private const int TileUnit = 24;

    /// <summary>
    /// Where the kernel passes by, so many channels of it at a time: in its transformed shape they stay in the second-level cache.
    /// </summary>
    private const int ChannelsOfBlock = 64;

    /// <summary>Tiles of a part that only transforms.</summary>
    private const int TilesOfInputPart = 8;

    /// <summary>
    /// A block of transformed tiles is about so large: half of the second-level cache, the rest of which is for products.
    /// </summary>
    private const int BlockBytes = 256 * 1024;

    /// <summary>Runs the problem.</summary>
    public static void Run<T>(in WinogradProblem<T> problem, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (problem.Tiles <= problem.Blocks * TileUnit)
        {
            nint step = problem.InputStep(problem.Tiles);
            ref T shared = ref WinogradScratch.Shared<T>(step * WinogradTransform.Points);
            InputBody<T> inputs = new(problem, ref shared, step);
            ParallelLoop.Run(ref inputs, (problem.Tiles + TilesOfInputPart - 1) / TilesOfInputPart, threads);
            FilterBody<T> filters = new(problem, ref shared, step);
            ParallelLoop.Run(ref filters, problem.Blocks, threads);
        }
        else
        {
            ref T shared = ref WinogradScratch.Shared<T>(problem.Blocks * WinogradProblem<T>.KernelStep(problem.Channels) * WinogradTransform.Points);
            KernelBody<T> kernels = new(problem, ref shared);
            ParallelLoop.Run(ref kernels, problem.Blocks, threads);
            int tiles = TilesOfBlock<T>(problem.Tiles, problem.Channels);
            TileBody<T> parts = new(problem, ref shared, tiles);
            ParallelLoop.Run(ref parts, (problem.Tiles + tiles - 1) / tiles, threads);
        }
    }

    /// <summary>
    /// Few enough tiles for the cache; but where there are so many channels that they do not fit anyway, as many as make good use
    /// of a strip of the kernel each time it comes from farther away. Equal blocks rather than a short last one.
    /// </summary>
    private static int TilesOfBlock<T>(int tiles, int channels)
        where T : unmanaged
    {
        int fitting = BlockBytes / (WinogradTransform.Points * Unsafe.SizeOf<T>() * channels) / TileUnit * TileUnit;
        int most = channels > 192 ? 2 * TileUnit : Math.Clamp(fitting, TileUnit, 4 * TileUnit);
        int blocks = (tiles + most - 1) / most;
        int each = (tiles + blocks - 1) / blocks;
        return (each + GemmTile.Rows - 1) / GemmTile.Rows * GemmTile.Rows;
    }

    private readonly ref struct InputBody<T>(WinogradProblem<T> problem, ref T shared, nint step) : IBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly WinogradProblem<T> _problem = problem;
        private readonly ref T _input = ref shared;
        private readonly nint _step = step;

        public void Run(int part)
        {
            int first = part * TilesOfInputPart;
            int count = Math.Min(TilesOfInputPart, _problem.Tiles - first);
            ref T work = ref WinogradScratch.Own<T>(WinogradProblem<T>.WorkLength);
            _problem.TransformInput(
                first, count, ref Unsafe.Add(ref _input, (nint)first * _problem.TileLength), _step, ref work);
        }
    }

    private readonly ref struct FilterBody<T>(WinogradProblem<T> problem, ref T shared, nint step) : IBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly WinogradProblem<T> _problem = problem;
        private readonly ref T _input = ref shared;
        private readonly nint _step = step;

        public void Run(int part)
        {
            nint step = WinogradProblem<T>.ProductStep(_problem.Tiles);
            nint productLength = step * WinogradTransform.Points;
            nint kernelLength = WinogradProblem<T>.KernelStep(ChannelsOfBlock) * WinogradTransform.Points;
            ref T work = ref WinogradScratch.Own<T>(WinogradProblem<T>.WorkLength + kernelLength + productLength);
            ref T kernel = ref Unsafe.Add(ref work, WinogradProblem<T>.WorkLength);
            ref T products = ref Unsafe.Add(ref kernel, kernelLength);
            for (int channel = 0; channel < _problem.Channels; channel += ChannelsOfBlock)
            {
                int channels = Math.Min(ChannelsOfBlock, _problem.Channels - channel);
                _problem.TransformKernel(part, channel, channels, ref kernel, ref work);
                GemmFinish finish = channel == 0 ? GemmFinish.None : GemmFinish.AddC;
                _problem.Multiply(
                    ref Unsafe.Add(ref _input, channel), _step, _problem.Tiles, part, ref kernel, channels, ref products, step, finish);
            }

            _problem.Write(0, _problem.Tiles, part, ref products, step, ref work);
        }
    }

    private readonly ref struct KernelBody<T>(WinogradProblem<T> problem, ref T shared) : IBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly WinogradProblem<T> _problem = problem;
        private readonly ref T _kernel = ref shared;

        public void Run(int part)
        {
            ref T work = ref WinogradScratch.Own<T>(WinogradProblem<T>.WorkLength);
            nint length = WinogradProblem<T>.KernelStep(_problem.Channels) * WinogradTransform.Points;
            _problem.TransformKernel(part, 0, _problem.Channels, ref Unsafe.Add(ref _kernel, part * length), ref work);
        }
    }

    private readonly ref struct TileBody<T>(WinogradProblem<T> problem, ref T shared, int tiles) : IBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly WinogradProblem<T> _problem = problem;
        private readonly ref T _kernel = ref shared;
        private readonly int _tiles = tiles;

        public void Run(int part)
        {
            int first = part * _tiles;
            int count = Math.Min(_tiles, _problem.Tiles - first);
            nint step = _problem.InputStep(_tiles);
            nint productStep = WinogradProblem<T>.ProductStep(_tiles);
            nint productLength = productStep * WinogradTransform.Points;
            nint inputLength = step * WinogradTransform.Points;
            ref T work = ref WinogradScratch.Own<T>(WinogradProblem<T>.WorkLength + inputLength + productLength);
            ref T input = ref Unsafe.Add(ref work, WinogradProblem<T>.WorkLength);
            ref T products = ref Unsafe.Add(ref input, inputLength);
            _problem.TransformInput(first, count, ref input, step, ref work);
            nint kernelLength = WinogradProblem<T>.KernelStep(_problem.Channels) * WinogradTransform.Points;
            for (int block = 0; block < _problem.Blocks; block++)
            {
                ref T kernel = ref Unsafe.Add(ref _kernel, block * kernelLength);
                _problem.Multiply(
                    ref input, step, count, block, ref kernel, _problem.Channels, ref products, productStep, GemmFinish.None);
                _problem.Write(first, count, block, ref products, productStep, ref work);
            }
        }
    }
}
