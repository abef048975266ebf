using System.Numerics;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>
/// The products of some neighbouring gates whose arguments are [x, h]·[W; R] + b: input and hidden state side by side, one
/// product a step. Where each gate has masks of its own, and so inputs of its own, it is one product a gate.
/// </summary>
/// <param name="Inputs">The features of a step.</param>
/// <param name="Units">The length of a state.</param>
/// <param name="First">The first of these gates.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Total">The gates of kernel and recurrent kernel, [inputs, total · units] and [units, total · units].</param>
/// <param name="Width">The columns of a row of gates in memory.</param>
/// <param name="Copies">1, or the number of gates.</param>
internal readonly record struct JoinedGates(int Inputs, int Units, int First, int Count, int Total, int Width, int Copies)
{
    private int Joined => Inputs + Units;

    // One product for all of them, or one for each.
    private int Products => Copies == 1 ? 1 : Count;

    private int Columns => Copies == 1 ? Count * Units : Units;

    /// <summary>The elements of a row that the gradients need for a step, where there are masks.</summary>
    public int SideWidth => Products * Math.Max(Inputs, Units);

    /// <summary>The elements of [W; R], packed for forward.</summary>
    public int ForwardLength => Products * GemmPacked.Length(Joined, Columns);

    /// <summary>The elements of Rᵀ, packed for the gradient of the hidden state.</summary>
    public int HiddenLength => Products * GemmPacked.Length(Columns, Units);

    /// <summary>The elements of Wᵀ, packed for the gradient of the input.</summary>
    public int InputLength => Products * GemmPacked.Length(Columns, Inputs);

    /// <summary>Packs [W; R].</summary>
    public void PackForward<T>(ReadOnlySpan<T> kernel, ReadOnlySpan<T> recurrentKernel, Span<T> packed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int product = 0; product < Products; product++)
        {
            Span<T> to = packed[(product * GemmPacked.Length(Joined, Columns))..];
            GemmPacked.Pack(Weights(kernel, Inputs, product), 0, Joined, to);
            GemmPacked.Pack(Weights(recurrentKernel, Units, product), Inputs, Joined, to);
        }
    }

    /// <summary>Packs Rᵀ, or Wᵀ.</summary>
    /// <param name="kernel">[rows, total · units].</param>
    /// <param name="rows">The units for R, the inputs for W.</param>
    /// <param name="packed">As long as <see cref="HiddenLength"/> or <see cref="InputLength"/> says.</param>
    public void PackBackward<T>(ReadOnlySpan<T> kernel, int rows, Span<T> packed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int product = 0; product < Products; product++)
        {
            Span<T> to = packed[(product * GemmPacked.Length(Columns, rows))..];
            GemmPacked.Pack(Weights(kernel, rows, product).Transposed, 0, Columns, to);
        }
    }

    /// <summary>gates = [x, h]·[W; R] + b.</summary>
    public void Forward<T>(in RecurrentStep<T> step, ReadOnlySpan<T> packed, ReadOnlySpan<T> bias)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int product = 0; product < Products; product++)
        {
            step.Mask(Inputs, Units, Copies, First + product);
            GemmPacked.Multiply(
                new ReadOnlyMatrixView<T>(step.Operand, step.Rows, Joined),
                packed[(product * GemmPacked.Length(Joined, Columns))..],
                bias.IsEmpty ? bias : bias.Slice((First * Units) + (product * Columns), Columns),
                new MatrixView<T>(step.Gates[Offset(product)..], step.Rows, Columns, Width));
        }
    }

    /// <summary>dh = Σ over gates of mask ∘ (dgates·Rᵀ), overwritten or added to.</summary>
    public void HiddenGradient<T>(in RecurrentStep<T> step, ReadOnlySpan<T> packed, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Gradient(step, packed, step.HiddenMasks, Units, step.Hidden, accumulate);

    /// <summary>dx = Σ over gates of mask ∘ (dgates·Wᵀ), overwritten or added to.</summary>
    public void InputGradient<T>(in RecurrentStep<T> step, ReadOnlySpan<T> packed, Span<T> gradient, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Gradient(step, packed, step.InputMasks, Inputs, gradient, accumulate);

    /// <summary>The gradients of [W; R]: one product over all rows; one a gate where inputs differ.</summary>
    /// <param name="rows">All rows, after the loop of backward.</param>
    /// <param name="gradient">[inputs + units, total · units], of which the columns of these gates are overwritten.</param>
    /// <param name="threads">How many threads may work: no effect on the result.</param>
    public void WeightGradients<T>(in RecurrentRowsView<T> rows, Span<T> gradient, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (Copies == 1)
        {
            Gemm.Multiply(
                rows.Inputs(0, Joined).Transposed,
                rows.Gates(First * Units, Columns),
                new MatrixView<T>(gradient[(First * Units)..], Joined, Columns, Total * Units),
                threads);
            return;
        }

        MaskedWeightGradient<T> body = new(rows, First, Count, Math.Min(threads, Count), gradient, Total * Units);
        ParallelLoop.Run(ref body, body.Parts, threads);
    }

    private int Offset(int product) => (First * Units) + (product * Columns);

    private ReadOnlyMatrixView<T> Weights<T>(ReadOnlySpan<T> kernel, int rows, int product)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        new(kernel[((First * Units) + (product * Columns))..], rows, Columns, Total * Units);

    private void Gradient<T>(
        in RecurrentStep<T> step, ReadOnlySpan<T> packed, ReadOnlySpan<T> masks, int columns, Span<T> gradient, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int product = 0; product < Products; product++)
        {
            Span<T> to = masks.IsEmpty ? gradient : step.Side.Slice(product * gradient.Length, gradient.Length);
            GemmPacked.Multiply(
                new ReadOnlyMatrixView<T>(step.Gates[Offset(product)..], step.Rows, Columns, Width),
                packed[(product * GemmPacked.Length(Columns, columns))..],
                [],
                new MatrixView<T>(to, step.Rows, columns),
                masks.IsEmpty && (accumulate || product > 0));
        }

        if (!masks.IsEmpty)
        {
            ReadOnlySpan<T> products = step.Side[..(Products * gradient.Length)];
            RecurrentRows.AddMasked(products, masks, Copies, Copies == 1 ? 0 : First, Products, gradient, columns, accumulate);
        }
    }
}
