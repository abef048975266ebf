using System.Numerics;
using System.Numerics.Tensors;
using Engine.Data;
using Engine.Numerics;

namespace Engine.Layers;

/// <summary>
/// y = (x − mean) / max(√variance, 10⁻⁷) along the last axis, with a mean and a variance of each feature that are given or taken
/// from samples by <see cref="Adapt(DataColumn)"/>; in every phase. Input and output <c>[n, ..., features]</c>.
/// </summary>
/// <remarks>
/// Mean and variance are parameters that do not train: a saved model has them. Adapt the layer before its model is used.
/// </remarks>
/// <example>
/// <code>
/// var normalization = new Normalization();
/// normalization.Adapt(train);
/// var model = new Sequential(new Input(13), normalization, new Dense(64, ReLU), new Dense(1));
/// </code>
/// </example>
public sealed class Normalization : SimpleLayer
{
    private const double Epsilon = 1e-7;
    private const int PartLength = 16 * 1024;
    private const int TileLength = 256;

    private readonly AdaptedState _mean, _variance;

    // The features that mean and variance belong to; null where there are none yet, or one number stands for all.
    private int? _features;

    /// <summary>Makes the layer.</summary>
    /// <param name="mean">The mean of each feature, or one for all; if null it comes from Adapt.</param>
    /// <param name="variance">The variance of each feature, or one for all; at least 0. Given with the mean or not at all.</param>
    /// <param name="invert">Whether to go back: y = x · max(√variance, 10⁻⁷) + mean.</param>
    /// <exception cref="ArgumentException">
    /// One of mean and variance is given without the other, they differ in length, or a number is out of range.
    /// </exception>
    public Normalization(IReadOnlyList<double>? mean = null, IReadOnlyList<double>? variance = null, bool invert = false)
    {
        if ((mean?.Count ?? 0) != (variance?.Count ?? 0) || mean is { Count: 0 })
        {
            throw new ArgumentException(
                "Normalization: expected as many variances as means, or neither, "
                + $"got {mean?.Count.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "no"} means and "
                + $"{variance?.Count.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "no"} variances.");
        }

        Invert = invert;
        _mean = new AdaptedState(this, "mean");
        _variance = new AdaptedState(this, "variance");
        if (mean is not null && variance is not null)
        {
            _features = mean.Count > 1 ? mean.Count : null;
            _mean.Set([.. mean.Select(value => Guard.Finite(value, nameof(Normalization), nameof(mean)))]);
            _variance.Set([.. variance.Select(value => Guard.NonNegative(value, nameof(Normalization), nameof(variance)))]);
        }
    }

    /// <summary>The mean of each feature, or the one for all; null before Adapt where none was given.</summary>
    public IReadOnlyList<double>? Mean => _mean.Values();

    /// <summary>The variance of each feature, or the one for all; null before Adapt where none was given.</summary>
    public IReadOnlyList<double>? Variance => _variance.Values();

    /// <summary>Whether it goes back.</summary>
    public bool Invert { get; }

    /// <inheritdoc/>
    public override Reads BackwardReads => Reads.None;

    /// <inheritdoc/>
    public override bool CanRunInPlace => true;

    /// <summary>Takes mean and variance of each feature from the first input of a data set.</summary>
    /// <param name="data">The samples: those of training only.</param>
    /// <exception cref="ShapeException">The samples do not fit the layer.</exception>
    public void Adapt(Dataset data)
    {
        ArgumentNullException.ThrowIfNull(data);
        Adapt(data.InputColumns[0]);
    }

    /// <summary>Takes mean and variance of each feature from samples, over all axes but the last. What was there gives way.</summary>
    /// <param name="samples">A tensor or an array, <c>[n, ..., features]</c>.</param>
    /// <exception cref="ShapeException">The samples do not fit the layer.</exception>
    public void Adapt(DataColumn samples)
    {
        ArgumentNullException.ThrowIfNull(samples);
        Shape shape = samples.SampleShape;
        if (shape.Rank == 0 || (_mean.Parameter is { } parameter && parameter.Shape[0] != shape[^1]))
        {
            throw UnexpectedInput(Expected(_mean.Parameter?.Shape[0]), shape, "Adapt the layer with samples like the model's.");
        }

        (double[] mean, double[] variance) = SampleStatistics.OfFeatures(samples);
        _features = mean.Length;
        _mean.Set(mean);
        _variance.Set(variance);
    }

    /// <inheritdoc/>
    public override BufferNeeds Needs(ReadOnlySpan<Shape> inputs, int batch) => new(Scratch: 2 * TileOf(inputs[0]));

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write("invert", Invert);
    }

    /// <inheritdoc/>
    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        // y = (x − mean) · scale, or y = x · scale + mean
        Span<T> mean = FillTiles(pass, out Span<T> scale);
        Body<T> body = new(x, y, mean, scale, Invert);
        ParallelLoop.Run(ref body, body.Parts, pass.Threads);
    }

    /// <inheritdoc/>
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        if (dx.IsEmpty)
        {
            return;
        }

        // dx = dy · scale
        _ = FillTiles(pass, out Span<T> scale);
        Body<T> body = new(dy, dx, [], scale, Invert);
        ParallelLoop.Run(ref body, body.Parts, pass.Threads);
    }

    /// <inheritdoc/>
    protected override Shape Build(Shape input, ParameterFactory parameters)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(parameters);
        int? features = _features ?? _mean.Parameter?.Shape[0];
        if (input.Rank == 0 || (features is { } expected && expected != input[^1]))
        {
            throw UnexpectedInput(Expected(features), input, "Mean and variance belong to the features of the last axis.");
        }

        _mean.Build(parameters, [input[^1]]);
        _variance.Build(parameters, [input[^1]]);
        return input;
    }

    private static string Expected(int? features) =>
        features is null ? "[n, ..., features]" : $"[n, ..., {features.Value.ToString(System.Globalization.CultureInfo.InvariantCulture)}]";

    // A whole number of rows, so that narrow rows are done many at a time.
    private static int TileOf(Shape input) => (((TileLength - 1) / input[^1]) + 1) * input[^1];

    private Span<T> FillTiles<T>(in Pass<T> pass, out Span<T> scale)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int tile = TileOf(pass.InputShape());
        Span<T> mean = pass.Scratch[..tile];
        scale = pass.Scratch.Slice(tile, tile);
        ReadOnlySpan<T> means = pass.Values(_mean.Parameter!), variances = pass.Values(_variance.Parameter!);
        T least = T.CreateTruncating(Epsilon);
        for (int i = 0; i < means.Length; i++)
        {
            T deviation = T.Max(T.Sqrt(variances[i]), least);
            mean[i] = means[i];
            scale[i] = Invert ? deviation : T.One / deviation;
        }

        for (int i = means.Length; i < tile; i += means.Length)
        {
            mean[..means.Length].CopyTo(mean[i..]);
            scale[..means.Length].CopyTo(scale[i..]);
        }

        return mean;
    }

    private readonly ref struct Body<T>(ReadOnlySpan<T> x, Span<T> y, ReadOnlySpan<T> mean, ReadOnlySpan<T> scale, bool invert)
        : IBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly ReadOnlySpan<T> _x = x, _mean = mean, _scale = scale;
        private readonly Span<T> _y = y;
        private readonly int _partLength = (((PartLength - 1) / scale.Length) + 1) * scale.Length;

        public int Parts => (_y.Length + _partLength - 1) / _partLength;

        public void Run(int part)
        {
            int end = Math.Min((part + 1) * _partLength, _y.Length);
            for (int start = part * _partLength; start < end; start += _scale.Length)
            {
                int length = Math.Min(_scale.Length, end - start);
                ReadOnlySpan<T> x = _x.Slice(start, length), scale = _scale[..length];
                Span<T> y = _y.Slice(start, length);
                if (_mean.IsEmpty)
                {
                    TensorPrimitives.Multiply(x, scale, y);
                }
                else if (invert)
                {
                    TensorPrimitives.Multiply(x, scale, y);
                    TensorPrimitives.Add(y, _mean[..length], y);
                }
                else
                {
                    TensorPrimitives.Subtract(x, _mean[..length], y);
                    TensorPrimitives.Multiply(y, scale, y);
                }
            }
        }
    }
}
