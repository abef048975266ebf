using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Engine.Kernels;

/// <summary>
/// One product, checked, with its operands as references and distances: what goes from the driver to the levels below.
/// </summary>
internal ref struct GemmProblem<T>
{
    /// <summary>Element [0, 0] of A, [M, K]; only read.</summary>
    public ref T A;

    /// <summary>The distance from an element of A to the one below it, and to the one right of it.</summary>
    public nint ARow, AColumn;

    /// <summary>Element [0, 0] of B, [K, N]; only read.</summary>
    public ref T B;

    /// <summary>The distance from an element of B to the one below it, and to the one right of it.</summary>
    public nint BRow, BColumn;

    /// <summary>Element [0, 0] of C, [M, N].</summary>
    public ref T C;

    /// <summary>The distance between two rows of C; each row is contiguous.</summary>
    public nint CRow;

    /// <summary>The lengths of the axes.</summary>
    public int M, N, K;

    /// <summary>N numbers, or a reference to nothing without <see cref="GemmFinish.AddBias"/>; only read.</summary>
    public ref T Bias;

    /// <summary>What happens to the sums.</summary>
    public GemmFinish Finish;

    public GemmProblem(ReadOnlyMatrixView<T> a, ReadOnlyMatrixView<T> b, MatrixView<T> c, ReadOnlySpan<T> bias, GemmFinish finish)
    {
        A = ref MemoryMarshal.GetReference(a.Values);
        ARow = a.RowStep;
        AColumn = a.ColumnStep;
        B = ref MemoryMarshal.GetReference(b.Values);
        BRow = b.RowStep;
        BColumn = b.ColumnStep;
        C = ref MemoryMarshal.GetReference(c.Values);
        CRow = c.RowStride;
        (M, N, K) = (a.Rows, b.Columns, a.Columns);
        Bias = ref MemoryMarshal.GetReference(bias);
        Finish = finish;
    }

    /// <summary>The same product for some of the rows and columns of C.</summary>
    public readonly GemmProblem<T> Part(int row, int rows, int column, int columns)
    {
        GemmProblem<T> part = this;
        part.A = ref Unsafe.Add(ref A, row * ARow);
        part.B = ref Unsafe.Add(ref B, column * BColumn);
        part.C = ref Unsafe.Add(ref Unsafe.Add(ref C, row * CRow), column);
        part.Bias = ref (Finish & GemmFinish.AddBias) != 0 ? ref Unsafe.Add(ref Bias, column) : ref Bias;
        part.M = rows;
        part.N = columns;
        return part;
    }
}
