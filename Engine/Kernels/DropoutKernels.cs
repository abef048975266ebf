using System.Numerics;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>
/// Dropout, inverted: y = x · mask / keep, in one pass over memory, the mask drawn on the way. Srivastava et al., "Dropout: a
/// simple way to prevent neural networks from overfitting", 2014.
/// </summary>
/// <remarks>
/// Backward is the same call on dy: it draws the same mask again. Element e of a row takes 16 of the 1024 bits of its group
/// of 64: the group's 8 blocks have 4 words of 2 halves each, and e = 64·group + 8·(2·word + half) + (block mod 8). So eight
/// neighbours come out of one half of one word of eight blocks, which is what a vector of eight lanes holds; narrower vectors do
/// the group in two passes, wider ones do two groups in one.
/// </remarks>
internal static class DropoutKernels
{
    /// <summary>Elements that are drawn together.</summary>
    public const int Group = 64;

    // A part is what a thread takes at a time: about 6 µs of work, several times a fork and join. A multiple of a pass.
    private const int PartLength = 16 * 1024;

    /// <summary>y = x · mask / keep. Dropped elements are 0, also where x is infinite or not a number.</summary>
    /// <param name="x">[rows, rowLength].</param>
    /// <param name="y">As x, overwritten; x itself, or memory apart from it.</param>
    /// <param name="rowLength">The length of a row.</param>
    /// <param name="rate">What to drop.</param>
    /// <param name="random">Draws the masks.</param>
    /// <param name="rowKeys">One key a row: rows of the same key have the same mask. Empty: the number of the row.</param>
    /// <param name="threads">How many threads may work: no effect on the result.</param>
    public static void Apply<T>(
        ReadOnlySpan<T> x,
        Span<T> y,
        int rowLength,
        DropoutRate rate,
        in RandomSource random,
        ReadOnlySpan<uint> rowKeys,
        int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int rows = CheckShapes(x, y, rowLength, rowKeys);
        if (rate.KeepsAll)
        {
            x.CopyTo(y);
            return;
        }

        if (rate.DropsAll)
        {
            y.Clear();
            return;
        }

        if (rows > 0)
        {
            Run(x, y, rowLength, rate, new ScaleKept<T>(new Vector<T>(rate.Scale<T>())), random, rowKeys, threads);
        }
    }

    /// <summary>y = x · scale + shift where kept, else <paramref name="dropped"/>; with the masks of <see cref="Apply"/>.</summary>
    /// <param name="x">[rows, rowLength].</param>
    /// <param name="y">As x, overwritten; x itself, or memory apart from it.</param>
    /// <param name="rowLength">The length of a row.</param>
    /// <param name="rate">What to drop: neither nothing nor everything.</param>
    /// <param name="scale">What is kept is multiplied by it.</param>
    /// <param name="shift">What is then added to what is kept.</param>
    /// <param name="dropped">What stands where something is dropped.</param>
    /// <param name="random">Draws the masks.</param>
    /// <param name="rowKeys">One key a row: rows of the same key have the same mask. Empty: the number of the row.</param>
    /// <param name="threads">How many threads may work: no effect on the result.</param>
    public static void ApplyAffine<T>(
        ReadOnlySpan<T> x,
        Span<T> y,
        int rowLength,
        DropoutRate rate,
        double scale,
        double shift,
        double dropped,
        in RandomSource random,
        ReadOnlySpan<uint> rowKeys,
        int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (CheckShapes(x, y, rowLength, rowKeys) > 0)
        {
            AffineKept<T> operation = new(
                VectorMath.Constant<T>(scale), VectorMath.Constant<T>(shift), VectorMath.Constant<T>(dropped));
            Run(x, y, rowLength, rate, operation, random, rowKeys, threads);
        }
    }

    /// <summary>Writes the mask itself, 0 or 1 / keep: what <see cref="Apply"/> multiplies a row of this key by.</summary>
    /// <param name="mask">Overwritten.</param>
    /// <param name="rate">What to drop.</param>
    /// <param name="random">Draws the mask.</param>
    /// <param name="rowKey">The key of the row.</param>
    public static void FillMask<T>(Span<T> mask, DropoutRate rate, in RandomSource random, uint rowKey)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        mask.Fill(T.One);
        Apply(mask, mask, mask.Length, rate, random, [rowKey], threads: 1);
    }

    /// <summary>Whether element <paramref name="element"/> of a row of key <paramref name="row"/> is kept.</summary>
    public static bool Keeps(DropoutRate rate, in RandomSource random, uint row, long element)
    {
        int slot = (int)(element >> 3) & 7;
        var (x0, x1, x2, x3) = random.Block(RandomKind.Mask, (uint)((element >> 6 << 3) | (element & 7)), row);
        uint word = (slot >> 1) switch { 0 => x0, 1 => x1, 2 => x2, _ => x3 };
        return (short)(word >> (16 * (slot & 1))) < rate.Threshold || rate.KeepsAll;
    }

    private static void Run<T, TOperation>(
        ReadOnlySpan<T> x,
        Span<T> y,
        int rowLength,
        DropoutRate rate,
        TOperation operation,
        in RandomSource random,
        ReadOnlySpan<uint> rowKeys,
        int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperation : struct, IMaskOperation<T>
    {
        var body = new DropoutBody<T, TOperation>(x, y, rowLength, PartLength, rate, operation, random, rowKeys);
        ParallelLoop.Run(ref body, body.Parts, threads);
    }

    private static int CheckShapes<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, int rowLength, ReadOnlySpan<uint> rowKeys)
    {
        if (rowLength < 0 || (rowLength == 0 ? x.Length != 0 : x.Length % rowLength != 0))
        {
            throw new ArgumentException(
                $"Dropout: expected whole rows of {rowLength} elements, got {x.Length} elements.", nameof(x));
        }

        if (y.Length != x.Length)
        {
            throw new ArgumentException(
                $"Dropout: expected y to be as long as x, {x.Length} elements, got {y.Length}.", nameof(y));
        }

        int rows = rowLength == 0 ? 0 : x.Length / rowLength;
        if (!x.IsEmpty && !rowKeys.IsEmpty && rowKeys.Length != rows)
        {
            throw new ArgumentException(
                $"Dropout: expected no row keys or one for each of {rows} rows, got {rowKeys.Length}.", nameof(rowKeys));
        }

        if (x.Overlaps(y, out int offset) && offset != 0)
        {
            throw new ArgumentException(
                $"Dropout: expected y to be x or apart from it, got an overlap shifted by {offset} elements.", nameof(y));
        }

        return rows;
    }
}
