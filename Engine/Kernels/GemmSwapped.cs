using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>
/// A product of few rows with a transposed B, such as dx = dy·wᵀ: computed as Cᵀ = Bᵀ·Aᵀ. So the large matrix is read once, along
/// its rows, and what must be transposed is small: A while it is packed, and the result, which is built to the side.
/// </summary>
internal static class GemmSwapped
{
    /// <summary>
    /// The largest number of rows for which this beats packing a transposed B, where B is several times larger than A.
    /// </summary>
    public const int MaxRows = 128;

    /// <summary>
    /// The shortest summed axis for which this pays: a short one does not outweigh the result's way through memory.
    /// </summary>
    public const int MinDepth = 64;

    /// <summary>Computes the product.</summary>
    public static void Run<T>(in GemmProblem<T> problem)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        GemmScratch.GetResult(out Span<T> scratch);
        ref T result = ref MemoryMarshal.GetReference(scratch);
        int height = (problem.M + 3) / 4 * 4;
        int most = scratch.Length / height / 4 * 4;
        for (int column = 0; column < problem.N; column += most)
        {
            GemmProblem<T> part = problem.Part(0, problem.M, column, Math.Min(most, problem.N - column));
            GemmProblem<T> swapped = part;
            (swapped.M, swapped.N) = (part.N, part.M);
            swapped.A = ref part.B;
            (swapped.ARow, swapped.AColumn) = (part.BColumn, part.BRow);
            swapped.B = ref part.A;
            (swapped.BRow, swapped.BColumn) = (part.AColumn, part.ARow);
            swapped.C = ref result;
            swapped.CRow = height;
            swapped.Finish = GemmFinish.None;
            GemmDriver.RunBlocks(swapped);
            FinishTransposed(part, ref result, height);
        }
    }

    /// <summary>C = finish(resultᵀ), four rows of C at a time by way of a few lines on the stack.</summary>
    [SkipLocalsInit]
    private static void FinishTransposed<T>(in GemmProblem<T> problem, ref T result, int height)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const int Piece = 64;
        Span<T> rows = stackalloc T[4 * Piece];
        ref T first = ref MemoryMarshal.GetReference(rows);
        for (int row = 0; row < problem.M; row += 4)
        {
            for (int column = 0; column < problem.N; column += Piece)
            {
                // The scratch has whole groups of four in both directions; what lies in it beyond C is never used.
                int columns = Math.Min(Piece, problem.N - column);
                for (int j = 0; j < columns; j += 4)
                {
                    ref T block = ref Unsafe.Add(ref result, ((nint)(column + j) * height) + row);
                    Simd.Transpose4x4(ref block, height, ref Unsafe.Add(ref first, j), Piece);
                }

                ref T bias = ref Unsafe.Add(ref problem.Bias, (problem.Finish & GemmFinish.AddBias) != 0 ? column : 0);
                for (int i = 0; i < Math.Min(4, problem.M - row); i++)
                {
                    ref T c = ref Unsafe.Add(ref Unsafe.Add(ref problem.C, (row + i) * problem.CRow), column);
                    GemmTile.Finish(ref c, ref Unsafe.Add(ref first, i * Piece), columns, ref bias, problem.Finish);
                }
            }
        }
    }
}
