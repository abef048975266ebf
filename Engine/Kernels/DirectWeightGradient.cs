using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>
/// The gradient of the kernel by direct convolution: dK[p, f] = Σ over outputs o of x[o, p] · dy[o, f]. The bands are shared out
/// over a number of chunks that depends on shapes only, each with a sum of its own; these are added in their order.
/// </summary>
internal ref struct DirectWeightGradient<T, TOperand> : IBody
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TOperand : IDirectOperand
{
    private const int MaxChunks = 16;

    /// <summary>Elements of all partial sums together, unless one alone has more.</summary>
    private const int MaxPartialLength = 256 * 1024;

    /// <summary>A chunk has at least this many multiply-adds.</summary>
    private const long MinWorkOfChunk = 256 * 1024;

    private DirectPlan _plan;
    private ReadOnlySpan<T> _x;
    private ReadOnlySpan<T> _dy;
    private Span<T> _partials;
    private Span<int> _windows;
    private Span<int> _patch;
    private int _items;
    private int _chunks;

    /// <summary>The most outputs of a band: dy's should stay near.</summary>
    public static int MaxPositions(int filters) => Math.Clamp(8 * 1024 / filters, 64, 1024);

    /// <summary>Computes dKernel.</summary>
    /// <param name="plan">The cut.</param>
    /// <param name="batch">The number of samples; at least 1.</param>
    /// <param name="x">All samples.</param>
    /// <param name="dy">[outputs, filters].</param>
    /// <param name="dKernel">[patch, filters], overwritten.</param>
    /// <param name="threads">How many threads may take part.</param>
    public static void Run(
        in DirectPlan plan, int batch, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, Span<T> dKernel, int threads)
    {
        int partial = plan.PatchLength * plan.Vectors * plan.Lanes;
        int items = batch * plan.Bands;
        long work = (long)dy.Length * plan.PatchLength;
        int chunks = (int)Math.Min(Math.Min(items, MaxChunks), Math.Min(MaxPartialLength / partial, work / MinWorkOfChunk));
        chunks = Math.Max(chunks, 1);
        int integers = plan.BandPositions + plan.PatchLength + DirectTile<T>.Spare;
        Span<T> shared = DirectScratch.Shared<T>((chunks * partial) + integers);
        Span<int> places = MemoryMarshal.Cast<T, int>(shared[(chunks * partial)..]);
        DirectWeightGradient<T, TOperand> body = new()
        {
            _plan = plan,
            _x = x,
            _dy = dy,
            _partials = shared[..(chunks * partial)],
            _windows = places[..plan.BandPositions],
            _patch = places.Slice(plan.BandPositions, plan.PatchLength + DirectTile<T>.Spare),
            _items = items,
            _chunks = chunks,
        };
        plan.FillWindows(body._windows);
        plan.FillPatch(body._patch);
        ParallelLoop.Run(ref body, chunks, threads);
        body.Join(dKernel);
    }

    /// <inheritdoc/>
    public readonly void Run(int part)
    {
        // The last band of all, or one close to it, is copied where a vector would reach beyond the end.
        bool isShort = _plan.Filters < _plan.Lanes;
        int ofBand = isShort ? (_plan.BandPositions * _plan.Filters) + _plan.Lanes : 0;
        Span<T> scratch = DirectScratch.Block<T>(_plan.BlockSize + ofBand);
        Span<T> block = scratch[..^ofBand];
        Span<T> partial = _partials.Slice(part * (_partials.Length / _chunks), _partials.Length / _chunks);
        int first = (int)((long)_items * part / _chunks);
        int end = (int)((long)_items * (part + 1) / _chunks);
        for (int item = first; item < end; item++)
        {
            DirectBand band = _plan.Band(item / _plan.Bands, item % _plan.Bands);
            ReadOnlySpan<T> dy = _dy.Slice(band.Position * _plan.Filters, band.Positions * _plan.Filters);
            if (isShort && ((band.Position + band.Positions) * _plan.Filters) + _plan.Lanes > _dy.Length)
            {
                Span<T> copy = scratch[^ofBand..];
                dy.CopyTo(copy);
                copy[dy.Length..].Clear();
                dy = copy;
            }

            for (int filterBlock = 0; filterBlock < _plan.FilterBlocks; filterBlock++)
            {
                _plan.CopyBlock(_x, band, filterBlock, block);
                RunBand(band.Positions, filterBlock, block, dy, partial, item == first ? GemmFinish.None : GemmFinish.AddC);
            }
        }
    }

    private readonly void RunBand(
        int positions, int filterBlock, ReadOnlySpan<T> block, ReadOnlySpan<T> dy, Span<T> partial, GemmFinish finish)
    {
        DirectTile<T> tile = default;
        tile.Steps = ref MemoryMarshal.GetReference(_windows);
        tile.StepCount = positions;
        tile.BStep = _plan.Filters;
        tile.CRow = _plan.Vectors * _plan.Lanes;
        tile.CSecond = _plan.Lanes;
        tile.Bias = ref MemoryMarshal.GetReference(dy);
        tile.Finish = finish;
        (int vector, int end) = _plan.VectorsOf(filterBlock);
        while (vector < end)
        {
            int column = _plan.VectorStart(vector);
            int lane = TOperand.IsBroadcast ? 0 : column - (filterBlock * _plan.FilterBlock);
            tile.X = ref Unsafe.Add(ref MemoryMarshal.GetReference(block), lane);
            tile.Rows = ref MemoryMarshal.GetReference(_patch);
            tile.B = ref Unsafe.Add(ref MemoryMarshal.GetReference(dy), column);
            tile.C = ref Unsafe.Add(ref MemoryMarshal.GetReference(partial), vector * _plan.Lanes);
            if (vector + 1 < end)
            {
                tile.BSecond = _plan.VectorStart(vector + 1) - column;
                tile.XSecond = tile.BSecond;
                tile.RunTwoVectors<TOperand>(_plan.PatchLength);
            }
            else
            {
                tile.RunOneVector<TOperand>(_plan.PatchLength, nint.MaxValue);
            }

            vector += 2;
        }
    }

    private readonly void Join(Span<T> dKernel)
    {
        int stride = _partials.Length / _chunks;
        int filters = _plan.Filters;
        for (int row = 0; row < _plan.PatchLength; row++)
        {
            for (int vector = 0; vector < _plan.Vectors; vector++)
            {
                ref T from = ref _partials[((row * _plan.Vectors) + vector) * _plan.Lanes];
                Vector<T> sum = Vector.LoadUnsafe(ref from);
                for (int chunk = 1; chunk < _chunks; chunk++)
                {
                    sum += Vector.LoadUnsafe(ref Unsafe.Add(ref from, chunk * stride));
                }

                ref T to = ref dKernel[(row * filters) + _plan.VectorStart(vector)];
                if (filters >= _plan.Lanes)
                {
                    sum.StoreUnsafe(ref to);
                }
                else
                {
                    Elementwise.StorePart(sum, ref to, filters);
                }
            }
        }
    }
}
