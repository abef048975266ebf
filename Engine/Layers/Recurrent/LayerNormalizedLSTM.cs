using System.Numerics;
using System.Numerics.Tensors;
using Engine.Constraints;
using Engine.Initializers;
using Engine.Kernels;
using Engine.Numerics;
using Engine.Regularizers;

namespace Engine.Layers;

/// <summary>
/// Long short-term memory with its gates and its cell normalized: i, f, o = σ(a), n = tanh(a), a = N(x·W) + N(h'·R) + b; c = f ∘
/// c' + i ∘ n; h = o ∘ tanh(N(c)), where N brings a row to mean 0 and variance 1 and multiplies it by a gain.
/// </summary>
/// <remarks>
/// Ba, Kiros and Hinton, "Layer normalization", 2016, equations 20 to 22; the shifts of the first two normalizations are one
/// with the bias. Gates in the order i, f, c, o: kernel <c>[features, 4 · units]</c>, recurrent kernel <c>[units, 4 ·
/// units]</c>, bias and two gains <c>[4 · units]</c>, the cell's gain and shift <c>[units]</c>. States: h, c. Dropout masks are
/// tied across the gates: what they drop is normalized together.
/// </remarks>
public sealed class LayerNormalizedLSTM : RecurrentLayer
{
    /// <summary>Makes the layer.</summary>
    /// <param name="units">The length of the states; at least 1.</param>
    /// <param name="useBias">Whether a bias is added.</param>
    /// <param name="kernelInitializer">First values of the kernel; Glorot uniform if null.</param>
    /// <param name="recurrentInitializer">First values of the recurrent kernel; orthogonal if null.</param>
    /// <param name="biasInitializer">First values of the bias; zeros if null.</param>
    /// <param name="unitForgetBias">Whether the forget gate's bias begins with ones.</param>
    /// <param name="kernelRegularizer">A penalty on the kernel.</param>
    /// <param name="recurrentRegularizer">A penalty on the recurrent kernel.</param>
    /// <param name="biasRegularizer">A penalty on the bias.</param>
    /// <param name="kernelConstraint">What the kernel must satisfy after each step.</param>
    /// <param name="recurrentConstraint">What the recurrent kernel must satisfy after each step.</param>
    /// <param name="biasConstraint">What the bias must satisfy after each step.</param>
    /// <param name="dropout">The share of the input's features that is dropped, at least 0 and below 1.</param>
    /// <param name="recurrentDropout">The share of the hidden state that is dropped, at least 0 and below 1.</param>
    /// <param name="dropoutPerStep">Whether masks are drawn anew at each step.</param>
    /// <param name="zoneout">The share of h that keeps its value at a step, at least 0 and below 1.</param>
    /// <param name="cellZoneout">The same for c.</param>
    /// <param name="seed">A seed of its own for all masks; if null they follow Fit's seed.</param>
    /// <param name="returnSequences">Whether the output has all hidden states rather than the last.</param>
    /// <param name="returnState">Whether the final h and c are outputs, too.</param>
    /// <param name="goBackwards">Whether the sequence is gone through from its end.</param>
    /// <param name="zeroOutputForMask">
    /// Whether the output of a step that does not count is zeros rather than the previous one.
    /// </param>
    /// <param name="truncation">After how many steps no gradient flows on; null if it flows through all.</param>
    /// <param name="stateful">Whether the final states are the initial ones of the next call.</param>
    /// <param name="batch">The largest batch, for a stateful layer.</param>
    /// <param name="epsilon">What is added to variances; above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public LayerNormalizedLSTM(
        int units,
        bool useBias = true,
        Initializer? kernelInitializer = null,
        Initializer? recurrentInitializer = null,
        Initializer? biasInitializer = null,
        bool unitForgetBias = true,
        Regularizer? kernelRegularizer = null,
        Regularizer? recurrentRegularizer = null,
        Regularizer? biasRegularizer = null,
        Constraint? kernelConstraint = null,
        Constraint? recurrentConstraint = null,
        Constraint? biasConstraint = null,
        double dropout = 0,
        double recurrentDropout = 0,
        bool dropoutPerStep = false,
        double zoneout = 0,
        double cellZoneout = 0,
        ulong? seed = null,
        bool returnSequences = false,
        bool returnState = false,
        bool goBackwards = false,
        bool zeroOutputForMask = false,
        int? truncation = null,
        bool stateful = false,
        int? batch = null,
        double epsilon = 1e-3)
        : base(
            new RecurrentOptions
            {
                Units = units,
                UseBias = useBias,
                KernelInitializer = kernelInitializer,
                RecurrentInitializer = recurrentInitializer,
                BiasInitializer = biasInitializer,
                KernelRegularizer = kernelRegularizer,
                RecurrentRegularizer = recurrentRegularizer,
                BiasRegularizer = biasRegularizer,
                KernelConstraint = kernelConstraint,
                RecurrentConstraint = recurrentConstraint,
                BiasConstraint = biasConstraint,
                Dropout = dropout,
                RecurrentDropout = recurrentDropout,
                DropoutMasks = DropoutMasks.Tied,
                DropoutPerStep = dropoutPerStep,
                Zoneout = zoneout,
                CellZoneout = cellZoneout,
                Seed = seed,
                ReturnSequences = returnSequences,
                ReturnState = returnState,
                GoBackwards = goBackwards,
                ZeroOutputForMask = zeroOutputForMask,
                Truncation = truncation,
                Stateful = stateful,
                Batch = batch,
            },
            gates: 4,
            hasCell: true)
    {
        Epsilon = Guard.Positive(epsilon, nameof(LayerNormalizedLSTM), nameof(epsilon));
        UnitForgetBias = unitForgetBias;
    }

    /// <summary>What is added to variances.</summary>
    public double Epsilon { get; }

    /// <summary>The gain of x·W, <c>[4 · units]</c>; null before the layer is used.</summary>
    public Parameter? KernelGain { get; private set; }

    /// <summary>The gain of h'·R, <c>[4 · units]</c>; null before the layer is used.</summary>
    public Parameter? RecurrentGain { get; private set; }

    /// <summary>The gain of the cell, <c>[units]</c>; null before the layer is used.</summary>
    public Parameter? CellGain { get; private set; }

    /// <summary>The shift of the cell, <c>[units]</c>; null before the layer is used.</summary>
    public Parameter? CellShift { get; private set; }

    /// <summary>Whether the forget gate's bias begins with ones.</summary>
    public bool UnitForgetBias { get; }

    /// <summary>The probability of a unit of c keeping its value from before the step.</summary>
    /// <remarks>May be changed as <see cref="RecurrentLayer.Dropout"/>.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside the range, or not a number.</exception>
    public double CellZoneout
    {
        get => Options.CellZoneout;
        set => Options.CellZoneout = Changed(Options.CellZoneout, value, "cellZoneout");
    }

    private protected override Initializer BiasDraw =>
        UnitForgetBias ? new ForgetGateInitializer(BiasInitializer) : BiasInitializer;

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        base.Describe(writer);
        writer.Write("unit_forget_bias", UnitForgetBias);
        writer.Write("cell_zoneout", CellZoneout);
        writer.Write("epsilon", Epsilon);
    }

    private protected override void AddParameters(ParameterFactory parameters)
    {
        KernelGain = parameters.Add("kernel_gain", [4 * Units], Initializer.Ones);
        RecurrentGain = parameters.Add("recurrent_gain", [4 * Units], Initializer.Ones);
        CellGain = parameters.Add("cell_gain", [Units], Initializer.Ones);
        CellShift = parameters.Add("cell_shift", [Units], Initializer.Zeros);
    }

    private protected override RecurrentSizes SizesOf(int batch, int steps, int inputs, int copies)
    {
        RecurrentWidths widths = new(
            inputs,
            Units,
            LayerNormalizedLstmCell<float>.GatesOf(Units),
            Copies: 1,
            LayerNormalizedLstmCell<float>.KeptOf(Units),
            UsesMasks ? Math.Max(inputs, Units) : 0,
            HasCell: true,
            KeepsHidden: Zoneout > 0);
        int forward = GemmPacked.Length(inputs, 4 * Units) + GemmPacked.Length(Units, 4 * Units);
        int backward = GemmPacked.Length(4 * Units, inputs) + GemmPacked.Length(4 * Units, Units);
        return new RecurrentSizes(batch, steps, widths, Options, Math.Max(forward, backward), 4 * Units);
    }

    private protected override void RunForward<T>(in RecurrentCall<T> call)
    {
        int inputs = call.Pass.InputShape()[1];
        Span<T> recurrent = call.Packed[GemmPacked.Length(inputs, 4 * Units)..];
        GemmPacked.Pack(KernelOf(call, Kernel!), 0, inputs, call.Packed);
        GemmPacked.Pack(KernelOf(call, RecurrentKernel!), 0, Units, recurrent);
        call.Forward(CellOf(call, inputs, call.Packed, recurrent));
    }

    private protected override void RunBackward<T>(in RecurrentCall<T> call)
    {
        int inputs = call.Pass.InputShape()[1];
        Span<T> recurrent = call.Packed[GemmPacked.Length(4 * Units, inputs)..];
        GemmPacked.Pack(KernelOf(call, Kernel!).Transposed, 0, 4 * Units, call.Packed);
        GemmPacked.Pack(KernelOf(call, RecurrentKernel!).Transposed, 0, 4 * Units, recurrent);
        call.Backward(CellOf(call, inputs, call.Packed, recurrent));

        // dW = xᵀ d(x·W), dR = h'ᵀ d(h'·R)
        WeightGradient(call, Kernel!, 0, 4);
        WeightGradient(call, RecurrentKernel!, inputs, 8);

        // Σ over rows of the arguments' gradients, alone and times what was normalized
        if (Bias is not null && !call.Pass.Gradient(Bias).IsEmpty)
        {
            call.GateSums()[..(4 * Units)].CopyTo(call.Pass.Gradient(Bias));
        }

        Sum(call.Pass.Gradient(KernelGain!), call.Rows.Gates(0, 4 * Units), Kept(call, 0, 4 * Units));
        Sum(call.Pass.Gradient(RecurrentGain!), call.Rows.Gates(0, 4 * Units), Kept(call, 4 * Units, 4 * Units));
        Sum(call.Pass.Gradient(CellGain!), Kept(call, 9 * Units, Units), Kept(call, 8 * Units, Units));
        Sum(call.Pass.Gradient(CellShift!), Kept(call, 9 * Units, Units), default);
    }

    private ReadOnlyMatrixView<T> Kept<T>(in RecurrentCall<T> call, int column, int columns)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new(
            call.Kept[Math.Min(column, call.Kept.Length)..], call.Order.Rows, columns, LayerNormalizedLstmCell<T>.KeptOf(Units));

    private ReadOnlyMatrixView<T> KernelOf<T>(in RecurrentCall<T> call, Parameter kernel)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new(call.Pass.Values(kernel), kernel.Shape[0], 4 * Units);

    private void WeightGradient<T>(in RecurrentCall<T> call, Parameter kernel, int input, int gate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<T> gradient = call.Pass.Gradient(kernel);
        if (gradient.IsEmpty)
        {
            return;
        }

        ReadOnlyMatrixView<T> x = call.Rows.Inputs(input, kernel.Shape[0]), d = call.Rows.Gates(gate * Units, 4 * Units);
        Gemm.Multiply(x.Transposed, d, new MatrixView<T>(gradient, kernel.Shape[0], 4 * Units), call.Pass.Threads);
    }

    // Σ over rows of values ∘ factors, or of values.
    private static void Sum<T>(Span<T> sums, ReadOnlyMatrixView<T> values, ReadOnlyMatrixView<T> factors)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        sums.Clear();
        for (int row = 0; row < values.Rows && !sums.IsEmpty; row++)
        {
            ReadOnlySpan<T> value = values.Values.Slice(row * values.RowStride, sums.Length);
            if (factors.Rows == 0)
            {
                TensorPrimitives.Add(sums, value, sums);
            }
            else
            {
                ReadOnlySpan<T> factor = factors.Values.Slice(row * factors.RowStride, sums.Length);
                TensorPrimitives.MultiplyAddEstimate(value, factor, sums, sums);
            }
        }
    }

    private LayerNormalizedLstmCell<T> CellOf<T>(
        in RecurrentCall<T> call, int inputs, ReadOnlySpan<T> packedKernel, ReadOnlySpan<T> packedRecurrent)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new()
        {
            Inputs = inputs,
            Units = Units,
            PackedKernel = packedKernel,
            PackedRecurrent = packedRecurrent,
            Bias = Bias is null ? [] : call.Pass.Values(Bias),
            KernelGain = call.Pass.Values(KernelGain!),
            RecurrentGain = call.Pass.Values(RecurrentGain!),
            CellGain = call.Pass.Values(CellGain!),
            CellShift = call.Pass.Values(CellShift!),
            Epsilon = Epsilon,
        };
}
