namespace Engine.Layers;

/// <summary>The same vector at each step of a sequence: what an encoder found, for a decoder to read.</summary>
/// <remarks>Input <c>[n, features]</c>, output <c>[n, count, features]</c>.</remarks>
public sealed class RepeatVector : SimpleLayer
{
    /// <summary>Makes the layer.</summary>
    /// <param name="count">The number of steps; at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is below 1.</exception>
    public RepeatVector(int count) => Count = count >= 1 ? count : throw new ArgumentOutOfRangeException(
        nameof(count), $"RepeatVector: expected a count of at least 1, got {count}.");

    /// <summary>The number of steps.</summary>
    public int Count { get; }

    /// <inheritdoc/>
    public override Reads BackwardReads => Reads.None;

    /// <summary>The steps are new ones, without a mask.</summary>
    public override MaskRule OutputMask(ReadOnlySpan<bool> masked) => MaskRule.Drop;

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write("count", Count);
    }

    /// <inheritdoc/>
    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        int features = pass.InputShape()[0];
        for (int step = 0; step < pass.Batch * Count; step++)
        {
            x.Slice(step / Count * features, features).CopyTo(y[(step * features)..]);
        }
    }

    /// <inheritdoc/>
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        // dx = Σ dy over the steps   [n, features]
        int features = pass.InputShape()[0];
        for (int start = 0; start < dx.Length; start += features)
        {
            Kernels.Reductions.ColumnSums(dy.Slice(start * Count, Count * features), dx.Slice(start, features));
        }
    }

    /// <inheritdoc/>
    protected override Shape Build(Shape input, ParameterFactory parameters)
    {
        ArgumentNullException.ThrowIfNull(input);
        return input.Rank == 1 ? [Count, input[0]] : throw UnexpectedInput(
            "[n, features]", input, "Take the last step, or Flatten, in front.");
    }
}
