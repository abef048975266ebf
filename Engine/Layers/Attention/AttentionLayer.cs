using System.Numerics;
using System.Numerics.Tensors;
using Engine.Initializers;
using Engine.Kernels;

namespace Engine.Layers;

/// <summary>
/// For each query a mean of the values, weighted by how much the query has to do with the values' keys. What
/// <see cref="Attention"/> and <see cref="AdditiveAttention"/> have in common.
/// </summary>
/// <remarks>
/// Inputs: query <c>[n, queries, features]</c>, value <c>[n, steps, width]</c>, and key <c>[n, steps, features]</c> where it is
/// another than the value; or one sequence that is all three. Output <c>[n, queries, width]</c>. Masked values are not seen, and
/// no work is done for masked queries before the first and behind the last that count; the output has the query's mask.
/// </remarks>
public abstract class AttentionLayer : Layer
{
    private DropoutOption _dropout;
    private Parameter? _scale;

    private protected AttentionLayer(bool useScale, double dropout, bool useCausalMask, ulong? seed)
    {
        UseScale = useScale;
        Dropout = dropout;
        UseCausalMask = useCausalMask;
        Seed = seed;
    }

    /// <summary>Whether the scores have a factor that is learned.</summary>
    public bool UseScale { get; }

    /// <summary>The share of the attention weights that is dropped in training, 0 to below 1.</summary>
    /// <remarks>May be changed between the steps of a Fit, from a callback, but not while a step runs. It is saved.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside [0, 1), or not a number.</exception>
    public double Dropout
    {
        get => _dropout.Rate;
        set => _dropout = new DropoutOption(Kind, value);
    }

    /// <summary>Whether a query sees its own and earlier steps only.</summary>
    public bool UseCausalMask { get; }

    /// <summary>The seed of its own; null if the dropout follows Fit's seed.</summary>
    public ulong? Seed { get; }

    /// <summary>The factor of the scores; null before the layer is used, or without one.</summary>
    public Parameter? Scale => _scale;

    /// <inheritdoc/>
    public override Reads BackwardReads => Reads.Input;

    /// <inheritdoc/>
    public override bool DrawsByRow => true;

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write("use_scale", UseScale);
        writer.Write("dropout", Dropout);
        writer.Write("use_causal_mask", UseCausalMask);
        if (Seed is { } seed)
        {
            writer.Write("seed", seed.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    /// <inheritdoc/>
    public override BufferNeeds Needs(ReadOnlySpan<Shape> inputs, int batch)
    {
        AttentionGeometry geometry = GeometryOf(inputs[0], inputs[AttentionInputs.Value(inputs.Length)], batch);
        Layout layout = new(geometry);
        return new BufferNeeds(Kept: geometry.Weights, Scratch: layout.Length);
    }

    /// <inheritdoc/>
    public override void Forward<T>(in Pass<T> pass)
    {
        AttentionGeometry geometry = GeometryOf(pass);
        Layout layout = new(geometry);
        Span<T> p = pass.Kept[..geometry.Weights];
        Span<T> dropped = _dropout.Acts(pass) ? layout.Mixed(pass.Scratch) : p;
        AttentionBuffers<T> buffers = new()
        {
            Geometry = geometry,
            QueryMask = pass.Mask(0),
            KeyMask = AttentionInputs.KeyMask(pass, layout.Mask(pass.Scratch)),
            Q = Scaled(pass, layout),
            K = pass.Input(AttentionInputs.Key(pass.InputCount)),
            V = pass.Input(AttentionInputs.Value(pass.InputCount)),
            Scale = VectorScale(pass),
            P = p,
            Mixed = dropped,
            O = pass.Output(),
        };
        Weights(buffers, pass.Threads);
        if (_dropout.Acts(pass))
        {
            _dropout.Apply(p, dropped, Seed, pass);
        }

        AttentionKernels.Mix(buffers, pass.Threads);
    }

    /// <inheritdoc/>
    public override void Backward<T>(in Pass<T> pass)
    {
        AttentionGeometry geometry = GeometryOf(pass);
        Layout layout = new(geometry);
        Span<T> p = pass.Kept[..geometry.Weights];
        Span<T> dropped = _dropout.Acts(pass) ? layout.Mixed(pass.Scratch) : p;
        Span<T> dp = layout.WeightGradient(pass.Scratch);
        AttentionBuffers<T> buffers = new()
        {
            Geometry = geometry,
            QueryMask = pass.Mask(0),
            KeyMask = AttentionInputs.KeyMask(pass, layout.Mask(pass.Scratch)),
            Q = Scaled(pass, layout),
            K = pass.Input(AttentionInputs.Key(pass.InputCount)),
            V = pass.Input(AttentionInputs.Value(pass.InputCount)),
            Scale = VectorScale(pass),
            P = p,
            Mixed = dropped,
            DO = pass.OutputGradient(),
            DP = dp,
            DQ = layout.QueryGradient(pass.Scratch),
            DK = layout.KeyGradient(pass.Scratch),
            DV = layout.ValueGradient(pass.Scratch),
            DScale = UseScale ? layout.ScaleGradient(pass.Scratch) : [],
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

        WeightsGradient(buffers, pass.Threads);
        if (_scale is not null)
        {
            ScaleGradient(pass.Input(0), buffers, pass.Values(_scale), pass.Gradient(_scale));
        }

        // An input that is several of the three gets the sum.
        Span<T> dvalue = pass.InputGradient(AttentionInputs.Value(pass.InputCount));
        Span<T> dkey = pass.InputGradient(AttentionInputs.Key(pass.InputCount));
        Span<T> dquery = pass.InputGradient(0);
        Write(buffers.DQ, dquery, isFirst: true);
        Write(buffers.DV, dvalue, isFirst: pass.InputCount > 1);
        Write(buffers.DK, dkey, isFirst: pass.InputCount > 2);
    }

    /// <inheritdoc/>
    protected override Shape[] Build(ReadOnlySpan<Shape> inputs, ParameterFactory parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (inputs.Length is < 1 or > 3)
        {
            throw new ShapeException($"{Title}: expected query, value and key, one to three inputs, got {inputs.Length}.");
        }

        if (AttentionInputs.Fault(inputs, sharesWidth: true) is { } fault)
        {
            throw UnexpectedInput(fault.Expected, fault.Actual, fault.Advice);
        }

        _scale = UseScale ? parameters.Add("scale", ScaleShape(inputs[0][1]), ScaleInitializer) : null;
        return [[inputs[0][0], inputs[AttentionInputs.Value(inputs.Length)][1]]];
    }

    /// <summary>The shape of the factor of the scores.</summary>
    private protected abstract Shape ScaleShape(int width);

    private protected abstract Initializer ScaleInitializer { get; }

    private protected abstract void Weights<T>(in AttentionBuffers<T> buffers, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    private protected abstract void WeightsGradient<T>(in AttentionBuffers<T> buffers, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Writes the gradient of the factor, if it is wanted, and multiplies by the factor what it has still to be.</summary>
    private protected abstract void ScaleGradient<T>(
        ReadOnlySpan<T> query, in AttentionBuffers<T> buffers, ReadOnlySpan<T> scale, Span<T> gradient)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    private static void Write<T>(ReadOnlySpan<T> gradient, Span<T> destination, bool isFirst)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (destination.IsEmpty)
        {
            return;
        }

        if (isFirst)
        {
            gradient.CopyTo(destination);
        }
        else
        {
            TensorPrimitives.Add(destination, gradient, destination);
        }
    }

    // A single factor of all scores belongs to the query.
    private ReadOnlySpan<T> Scaled<T>(in Pass<T> pass, Layout layout)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (_scale is null || _scale.Shape.Rank > 0)
        {
            return pass.Input(0);
        }

        Span<T> q = layout.Query(pass.Scratch);
        TensorPrimitives.Multiply(pass.Input(0), pass.Values(_scale)[0], q);
        return q;
    }

    private ReadOnlySpan<T> VectorScale<T>(in Pass<T> pass)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => _scale is { Shape.Rank: > 0 } ? pass.Values(_scale) : [];

    private AttentionGeometry GeometryOf<T>(in Pass<T> pass)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        GeometryOf(pass.InputShape(), pass.InputShape(AttentionInputs.Value(pass.InputCount)), pass.Batch);

    private AttentionGeometry GeometryOf(Shape query, Shape value, int batch) =>
        new(batch, 1, query[0], value[0], query[1], value[1], UseCausalMask);

    /// <summary>Where everything lies in scratch.</summary>
    private readonly struct Layout(AttentionGeometry g)
    {
        private int Queries => g.Batch * g.Queries * g.KeyWidth;

        private int Keys => g.Batch * g.Keys * g.KeyWidth;

        private int Values => g.Batch * g.Keys * g.ValueWidth;

        public int Length => checked((2 * g.Weights) + (2 * Queries) + Keys + Values + (g.Batch * (g.Keys + g.KeyWidth)));

        public Span<T> Mixed<T>(Span<T> scratch) => scratch[..g.Weights];

        public Span<T> WeightGradient<T>(Span<T> scratch) => scratch.Slice(g.Weights, g.Weights);

        public Span<T> Query<T>(Span<T> scratch) => scratch.Slice(2 * g.Weights, Queries);

        public Span<T> QueryGradient<T>(Span<T> scratch) => scratch.Slice((2 * g.Weights) + Queries, Queries);

        public Span<T> KeyGradient<T>(Span<T> scratch) => scratch.Slice((2 * g.Weights) + (2 * Queries), Keys);

        public Span<T> ValueGradient<T>(Span<T> scratch) => scratch.Slice((2 * g.Weights) + (2 * Queries) + Keys, Values);

        public Span<T> Mask<T>(Span<T> scratch) =>
            scratch.Slice((2 * g.Weights) + (2 * Queries) + Keys + Values, g.Batch * g.Keys);

        public Span<T> ScaleGradient<T>(Span<T> scratch) =>
            scratch.Slice((2 * g.Weights) + (2 * Queries) + Keys + Values + (g.Batch * g.Keys), g.Batch * g.KeyWidth);
    }
}
