using System.Numerics;
using System.Runtime.CompilerServices;

namespace Engine.Kernels;

/// <summary>
/// C[r, :] = Σ over s of x[rows[r] + steps[s]] · B[s, :], for a few rows and one or two vectors of columns.
/// </summary>
/// <remarks>
/// An element of x that a window sees lies at the window's place plus the place within the window. A sum over the places within
/// (rows are windows, B is the kernel) is the forward pass; a sum over the windows (rows are places within, B is the gradient of
/// y) is the gradient of the kernel. Hence one tile for both, and with two tables of places neither strides nor dilations nor the
/// number of axes appear in a loop.
/// </remarks>
internal ref struct DirectTile<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Places beyond the last row that must be readable, and must lie within x.</summary>
    public const int Spare = 8;

    /// <summary>The element of x from which places count.</summary>
    public ref T X;

    /// <summary>From the first vector of columns to the second, in x: for a depthwise convolution.</summary>
    public nint XSecond;

    /// <summary>The places of the rows, and <see cref="Spare"/> valid ones beyond: a tile reads all of its height.</summary>
    public ref int Rows;

    /// <summary>The places of the summed axis.</summary>
    public ref int Steps;

    /// <summary>The length of the summed axis; at least 1.</summary>
    public int StepCount;

    /// <summary>The first row of B.</summary>
    public ref T B;

    /// <summary>From one row of B to the next.</summary>
    public nint BStep;

    /// <summary>From the first vector of columns to the second, in B.</summary>
    public nint BSecond;

    /// <summary>The first row of C.</summary>
    public ref T C;

    /// <summary>From one row of C to the next.</summary>
    public nint CRow;

    /// <summary>From the first vector of columns to the second, in C and in the bias. The two may overlap.</summary>
    public nint CSecond;

    /// <summary>The bias of the first column; read if <see cref="Finish"/> says so.</summary>
    public ref T Bias;

    /// <summary>What happens to the sums on their way to C.</summary>
    public GemmFinish Finish;

    /// <summary>
    /// All rows, two vectors of columns. The rows are shared out evenly among as few tiles as possible, since a tile with a
    /// missing row takes as long as a full one.
    /// </summary>
    public void RunTwoVectors<TOperand>(int rowCount)
        where TOperand : IDirectOperand
    {
        int tiles = (rowCount + 5) / 6;
        int height = rowCount / tiles;
        int higher = rowCount % tiles;
        for (int tile = 0; tile < tiles; tile++)
        {
            int rows = tile < higher ? height + 1 : height;
            switch (rows)
            {
                case 6:
                    DirectTile6x2.Run<T, TOperand>(this);
                    break;
                case 5:
                    DirectTile5x2.Run<T, TOperand>(this);
                    break;
                default:
                    DirectTile4x2.Run<T, TOperand>(this, rows);
                    break;
            }

            Advance(rows);
        }
    }

    /// <summary>All rows, one vector of columns.</summary>
    /// <param name="rowCount">The number of rows.</param>
    /// <param name="writable">
    /// Elements from <see cref="C"/> on that may be written. Where a row of C is shorter than a vector, a row's vector reaches
    /// into the next rows, which are written later; at the end the rows are built to the side.
    /// </param>
    public void RunOneVector<TOperand>(int rowCount, nint writable)
        where TOperand : IDirectOperand
    {
        int tiles = (rowCount + 7) / 8;
        int height = rowCount / tiles;
        int higher = rowCount % tiles;
        for (int tile = 0; tile < tiles; tile++)
        {
            int rows = tile < higher ? height + 1 : height;
            if (((rows - 1) * CRow) + Vector<T>.Count <= writable)
            {
                DirectTile8x1.Run<T, TOperand>(this, rows);
            }
            else
            {
                RunAside<TOperand>(rows);
            }

            writable -= rows * CRow;
            Advance(rows);
        }
    }

    private void Advance(int rows)
    {
        Rows = ref Unsafe.Add(ref Rows, rows);
        C = ref Unsafe.Add(ref C, rows * CRow);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly void RunAside<TOperand>(int rows)
        where TOperand : IDirectOperand
    {
        Span<T> sums = stackalloc T[8 * Vector<T>.Count];
        scoped DirectTile<T> aside = this;
        aside.C = ref sums[0];
        aside.CRow = Vector<T>.Count;
        DirectTile8x1.Run<T, TOperand>(aside, rows);
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < (int)CRow; column++)
            {
                Unsafe.Add(ref C, (row * CRow) + column) = sums[(row * Vector<T>.Count) + column];
            }
        }
    }
}
