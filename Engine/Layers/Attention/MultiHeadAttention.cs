using System.Globalization;
using System.Numerics;
using Engine.Constraints;
using Engine.Initializers;
using Engine.Kernels;
using Engine.Regularizers;

namespace Engine.Layers;

/// <summary>
/// Several attentions side by side, each between projections of its own, and a projection of what they found:
/// softmax(Q Kᵀ / √keyDim) V. Vaswani et al., "Attention is all you need", NeurIPS 2017, section 3.2.
/// </summary>
/// <remarks>
/// <para>
/// Inputs: query <c>[n, queries, ...]</c>, value <c>[n, steps, ...]</c>, and key <c>[n, steps, ...]</c> where it is another than the
/// value; or one sequence that is all three. Output <c>[n, queries, outputDim]</c>. Kernels as in Keras: query and key
/// <c>[in, heads, keyDim]</c>, value <c>[in, heads, valueDim]</c>, output <c>[heads, valueDim, outputDim]</c>; biases
/// <c>[heads, keyDim]</c>, <c>[heads, valueDim]</c> and <c>[outputDim]</c>.
/// </para>
/// <para>
/// Masked values are not seen, and attention does no work for steps before the first and behind the last that count. A query
/// that is masked, or sees nothing, gets the output's bias. The output has the query's mask.
/// </para>
/// </remarks>
public sealed class MultiHeadAttention : Layer
{
    private DropoutOption _dropout;
    private Projection _query;
    private Projection _key;
    private Projection _value;
    private Projection _output;

    /// <summary>Makes the layer.</summary>
    /// <param name="numHeads">The number of heads; at least 1.</param>
    /// <param name="keyDim">The length of a head's query and key; at least 1.</param>
    /// <param name="valueDim">The length of a head's value; keyDim if null.</param>
    /// <param name="dropout">The share of the attention weights that is dropped in training, 0 to below 1.</param>
    /// <param name="useBias">Whether the projections have a bias.</param>
    /// <param name="outputDim">The length of the output's vectors; the query's if null.</param>
    /// <param name="kernelInitializer">First values of the kernels; Glorot uniform if null.</param>
    /// <param name="biasInitializer">First values of the biases; zeros if null.</param>
    /// <param name="kernelRegularizer">A penalty on each kernel.</param>
    /// <param name="biasRegularizer">A penalty on each bias.</param>
    /// <param name="kernelConstraint">What each kernel must satisfy after each step.</param>
    /// <param name="biasConstraint">What each bias must satisfy after each step.</param>
    /// <param name="useCausalMask">Whether a query sees its own and earlier steps only: for sequences that are generated.</param>
    /// <param name="seed">A seed of its own; if null the dropout follows Fit's seed.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1, or the dropout is outside [0, 1).</exception>
    public MultiHeadAttention(
        int numHeads,
        int keyDim,
        int? valueDim = null,
        double dropout = 0,
        bool useBias = true,
        int? outputDim = null,
        Initializer? kernelInitializer = null,
        Initializer? biasInitializer = null,
        Regularizer? kernelRegularizer = null,
        Regularizer? biasRegularizer = null,
        Constraint? kernelConstraint = null,
        Constraint? biasConstraint = null,
        bool useCausalMask = false,
        ulong? seed = null)
    {
        NumHeads = AtLeastOne(numHeads, nameof(numHeads));
        KeyDim = AtLeastOne(keyDim, nameof(keyDim));
        ValueDim = AtLeastOne(valueDim ?? keyDim, nameof(valueDim));
        OutputDim = outputDim is { } dim ? AtLeastOne(dim, nameof(outputDim)) : null;
        Dropout = dropout;
        UseBias = useBias;
        KernelInitializer = kernelInitializer ?? Initializer.GlorotUniform;
        BiasInitializer = biasInitializer ?? Initializer.Zeros;
        KernelRegularizer = kernelRegularizer;
        BiasRegularizer = biasRegularizer;
        KernelConstraint = kernelConstraint;
        BiasConstraint = biasConstraint;
        UseCausalMask = useCausalMask;
        Seed = seed;
    }

    /// <summary>The number of heads.</summary>
    public int NumHeads { get; }

    /// <summary>The length of a head's query and key.</summary>
    public int KeyDim { get; }

    /// <summary>The length of a head's value.</summary>
    public int ValueDim { get; }

    /// <summary>The share of the attention weights that is dropped in training, 0 to below 1.</summary>
    /// <remarks>May be changed between the steps of a Fit, from a callback, but not while a step runs. It is saved.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside [0, 1), or not a number.</exception>
    public double Dropout
    {
        get => _dropout.Rate;
        set => _dropout = new DropoutOption(Kind, value);
    }

    /// <summary>Whether the projections have a bias.</summary>
    public bool UseBias { get; }

    /// <summary>The length of the output's vectors; null: as long as the query's.</summary>
    public int? OutputDim { get; }

    /// <summary>First values of the kernels.</summary>
    public Initializer KernelInitializer { get; }

    /// <summary>First values of the biases.</summary>
    public Initializer BiasInitializer { get; }

    /// <summary>The penalty on each kernel, if any.</summary>
    public Regularizer? KernelRegularizer { get; }

    /// <summary>The penalty on each bias, if any.</summary>
    public Regularizer? BiasRegularizer { get; }

    /// <summary>What each kernel must satisfy after each step, if anything.</summary>
    public Constraint? KernelConstraint { get; }

    /// <summary>What each bias must satisfy after each step, if anything.</summary>
    public Constraint? BiasConstraint { get; }

    /// <summary>Whether a query sees its own and earlier steps only.</summary>
    public bool UseCausalMask { get; }

    /// <summary>The seed of its own; null if the dropout follows Fit's seed.</summary>
    public ulong? Seed { get; }

    /// <inheritdoc/>
    public override Reads BackwardReads => Reads.Input;

    /// <inheritdoc/>
    public override bool DrawsByRow => true;

    // 1 / √keyDim, as in equation 1: it is multiplied to the projected query.
    private double Scale => 1 / Math.Sqrt(KeyDim);

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write("num_heads", NumHeads);
        writer.Write("key_dim", KeyDim);
        writer.Write("value_dim", ValueDim);
        writer.Write("dropout", Dropout);
        writer.Write("use_bias", UseBias);
        if (OutputDim is { } dim)
        {
            writer.Write("output_dim", dim);
        }

        writer.Write("kernel_initializer", KernelInitializer);
        writer.Write("bias_initializer", BiasInitializer);
        writer.Write("kernel_regularizer", KernelRegularizer);
        writer.Write("bias_regularizer", BiasRegularizer);
        writer.Write("kernel_constraint", KernelConstraint);
        writer.Write("bias_constraint", BiasConstraint);
        writer.Write("use_causal_mask", UseCausalMask);
        if (Seed is { } seed)
        {
            writer.Write("seed", seed.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <inheritdoc/>
    public override BufferNeeds Needs(ReadOnlySpan<Shape> inputs, int batch)
    {
        AttentionGeometry geometry = GeometryOf(inputs[0], inputs[AttentionInputs.Value(inputs.Length)], batch);
        MultiHeadLayout layout = new(geometry);
        return new BufferNeeds(Kept: layout.KeptLength, Scratch: layout.ScratchLength);
    }

    /// <inheritdoc/>
    public override void Forward<T>(in Pass<T> pass)
    {
        AttentionGeometry geometry = GeometryOf(pass);
        MultiHeadLayout layout = new(geometry);
        Span<T> kept = pass.Kept, scratch = pass.Scratch;
        Span<T> q = layout.Q(kept), p = layout.P(kept), o = layout.O(kept);
        Span<T> dropped = _dropout.Acts(pass) ? layout.Mixed(scratch) : p;

        // Q = scale · (xq Wq + bq), K = xk Wk + bk, V = xv Wv + bv   [n, steps, heads, dim]
        _query.Forward(pass.Input(0), q, pass);
        Elementwise.Scale(Scale, q, q);
        _key.Forward(pass.Input(AttentionInputs.Key(pass.InputCount)), layout.K(kept), pass);
        _value.Forward(pass.Input(AttentionInputs.Value(pass.InputCount)), layout.V(kept), pass);
        AttentionBuffers<T> buffers = new()
        {
            Geometry = geometry,
            QueryMask = pass.Mask(0),
            KeyMask = AttentionInputs.KeyMask(pass, layout.Mask(scratch)),
            Q = q,
            K = layout.K(kept),
            V = layout.V(kept),
            P = p,
            Mixed = dropped,
            O = o,
        };
        AttentionKernels.Weights<T, DotScore>(buffers, pass.Threads);
        if (_dropout.Acts(pass))
        {
            _dropout.Apply(p, dropped, Seed, pass);
        }

        AttentionKernels.Mix(buffers, pass.Threads);
        _output.Forward(o, pass.Output(), pass);
    }

    /// <inheritdoc/>
    public override void Backward<T>(in Pass<T> pass)
    {
        AttentionGeometry geometry = GeometryOf(pass);
        MultiHeadLayout layout = new(geometry);
        Span<T> kept = pass.Kept, scratch = pass.Scratch;
        Span<T> p = layout.P(kept), dp = layout.DP(scratch);
        Span<T> dropped = _dropout.Acts(pass) ? layout.Mixed(scratch) : p;
        Span<T> dq = layout.DQ(scratch), dk = layout.DK(scratch), dv = layout.DV(scratch), dO = layout.DO(scratch);
        _output.Backward(layout.O(kept), pass.OutputGradient(), dO, accumulates: false, pass);
        AttentionBuffers<T> buffers = new()
        {
            Geometry = geometry,
            QueryMask = pass.Mask(0),
            KeyMask = AttentionInputs.KeyMask(pass, layout.Mask(scratch)),
            Q = layout.Q(kept),
            K = layout.K(kept),
            V = layout.V(kept),
            P = p,
            Mixed = dropped,
            DO = dO,
            DP = dp,
            DQ = dq,
            DK = dk,
            DV = dv,
        };
        if (_dropout.Acts(pass))
        {
            _dropout.Apply(p, dropped, Seed, pass);
        }

        AttentionKernels.MixGradient(buffers, pass.Threads);
        if (_dropout.Acts(pass))
        {
            _dropout.Apply(dp, dp, Seed, pass);
        }

        AttentionKernels.WeightsGradient<T, DotScore>(buffers, pass.Threads);
        Elementwise.Scale(Scale, dq, dq);

        // An input that is several of the three gets the sum.
        int value = AttentionInputs.Value(pass.InputCount), key = AttentionInputs.Key(pass.InputCount);
        _query.Backward(pass.Input(0), dq, pass.InputGradient(0), accumulates: false, pass);
        _value.Backward(pass.Input(value), dv, pass.InputGradient(value), accumulates: value == 0, pass);
        _key.Backward(pass.Input(key), dk, pass.InputGradient(key), accumulates: key == value, pass);
    }

    /// <inheritdoc/>
    protected override Shape[] Build(ReadOnlySpan<Shape> inputs, ParameterFactory parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (inputs.Length is < 1 or > 3)
        {
            throw new ShapeException($"{Title}: expected query, value and key, one to three inputs, got {inputs.Length}.");
        }

        if (AttentionInputs.Fault(inputs, sharesWidth: false) is { } fault)
        {
            throw UnexpectedInput(fault.Expected, fault.Actual, fault.Advice);
        }

        int query = inputs[0][1], output = OutputDim ?? query;
        int value = inputs[AttentionInputs.Value(inputs.Length)][1], key = inputs[AttentionInputs.Key(inputs.Length)][1];
        _query = Project(parameters, "query", [query, NumHeads, KeyDim], [NumHeads, KeyDim], query);
        _key = Project(parameters, "key", [key, NumHeads, KeyDim], [NumHeads, KeyDim], key);
        _value = Project(parameters, "value", [value, NumHeads, ValueDim], [NumHeads, ValueDim], value);
        _output = Project(parameters, "output", [NumHeads, ValueDim, output], [output], NumHeads * ValueDim);
        return [[inputs[0][0], output]];
    }

    private static int AtLeastOne(int value, string name) => value >= 1 ? value : throw new ArgumentOutOfRangeException(
        name, $"MultiHeadAttention: expected {name} of at least 1, got {value}.");

    private Projection Project(ParameterFactory parameters, string name, Shape kernel, Shape bias, int inputs) => new(
        parameters.Add($"{name}_kernel", kernel, KernelInitializer, KernelRegularizer, KernelConstraint),
        UseBias ? parameters.Add($"{name}_bias", bias, BiasInitializer, BiasRegularizer, BiasConstraint) : null,
        inputs,
        bias.Size);

    private AttentionGeometry GeometryOf<T>(in Pass<T> pass)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        GeometryOf(pass.InputShape(), pass.InputShape(AttentionInputs.Value(pass.InputCount)), pass.Batch);

    private AttentionGeometry GeometryOf(Shape query, Shape value, int batch) =>
        new(batch, NumHeads, query[0], value[0], KeyDim, ValueDim, UseCausalMask);
}
