using Engine.Layers;

namespace Engine.Tests.Layers;

/// <summary>Passes its first input on, with a mask: a step counts where the second input, a number a step, is above zero.</summary>
internal sealed class MaskBy : Layer
{
    public override Reads BackwardReads => Reads.None;

    public override MaskRule OutputMask(ReadOnlySpan<bool> masked) => MaskRule.Compute;

    public override void ComputeMask<T>(in Pass<T> pass, Span<T> mask)
    {
        for (int i = 0; i < mask.Length; i++)
        {
            mask[i] = pass.Input(1)[i] > T.Zero ? T.One : T.Zero;
        }
    }

    public override void Forward<T>(in Pass<T> pass) => pass.Input().CopyTo(pass.Output());

    public override void Backward<T>(in Pass<T> pass)
    {
        if (!pass.InputGradient().IsEmpty)
        {
            pass.OutputGradient().CopyTo(pass.InputGradient());
        }

        pass.InputGradient(1).Clear();
    }

    protected override Shape[] Build(ReadOnlySpan<Shape> inputs, ParameterFactory parameters) => [inputs[0]];
}
