using System.Numerics;

namespace Engine.Kernels;

/// <summary>
/// The products of a GRU: those of z and r, which are one; and those of the candidate, whose parts of the input and of the state
/// are apart. Packed weights lie one behind the other: z and r, candidate's input, candidate's state; in backward z and r for
/// the state, candidate's state, z and r for the input, candidate's input.
/// </summary>
/// <param name="Inputs">The features of a step.</param>
/// <param name="Units">The length of a state.</param>
/// <param name="Copies">1, or 3 where each gate has masks of its own.</param>
internal readonly record struct GruProducts(int Inputs, int Units, int Copies)
{
    /// <summary>z and r.</summary>
    public JoinedGates Gates => new(Inputs, Units, First: 0, Count: 2, Total: 3, Width: 4 * Units, Copies);

    /// <summary>The elements of all weights, packed for forward.</summary>
    public int ForwardLength => Gates.ForwardLength + GemmPacked.Length(Inputs, Units) + GemmPacked.Length(Units, Units);

    /// <summary>The elements of all weights, packed for backward.</summary>
    public int BackwardLength => InputStart + Gates.InputLength + GemmPacked.Length(Units, Inputs);

    /// <summary>The elements a row needs for a step: for masked products, and for two rows of units.</summary>
    public int SideWidth => Gates.SideWidth + (2 * Units);

    private int InputStart => Gates.HiddenLength + GemmPacked.Length(Units, Units);

    private int Joined => Inputs + Units;

    // The candidate's copy of the masked inputs and states.
    private int Copy => Copies == 1 ? 0 : 2;

    /// <summary>Packs all weights for forward.</summary>
    public void PackForward<T>(ReadOnlySpan<T> kernel, ReadOnlySpan<T> recurrentKernel, Span<T> packed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Gates.PackForward(kernel, recurrentKernel, packed);
        GemmPacked.Pack(CandidateOf(kernel, Inputs), 0, Inputs, packed[Gates.ForwardLength..]);
        GemmPacked.Pack(
            CandidateOf(recurrentKernel, Units), 0, Units, packed[(Gates.ForwardLength + GemmPacked.Length(Inputs, Units))..]);
    }

    /// <summary>Packs all weights for backward; the kernel only if the input's gradient is wanted.</summary>
    public void PackBackward<T>(ReadOnlySpan<T> kernel, ReadOnlySpan<T> recurrentKernel, bool wantsInput, Span<T> packed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Gates.PackBackward(recurrentKernel, Units, packed);
        GemmPacked.Pack(CandidateOf(recurrentKernel, Units).Transposed, 0, Units, packed[Gates.HiddenLength..]);
        if (wantsInput)
        {
            Gates.PackBackward(kernel, Inputs, packed[InputStart..]);
            GemmPacked.Pack(CandidateOf(kernel, Inputs).Transposed, 0, Units, packed[(InputStart + Gates.InputLength)..]);
        }
    }

    /// <summary>What of the packed weights belongs to the input's gradient.</summary>
    public ReadOnlySpan<T> PackedInput<T>(ReadOnlySpan<T> packed)
        where T : unmanaged => packed[InputStart..];

    /// <summary>The candidate's part of the input: x·W + b. Its masks are then on inputs and states.</summary>
    public void Candidate<T>(in RecurrentStep<T> step, ReadOnlySpan<T> packed, ReadOnlySpan<T> bias)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        step.Mask(Inputs, Units, Copies, Copy);
        GemmPacked.Multiply(
            new ReadOnlyMatrixView<T>(step.Operand, step.Rows, Inputs, Joined), packed[Gates.ForwardLength..], bias, GateRows(step, 2));
    }

    /// <summary>
    /// The candidate's part of the state, after that of the input and with the reset gate after it: h'·R + b.
    /// </summary>
    public void State<T>(in RecurrentStep<T> step, ReadOnlySpan<T> packed, ReadOnlySpan<T> bias)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        GemmPacked.Multiply(
            new ReadOnlyMatrixView<T>(step.Operand[Inputs..], step.Rows, Units, Joined),
            packed[(Gates.ForwardLength + GemmPacked.Length(Inputs, Units))..],
            bias,
            GateRows(step, 3));

    /// <summary>The same with the reset gate before it: (r ∘ h')·R is added to the part of the input.</summary>
    public void ResetState<T>(in RecurrentStep<T> step, ReadOnlySpan<T> packed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        GemmPacked.Multiply(
            GateRows(step, 3),
            packed[(Gates.ForwardLength + GemmPacked.Length(Inputs, Units))..],
            [],
            GateRows(step, 2),
            accumulate: true);

    /// <summary>dh' += mask ∘ (ds·Rᵀ), with the reset gate after the product.</summary>
    public void StateGradient<T>(in RecurrentStep<T> step, ReadOnlySpan<T> packed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        AddMasked(GateRows(step, 3), packed[Gates.HiddenLength..], step.HiddenMasks, Units, step.Side, step.Hidden);

    /// <summary>q = dn·Rᵀ, with the reset gate before the product: into the second spare row.</summary>
    public void ResetStateGradient<T>(in RecurrentStep<T> step, ReadOnlySpan<T> packed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        GemmPacked.Multiply(
            GateRows(step, 2),
            packed[Gates.HiddenLength..],
            [],
            new MatrixView<T>(step.Side[((Gates.SideWidth * step.Rows) + (step.Rows * Units))..], step.Rows, Units));

    /// <summary>dx += mask ∘ (dn·Wᵀ).</summary>
    public void CandidateGradient<T>(in RecurrentStep<T> step, ReadOnlySpan<T> packed, Span<T> gradient)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        AddMasked(
            GateRows(step, 2), packed[(InputStart + Gates.InputLength)..], step.InputMasks, Inputs, step.Side, gradient);

    /// <summary>The state of a row as the candidate's product sees it, with its mask; in forward, after that of the input.</summary>
    public ReadOnlySpan<T> MaskedState<T>(in RecurrentStep<T> step, int row)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        step.Operand.Slice((row * Joined) + Inputs, Units);

    /// <summary>The gradient of a row's masked state becomes that of the state.</summary>
    public void Unmask<T>(in RecurrentStep<T> step, int row, Span<T> gradient)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!step.HiddenMasks.IsEmpty)
        {
            System.Numerics.Tensors.TensorPrimitives.Multiply(
                gradient, step.HiddenMasks.Slice(((row * Copies) + Copy) * Units, Units), gradient);
        }
    }

    /// <summary>Memory of a row for a step: 0 or 1.</summary>
    public Span<T> Spare<T>(in RecurrentStep<T> step, int row, int index)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        step.Side.Slice((Gates.SideWidth * step.Rows) + (((index * step.Rows) + row) * Units), Units);

    /// <summary>The gradients of [W; R], as products over all rows.</summary>
    /// <param name="rows">All rows, after the loop of backward.</param>
    /// <param name="resetAfter">Whether the last slot of the gates belongs to the state; else it is r ∘ h'.</param>
    /// <param name="gradient">[inputs + units, 3 · units]; overwritten.</param>
    /// <param name="threads">How many threads may work: no effect on the result.</param>
    public void WeightGradients<T>(in RecurrentRowsView<T> rows, bool resetAfter, Span<T> gradient, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Gates.WeightGradients(rows, gradient, threads);
        MatrixView<T> input = new(gradient[(2 * Units)..], Inputs, Units, 3 * Units);
        MatrixView<T> state = new(gradient[((Inputs * 3 * Units) + (2 * Units))..], Units, Units, 3 * Units);
        int gate = (resetAfter ? 3 : 2) * Units;
        if (Copies == 1)
        {
            Gemm.Multiply(rows.Inputs(0, Inputs).Transposed, rows.Gates(2 * Units, Units), input, threads);
        }
        else
        {
            rows.Multiply(Copy, count: 1, column: 0, 2 * Units, input);
        }

        if (Copies > 1 && resetAfter)
        {
            rows.Multiply(Copy, count: 1, column: Inputs, gate, state);
        }
        else
        {
            ReadOnlyMatrixView<T> states = resetAfter ? rows.Inputs(Inputs, Units) : rows.Gates(3 * Units, Units);
            Gemm.Multiply(states.Transposed, rows.Gates(gate, Units), state, threads);
        }
    }

    private MatrixView<T> GateRows<T>(in RecurrentStep<T> step, int gate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new(step.Gates[(gate * Units)..], step.Rows, Units, 4 * Units);

    private ReadOnlyMatrixView<T> CandidateOf<T>(ReadOnlySpan<T> kernel, int rows)
        where T : unmanaged => new(kernel[(2 * Units)..], rows, Units, 3 * Units);

    // to += mask ∘ (a·B)
    private void AddMasked<T>(
        ReadOnlyMatrixView<T> a, ReadOnlySpan<T> packed, ReadOnlySpan<T> masks, int columns, Span<T> side, Span<T> to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<T> product = masks.IsEmpty ? to : side[..to.Length];
        GemmPacked.Multiply(a, packed, [], new MatrixView<T>(product, a.Rows, columns), accumulate: masks.IsEmpty);
        if (!masks.IsEmpty)
        {
            RecurrentRows.AddMasked(product, masks, Copies, Copy, count: 1, to, columns, accumulate: true);
        }
    }
}
