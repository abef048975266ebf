using System.Numerics;
using System.Numerics.Tensors;
using Engine.Kernels;
using Engine.Numerics;

namespace Engine.Layers;

/// <summary>
/// Inverted dropout: in training each element is zero with probability <see cref="Rate"/> and otherwise grows by
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
public sealed class Dropout : SimpleLayer
{
    private readonly int?[]? _noiseShape;
    private DropoutRate _rate;

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
    {
        Rate = rate;
        Seed = seed;
        if (noiseShape is not null)
        {
            if (noiseShape.Count == 0 || noiseShape.Any(length => length < 1))
            {
                throw new ArgumentException(
                    "Dropout: expected a noise shape with the batch axis first and lengths of at least 1, "
                    + $"got {NoiseText(noiseShape)}.",
                    nameof(noiseShape));
            }

            _noiseShape = [.. noiseShape];
        }
    }

    /// <summary>The probability of dropping an element, 0 to 1.</summary>
    /// <remarks>
    /// May be changed between the steps of a Fit, from a callback. Not while a step runs: backward draws the mask again, and with
    /// another rate it would be another one.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside [0, 1] or not a number.</exception>
    public double Rate
    {
        get;
        set
        {
            if (!(value >= 0 && value <= 1))
            {
                throw new ArgumentOutOfRangeException(nameof(value), RateMessage("Dropout", value));
            }

            field = value;
            _rate = new DropoutRate(value);
        }
    }

    /// <summary>The shape of the mask, the batch axis first; null where every element has its own draw.</summary>
    public IReadOnlyList<int?>? NoiseShape => _noiseShape;

    /// <summary>The seed of its own; null if the masks follow Fit's seed.</summary>
    public ulong? Seed { get; }

    /// <inheritdoc/>
    public override Reads BackwardReads => Reads.None;

    /// <inheritdoc/>
    public override bool CanRunInPlace => true;

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
            throw new ArgumentOutOfRangeException(nameof(rate), RateMessage("Dropout.Apply", rate));
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
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write("rate", Rate);
        if (_noiseShape is not null)
        {
            writer.Write("noise_shape", _noiseShape.Select(length => length ?? 0));
        }

        if (Seed is { } seed)
        {
            writer.Write("seed", seed.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    /// <inheritdoc/>
    public override BufferNeeds Needs(ReadOnlySpan<Shape> inputs, int batch) =>
        _noiseShape is null ? default : new BufferNeeds(Scratch: FillMaskLengths(inputs[0], stackalloc int[inputs[0].Rank]));

    /// <inheritdoc/>
    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass) => Mask(x, y, pass);

    /// <inheritdoc/>
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass) =>
        Mask(dy, dx, pass);

    /// <inheritdoc/>
    protected override Shape Build(Shape input, ParameterFactory parameters)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (_noiseShape is null)
        {
            return input;
        }

        bool fits = _noiseShape.Length == input.Rank + 1 && _noiseShape[0] is null or 1;
        for (int i = 0; fits && i < input.Rank; i++)
        {
            fits = _noiseShape[i + 1] is not { } length || length == 1 || length == input[i];
        }

        return fits ? input : throw UnexpectedInput(
            $"that the noise shape {NoiseText(_noiseShape)} broadcasts to", input, "Each length must be null, 1 or the input's.");
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
            DropoutKernels.Apply(x, y, shape.Size, _rate, random, pass.RowKeys, pass.Threads);
            return;
        }

        Span<int> maskLengths = stackalloc int[shape.Rank];
        Span<T> mask = pass.Scratch[..FillMaskLengths(shape, maskLengths)];
        for (int row = 0; row < pass.Batch; row++)
        {
            uint key = _noiseShape[0] == 1 ? 0 : pass.RowKeys.IsEmpty ? (uint)row : pass.RowKeys[row];
            DropoutKernels.FillMask(mask, _rate, random, key);
            int start = row * shape.Size;
            BroadcastMask.Apply(x.Slice(start, shape.Size), mask, y.Slice(start, shape.Size), shape.AsSpan(), maskLengths);
        }
    }

    // The lengths of one sample's mask; gives the number of its elements. No Shape: a step allocates nothing.
    private int FillMaskLengths(Shape input, Span<int> lengths)
    {
        int size = 1;
        for (int i = 0; i < lengths.Length; i++)
        {
            lengths[i] = _noiseShape![i + 1] ?? input[i];
            size *= lengths[i];
        }

        return size;
    }

    private static string RateMessage(string where, double rate) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"{where}: expected a rate from 0 to 1, the share that is dropped, got {rate}.");

    private static string NoiseText(IEnumerable<int?> lengths) =>
        $"[{string.Join(", ", lengths.Select(length => length?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "null"))}]";
}
