using Engine.Activations;
using Engine.Constraints;
using Engine.Initializers;
using Engine.Kernels;
using Engine.Regularizers;

namespace Engine.Layers;

/// <summary>
/// Gated recurrent units: z, r = σ(x·W + h'·R + b), n = tanh(x·W + b + r ∘ (h'·R + b')); h = z ∘ h' + (1 − z) ∘ n.
/// </summary>
/// <remarks>
/// <para>
/// Cho et al., "Learning phrase representations using RNN encoder-decoder for statistical machine translation", 2014. The reset
/// gate comes after the product, as in cuDNN; without <see cref="ResetAfter"/> before it, n = tanh(x·W + (r ∘ h')·R + b), as in
/// the paper. The gates lie in the order z, r, h: kernel <c>[features, 3 · units]</c>, recurrent kernel <c>[units, 3 ·
/// units]</c>, bias
/// <c>[2, 3 · units]</c>, the second row beside the recurrent kernel, or <c>[3 · units]</c>. State: h.
/// </para>
/// <para>
/// Sigmoid and tanh are within 3 units in the last place for arguments up to 20, and within 6 beyond; below −87 (−708 in double)
/// the sigmoid stays at what it is there, 2e-38 (3e-308). Other activations, and the reset gate before the product, work, but
/// are slower.
/// </para>
/// </remarks>
public sealed class GRU : RecurrentLayer
{
    /// <summary>Makes the layer.</summary>
    /// <param name="units">The length of the state; at least 1.</param>
    /// <param name="activation">What the new content n goes through; tanh if null.</param>
    /// <param name="recurrentActivation">What the gates go through; sigmoid if null.</param>
    /// <param name="useBias">Whether a bias is added.</param>
    /// <param name="kernelInitializer">First values of the kernel; Glorot uniform if null.</param>
    /// <param name="recurrentInitializer">First values of the recurrent kernel; orthogonal if null.</param>
    /// <param name="biasInitializer">First values of the bias; zeros if null.</param>
    /// <param name="kernelRegularizer">A penalty on the kernel.</param>
    /// <param name="recurrentRegularizer">A penalty on the recurrent kernel.</param>
    /// <param name="biasRegularizer">A penalty on the bias.</param>
    /// <param name="kernelConstraint">What the kernel must satisfy after each step.</param>
    /// <param name="recurrentConstraint">What the recurrent kernel must satisfy after each step.</param>
    /// <param name="biasConstraint">What the bias must satisfy after each step.</param>
    /// <param name="dropout">The share of the input's features that is dropped, at least 0 and below 1.</param>
    /// <param name="recurrentDropout">The share of the hidden state that is dropped, at least 0 and below 1.</param>
    /// <param name="dropoutMasks">Whether the three gates share their masks.</param>
    /// <param name="dropoutPerStep">Whether masks are drawn anew at each step.</param>
    /// <param name="zoneout">The share of the state that keeps its value at a step, at least 0 and below 1.</param>
    /// <param name="seed">A seed of its own for all masks; if null they follow Fit's seed.</param>
    /// <param name="returnSequences">Whether the output has all hidden states rather than the last.</param>
    /// <param name="returnState">Whether the final state is an output, too.</param>
    /// <param name="goBackwards">Whether the sequence is gone through from its end.</param>
    /// <param name="zeroOutputForMask">
    /// Whether the output of a step that does not count is zeros rather than the previous one.
    /// </param>
    /// <param name="truncation">After how many steps no gradient flows on; null if it flows through all.</param>
    /// <param name="stateful">Whether the final state is the initial one of the next call.</param>
    /// <param name="batch">The largest batch, for a stateful layer.</param>
    /// <param name="resetAfter">Whether the reset gate is applied after the product.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public GRU(
        int units,
        ActivationFunction? activation = null,
        ActivationFunction? recurrentActivation = null,
        bool useBias = true,
        Initializer? kernelInitializer = null,
        Initializer? recurrentInitializer = null,
        Initializer? biasInitializer = null,
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
        ulong? seed = null,
        bool returnSequences = false,
        bool returnState = false,
        bool goBackwards = false,
        bool zeroOutputForMask = false,
        int? truncation = null,
        bool stateful = false,
        int? batch = null,
        bool resetAfter = true)
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
                Seed = seed,
                ReturnSequences = returnSequences,
                ReturnState = returnState,
                GoBackwards = goBackwards,
                ZeroOutputForMask = zeroOutputForMask,
                Truncation = truncation,
                Stateful = stateful,
                Batch = batch,
            },
            gates: 3,
            hasCell: false)
    {
        RecurrentActivation = recurrentActivation ?? ActivationFunction.Sigmoid;
        ResetAfter = resetAfter;
    }

    /// <summary>What the gates go through.</summary>
    public ActivationFunction RecurrentActivation { get; }

    /// <summary>Whether the gates share their masks.</summary>
    public DropoutMasks DropoutMasks => Options.DropoutMasks;

    /// <summary>Whether the reset gate is applied after the product.</summary>
    public bool ResetAfter { get; }

    private protected override Shape BiasShape => ResetAfter ? [2, 3 * Units] : [3 * Units];

    private bool UsesDefaults => ReferenceEquals(Activation, ActivationFunction.Tanh)
        && ReferenceEquals(RecurrentActivation, ActivationFunction.Sigmoid);

    private bool KeepsArguments =>
        ((Activation.BackwardReads | RecurrentActivation.BackwardReads) & ActivationReads.Input) != 0;

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        base.Describe(writer);
        writer.Write("recurrent_activation", RecurrentActivation);
        writer.Write("dropout_masks", DropoutMasks.ToString());
        writer.Write("reset_after", ResetAfter);
    }

    private protected override RecurrentSizes SizesOf(int batch, int steps, int inputs, int copies)
    {
        GruProducts products = new(inputs, Units, copies);
        RecurrentWidths widths = new(
            inputs,
            Units,
            4 * Units,
            copies,
            KeepsArguments ? 3 * Units : 0,
            products.SideWidth,
            HasCell: false,
            KeepsHidden: true);
        return new RecurrentSizes(
            batch, steps, widths, Options, Math.Max(products.ForwardLength + (3 * Units), products.BackwardLength), 3 * Units);
    }

    private protected override void RunForward<T>(in RecurrentCall<T> call)
    {
        GruProducts products = new(call.Pass.InputShape()[1], Units, CopiesIn(call.Pass));
        products.PackForward(call.Pass.Values(Kernel!), call.Pass.Values(RecurrentKernel!), call.Packed);
        ReadOnlySpan<T> bias = Bias is null ? [] : call.Pass.Values(Bias), stateBias = [];
        if (Bias is not null && ResetAfter)
        {
            // The two biases of z and r are one.
            Span<T> sum = call.Packed[products.ForwardLength..][..(3 * Units)];
            bias[..(3 * Units)].CopyTo(sum);
            RecurrentRows.Add(bias.Slice(3 * Units, 2 * Units), sum[..(2 * Units)]);
            stateBias = bias[(5 * Units)..];
            bias = sum;
        }

        call.Forward(CellOf(products, call.Packed, bias, stateBias));
    }

    private protected override void RunBackward<T>(in RecurrentCall<T> call)
    {
        GruProducts products = new(call.Pass.InputShape()[1], Units, CopiesIn(call.Pass));
        products.PackBackward(
            call.Pass.Values(Kernel!), call.Pass.Values(RecurrentKernel!), !call.Pass.InputGradient().IsEmpty, call.Packed);
        call.Backward(CellOf<T>(products, call.Packed, [], []));
        if (call.WantsWeights(Kernel!, RecurrentKernel!))
        {
            products.WeightGradients(call.Rows, ResetAfter, call.Weights, call.Pass.Threads);
            call.Split(call.Pass.Gradient(Kernel!), call.Pass.Gradient(RecurrentKernel!));
        }

        Span<T> gradient = Bias is null ? [] : call.Pass.Gradient(Bias);
        if (!gradient.IsEmpty)
        {
            ReadOnlySpan<T> sums = call.GateSums();
            sums[..(3 * Units)].CopyTo(gradient);
            if (ResetAfter)
            {
                sums[..(2 * Units)].CopyTo(gradient[(3 * Units)..]);
                sums[(3 * Units)..].CopyTo(gradient[(5 * Units)..]);
            }
        }
    }

    private GruCell<T> CellOf<T>(
        in GruProducts products, ReadOnlySpan<T> packed, ReadOnlySpan<T> bias, ReadOnlySpan<T> stateBias)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> => new()
        {
            Products = products,
            Packed = packed,
            Bias = bias,
            StateBias = stateBias,
            ResetAfter = ResetAfter,
            UsesDefaults = UsesDefaults,
            Activation = Activation,
            RecurrentActivation = RecurrentActivation,
        };
}
