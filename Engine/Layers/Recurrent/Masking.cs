using System.Numerics;
using Engine.Kernels;

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
    // Padded steps are zeros in the output; only where other steps may be zeros, too, does it not tell which are padded.
    public override Reads BackwardReads => MaskValue == 0 ? Reads.Output : Reads.None;

    /// <inheritdoc/>
    public override bool CanRunInPlace => true;

    // Padded steps are zeros already. Their gradients are not.
    internal override bool IsAlias => MaskValue == 0;

    internal override bool IsGradientAlias => false;

    /// <inheritdoc/>
    public override MaskRule OutputMask(ReadOnlySpan<bool> masked) => MaskRule.Compute;

    /// <inheritdoc/>
    public override void ComputeMask<T>(in Pass<T> pass, Span<T> mask) =>
        new PaddedSteps<T>(pass.Input(), MaskValue, mask).RunAll(pass.Threads);

    /// <inheritdoc/>
    public override BufferNeeds Needs(ReadOnlySpan<Shape> inputs, int batch)
    {
        int steps = batch * inputs[0][0];
        return MaskValue == 0 ? new(Scratch: steps) : new(Kept: steps);
    }

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write("mask_value", MaskValue);
    }

    /// <summary>
    /// Copies steps, with zeros where they are padded. With a mask value of 0 it is called only where another layer runs this one, since
    /// in a graph input and output are then the same memory.
    /// </summary>
    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass) =>
        new PaddedSteps<T>(x, MaskValue, Marks(pass)) { From = x, To = y }.RunAll(pass.Threads);

    /// <inheritdoc/>
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        if (!dx.IsEmpty)
        {
            // Where steps are padded outputs are 0, and so are the marks that forward kept.
            Span<T> marks = Marks(pass);
            new PaddedSteps<T>(MaskValue == 0 ? y : marks, padding: 0, marks) { From = dy, To = dx }.RunAll(pass.Threads);
        }
    }

    /// <inheritdoc/>
    protected override Shape Build(Shape input, ParameterFactory parameters)
    {
        ArgumentNullException.ThrowIfNull(input);
        return input.Rank >= 2 ? input : throw UnexpectedInput(
            "[n, steps, ..., features]", input, "For indices of words take Embedding with maskZero.");
    }

    // 0 for a padded step, else 1: found again in backward if outputs tell, else kept for it.
    private Span<T> Marks<T>(in Pass<T> pass)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        (MaskValue == 0 ? pass.Scratch : pass.Kept)[..(pass.Batch * pass.InputShape()[0])];
}
