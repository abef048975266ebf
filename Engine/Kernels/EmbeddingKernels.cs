using System.Numerics;
using System.Numerics.Tensors;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>Rows of a table by their number, and the sum of gradients by the row they came from.</summary>
internal static class EmbeddingKernels
{
    /// <summary>How far from a whole number an index may be: what rounding leaves, not what a mistake makes.</summary>
    public const double Tolerance = 0.01;

    // Elements that are worth a thread of their own: some ten microseconds of copying.
    private const int MinElementsOfThread = 32 * 1024;

    /// <summary>The place of the first index that is not one of 0 to rows − 1, up to the tolerance; −1 where all are.</summary>
    public static int FindInvalid<T>(ReadOnlySpan<T> indices, int rows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T tolerance = T.CreateTruncating(Tolerance), last = T.CreateTruncating(rows - 1) + tolerance;
        for (int i = 0; i < indices.Length; i++)
        {
            if (!(indices[i] >= -tolerance && indices[i] <= last && T.Abs(indices[i] - T.Round(indices[i])) <= tolerance))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>y[i] = table[index i].</summary>
    /// <param name="indices">Valid ones: see <see cref="FindInvalid"/>.</param>
    /// <param name="table">[rows, width].</param>
    /// <param name="y">[indices, width], overwritten.</param>
    /// <param name="width">The length of a row, at least 1.</param>
    public static void Gather<T>(ReadOnlySpan<T> indices, ReadOnlySpan<T> table, Span<T> y, int width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < indices.Length; i++)
        {
            table.Slice(IndexOf(indices[i]) * width, width).CopyTo(y[(i * width)..]);
        }
    }

    /// <summary>table[r] = Σ dy[i] over all i whose index is r, in the order of i: the same bits on any number of threads.</summary>
    /// <param name="indices">Valid ones.</param>
    /// <param name="dy">[indices, width].</param>
    /// <param name="table">[rows, width], overwritten; zeros where no index points to.</param>
    /// <param name="width">The length of a row, at least 1.</param>
    /// <param name="threads">How many threads may work. Each has its own rows of the table, and passes over all indices.</param>
    public static void ScatterAdd<T>(ReadOnlySpan<T> indices, ReadOnlySpan<T> dy, Span<T> table, int width, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Elementwise.ThrowIfLengthsDiffer(dy.Length, indices.Length * width);
        int parts = Math.Clamp((table.Length + dy.Length) / MinElementsOfThread, 1, threads);
        ScatterBody<T> body = new(indices, dy, table, width, parts);
        ParallelLoop.Run(ref body, parts, threads);
    }

    private static int IndexOf<T>(T index)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => int.CreateTruncating(T.Round(index));

    private readonly ref struct ScatterBody<T>(
        ReadOnlySpan<T> indices, ReadOnlySpan<T> dy, Span<T> table, int width, int parts) : IBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly ReadOnlySpan<T> _indices = indices, _dy = dy;
        private readonly Span<T> _table = table;

        public void Run(int part)
        {
            int rows = _table.Length / width;
            int from = (int)((long)rows * part / parts), to = (int)((long)rows * (part + 1) / parts);
            _table[(from * width)..(to * width)].Clear();
            for (int i = 0; i < _indices.Length; i++)
            {
                int index = IndexOf(_indices[i]);
                if (index >= from && index < to)
                {
                    Span<T> row = _table.Slice(index * width, width);
                    TensorPrimitives.Add(row, _dy.Slice(i * width, width), row);
                }
            }
        }
    }
}
