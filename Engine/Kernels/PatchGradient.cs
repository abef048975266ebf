using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>
/// The gradient of a kernel, patchesᵀ · dy, cut between threads by rows of the kernel, by groups, and by chunks of the summed
/// axis, whose number depends on shapes only: each chunk has a sum of its own.
/// </summary>
internal readonly ref struct PatchGradient<T> : IBody
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>
    /// The block of the summed axis: so short that a column of a block of patches, which the micro-kernel reads across its rows,
    /// stays in the first-level cache.
    /// </summary>
    private const int BlockK = 128;

    /// <summary>Rows of the kernel that are worth a part of their own, and patches that are worth a chunk.</summary>
    private const int RowsOfPart = 96, RowsOfChunk = 1024;

    private const int MaxChunks = 8;

    private readonly ConvolutionGeometry _geometry;
    private readonly PatchAxis _depth, _height, _width;
    private readonly ReadOnlySpan<T> _x;
    private readonly ReadOnlySpan<T> _dy;
    private readonly Span<T> _kernelGradient;
    private readonly Span<T> _otherChunks;
    private readonly int _rows;
    private readonly int _chunks;
    private readonly int _rowsOfChunk;
    private readonly int _patchPart;
    private readonly int _partsOfChunk;

    public PatchGradient(
        in ConvolutionGeometry geometry,
        int batch,
        ReadOnlySpan<T> x,
        ReadOnlySpan<T> dy,
        Span<T> kernelGradient,
        Span<T> otherChunks,
        int threads)
    {
        _geometry = geometry;
        (_depth, _height, _width) =
            (PatchAxis.Forward(geometry.Depth), PatchAxis.Forward(geometry.Height), PatchAxis.Forward(geometry.Width));
        _x = x;
        _dy = dy;
        _kernelGradient = kernelGradient;
        _otherChunks = otherChunks;
        _rows = batch * geometry.OutputPositions;
        _chunks = Chunks(geometry, batch);
        _rowsOfChunk = DivideUp(DivideUp(_rows, _chunks), BlockK) * BlockK;
        int most = GemmScratch.ABytes / Unsafe.SizeOf<T>() / BlockK;
        int parts = DivideUp(geometry.PatchLength, most);
        parts = Math.Max(parts, DivideUp(threads, _chunks * geometry.Groups));
        _patchPart = DivideUp(DivideUp(geometry.PatchLength, parts), GemmTile.Rows) * GemmTile.Rows;
        _partsOfChunk = DivideUp(geometry.PatchLength, _patchPart);
        Parts = geometry.Groups * _chunks * _partsOfChunk;
    }

    /// <summary>The number of parts.</summary>
    public int Parts { get; }

    /// <summary>How many sums there are to be added.</summary>
    public static int Chunks(in ConvolutionGeometry geometry, int batch)
    {
        int parts = geometry.Groups * Math.Max(geometry.PatchLength / RowsOfPart, 1);
        int worth = batch * geometry.OutputPositions / RowsOfChunk;
        return Math.Clamp(Math.Min(MaxChunks / parts, worth), 1, MaxChunks);
    }

    /// <inheritdoc/>
    public void Run(int part)
    {
        int from = part % _partsOfChunk * _patchPart;
        int count = Math.Min(_patchPart, _geometry.PatchLength - from);
        int chunk = part / _partsOfChunk % _chunks;
        int group = part / _partsOfChunk / _chunks;
        if (GemmTile.IsWide<T>(_geometry.GroupFilters))
        {
            Run<GemmKernel6x2<T, Vector512<T>, WideVectors<T>>>(group, chunk, from, count);
        }
        else
        {
            Run<GemmKernel6x2<T, Vector<T>, NativeVectors<T>>>(group, chunk, from, count);
        }
    }

    private static int DivideUp(int a, int b) => (a + b - 1) / b;

    private void Run<TKernel>(int group, int chunk, int from, int count)
        where TKernel : IGemmKernel<T>
    {
        GemmScratch.Get(out Span<T> scratchA, out Span<T> scratchB);
        int size = _geometry.KernelSize;
        Span<T> sums = chunk == 0 ? _kernelGradient : _otherChunks.Slice((chunk - 1) * size, size);
        Patches<T> patches = new(
            _depth, _height, _width, _x, _geometry.Channels, group * _geometry.GroupChannels, _geometry.GroupChannels);
        int filters = _geometry.Filters;
        int width = TKernel.Width;
        int blockN = scratchB.Length / BlockK / width * width;
        int firstRow = chunk * _rowsOfChunk;
        int endRow = Math.Min(firstRow + _rowsOfChunk, _rows);
        for (int column = 0; column < _geometry.GroupFilters; column += blockN)
        {
            int n = Math.Min(blockN, _geometry.GroupFilters - column);
            int filter = (group * _geometry.GroupFilters) + column;
            for (int row = firstRow; row < endRow; row += BlockK)
            {
                int k = Math.Min(BlockK, endRow - row);
                ref T dy = ref Unsafe.Add(ref MemoryMarshal.GetReference(_dy), ((nint)row * filters) + filter);
                GemmPacking.PackB<T, TKernel>(ref dy, filters, 1, k, n, k, ref scratchB[0]);
                patches.Pack(row, k, from, count, ref scratchA[0]);
                GemmProblem<T> block = default;
                block.A = ref scratchA[0];
                (block.ARow, block.AColumn) = (1, count);
                block.C = ref sums[(from * filters) + filter];
                block.CRow = filters;
                (block.M, block.N, block.K) = (count, n, k);
                block.Finish = row == firstRow ? GemmFinish.None : GemmFinish.AddC;
                GemmBlocking.RunPacked<T, TKernel>(block, ref scratchB[0]);
            }
        }
    }
}
