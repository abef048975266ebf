using System.Numerics;
using Engine.Kernels;
using Engine.Numerics;

namespace Engine.Layers;

/// <summary>
/// Alpha dropout, for networks of selu: in training an element takes the value at which selu saturates, −1.758, with probability
/// <see cref="DropoutLayer.Rate"/>, and all are then mapped affinely so that mean 0 and variance 1 stay; in inference nothing
/// happens.
/// </summary>
/// <remarks>
/// Klambauer, Unterthiner, Mayr and Hochreiter, "Self-normalizing neural networks", NIPS 2017, section 2. Input and output
/// <c>[n, ...]</c>. What is kept are the moments of a layer, not the single value: E[y] = x does not hold. A rate of 1 gives
/// zeros, which is where the outputs go as the rate nears 1; there is no variance left then.
/// </remarks>
public sealed class AlphaDropout : DropoutLayer
{
    private readonly int?[]? _noiseShape;

    /// <summary>Makes the layer.</summary>
    /// <param name="rate">
    /// The probability of dropping an element, 0 to 1; 0 changes nothing, 1 gives zeros. Small rates, 0.05 or 0.1, are usual.
    /// </param>
    /// <param name="noiseShape">
    /// The shape of the mask, the batch axis first as in Keras: null takes the input's length, 1 uses one draw along the whole
    /// axis.
    /// </param>
    /// <param name="seed">A seed of its own; if null the masks follow Fit's seed.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is outside [0, 1] or not a number.</exception>
    /// <exception cref="ArgumentException">A length of the noise shape is below 1.</exception>
    public AlphaDropout(double rate, IReadOnlyList<int?>? noiseShape = null, ulong? seed = null)
        : base(rate, seed) => _noiseShape = Layers.NoiseShape.Checked("AlphaDropout", noiseShape);

    /// <summary>The shape of the mask, the batch axis first; null where every element has its own draw.</summary>
    public IReadOnlyList<int?>? NoiseShape => _noiseShape;

    /// <inheritdoc/>
    // One mask for the whole batch has no key but the step.
    public override bool DrawsByRow => _noiseShape is not [1, ..];

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        base.Describe(writer);
        Layers.NoiseShape.Write(writer, _noiseShape);
    }

    /// <inheritdoc/>
    public override BufferNeeds Needs(ReadOnlySpan<Shape> inputs, int batch) =>
        _noiseShape is null ? default : new BufferNeeds(Scratch: Layers.NoiseShape.MaskSize(_noiseShape, inputs[0]));

    /// <inheritdoc/>
    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        // y = a · x + b where kept, else a · α′ + b
        if (!MaskDraws.CopiesUnmasked(x, y, Rate, pass))
        {
            SeluMoments moments = new(DropoutRate);
            Mask(x, y, moments.Scale, moments.Shift, moments.Dropped, pass);
        }
    }

    /// <inheritdoc/>
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        // dx = a · dy where kept, else 0
        if (!MaskDraws.CopiesUnmasked(dy, dx, Rate, pass))
        {
            Mask(dy, dx, new SeluMoments(DropoutRate).Scale, 0, 0, pass);
        }
    }

    /// <inheritdoc/>
    protected override Shape Build(Shape input, ParameterFactory parameters)
    {
        ArgumentNullException.ThrowIfNull(input);
        return _noiseShape is null || Layers.NoiseShape.Fits(_noiseShape, input) ? input : throw UnexpectedInput(
            $"that the noise shape {Layers.NoiseShape.Text(_noiseShape)} broadcasts to",
            input,
            "Each length must be null, 1 or the input's.");
    }

    private void Mask<T>(ReadOnlySpan<T> x, Span<T> y, double scale, double shift, double dropped, in Pass<T> pass)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (DropoutRate.DropsAll)
        {
            y.Clear();
            return;
        }

        RandomSource random = MaskDraws.RandomOf(Seed, pass);
        Shape shape = pass.InputShape();
        if (_noiseShape is null)
        {
            DropoutKernels.ApplyAffine(
                x, y, shape.Size, DropoutRate, scale, shift, dropped, random, pass.RowKeys, pass.Threads);
            return;
        }

        Span<int> maskLengths = stackalloc int[shape.Rank];
        Span<T> mask = pass.Scratch[..Layers.NoiseShape.FillMaskLengths(_noiseShape, shape, maskLengths)];
        for (int row = 0; row < pass.Batch; row++)
        {
            uint key = _noiseShape[0] == 1 ? 0 : MaskDraws.KeyOf(row, pass.RowKeys);
            DropoutKernels.FillMask(mask, DropoutRate, random, key);
            int start = row * shape.Size;
            BroadcastMask.ApplyAffine(
                x.Slice(start, shape.Size), mask, y.Slice(start, shape.Size), shape.AsSpan(), maskLengths, scale, shift, dropped);
        }
    }
}
