using System.Numerics;

namespace Engine.Layers;

/// <summary>
/// Tells the layers behind which steps of a sequence are padding: those all of whose features are <see cref="MaskValue"/>. They
/// become zero, and layers that know masks leave them out.
/// </summary>
/// <remarks>Input and output <c>[n, steps, ..., features]</c>. A mask that the input has gives way to this one, as in Keras.</remarks>
public sealed class Masking : SimpleLayer
{
    /// <summary>Makes the layer.</summary>
    /// <param name="maskValue">What all features of a padded step are; exactly, as the model's number type has it.</param>
    public Masking(double maskValue = 0) => MaskValue = maskValue;

    /// <summary>What all features of a padded step are.</summary>
    public double MaskValue { get; }

    /// <inheritdoc/>
    public override Reads BackwardReads => Reads.None;

    /// <inheritdoc/>
    public override bool CanRunInPlace => true;

    /// <inheritdoc/>
    public override MaskRule OutputMask(ReadOnlySpan<bool> masked) => MaskRule.Compute;

    /// <inheritdoc/>
    public override void ComputeMask<T>(in Pass<T> pass, Span<T> mask) => FindSteps(pass.Input(), mask);

    /// <inheritdoc/>
    public override BufferNeeds Needs(ReadOnlySpan<Shape> inputs, int batch) => new(Kept: batch * inputs[0][0]);

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write("mask_value", MaskValue);
    }

    /// <inheritdoc/>
    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        Span<T> mask = pass.Kept[..(pass.Batch * pass.InputShape()[0])];
        if (MaskValue != 0 || pass.HasBackward)
        {
            FindSteps(x, mask);
        }

        if (MaskValue != 0)
        {
            CopySteps(x, mask, y);
        }
        else if (!x.Overlaps(y))
        {
            // Padded steps are zeros already.
            x.CopyTo(y);
        }
    }

    /// <inheritdoc/>
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        if (!dx.IsEmpty)
        {
            CopySteps(dy, pass.Kept[..(pass.Batch * pass.InputShape()[0])], dx);
        }
    }

    /// <inheritdoc/>
    protected override Shape Build(Shape input, ParameterFactory parameters)
    {
        ArgumentNullException.ThrowIfNull(input);
        return input.Rank >= 2 ? input : throw UnexpectedInput(
            "[n, steps, ..., features]", input, "For indices of words take Embedding with maskZero.");
    }

    // mask = 1 where a feature of the step is another than the mask value.
    private void FindSteps<T>(ReadOnlySpan<T> x, Span<T> mask)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T value = T.CreateTruncating(MaskValue);
        int features = x.Length / mask.Length;
        for (int step = 0; step < mask.Length; step++)
        {
            mask[step] = IsAll(x.Slice(step * features, features), value) ? T.Zero : T.One;
        }
    }

    // The span's own search does not use vectors for floating-point numbers, but knows that NaN is NaN.
    private static bool IsAll<T>(ReadOnlySpan<T> x, T value)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Vector<T> values = Vector.Create(value);
        int i = 0;
        for (; i <= x.Length - Vector<T>.Count && !T.IsNaN(value); i += Vector<T>.Count)
        {
            if (!Vector.EqualsAll(Vector.Create(x[i..]), values))
            {
                return false;
            }
        }

        return !x[i..].ContainsAnyExcept(value);
    }

    // y = x where the step counts, else 0; runs of steps together.
    private static void CopySteps<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> mask, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        bool isSame = x.Overlaps(y);
        int features = x.Length / mask.Length;
        for (int from = 0, to; from < mask.Length; from = to)
        {
            int run = mask[from..].IndexOfAnyExcept(mask[from]);
            to = run < 0 ? mask.Length : from + run;
            Span<T> steps = y[(from * features)..(to * features)];
            if (mask[from] == T.Zero)
            {
                steps.Clear();
            }
            else if (!isSame)
            {
                x[(from * features)..(to * features)].CopyTo(steps);
            }
        }
    }
}
