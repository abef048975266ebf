using System.Globalization;
using System.Numerics;
using System.Numerics.Tensors;
using Engine.Kernels;
using Engine.Numerics;

namespace Engine.Layers;

/// <summary>
/// Inverted dropout: in training each element is zero with probability <see cref="DropoutLayer.Rate"/> and otherwise grows by
/// 1 / (1 − rate), so that its expected value stays; in inference nothing happens.
/// </summary>
/// <remarks>
/// <para>
/// Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov, "Dropout: a simple way to prevent neural networks from
/// overfitting", JMLR 15 (2014), section 4, in the form that scales in training (section 10). Input and output <c>[n, ...]</c>.
/// </para>
/// <para>
/// The rate is rounded to a multiple of 2⁻¹⁶, and survivors are scaled by the inverse of the rounded probability, so that
/// E[y] = x exactly. Backward draws the same mask again. Freezing the layer does not switch it off.
/// </para>
/// </remarks>
public sealed class Dropout : DropoutLayer
{
    private readonly int?[]? _noiseShape;

    /// <summary>Makes the layer.</summary>
    /// <param name="rate">The probability of dropping an element, 0 to 1; 0 changes nothing, 1 gives zeros.</param>
    /// <param name="noiseShape">
    /// The shape of the mask, the batch axis first as in Keras: null takes the input's length, 1 uses one draw along the whole
    /// axis. For <c>[n, steps, features]</c>, <c>[null, 1, null]</c> drops the same features at all steps.
    /// </param>
    /// <param name="seed">A seed of its own; if null the masks follow Fit's seed.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is outside [0, 1] or not a number.</exception>
    /// <exception cref="ArgumentException">A length of the noise shape is below 1.</exception>
    public Dropout(double rate, IReadOnlyList<int?>? noiseShape = null, ulong? seed = null)
        : base(rate, seed) => _noiseShape = Layers.NoiseShape.Checked("Dropout", noiseShape);

    /// <summary>The shape of the mask, the batch axis first; null where every element has its own draw.</summary>
    public IReadOnlyList<int?>? NoiseShape => _noiseShape;

    /// <inheritdoc/>
    // One mask for the whole batch has no key but the step.
    public override bool DrawsByRow => _noiseShape is not [1, ..];

    /// <summary>Dropout as a function: what the layer does in training, on a tensor of samples.</summary>
    /// <param name="x">The values, <c>[n, ...]</c>; not changed.</param>
    /// <param name="rate">The probability of dropping an element, 0 to 1.</param>
    /// <param name="seed">The same seed drops the same elements.</param>
    /// <returns>A new tensor of x's shape.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The rate is outside [0, 1] or not a number.</exception>
    public static Tensor<T> Apply<T>(Tensor<T> x, double rate, ulong seed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(x);
        if (!(rate >= 0 && rate <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(rate), string.Create(
                CultureInfo.InvariantCulture,
                $"Dropout.Apply: expected a rate from 0 to 1, the share that is dropped, got {rate}."));
        }

        T[] values = new T[checked((int)x.FlattenedLength)];
        x.AsReadOnlyTensorSpan().CopyElementsTo(values);
        int rows = x.Rank == 0 ? 1 : Math.Max(1, checked((int)x.Lengths[0]));
        RandomSource random = new(seed, stream: 0);
        DropoutKernels.Apply(values, values, values.Length / rows, new DropoutRate(rate), random, [], threads: 1);
        return Tensor.Create(values, x.Lengths);
    }

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
    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass) => Mask(x, y, pass);

    /// <inheritdoc/>
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass) =>
        Mask(dy, dx, pass);

    /// <inheritdoc/>
    protected override Shape Build(Shape input, ParameterFactory parameters)
    {
        ArgumentNullException.ThrowIfNull(input);
        return _noiseShape is null || Layers.NoiseShape.Fits(_noiseShape, input) ? input : throw UnexpectedInput(
            $"that the noise shape {Layers.NoiseShape.Text(_noiseShape)} broadcasts to",
            input,
            "Each length must be null, 1 or the input's.");
    }

    // y = x · mask / keep; the same for the gradients: dx = dy · mask / keep.
    private void Mask<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (MaskDraws.CopiesUnmasked(x, y, Rate, pass))
        {
            return;
        }

        RandomSource random = MaskDraws.RandomOf(Seed, pass);
        Shape shape = pass.InputShape();
        if (_noiseShape is null)
        {
            DropoutKernels.Apply(x, y, shape.Size, DropoutRate, random, pass.RowKeys, pass.Threads);
            return;
        }

        Span<int> maskLengths = stackalloc int[shape.Rank];
        Span<T> mask = pass.Scratch[..Layers.NoiseShape.FillMaskLengths(_noiseShape, shape, maskLengths)];
        for (int row = 0; row < pass.Batch; row++)
        {
            uint key = _noiseShape[0] == 1 ? 0 : MaskDraws.KeyOf(row, pass.RowKeys);
            DropoutKernels.FillMask(mask, DropoutRate, random, key);
            int start = row * shape.Size;
            BroadcastMask.Apply(x.Slice(start, shape.Size), mask, y.Slice(start, shape.Size), shape.AsSpan(), maskLengths);
        }
    }
}
