using System.Numerics;
using System.Numerics.Tensors;
using Engine.Activations;
using Engine.Kernels;

namespace Engine.Layers;

/// <summary>
/// A step of <see cref="LayerNormalizedLSTM"/>. A row of gates has the arguments' gradients, then those of x·W and of h'·R; what
/// is kept are the normalized products and cell, the gradient of the cell's normalization, and three inverse deviations.
/// </summary>
internal readonly ref struct LayerNormalizedLstmCell<T> : IRecurrentCell<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The features of a step.</summary>
    public required int Inputs { get; init; }

    /// <summary>The length of a state.</summary>
    public required int Units { get; init; }

    /// <summary>W in forward, Wᵀ in backward, packed.</summary>
    public required ReadOnlySpan<T> PackedKernel { get; init; }

    /// <summary>R in forward, Rᵀ in backward, packed.</summary>
    public required ReadOnlySpan<T> PackedRecurrent { get; init; }

    /// <summary>[4 · units], or empty.</summary>
    public required ReadOnlySpan<T> Bias { get; init; }

    /// <summary>[4 · units]: the gains of x·W and of h'·R.</summary>
    public required ReadOnlySpan<T> KernelGain { get; init; }

    /// <inheritdoc cref="KernelGain"/>
    public required ReadOnlySpan<T> RecurrentGain { get; init; }

    /// <summary>[units]: gain and shift of the cell.</summary>
    public required ReadOnlySpan<T> CellGain { get; init; }

    /// <inheritdoc cref="CellGain"/>
    public required ReadOnlySpan<T> CellShift { get; init; }

    /// <summary>What is added to variances.</summary>
    public required double Epsilon { get; init; }

    private int GateWidth => GatesOf(Units);

    /// <summary>The columns of a row of gates.</summary>
    public static int GatesOf(int units) => 12 * units;

    /// <summary>The columns of a row of what is kept.</summary>
    public static int KeptOf(int units) => (10 * units) + 3;

    /// <inheritdoc/>
    public void Forward(in RecurrentStep<T> step)
    {
        int kept = KeptOf(Units), joined = Inputs + Units;
        GemmPacked.Multiply(
            new ReadOnlyMatrixView<T>(step.Inputs, step.Rows, Inputs, joined),
            PackedKernel,
            [],
            new MatrixView<T>(step.Kept, step.Rows, 4 * Units, kept));
        GemmPacked.Multiply(
            new ReadOnlyMatrixView<T>(step.Inputs[Inputs..], step.Rows, Units, joined),
            PackedRecurrent,
            [],
            new MatrixView<T>(step.Kept[(4 * Units)..], step.Rows, 4 * Units, kept));
        for (int row = 0; row < step.Rows; row++)
        {
            Span<T> xw = Kept(step, row, 0, 4), hr = Kept(step, row, 4, 4), normalized = Kept(step, row, 8, 1);
            Span<T> deviations = step.Kept.Slice((row * kept) + (10 * Units), 3);
            Span<T> gates = Gate(step, row, 0, 4);
            Span<T> c = step.Cell.Slice(row * Units, Units), h = step.Hidden.Slice(row * Units, Units);
            deviations[0] = Normalize(xw);
            deviations[1] = Normalize(hr);
            TensorPrimitives.Multiply(xw, KernelGain, gates);
            TensorPrimitives.MultiplyAddEstimate(hr, RecurrentGain, gates, gates);
            if (!Bias.IsEmpty)
            {
                TensorPrimitives.Add(gates, Bias, gates);
            }

            Span<T> i = Gate(step, row, 0, 1), f = Gate(step, row, 1, 1), n = Gate(step, row, 2, 1), o = Gate(step, row, 3, 1);
            ActivationFunction.Sigmoid.Forward(gates[..(2 * Units)], gates[..(2 * Units)], Units);
            ActivationFunction.Tanh.Forward(n, n, Units);
            ActivationFunction.Sigmoid.Forward(o, o, Units);
            TensorPrimitives.Multiply(c, f, c);
            TensorPrimitives.MultiplyAddEstimate(i, n, c, c);
            c.CopyTo(normalized);
            deviations[2] = Normalize(normalized);
            Output(normalized, h);
            TensorPrimitives.Multiply(h, o, h);
        }
    }

    /// <inheritdoc/>
    public void Backward(in RecurrentStep<T> step)
    {
        for (int row = 0; row < step.Rows; row++)
        {
            Backward(step, row);
        }

        Product(step, 8, PackedRecurrent, Units, step.HiddenMasks, step.Hidden);
    }

    /// <inheritdoc/>
    public void InputGradient(in RecurrentStep<T> step, Span<T> gradient) =>
        Product(step, 4, PackedKernel, Inputs, step.InputMasks, gradient);

    private void Backward(in RecurrentStep<T> step, int row)
    {
        Span<T> deviations = step.Kept.Slice((row * KeptOf(Units)) + (10 * Units), 3);
        Span<T> i = Gate(step, row, 0, 1), f = Gate(step, row, 1, 1), n = Gate(step, row, 2, 1), o = Gate(step, row, 3, 1);
        Span<T> dh = step.Hidden.Slice(row * Units, Units), dc = step.Cell.Slice(row * Units, Units);
        Span<T> normalized = Kept(step, row, 8, 1), dy = Kept(step, row, 9, 1);

        // Room for a moment, where the gradients of the products will be.
        Span<T> tanh = Gate(step, row, 4, 1), d = Gate(step, row, 5, 1);

        // h = o ∘ tanh(y), y = γ ∘ ĉ + β: do = dh ∘ tanh(y), dy = dh ∘ o ∘ (1 − tanh²)
        Output(normalized, tanh);
        TensorPrimitives.Multiply(dh, o, dy);
        ActivationFunction.Tanh.Backward([], tanh, dy, dy, Units);
        TensorPrimitives.Multiply(dh, tanh, d);
        ActivationFunction.Sigmoid.Backward([], o, d, d, Units);
        d.CopyTo(o);
        TensorPrimitives.Multiply(dy, CellGain, d);
        Denormalize(normalized, deviations[2], d);
        TensorPrimitives.Add(dc, d, dc);

        // c = f ∘ c' + i ∘ n
        TensorPrimitives.Multiply(dc, n, d);
        ActivationFunction.Sigmoid.Backward([], i, d, d, Units);
        TensorPrimitives.Multiply(dc, i, tanh);
        d.CopyTo(i);
        ActivationFunction.Tanh.Backward([], n, tanh, tanh, Units);
        tanh.CopyTo(n);
        TensorPrimitives.Multiply(dc, step.PreviousCell.Slice(row * Units, Units), d);
        TensorPrimitives.Multiply(dc, f, dc);
        ActivationFunction.Sigmoid.Backward([], f, d, d, Units);
        d.CopyTo(f);

        // Through the two normalizations of the arguments.
        Span<T> arguments = Gate(step, row, 0, 4), dxw = Gate(step, row, 4, 4), dhr = Gate(step, row, 8, 4);
        TensorPrimitives.Multiply(arguments, KernelGain, dxw);
        Denormalize(Kept(step, row, 0, 4), deviations[0], dxw);
        TensorPrimitives.Multiply(arguments, RecurrentGain, dhr);
        Denormalize(Kept(step, row, 4, 4), deviations[1], dhr);
    }

    // to = mask ∘ (gradient of a product · its weights, transposed)
    private void Product(
        in RecurrentStep<T> step, int gate, ReadOnlySpan<T> packed, int columns, ReadOnlySpan<T> masks, Span<T> to)
    {
        Span<T> product = masks.IsEmpty ? to : step.Side[..to.Length];
        GemmPacked.Multiply(
            new ReadOnlyMatrixView<T>(step.Gates[(gate * Units)..], step.Rows, 4 * Units, GateWidth),
            packed,
            [],
            new MatrixView<T>(product, step.Rows, columns));
        if (!masks.IsEmpty)
        {
            RecurrentRows.AddMasked(product, masks, copies: 1, first: 0, count: 1, to, columns, accumulate: false);
        }
    }

    // tanh(γ ∘ ĉ + β)
    private void Output(ReadOnlySpan<T> normalized, Span<T> y)
    {
        TensorPrimitives.MultiplyAddEstimate(normalized, CellGain, CellShift, y);
        ActivationFunction.Tanh.Forward(y, y, Units);
    }

    // x̂ = (x − μ) r with r = 1 / √(σ² + ε), in place; gives r.
    private T Normalize(Span<T> x)
    {
        T length = T.CreateChecked(x.Length);
        TensorPrimitives.Subtract(x, TensorPrimitives.Sum<T>(x) / length, x);
        T inverse = T.One / T.Sqrt((TensorPrimitives.SumOfSquares<T>(x) / length) + T.CreateChecked(Epsilon));
        TensorPrimitives.Multiply(x, inverse, x);
        return inverse;
    }

    // d ← r (d − Σ d / m − x̂ Σ d x̂ / m)
    private static void Denormalize(ReadOnlySpan<T> normalized, T inverse, Span<T> d)
    {
        T length = T.CreateChecked(d.Length);
        T mean = TensorPrimitives.Sum<T>(d) / length, slope = TensorPrimitives.Dot(d, normalized) / length;
        for (int k = 0; k < d.Length; k++)
        {
            d[k] = inverse * (d[k] - mean - (normalized[k] * slope));
        }
    }

    private Span<T> Gate(in RecurrentStep<T> step, int row, int first, int count) =>
        step.Gates.Slice((row * GateWidth) + (first * Units), count * Units);

    private Span<T> Kept(in RecurrentStep<T> step, int row, int first, int count) =>
        step.Kept.Slice((row * KeptOf(Units)) + (first * Units), count * Units);
}
