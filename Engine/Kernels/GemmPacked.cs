using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>
/// Products with a B that is packed once and used many times, as the recurrent matrix of a layer at each of its steps. On one
/// thread, on memory of the caller's.
/// </summary>
internal static class GemmPacked
{
    /// <summary>How many elements a packed matrix takes, in float or double.</summary>
    /// <param name="k">The rows of B.</param>
    /// <param name="n">The columns of B.</param>
    public static int Length(int k, int n) => checked(k * Padded<float>(n));

    /// <summary>Packs some rows of B; all of them must have been packed before B is used.</summary>
    /// <param name="rows">[some, n]: these rows.</param>
    /// <param name="row">The place of the first of them in B.</param>
    /// <param name="k">All rows of B.</param>
    /// <param name="packed">B, packed.</param>
    public static void Pack<T>(ReadOnlyMatrixView<T> rows, int row, int k, Span<T> packed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int width = Padded<T>(rows.Columns), strip = GemmTile.StripWidth<T>(rows.Columns);
        int blockK = GemmBlocking.BlockK(k);
        ref T from = ref MemoryMarshal.GetReference(rows.Values);
        for (int done = 0; done < rows.Rows;)
        {
            // The rows go into blocks of the summed axis, each made of strips of its height.
            int start = (row + done) / blockK * blockK;
            int inBlock = row + done - start;
            int height = Math.Min(blockK, k - start);
            int count = Math.Min(height - inBlock, rows.Rows - done);
            Span<T> block = packed.Slice(start * width, height * width);
            GemmPacking.PackB(
                ref Unsafe.Add(ref from, done * rows.RowStep), rows.RowStep, rows.ColumnStep, count, rows.Columns, height, strip,
                ref Unsafe.Add(ref MemoryMarshal.GetReference(block), inBlock * strip));
            done += count;
        }
    }

    /// <summary>C = A·B + bias, or C += A·B.</summary>
    /// <param name="a">[m, k].</param>
    /// <param name="packed">B, packed.</param>
    /// <param name="bias">[n], or empty.</param>
    /// <param name="c">[m, n]; not read unless it is added to.</param>
    /// <param name="accumulate">Whether the product is added to C.</param>
    public static void Multiply<T>(
        ReadOnlyMatrixView<T> a, ReadOnlySpan<T> packed, ReadOnlySpan<T> bias, MatrixView<T> c, bool accumulate = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int width = Padded<T>(c.Columns);
        if (a.Rows != c.Rows || packed.Length < a.Columns * width || (!bias.IsEmpty && bias.Length != c.Columns))
        {
            throw new ShapeException(
                $"GemmPacked: expected {c.Rows} rows of A, a packed B of {a.Columns * width} elements and a bias of {c.Columns} "
                + "or none, "
                + $"got {a.Rows}, {packed.Length} and {bias.Length}.");
        }

        GemmFinish finish = accumulate ? GemmFinish.AddC : GemmFinish.None;
        finish |= bias.IsEmpty ? GemmFinish.None : GemmFinish.AddBias;
        GemmProblem<T> block = new(a, new ReadOnlyMatrixView<T>(packed, 0, c.Columns), c, bias, finish);
        int blockK = GemmBlocking.BlockK(a.Columns);
        for (int p = 0; p < a.Columns; p += blockK)
        {
            block.K = Math.Min(blockK, a.Columns - p);
            block.Finish = GemmBlocking.FinishOf(finish, isFirst: p == 0, isLast: p + block.K == a.Columns);
            ref T strips = ref Unsafe.Add(ref MemoryMarshal.GetReference(packed), p * width);
            if (GemmTile.IsWide<T>(c.Columns))
            {
                RunWide(block, ref strips);
            }
            else
            {
                GemmBlocking.RunPacked<T, GemmKernel6x2<T, Vector<T>, NativeVectors<T>>>(block, ref strips);
            }

            block.A = ref Unsafe.Add(ref block.A, block.K * block.AColumn);
        }
    }

    // Tiles of 8 rows. The last rows, if half a tile holds them, by two strips at a time.
    private static void RunWide<T>(in GemmProblem<T> block, ref T strips)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int low = block.M % GemmKernel8x2<T, Vector512<T>, WideVectors<T>>.Rows;
        int high = block.M - low;
        if (low is 0 or > GemmKernel4x4<T, Vector512<T>, WideVectors<T>>.Rows)
        {
            GemmBlocking.RunPacked<T, GemmKernel8x2<T, Vector512<T>, WideVectors<T>>>(block, ref strips);
        }
        else if (high == 0)
        {
            RunLow(block, ref strips);
        }
        else
        {
            GemmBlocking.RunPacked<T, GemmKernel8x2<T, Vector512<T>, WideVectors<T>>>(block.Part(0, high, 0, block.N), ref strips);
            RunLow(block.Part(high, low, 0, block.N), ref strips);
        }
    }

    private static void RunLow<T>(in GemmProblem<T> block, ref T strips)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int width = 4 * Vector512<T>.Count;
        int column = 0;
        for (; column <= block.N - width; column += width)
        {
            ref T bias = ref (block.Finish & GemmFinish.AddBias) != 0 ? ref Unsafe.Add(ref block.Bias, column) : ref block.Bias;
            GemmKernel4x4<T, Vector512<T>, WideVectors<T>>.Run(
                ref block.A, block.ARow, block.AColumn, ref Unsafe.Add(ref strips, (nint)column * block.K), block.K,
                ref Unsafe.Add(ref block.C, column), block.CRow, block.M, ref bias, block.Finish);
        }

        if (column < block.N)
        {
            GemmBlocking.RunPacked<T, GemmKernel8x2<T, Vector512<T>, WideVectors<T>>>(
                block.Part(0, block.M, column, block.N - column), ref Unsafe.Add(ref strips, (nint)column * block.K));
        }
    }

    // Widths of strips are powers of two; a division takes as long as a row of a tile.
    private static int Padded<T>(int n) => (n + GemmTile.StripWidth<T>(n) - 1) & -GemmTile.StripWidth<T>(n);
}
