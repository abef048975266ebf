using System.Globalization;
using System.Numerics;
using Engine.Constraints;
using Engine.Initializers;
using Engine.Kernels;
using Engine.Regularizers;

namespace Engine.Layers;

/// <summary>A vector for each of a number of things, such as words: rows of a table that is learned.</summary>
/// <remarks>
/// <para>
/// Input <c>[n, ...]</c>, whole numbers from 0 to inputDim − 1 in the model's number type (in float exact up to 2²⁴); output
/// <c>[n, ..., outputDim]</c>; table, "embeddings", <c>[inputDim, outputDim]</c>. A number is rounded to the nearest whole one; one
/// that is farther than 0.01 from it is refused, since it is no index.
/// </para>
/// <para>The gradient of the table is a sum in the order of the samples; the indices have none.</para>
/// </remarks>
public sealed class Embedding : SimpleLayer
{
    private Parameter? _embeddings;

    /// <summary>Makes the layer.</summary>
    /// <param name="inputDim">How many things there are, the padding included; at least 1.</param>
    /// <param name="outputDim">The length of a vector; at least 1.</param>
    /// <param name="embeddingsInitializer">First values of the table; uniform in ±0.05 if null, as in Keras.</param>
    /// <param name="embeddingsRegularizer">A penalty on the table.</param>
    /// <param name="embeddingsConstraint">What the table must satisfy after each step.</param>
    /// <param name="maskZero">Whether index 0 means padding: a mask then tells the layers behind which steps count.</param>
    /// <exception cref="ArgumentOutOfRangeException">A dimension is below 1.</exception>
    public Embedding(
        int inputDim,
        int outputDim,
        Initializer? embeddingsInitializer = null,
        Regularizer? embeddingsRegularizer = null,
        Constraint? embeddingsConstraint = null,
        bool maskZero = false)
    {
        InputDim = AtLeastOne(inputDim, nameof(inputDim));
        OutputDim = AtLeastOne(outputDim, nameof(outputDim));
        EmbeddingsInitializer = embeddingsInitializer ?? Initializer.RandomUniform(0.05);
        EmbeddingsRegularizer = embeddingsRegularizer;
        EmbeddingsConstraint = embeddingsConstraint;
        MaskZero = maskZero;
    }

    /// <summary>How many things there are.</summary>
    public int InputDim { get; }

    /// <summary>The length of a vector.</summary>
    public int OutputDim { get; }

    /// <summary>First values of the table.</summary>
    public Initializer EmbeddingsInitializer { get; }

    /// <summary>The penalty on the table, if any.</summary>
    public Regularizer? EmbeddingsRegularizer { get; }

    /// <summary>What the table must satisfy after each step, if anything.</summary>
    public Constraint? EmbeddingsConstraint { get; }

    /// <summary>Whether index 0 means padding.</summary>
    public bool MaskZero { get; }

    /// <summary>The table, <c>[inputDim, outputDim]</c>; null before the layer is used.</summary>
    public Parameter? Embeddings => _embeddings;

    /// <inheritdoc/>
    public override Reads BackwardReads => Reads.Input;

    /// <summary>With <see cref="MaskZero"/> the output has a mask; without it, it has the input's, if there is one.</summary>
    public override MaskRule OutputMask(ReadOnlySpan<bool> masked) => MaskZero ? MaskRule.Compute : MaskRule.Keep;

    /// <inheritdoc/>
    public override void ComputeMask<T>(in Pass<T> pass, Span<T> mask)
    {
        ReadOnlySpan<T> x = pass.Input();
        T half = T.CreateTruncating(0.5);
        for (int i = 0; i < mask.Length; i++)
        {
            mask[i] = T.Abs(x[i]) < half ? T.Zero : T.One;
        }
    }

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write("input_dim", InputDim);
        writer.Write("output_dim", OutputDim);
        writer.Write("embeddings_initializer", EmbeddingsInitializer);
        writer.Write("embeddings_regularizer", EmbeddingsRegularizer);
        writer.Write("embeddings_constraint", EmbeddingsConstraint);
        writer.Write("mask_zero", MaskZero);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">An input is no index of the table; the message names it.</exception>
    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        int invalid = EmbeddingKernels.FindInvalid(x, InputDim);
        if (invalid >= 0)
        {
            throw InvalidIndex(x[invalid], invalid, pass.InputShape());
        }

        // y = E[x]   [n, ..., outputDim]
        EmbeddingKernels.Gather(x, pass.Values(_embeddings!), y, OutputDim);
    }

    /// <inheritdoc/>
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        // dE[r] = Σ dy over all places where x = r   [inputDim, outputDim]
        Span<T> gradient = pass.Gradient(_embeddings!);
        if (!gradient.IsEmpty)
        {
            EmbeddingKernels.ScatterAdd(x, dy, gradient, OutputDim, pass.Threads);
        }

        dx.Clear();
    }

    /// <inheritdoc/>
    protected override Shape Build(Shape input, ParameterFactory parameters)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(parameters);
        if (MaskZero && input.Rank != 1)
        {
            throw UnexpectedInput("[n, steps]", input, "A mask has one value a step: maskZero needs one index a step.");
        }

        _embeddings = parameters.Add(
            "embeddings", [InputDim, OutputDim], EmbeddingsInitializer, EmbeddingsRegularizer, EmbeddingsConstraint);
        return Shape.Create([.. input.AsSpan(), OutputDim]);
    }

    private static int AtLeastOne(int value, string name) => value >= 1 ? value : throw new ArgumentOutOfRangeException(
        name, $"Embedding: expected {name} of at least 1, got {value}.");

    private ArgumentException InvalidIndex<T>(T index, int place, Shape shape)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        string element = shape.Rank == 0 ? "" : $", element {place % shape.Size}";
        return new ArgumentException(string.Create(
            CultureInfo.InvariantCulture,
            $"{Title}: expected whole numbers from 0 to {InputDim - 1}, got {index} in sample {place / shape.Size}{element}. "
            + $"Give inputDim the largest index plus 1, or give what is unknown an index of its own."));
    }
}
