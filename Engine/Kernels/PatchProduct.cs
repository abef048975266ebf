using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>
/// The product of patches with a kernel, cut between threads by patches: C = finish(patches · kernel). The loops are those of
/// <see cref="GemmBlocking"/>; what differs is where the packed blocks come from.
/// </summary>
internal readonly ref struct PatchProduct<T> : IBody
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>
    /// More columns than this are done one block after the other, so that results built to the side stay small.
    /// </summary>
    private const int MaxBlockN = 512;

    private readonly ConvolutionGeometry _geometry;
    private readonly PatchAxis _depth, _height, _width;
    private readonly ReadOnlySpan<T> _source;
    private readonly ReadOnlySpan<T> _kernel;
    private readonly ReadOnlySpan<T> _bias;
    private readonly Span<T> _target;
    private readonly GemmFinish _finish;
    private readonly bool _isGradient;
    private readonly int _rows;
    private readonly int _rowsOfPart;
    private readonly int _partsOfGroup;

    /// <summary>Describes a product over some of the targets: all of one remainder along each axis, or just all.</summary>
    /// <param name="geometry">The convolution.</param>
    /// <param name="depth">The patches along the first axis.</param>
    /// <param name="height">The patches along the second axis.</param>
    /// <param name="width">The patches along the third axis.</param>
    /// <param name="batch">The number of samples.</param>
    /// <param name="source">x, or dy where this is the input gradient.</param>
    /// <param name="kernel">[positions, channels / groups, filters].</param>
    /// <param name="bias">One number a channel of the target, or empty.</param>
    /// <param name="target">y, or dx.</param>
    /// <param name="relu">Whether what is negative becomes 0.</param>
    /// <param name="isGradient">Whether dx is computed from dy, rather than y from x.</param>
    /// <param name="threads">How many threads will take part.</param>
    public PatchProduct(
        in ConvolutionGeometry geometry,
        in PatchAxis depth,
        in PatchAxis height,
        in PatchAxis width,
        int batch,
        ReadOnlySpan<T> source,
        ReadOnlySpan<T> kernel,
        ReadOnlySpan<T> bias,
        Span<T> target,
        bool relu,
        bool isGradient,
        int threads)
    {
        _geometry = geometry;
        (_depth, _height, _width) = (depth, height, width);
        _source = source;
        _kernel = kernel;
        _bias = bias;
        _target = target;
        _finish = (bias.IsEmpty ? GemmFinish.None : GemmFinish.AddBias) | (relu ? GemmFinish.Relu : GemmFinish.None);
        _isGradient = isGradient;
        _rows = batch * depth.Count * height.Count * width.Count;
        long work = (long)_rows * PatchesOf(0).Length * TargetChannels * geometry.Groups;
        int parts = GemmDriver.PartsFor(work, threads);
        _rowsOfPart = RoundUp(DivideUp(_rows, DivideUp(parts, geometry.Groups)), GemmTile.Rows);
        _partsOfGroup = DivideUp(_rows, Math.Max(_rowsOfPart, 1));
        Parts = _partsOfGroup * geometry.Groups;
    }

    /// <summary>The number of parts.</summary>
    public int Parts { get; }

    /// <summary>The channels of the target in one group: the columns of the product.</summary>
    private int TargetChannels => _isGradient ? _geometry.GroupChannels : _geometry.GroupFilters;

    /// <inheritdoc/>
    public void Run(int part)
    {
        int row = part % _partsOfGroup * _rowsOfPart;
        int rows = Math.Min(_rowsOfPart, _rows - row);
        if (GemmTile.IsWide<T>(TargetChannels))
        {
            Run<GemmKernel6x2<T, Vector512<T>, WideVectors<T>>>(part / _partsOfGroup, row, rows);
        }
        else
        {
            Run<GemmKernel6x2<T, Vector<T>, NativeVectors<T>>>(part / _partsOfGroup, row, rows);
        }
    }

    private static int DivideUp(int a, int b) => (a + b - 1) / b;

    private static int RoundUp(int length, int unit) => DivideUp(length, unit) * unit;

    private Patches<T> PatchesOf(int group)
    {
        int all = _isGradient ? _geometry.Filters : _geometry.Channels;
        int channels = all / _geometry.Groups;
        return new Patches<T>(_depth, _height, _width, _source, all, group * channels, channels);
    }

    private void Run<TKernel>(int group, int firstRow, int rows)
        where TKernel : IGemmKernel<T>
    {
        GemmScratch.Get(out Span<T> scratchA, out Span<T> scratchB);
        GemmScratch.GetResult(out Span<T> result);
        Patches<T> patches = PatchesOf(group);
        int length = patches.Length;
        int columns = TargetChannels;
        if (length == 0)
        {
            FinishNothing(group, firstRow, rows);
            return;
        }

        // As many blocks of the summed axis as fit are packed at a time, so that all of them are done with a block of patches
        // before the next: its results then stay in the cache until they are complete.
        int width = TKernel.Width;
        int blockK = GemmBlocking.BlockK(length);
        int blockN = Math.Min(RoundUp(Math.Min(columns, MaxBlockN), width), scratchB.Length / blockK / width * width);
        int depth = scratchB.Length / (blockK * blockN) * blockK;
        int mostRows = Math.Min(scratchA.Length / blockK, result.Length / blockN) / TKernel.Rows * TKernel.Rows;
        int blockM = RoundUp(DivideUp(rows, DivideUp(rows, mostRows)), TKernel.Rows);
        bool isWhole = _depth.TargetStep == 1 && _height.TargetStep == 1 && _width.TargetStep == 1;
        int channels = columns * _geometry.Groups;
        for (int column = 0; column < columns; column += blockN)
        {
            int n = Math.Min(blockN, columns - column);
            int channel = (group * columns) + column;
            for (int begin = 0; begin < length; begin += depth)
            {
                int end = Math.Min(begin + depth, length);
                for (int p = begin; p < end; p += blockK)
                {
                    int k = Math.Min(blockK, length - p);
                    PackKernel<TKernel>(patches, group, column, n, p, k, ref scratchB[(p - begin) * blockN]);
                }

                for (int row = firstRow; row < firstRow + rows; row += blockM)
                {
                    int m = Math.Min(blockM, firstRow + rows - row);
                    for (int p = begin; p < end; p += blockK)
                    {
                        int k = Math.Min(blockK, length - p);
                        GemmFinish finish = GemmBlocking.FinishOf(_finish, isFirst: p == 0, isLast: p + k == length);
                        patches.Pack(row, m, p, k, ref scratchA[0]);
                        GemmProblem<T> block = default;
                        block.A = ref scratchA[0];
                        (block.ARow, block.AColumn) = (k, 1);
                        (block.M, block.N, block.K) = (m, n, k);
                        if (isWhole)
                        {
                            block.C = ref Unsafe.Add(ref MemoryMarshal.GetReference(_target), ((nint)row * channels) + channel);
                            block.CRow = channels;
                            block.Bias = ref Bias(channel);
                            block.Finish = finish;
                            GemmBlocking.RunPacked<T, TKernel>(block, ref scratchB[(p - begin) * blockN]);
                        }
                        else
                        {
                            block.C = ref result[0];
                            block.CRow = n;
                            GemmBlocking.RunPacked<T, TKernel>(block, ref scratchB[(p - begin) * blockN]);
                            Scatter(row, m, channel, n, ref result[0], n, finish);
                        }
                    }
                }
            }
        }
    }

    /// <summary>Packs rows of the kernel as a matrix, one position of the window after the other.</summary>
    private void PackKernel<TKernel>(in Patches<T> patches, int group, int column, int columns, int from, int count, ref T to)
        where TKernel : IGemmKernel<T>
    {
        nint bRow = _isGradient ? 1 : _geometry.Filters;
        nint bColumn = _isGradient ? _geometry.Filters : 1;
        nint first = (group * _geometry.GroupFilters) + (column * bColumn);
        ref T kernel = ref Unsafe.Add(ref MemoryMarshal.GetReference(_kernel), first);
        for (int p = from; p < from + count;)
        {
            int position = p / patches.Channels;
            int channel = p % patches.Channels;
            int k = Math.Min(patches.Channels - channel, from + count - p);
            int x = _width.KernelStart + (position % _width.Window * _width.KernelStep);
            int y = _height.KernelStart + (position / _width.Window % _height.Window * _height.KernelStep);
            int z = _depth.KernelStart + (position / _width.Window / _height.Window * _depth.KernelStep);
            nint inKernel = (((z * _height.Kernel) + y) * _width.Kernel) + x;
            GemmPacking.PackB<T, TKernel>(
                ref Unsafe.Add(ref kernel, (inKernel * _geometry.GroupChannels * _geometry.Filters) + (channel * bRow)),
                bRow,
                bColumn,
                k,
                columns,
                count,
                ref Unsafe.Add(ref to, (p - from) * TKernel.Width));
            p += k;
        }
    }

    /// <summary>Patches that see nothing: sums of nothing, finished.</summary>
    private void FinishNothing(int group, int row, int rows)
    {
        Span<T> zeros = stackalloc T[64];
        zeros.Clear();
        for (int column = 0; column < TargetChannels; column += zeros.Length)
        {
            int columns = Math.Min(zeros.Length, TargetChannels - column);
            Scatter(row, rows, (group * TargetChannels) + column, columns, ref zeros[0], 0, _finish);
        }
    }

    /// <summary>Brings sums that were built to the side to their targets.</summary>
    private void Scatter(int row, int rows, int channel, int columns, ref T sums, nint sumsRow, GemmFinish finish)
    {
        nint channels = TargetChannels * _geometry.Groups;
        int line = row / _width.Count;
        int x = row % _width.Count;
        for (int i = 0; i < rows; i++)
        {
            nint sample = line / _height.Count / _depth.Count;
            nint z = _depth.Target + (line / _height.Count % _depth.Count * _depth.TargetStep);
            nint y = _height.Target + (line % _height.Count * _height.TargetStep);
            nint position = (((sample * _depth.TargetLength) + z) * _height.TargetLength) + y;
            position = (position * _width.TargetLength) + _width.Target + (x * _width.TargetStep);
            ref T c = ref Unsafe.Add(ref MemoryMarshal.GetReference(_target), (position * channels) + channel);
            GemmTile.Finish(ref c, ref Unsafe.Add(ref sums, i * sumsRow), columns, ref Bias(channel), finish);
            if (++x == _width.Count)
            {
                x = 0;
                line++;
            }
        }
    }

    private ref T Bias(int channel) =>
        ref Unsafe.Add(ref MemoryMarshal.GetReference(_bias), _bias.IsEmpty ? 0 : channel);
}
