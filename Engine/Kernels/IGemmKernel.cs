namespace Engine.Kernels;

/// <summary>
/// The innermost level of the matrix product: one tile of C, as many rows as the registers allow and two vectors wide.
/// </summary>
/// <typeparam name="T">The type of an element.</typeparam>
internal interface IGemmKernel<T>
{
    /// <summary>The height of the tile.</summary>
    static abstract int Rows { get; }

    /// <summary>The height of a lower tile, for the last rows.</summary>
    static abstract int LowRows { get; }

    /// <summary>The width of the tile: two vectors.</summary>
    static abstract int Width { get; }

    /// <summary>
    /// C = finish(A·B) for one tile. Every element of the tile is a chain of k multiply-adds that begins with 0 and takes the
    /// summed axis in order; only then come, as far as <paramref name="finish"/> wants them, what was in C, the bias, and relu.
    /// So the same element gets the same bits from every tile that can hold it.
    /// </summary>
    /// <param name="a">
    /// Element [0, 0] of A, [rows, k]. Any two distances: packed or not, transposed or not. Nothing beyond
    /// <paramref name="rows"/> is read.
    /// </param>
    /// <param name="aRow">The distance from an element of A to the one below it.</param>
    /// <param name="aStep">The distance from an element of A to the one right of it.</param>
    /// <param name="b">Element [0, 0] of B, [k, two vectors]: each row contiguous and read whole.</param>
    /// <param name="bStep">The distance between two rows of B.</param>
    /// <param name="k">The length of the summed axis, at least 0.</param>
    /// <param name="c">
    /// Element [0, 0] of the tile: each row contiguous and written whole. Must not overlap A, B or the bias.
    /// </param>
    /// <param name="cRow">The distance between two rows of C.</param>
    /// <param name="rows">How many rows of the tile there are: 1 to <see cref="Rows"/>.</param>
    /// <param name="bias">Two vectors, read only with <see cref="GemmFinish.AddBias"/>.</param>
    /// <param name="finish">What happens to the sums. Without <see cref="GemmFinish.AddC"/> C is never read.</param>
    /// <param name="packed">
    /// Where the rows of B are put, close together, if <typeparamref name="TMode"/> wants it; otherwise not used.
    /// </param>
    static abstract void Run<TMode>(
        ref T a, nint aRow, nint aStep, ref T b, nint bStep, int k, ref T c, nint cRow, int rows, ref T bias, GemmFinish finish,
        ref T packed)
        where TMode : IGemmMode;

    /// <summary>The same for at most <see cref="LowRows"/> rows, where B is packed already or stays where it lies.</summary>
    static abstract void RunLow(
        ref T a, nint aRow, nint aStep, ref T b, nint bStep, int k, ref T c, nint cRow, int rows, ref T bias, GemmFinish finish);
}
