using System.Numerics;
using Engine.Activations;
using Engine.Kernels;
using Engine.Numerics;

namespace Engine.Layers;

/// <summary>
/// What comes before the products of a backward: dz = dy where y is above 0, and db = Σ dz over all rows, in one pass over
/// memory. The rows are cut into chunks by shapes, so that the order of the sums does not depend on threads.
/// </summary>
internal readonly ref struct BiasGradient<T> : IBody
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The elements of a chunk: what is masked is still in the second-level cache when it is added up.</summary>
    private const int ChunkElements = 16 * 1024;

    private const int MaxChunks = 64;

    private readonly ReadOnlySpan<T> _y;
    private readonly ReadOnlySpan<T> _dy;
    private readonly Span<T> _dz;
    private readonly Span<T> _sums;
    private readonly int _filters;
    private readonly int _chunkLength;

    private BiasGradient(ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dz, Span<T> sums, int filters)
    {
        _y = y;
        _dy = dy;
        _dz = dz;
        _sums = sums;
        _filters = filters;
        int rows = dy.Length / filters;
        _chunkLength = (rows + Chunks(dy.Length) - 1) / Chunks(dy.Length) * filters;
    }

    /// <summary>The elements of scratch for an output of so many elements.</summary>
    public static int ScratchLength(int length, int filters) => Chunks(length) * filters;

    /// <summary>Computes both, as far as they are wanted.</summary>
    /// <param name="y">The output after relu, [rows, filters]; empty where there is no relu.</param>
    /// <param name="dy">The gradient of the output, [rows, filters].</param>
    /// <param name="dz">The gradient before relu, overwritten; empty where there is no relu.</param>
    /// <param name="db">The gradient of the bias, [filters], overwritten; empty if it is not wanted.</param>
    /// <param name="scratch">As long as <see cref="ScratchLength"/> says.</param>
    /// <param name="filters">The length of a row.</param>
    /// <param name="threads">How many threads may take part.</param>
    public static void Run(
        ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dz, Span<T> db, Span<T> scratch, int filters, int threads)
    {
        if (y.IsEmpty && db.IsEmpty)
        {
            return;
        }

        Span<T> sums = db.IsEmpty ? [] : scratch[..ScratchLength(dy.Length, filters)];
        BiasGradient<T> body = new(y, dy, dz, sums, filters);
        int chunks = Chunks(dy.Length);
        ParallelLoop.Run(ref body, chunks, chunks == 1 ? 1 : threads);
        if (!db.IsEmpty)
        {
            Reductions.ColumnSums(sums, db);
        }
    }

    /// <inheritdoc/>
    public void Run(int part)
    {
        int begin = Math.Min(part * _chunkLength, _dy.Length);
        int length = Math.Min(_chunkLength, _dy.Length - begin);
        ReadOnlySpan<T> dz = _dy.Slice(begin, length);
        if (!_y.IsEmpty)
        {
            ActivationFunction.ReLU.Backward([], _y.Slice(begin, length), dz, _dz.Slice(begin, length), _filters);
            dz = _dz.Slice(begin, length);
        }

        if (!_sums.IsEmpty)
        {
            Reductions.ColumnSums(dz, _sums.Slice(part * _filters, _filters));
        }
    }

    private static int Chunks(int length) => Math.Clamp(length / ChunkElements, 1, MaxChunks);
}
