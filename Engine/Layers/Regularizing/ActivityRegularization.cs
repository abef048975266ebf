using Engine.Regularizers;

namespace Engine.Layers;

/// <summary>
/// Passes its input on and adds a penalty on it to the loss: the regularizer's value, divided by the batch size.
/// </summary>
/// <remarks>Input and output <c>[n, ...]</c>. The penalty counts in every phase, as in Keras.</remarks>
public sealed class ActivityRegularization : SimpleLayer
{
    /// <summary>Makes the layer.</summary>
    /// <param name="regularizer">The penalty on the activations of a batch.</param>
    public ActivityRegularization(Regularizer regularizer)
    {
        ArgumentNullException.ThrowIfNull(regularizer);
        Regularizer = regularizer;
    }

    /// <summary>The penalty on the activations of a batch.</summary>
    public Regularizer Regularizer { get; }

    /// <inheritdoc/>
    public override Reads BackwardReads => Reads.Output;

    /// <inheritdoc/>
    public override bool CanRunInPlace => true;

    /// <inheritdoc/>
    public override BufferNeeds Needs(ReadOnlySpan<Shape> inputs, int batch) => new(Scratch: batch * inputs[0].Size);

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write("regularizer", Regularizer);
    }

    /// <inheritdoc/>
    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        if (!x.Overlaps(y))
        {
            x.CopyTo(y);
        }

        pass.AddPenalty(Regularizer.Penalty<T>(y) / pass.Batch);
    }

    /// <inheritdoc/>
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        if (dx.IsEmpty)
        {
            return;
        }

        // dx = dy + (1 / n) ∂penalty/∂y
        Span<T> gradient = pass.Scratch[..dy.Length];
        gradient.Clear();
        Regularizer.AccumulateGradient(y, gradient);
        T share = T.One / T.CreateChecked(pass.Batch);
        System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(gradient, share, dy, dx);
    }

    /// <inheritdoc/>
    protected override Shape Build(Shape input, ParameterFactory parameters) => input;
}
