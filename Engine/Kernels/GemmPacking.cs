using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>Copies blocks of the operands into the order in which the micro-kernel reads them.</summary>
internal static class GemmPacking
{
    /// <summary>
    /// Packs columns of B into strips of two vectors: <c>to[strip, p, j] = b[p, strip·width + j]</c>, with zeros beyond the last
    /// column. The strips may be higher than B, which then fills some of their rows.
    /// </summary>
    /// <param name="b">Element [0, 0] of B, [<paramref name="k"/>, <paramref name="columns"/>].</param>
    /// <param name="bRow">The distance from an element of B to the one below it.</param>
    /// <param name="bColumn">The distance from an element of B to the one right of it.</param>
    /// <param name="k">The number of rows.</param>
    /// <param name="columns">The number of columns.</param>
    /// <param name="height">The number of rows of a strip, at least <paramref name="k"/>.</param>
    /// <param name="to">The row of the first strip that takes the first row of B.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void PackB<T, TKernel>(ref T b, nint bRow, nint bColumn, int k, int columns, int height, ref T to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TKernel : IGemmKernel<T>
    {
        int width = TKernel.Width;
        for (int column = 0; column < columns; column += width)
        {
            ref T strip = ref Unsafe.Add(ref to, (nint)column * height);
            ref T from = ref Unsafe.Add(ref b, column * bColumn);
            int valid = Math.Min(width, columns - column);
            if (valid < width)
            {
                PackPartOfStrip(ref from, bRow, bColumn, k, valid, width, ref strip);
            }
            else if (bColumn == 1)
            {
                for (int p = 0; p < k; p++)
                {
                    // The constant length compiles into two or four moves.
                    Unsafe.CopyBlockUnaligned(
                        ref Unsafe.As<T, byte>(ref strip), ref Unsafe.As<T, byte>(ref from), (uint)(TKernel.Width * Unsafe.SizeOf<T>()));
                    from = ref Unsafe.Add(ref from, bRow);
                    strip = ref Unsafe.Add(ref strip, width);
                }
            }
            else
            {
                PackTransposed(ref from, bRow, bColumn, k, width, ref strip);
            }
        }
    }

    /// <summary>The same for strips of a width that <see cref="GemmTile.StripWidth"/> gave.</summary>
    public static void PackB<T>(ref T b, nint bRow, nint bColumn, int k, int columns, int height, int width, ref T to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (width > 2 * Vector<T>.Count)
        {
            PackB<T, GemmKernel6x2<T, Vector512<T>, WideVectors<T>>>(ref b, bRow, bColumn, k, columns, height, ref to);
        }
        else
        {
            PackB<T, GemmKernel6x2<T, Vector<T>, NativeVectors<T>>>(ref b, bRow, bColumn, k, columns, height, ref to);
        }
    }

    /// <summary>
    /// Packs rows of a transposed A, whose columns are contiguous, into panels: <c>to[panel, p, i] = a[panel·height + i, p]</c>.
    /// What lies in the last panel beyond the last row is undefined.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void PackTransposedA<T, TKernel>(ref T a, nint aColumn, int rows, int k, ref T to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TKernel : IGemmKernel<T>
    {
        for (int row = 0; row < rows; row += TKernel.Rows)
        {
            ref T panel = ref Unsafe.Add(ref to, (nint)row * k);
            ref T from = ref Unsafe.Add(ref a, row);
            int valid = Math.Min(TKernel.Rows, rows - row);
            if (valid == TKernel.Rows)
            {
                // The constant length compiles into two or three moves.
                for (int p = 0; p < k; p++)
                {
                    Unsafe.CopyBlockUnaligned(
                        ref Unsafe.As<T, byte>(ref panel),
                        ref Unsafe.As<T, byte>(ref from),
                        (uint)(TKernel.Rows * Unsafe.SizeOf<T>()));
                    from = ref Unsafe.Add(ref from, aColumn);
                    panel = ref Unsafe.Add(ref panel, TKernel.Rows);
                }
            }
            else
            {
                for (int p = 0; p < k; p++)
                {
                    for (int i = 0; i < valid; i++)
                    {
                        Unsafe.Add(ref panel, i) = Unsafe.Add(ref from, i);
                    }

                    from = ref Unsafe.Add(ref from, aColumn);
                    panel = ref Unsafe.Add(ref panel, TKernel.Rows);
                }
            }
        }
    }

    /// <summary>Copies rows of A so that they lie close together: <c>to[i, p] = a[i, p]</c>.</summary>
    public static void PackA<T>(ref T a, nint aRow, int rows, int k, ref T to)
        where T : unmanaged
    {
        for (int row = 0; row < rows; row++)
        {
            Unsafe.CopyBlockUnaligned(
                ref Unsafe.As<T, byte>(ref Unsafe.Add(ref to, (nint)row * k)),
                ref Unsafe.As<T, byte>(ref Unsafe.Add(ref a, row * aRow)),
                (uint)(k * Unsafe.SizeOf<T>()));
        }
    }

    private static void PackPartOfStrip<T>(ref T from, nint bRow, nint bColumn, int k, int valid, int width, ref T strip)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int p = 0; p < k; p++)
        {
            for (int j = 0; j < valid; j++)
            {
                Unsafe.Add(ref strip, j) = Unsafe.Add(ref from, j * bColumn);
            }

            for (int j = valid; j < width; j++)
            {
                Unsafe.Add(ref strip, j) = T.Zero;
            }

            from = ref Unsafe.Add(ref from, bRow);
            strip = ref Unsafe.Add(ref strip, width);
        }
    }

    private static void PackTransposed<T>(ref T from, nint bRow, nint bColumn, int k, int width, ref T strip)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int p = 0;
        if (bRow == 1 && width % 4 == 0)
        {
            for (; p <= k - 4; p += 4)
            {
                for (int j = 0; j < width; j += 4)
                {
                    Simd.Transpose4x4(
                        ref Unsafe.Add(ref from, (j * bColumn) + p), bColumn, ref Unsafe.Add(ref strip, (p * width) + j), width);
                }
            }
        }

        for (; p < k; p++)
        {
            for (int j = 0; j < width; j++)
            {
                Unsafe.Add(ref strip, (p * width) + j) = Unsafe.Add(ref from, (p * bRow) + (j * bColumn));
            }
        }
    }
}
