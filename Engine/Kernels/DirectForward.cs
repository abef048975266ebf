using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>
/// y = x ∗ kernel + bias by direct convolution: the forward pass, and with the kernel turned around the input's gradient. Each
/// output is summed in one go, in the order of the kernel, so it does not matter who computes which band.
/// </summary>
internal readonly ref struct DirectForward<T, TOperand> : IBody
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TOperand : IDirectOperand
{
    /// <summary>More outputs than this are not worth one band: the table of their places should stay in the cache.</summary>
    public const int MaxPositions = 1024;

    /// <summary>Bands of this many multiply-adds together are worth handing to another thread.</summary>
    private const long MinWorkOfPart = 512 * 1024;

    private readonly DirectPlan _plan;
    private readonly ReadOnlySpan<T> _x;
    private readonly ReadOnlySpan<T> _packed;
    private readonly ReadOnlySpan<T> _bias;
    private readonly Span<int> _windows;
    private readonly Span<int> _patch;
    private readonly Span<T> _y;
    private readonly GemmFinish _finish;
    private readonly long _items;
    private readonly int _parts;

    private DirectForward(
        in DirectPlan plan,
        int batch,
        ReadOnlySpan<T> x,
        ReadOnlySpan<T> packed,
        ReadOnlySpan<T> bias,
        Span<int> windows,
        Span<int> patch,
        Span<T> y,
        GemmFinish finish)
    {
        (_plan, _finish) = (plan, finish);
        _x = x;
        _packed = packed;
        _bias = bias;
        _windows = windows;
        _patch = patch;
        _y = y;
        _items = (long)batch * plan.Bands * plan.FilterBlocks;
        long work = (long)y.Length * plan.PatchLength;
        _parts = (int)Math.Clamp(work / MinWorkOfPart, 1, Math.Min(_items, 4 * ParallelLoop.MaxThreads));
    }

    /// <summary>Computes y.</summary>
    /// <param name="plan">The cut.</param>
    /// <param name="matrix">How the kernel lies.</param>
    /// <param name="batch">The number of samples.</param>
    /// <param name="x">All samples.</param>
    /// <param name="kernel">The kernel.</param>
    /// <param name="bias">[filters], or empty for none.</param>
    /// <param name="y">[outputs, filters], overwritten.</param>
    /// <param name="relu">Whether what is negative becomes 0.</param>
    /// <param name="threads">How many threads may take part.</param>
    public static void Run(
        in DirectPlan plan,
        in DirectKernelMatrix matrix,
        int batch,
        ReadOnlySpan<T> x,
        ReadOnlySpan<T> kernel,
        ReadOnlySpan<T> bias,
        Span<T> y,
        bool relu,
        int threads)
    {
        if (y.IsEmpty)
        {
            return;
        }

        // [packed kernel | bias of a whole number of vectors | windows' places | patch's places]
        int packedLength = plan.PatchLength * plan.Vectors * plan.Lanes;
        int biasLength = plan.Vectors * plan.Lanes;
        int integers = plan.BandPositions + DirectTile<T>.Spare + plan.PatchLength;
        Span<T> shared = DirectScratch.Shared<T>(packedLength + biasLength + integers);
        Span<T> packed = shared[..packedLength];
        Span<T> wholeBias = shared.Slice(packedLength, biasLength);
        Span<int> places = MemoryMarshal.Cast<T, int>(shared[(packedLength + biasLength)..]);
        Span<int> windows = places[..(plan.BandPositions + DirectTile<T>.Spare)];
        Span<int> patch = places.Slice(windows.Length, plan.PatchLength);
        matrix.Pack(plan, kernel, packed);
        plan.FillWindows(windows);
        plan.FillPatch(patch);
        bias.CopyTo(wholeBias);
        wholeBias[bias.Length..].Clear();
        GemmFinish finish = (bias.IsEmpty ? GemmFinish.None : GemmFinish.AddBias) | (relu ? GemmFinish.Relu : GemmFinish.None);
        DirectForward<T, TOperand> body = new(plan, batch, x, packed, wholeBias, windows, patch, y, finish);
        ParallelLoop.Run(ref body, body._parts, threads);
    }

    /// <inheritdoc/>
    public void Run(int part)
    {
        Span<T> block = DirectScratch.Block<T>(_plan.BlockSize);
        int end = (int)(_items * (part + 1) / _parts);
        for (int item = (int)(_items * part / _parts); item < end; item++)
        {
            int filterBlock = item % _plan.FilterBlocks;
            int index = item / _plan.FilterBlocks;
            DirectBand band = _plan.Band(index / _plan.Bands, index % _plan.Bands);
            _plan.CopyBlock(_x, band, filterBlock, block);
            RunBand(band, filterBlock, block);
        }
    }

    private void RunBand(in DirectBand band, int filterBlock, Span<T> block)
    {
        int filters = _plan.Filters;
        Span<T> y = _y.Slice(band.Position * filters, band.Positions * filters);
        DirectTile<T> tile = default;
        tile.Steps = ref MemoryMarshal.GetReference(_patch);
        tile.StepCount = _plan.PatchLength;
        tile.CRow = filters;
        tile.Finish = _finish;
        (int vector, int end) = _plan.VectorsOf(filterBlock);
        while (vector < end)
        {
            int column = _plan.VectorStart(vector);
            bool two = vector + 1 < end;
            int lane = TOperand.IsBroadcast ? 0 : column - (filterBlock * _plan.FilterBlock);
            tile.X = ref Unsafe.Add(ref MemoryMarshal.GetReference(block), lane);
            tile.Rows = ref MemoryMarshal.GetReference(_windows);
            tile.B = ref Unsafe.Add(ref MemoryMarshal.GetReference(_packed), (nint)vector * _plan.Lanes * _plan.PatchLength);
            tile.C = ref Unsafe.Add(ref MemoryMarshal.GetReference(y), column);
            tile.Bias = ref Unsafe.Add(ref MemoryMarshal.GetReference(_bias), column);
            if (two)
            {
                tile.BStep = 2 * _plan.Lanes;
                tile.BSecond = _plan.Lanes;
                tile.CSecond = _plan.VectorStart(vector + 1) - column;
                tile.XSecond = tile.CSecond;
                tile.RunTwoVectors<TOperand>(band.Positions);
            }
            else
            {
                tile.BStep = _plan.Lanes;
                tile.RunOneVector<TOperand>(band.Positions, filters < _plan.Lanes ? y.Length : nint.MaxValue);
            }

            vector += 2;
        }
    }
}
