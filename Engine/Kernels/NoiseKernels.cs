using System.Numerics;
using System.Runtime.CompilerServices;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>Normal noise on rows, in one pass over memory, the noise z drawn on the way.</summary>
/// <remarks>Rows have keys: rows of equal key get the same noise.</remarks>
internal static class NoiseKernels
{
    // A part is what a thread takes at a time: some 20 µs of work.
    private const int PartLength = 256 * NoiseVectors.Group;

    /// <summary>y = x · (1 + deviation · z).</summary>
    /// <param name="x">[rows, rowLength].</param>
    /// <param name="y">As x, overwritten; x itself, or memory apart from it.</param>
    /// <param name="rowLength">The length of a row.</param>
    /// <param name="deviation">The standard deviation of the factor.</param>
    /// <param name="random">Draws the noise.</param>
    /// <param name="rowKeys">One key a row. Empty: the number of the row.</param>
    /// <param name="threads">How many threads may work: no effect on the result.</param>
    public static void Multiply<T>(
        ReadOnlySpan<T> x,
        Span<T> y,
        int rowLength,
        double deviation,
        in RandomSource random,
        ReadOnlySpan<uint> rowKeys,
        int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Run(x, y, rowLength, new MultiplyOperation<T>(VectorMath.Constant<T>(deviation)), random, rowKeys, threads);

    /// <summary>y = x + deviation · z.</summary>
    /// <param name="x">[rows, rowLength].</param>
    /// <param name="y">As x, overwritten; x itself, or memory apart from it.</param>
    /// <param name="rowLength">The length of a row.</param>
    /// <param name="deviation">The standard deviation of the noise.</param>
    /// <param name="random">Draws the noise.</param>
    /// <param name="rowKeys">One key a row. Empty: the number of the row.</param>
    /// <param name="threads">How many threads may work: no effect on the result.</param>
    public static void Add<T>(
        ReadOnlySpan<T> x,
        Span<T> y,
        int rowLength,
        double deviation,
        in RandomSource random,
        ReadOnlySpan<uint> rowKeys,
        int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Run(x, y, rowLength, new AddOperation<T>(VectorMath.Constant<T>(deviation)), random, rowKeys, threads);

    private static void Run<T, TOperation>(
        ReadOnlySpan<T> x,
        Span<T> y,
        int rowLength,
        TOperation operation,
        in RandomSource random,
        ReadOnlySpan<uint> rowKeys,
        int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperation : struct, IBinaryOperation<T>
    {
        Elementwise.ThrowIfLengthsDiffer(y.Length, x.Length);
        Elementwise.ThrowIfLengthsDiffer(x.Length % rowLength, 0);
        int rows = x.Length / rowLength;
        if (!rowKeys.IsEmpty)
        {
            Elementwise.ThrowIfLengthsDiffer(rowKeys.Length, rows);
        }

        var body = new Body<T, TOperation>(x, y, rowLength, operation, new NoiseVectors(random), rowKeys);
        ParallelLoop.Run(ref body, body.Parts(rows), threads);
    }

    // A part is a few short rows, or a piece of a long one.
    private readonly ref struct Body<T, TOperation>(
        ReadOnlySpan<T> x, Span<T> y, int rowLength, TOperation operation, NoiseVectors noise, ReadOnlySpan<uint> rowKeys) : IBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperation : struct, IBinaryOperation<T>
    {
        private readonly ReadOnlySpan<T> _x = x;
        private readonly Span<T> _y = y;
        private readonly ReadOnlySpan<uint> _rowKeys = rowKeys;
        private readonly NoiseVectors _noise = noise;
        private readonly int _pieceLength = Math.Min(rowLength, PartLength);
        private readonly int _piecesPerRow = ((rowLength - 1) / PartLength) + 1;
        private readonly int _rowsPerPart = Math.Max(1, PartLength / rowLength);

        /// <summary>How many parts there are: a function of the shape alone.</summary>
        public int Parts(int rows) => ((rows + _rowsPerPart - 1) / _rowsPerPart) * _piecesPerRow;

        public void Run(int part)
        {
            int first = part / _piecesPerRow * _rowsPerPart;
            int last = Math.Min(first + _rowsPerPart, _x.Length / rowLength);
            int start = part % _piecesPerRow * _pieceLength;
            int length = Math.Min(_pieceLength, rowLength - start);
            for (int row = first; row < last; row++)
            {
                uint key = _rowKeys.IsEmpty ? (uint)row : _rowKeys[row];
                int place = (row * rowLength) + start;
                RunRow(_x.Slice(place, length), _y.Slice(place, length), key, (uint)(start / NoiseVectors.Group));
            }
        }

        [SkipLocalsInit]
        private void RunRow(ReadOnlySpan<T> x, Span<T> y, uint key, uint group)
        {
            Span<T> noise = stackalloc T[NoiseVectors.Group];
            for (; !x.IsEmpty; group++)
            {
                int length = Math.Min(x.Length, NoiseVectors.Group);
                _noise.FillNormal(key, group, noise);
                Elementwise.Map(x[..length], noise[..length], y[..length], operation);
                x = x[length..];
                y = y[length..];
            }
        }
    }

    private readonly struct MultiplyOperation<T>(Vector<T> deviation) : IBinaryOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public Vector<T> Invoke(Vector<T> x1, Vector<T> x2) => x1 * Simd.MultiplyAdd(deviation, x2, Vector<T>.One);
    }

    private readonly struct AddOperation<T>(Vector<T> deviation) : IBinaryOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public Vector<T> Invoke(Vector<T> x1, Vector<T> x2) => Simd.MultiplyAdd(deviation, x2, x1);
    }
}
