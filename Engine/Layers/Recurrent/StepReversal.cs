namespace Engine.Layers;

/// <summary>Turns sequences round: y[t] = x[steps − 1 − t], and their mask with them.</summary>
internal sealed class StepReversal : SimpleLayer
{
    public override Reads BackwardReads => Reads.None;

    public override MaskRule OutputMask(ReadOnlySpan<bool> masked) => masked[0] ? MaskRule.Compute : MaskRule.Keep;

    public override void ComputeMask<T>(in Pass<T> pass, Span<T> mask) => Turn(pass.Mask(), mask, pass.InputShape()[0], 1);

    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass) =>
        Turn<T>(x, y, pass.InputShape()[0], pass.InputShape()[1]);

    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        if (!dx.IsEmpty)
        {
            Turn(dy, dx, pass.InputShape()[0], pass.InputShape()[1]);
        }
    }

    /// <summary>Copies sequences, the last step first.</summary>
    /// <param name="x">[samples, steps, features].</param>
    /// <param name="y">The same; may not overlap x.</param>
    /// <param name="steps">The number of steps.</param>
    /// <param name="features">The features of a step.</param>
    public static void Turn<T>(ReadOnlySpan<T> x, Span<T> y, int steps, int features)
    {
        for (int row = 0; row < x.Length / features; row++)
        {
            int opposite = row + steps - 1 - (2 * (row % steps));
            x.Slice(row * features, features).CopyTo(y[(opposite * features)..]);
        }
    }

    protected override Shape Build(Shape input, ParameterFactory parameters) =>
        input.Rank == 2 ? input : throw UnexpectedInput("[n, steps, features]", input, null);
}
