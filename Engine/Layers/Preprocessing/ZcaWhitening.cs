using System.Numerics.Tensors;
using Engine.Data;
using Engine.Kernels;
using Engine.LinearAlgebra;
using Engine.Numerics;

namespace Engine.Layers;

/// <summary>
/// y = (x − mean) W with W = U (S + ε)^(−½) Uᵀ, where U S Uᵀ is the covariance of the samples that the layer was adapted to: of
/// all elements of a sample, flattened. What comes out is uncorrelated, and as near to x as such numbers can be.
/// </summary>
/// <remarks>
/// <para>
/// Bell and Sejnowski, "The 'independent components' of natural scenes are edge filters", 1997; Krizhevsky 2009. Input and output
/// <c>[n, ...]</c>, in every phase. Mean and W are parameters that do not train: a saved model has them.
/// </para>
/// <para>Adapt takes time of the third, and W memory of the second power of the elements of a sample.</para>
/// </remarks>
public sealed class ZcaWhitening : SimpleLayer
{
    // The square root of the longest array.
    private const int MostElements = 46340;

    private readonly AdaptedState _mean, _whitening;

    /// <summary>Makes the layer.</summary>
    /// <param name="epsilon">Added to each variance, above 0: directions that hardly vary are not blown up.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is not above 0.</exception>
    public ZcaWhitening(double epsilon = 1e-6)
    {
        Epsilon = Guard.Positive(epsilon, nameof(ZcaWhitening), nameof(epsilon));
        _mean = new AdaptedState(this, "mean");
        _whitening = new AdaptedState(this, "whitening");
    }

    /// <summary>What is added to each variance.</summary>
    public double Epsilon { get; }

    /// <summary>The mean of the samples, <c>[elements]</c>; null before the layer is used.</summary>
    public Parameter? Mean => _mean.Parameter;

    /// <summary>W, <c>[elements, elements]</c>; null before the layer is used.</summary>
    public Parameter? Whitening => _whitening.Parameter;

    /// <inheritdoc/>
    public override Reads BackwardReads => Reads.None;

    /// <summary>Takes mean and covariance from the first input of a data set.</summary>
    /// <param name="data">The samples: those of training only.</param>
    /// <exception cref="ShapeException">The samples do not fit the layer.</exception>
    public void Adapt(Dataset data)
    {
        ArgumentNullException.ThrowIfNull(data);
        Adapt(data.InputColumns[0]);
    }

    /// <summary>Takes mean and covariance from samples. What was there gives way.</summary>
    /// <param name="samples">A tensor or an array, <c>[n, ...]</c>.</param>
    /// <exception cref="ShapeException">The samples do not fit the layer.</exception>
    public void Adapt(DataColumn samples)
    {
        ArgumentNullException.ThrowIfNull(samples);
        int size = samples.SampleShape.Size;
        if (size > MostElements)
        {
            throw TooManyElements(samples.SampleShape);
        }

        if (_mean.Parameter is { } parameter && parameter.Shape.Size != size)
        {
            throw UnexpectedInput(
                Expected(parameter.Shape.Size), samples.SampleShape, "Adapt the layer with samples like the model's.");
        }

        (double[] mean, double[] covariance) = SampleStatistics.OfElements(samples);
        (double[] u, double[] s) = MathNetBridge.SingularVectors(covariance, size);

        // W = (U / √(S + ε)) Uᵀ; uᵀ is U's columns one after the other, row-major [element of S, element].
        double[] scaled = (double[])u.Clone(), whitening = new double[size * size];
        for (int k = 0; k < size; k++)
        {
            Span<double> column = scaled.AsSpan(k * size, size);
            TensorPrimitives.Multiply(column, 1 / Math.Sqrt(s[k] + Epsilon), column);
        }

        Gemm.Multiply(
            new ReadOnlyMatrixView<double>(scaled, size, size).Transposed,
            new ReadOnlyMatrixView<double>(u, size, size),
            new MatrixView<double>(whitening, size, size));
        _mean.Set(mean);
        _whitening.Set(whitening);
    }

    /// <inheritdoc/>
    public override BufferNeeds Needs(ReadOnlySpan<Shape> inputs, int batch) => new(Scratch: batch * inputs[0].Size);

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write("epsilon", Epsilon);
    }

    /// <inheritdoc/>
    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        // y = (x − mean) W   [n, size] = [n, size][size, size]
        ReadOnlySpan<T> mean = pass.Values(_mean.Parameter!);
        int size = mean.Length;
        Span<T> centered = pass.Scratch[..x.Length];
        for (int row = 0; row < x.Length; row += size)
        {
            TensorPrimitives.Subtract(x.Slice(row, size), mean, centered.Slice(row, size));
        }

        Gemm.Multiply(
            new ReadOnlyMatrixView<T>(centered, pass.Batch, size),
            new ReadOnlyMatrixView<T>(pass.Values(_whitening.Parameter!), size, size),
            new MatrixView<T>(y, pass.Batch, size),
            pass.Threads);
    }

    /// <inheritdoc/>
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        if (dx.IsEmpty)
        {
            return;
        }

        // dx = dy Wᵀ   [n, size] = [n, size][size, size]
        int size = pass.InputShape().Size;
        Gemm.Multiply(
            new ReadOnlyMatrixView<T>(dy, pass.Batch, size),
            new ReadOnlyMatrixView<T>(pass.Values(_whitening.Parameter!), size, size).Transposed,
            new MatrixView<T>(dx, pass.Batch, size),
            pass.Threads);
    }

    /// <inheritdoc/>
    protected override Shape Build(Shape input, ParameterFactory parameters)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(parameters);
        if ((_mean.Count ?? _mean.Parameter?.Shape.Size) is { } size && size != input.Size)
        {
            throw UnexpectedInput(Expected(size), input, "The layer was adapted to samples of another size.");
        }

        if (input.Size > MostElements)
        {
            throw TooManyElements(input);
        }

        _mean.Build(parameters, [input.Size]);
        _whitening.Build(parameters, [input.Size, input.Size]);
        return input;
    }

    private ShapeException TooManyElements(Shape sample) =>
        UnexpectedInput($"of at most {MostElements} elements a sample", sample, "Make the images smaller: see Resizing.");

    private static string Expected(int size) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture, $"with {size} elements a sample");
}
