using Engine.Activations;
using Engine.Constraints;
using Engine.Initializers;
using Engine.Kernels;
using Engine.Regularizers;

namespace Engine.Layers;

/// <summary>The fully connected recurrent layer: h = tanh(x·W + h'·R + b).</summary>
/// <remarks>
/// Elman, "Finding structure in time", 1990. Kernel <c>[features, units]</c>, recurrent kernel <c>[units, units]</c>, bias
/// <c>[units]</c>. State: h.
/// </remarks>
public sealed class SimpleRNN : RecurrentLayer
{
    /// <summary>Makes the layer.</summary>
    /// <param name="units">The length of the state; at least 1.</param>
    /// <param name="activation">What follows the product; tanh if null.</param>
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
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public SimpleRNN(
        int units,
        ActivationFunction? activation = null,
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
        bool dropoutPerStep = false,
        double zoneout = 0,
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
            gates: 1,
            hasCell: false)
    {
    }

    private protected override RecurrentSizes SizesOf(int batch, int steps, int inputs, int copies)
    {
        JoinedGates product = ProductOf(inputs);
        RecurrentWidths widths = new(
            inputs,
            Units,
            Units,
            Copies: 1,
            (Activation.BackwardReads & ActivationReads.Input) != 0 ? Units : 0,
            UsesMasks ? Math.Max(inputs, Units) : 0,
            HasCell: false,
            KeepsHidden: Zoneout > 0);
        return new RecurrentSizes(
            batch, steps, widths, Options, Math.Max(product.ForwardLength, product.HiddenLength + product.InputLength), Units);
    }

    private protected override void RunForward<T>(in RecurrentCall<T> call)
    {
        JoinedGates product = ProductOf(call.Pass.InputShape()[1]);
        product.PackForward(call.Pass.Values(Kernel!), call.Pass.Values(RecurrentKernel!), call.Packed);
        call.Forward(new SimpleRnnCell<T>
        {
            Product = product,
            Packed = call.Packed,
            Bias = Bias is null ? [] : call.Pass.Values(Bias),
            Activation = Activation,
        });
    }

    private protected override void RunBackward<T>(in RecurrentCall<T> call)
    {
        JoinedGates product = ProductOf(call.Pass.InputShape()[1]);
        Span<T> packedInput = call.Packed[product.HiddenLength..];
        product.PackBackward(call.Pass.Values(RecurrentKernel!), Units, call.Packed);
        if (!call.Pass.InputGradient().IsEmpty)
        {
            product.PackBackward(call.Pass.Values(Kernel!), product.Inputs, packedInput);
        }

        call.Backward(new SimpleRnnCell<T>
        {
            Product = product,
            Packed = call.Packed,
            PackedInput = packedInput,
            Bias = [],
            Activation = Activation,
        });
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

    private JoinedGates ProductOf(int inputs) => new(inputs, Units, First: 0, Count: 1, Total: 1, Width: Units, Copies: 1);
}
