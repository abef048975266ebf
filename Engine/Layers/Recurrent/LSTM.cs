using Engine.Activations;
using Engine.Constraints;
using Engine.Initializers;
using Engine.Kernels;
using Engine.Regularizers;

namespace Engine.Layers;

/// <summary>
/// Long short-term memory: i, f, o = σ(x·W + h'·R + b), n = tanh(x·W + h'·R + b); c = f ∘ c' + i ∘ n; h = o ∘ tanh(c).
/// </summary>
/// <remarks>
/// <para>
/// Hochreiter and Schmidhuber, "Long short-term memory", 1997, with the forget gate of Gers, Schmidhuber and Cummins 2000. The
/// gates lie in the order i, f, c, o: kernel <c>[features, 4 · units]</c>, recurrent kernel <c>[units, 4 · units]</c>, bias
/// <c>[4 · units]</c>. States: h, c.
/// </para>
/// <para>
/// Sigmoid and tanh are within 3 units in the last place for arguments up to 20, and within 6 beyond; below −87 (−708 in double)
/// the sigmoid stays at what it is there, 2e-38 (3e-308). Other activations work, but are slower.
/// </para>
/// </remarks>
public sealed class LSTM : RecurrentLayer
{
    /// <summary>Makes the layer.</summary>
    /// <param name="units">The length of the states; at least 1.</param>
    /// <param name="activation">What c's new content and c itself go through; tanh if null.</param>
    /// <param name="recurrentActivation">What the gates go through; sigmoid if null.</param>
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
    /// <param name="dropoutMasks">Whether the four gates share their masks.</param>
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
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public LSTM(
        int units,
        ActivationFunction? activation = null,
        ActivationFunction? recurrentActivation = null,
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
        DropoutMasks dropoutMasks = DropoutMasks.KerasDefault,
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
        int? batch = null)
        : base(
            new RecurrentOptions
            {
                Units = units,
                Activation = activation,
                RecurrentActivation = recurrentActivation,
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
                DropoutMasks = dropoutMasks,
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
        RecurrentActivation = recurrentActivation ?? ActivationFunction.Sigmoid;
        UnitForgetBias = unitForgetBias;
    }

    /// <summary>What the gates go through.</summary>
    public ActivationFunction RecurrentActivation { get; }

    /// <summary>Whether the gates share their masks.</summary>
    public DropoutMasks DropoutMasks => Options.DropoutMasks;

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

    private bool UsesDefaults => ReferenceEquals(Activation, ActivationFunction.Tanh)
        && ReferenceEquals(RecurrentActivation, ActivationFunction.Sigmoid);

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        base.Describe(writer);
        writer.Write("recurrent_activation", RecurrentActivation);
        writer.Write("dropout_masks", DropoutMasks.ToString());
        writer.Write("unit_forget_bias", UnitForgetBias);
        writer.Write("cell_zoneout", CellZoneout);
    }

    private protected override RecurrentSizes SizesOf(int batch, int steps, int inputs, int copies)
    {
        JoinedGates product = ProductOf(inputs, copies);
        RecurrentWidths widths = new(
            inputs,
            Units,
            4 * Units,
            copies,
            LstmCell<float>.KeptWidth(Units, UsesDefaults),
            Math.Max(LstmCell<float>.SideWidth(Units, UsesDefaults), UsesMasks ? product.SideWidth : 0),
            HasCell: true,
            KeepsHidden: Zoneout > 0);
        return new RecurrentSizes(
            batch,
            steps,
            widths,
            Options,
            Math.Max(product.ForwardLength, product.HiddenLength + product.InputLength),
            4 * Units);
    }

    private protected override void RunForward<T>(in RecurrentCall<T> call)
    {
        JoinedGates product = ProductOf(call.Pass.InputShape()[1], CopiesIn(call.Pass));
        product.PackForward(call.Pass.Values(Kernel!), call.Pass.Values(RecurrentKernel!), call.Packed);
        call.Forward(CellOf(product, Bias is null ? [] : call.Pass.Values(Bias), call.Packed, packedInput: []));
    }

    private protected override void RunBackward<T>(in RecurrentCall<T> call)
    {
        JoinedGates product = ProductOf(call.Pass.InputShape()[1], CopiesIn(call.Pass));
        Span<T> packedInput = call.Packed[product.HiddenLength..];
        product.PackBackward(call.Pass.Values(RecurrentKernel!), Units, call.Packed);
        if (!call.Pass.InputGradient().IsEmpty)
        {
            product.PackBackward(call.Pass.Values(Kernel!), product.Inputs, packedInput);
        }

        call.Backward(CellOf<T>(product, bias: [], call.Packed, packedInput));
        if (call.WantsWeights(Kernel!, RecurrentKernel!))
        {
            product.WeightGradients(call.Rows, call.Weights, call.Pass.Threads);
            call.Split(call.Pass.Gradient(Kernel!), call.Pass.Gradient(RecurrentKernel!));
        }

        if (Bias is not null && !call.Pass.Gradient(Bias).IsEmpty)
        {
            call.GateSums().CopyTo(call.Pass.Gradient(Bias));
        }
    }

    private JoinedGates ProductOf(int inputs, int copies) =>
        new(inputs, Units, First: 0, Count: 4, Total: 4, Width: 4 * Units, copies);

    private LstmCell<T> CellOf<T>(
        in JoinedGates product, ReadOnlySpan<T> bias, ReadOnlySpan<T> packed, ReadOnlySpan<T> packedInput)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> => new()
        {
            Product = product,
            Packed = packed,
            PackedInput = packedInput,
            Bias = bias,
            Activation = UsesDefaults ? null : Activation,
            RecurrentActivation = UsesDefaults ? null : RecurrentActivation,
        };
}
