using Engine.Layers;

namespace Engine.Tests.Checking;

// Layers that break what is promised of gradients, each exactly one promise.

internal sealed class InputGradientOffByOnePartInAMillion : Honest
{
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        base.Backward(x, y, dy, dx, pass);
        foreach (ref T gradient in dx)
        {
            gradient *= T.CreateChecked(1 + 1e-6);
        }
    }
}

internal sealed class OneWeightsGradientOffByOnePartInAMillion : Honest
{
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        base.Backward(x, y, dy, dx, pass);
        if (pass.Gradient(Weights!) is { IsEmpty: false } dw)
        {
            dw[2] *= T.CreateChecked(1 - 1e-6);
        }
    }
}

internal sealed class ForgetsTheLastInputGradient : Honest
{
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        Span<T> partial = pass.Scratch[..dy.Length];
        base.Backward(x, y, dy, partial, pass);
        if (!dx.IsEmpty)
        {
            partial[..^1].CopyTo(dx);
        }
    }

    public override BufferNeeds Needs(ReadOnlySpan<Shape> inputs, int batch) => new(Scratch: batch * inputs[0].Size);
}

internal sealed class WithoutAGradient : Honest
{
    public override Reads BackwardReads => Reads.None;

    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        for (int i = 0; i < y.Length; i++)
        {
            y[i] = T.CreateChecked(T.Sign(x[i]));
        }
    }

    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass) =>
        dx.Clear();

    protected override Shape Build(Shape input, ParameterFactory parameters) => input;
}

internal sealed class CoarseInFloat : Honest
{
    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        base.Forward(x, y, pass);
        foreach (ref T value in y)
        {
            value = value + T.CreateChecked(1000) - T.CreateChecked(1000);
        }
    }
}

internal sealed class AddsToItsGradient : Honest
{
    protected override void Clear<T>(Span<T> gradient)
    {
    }
}

internal sealed class GivesUpWhenOneGradientIsNotWanted : Honest
{
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        if (!dx.IsEmpty && !pass.Gradient(Weights!).IsEmpty)
        {
            base.Backward(x, y, dy, dx, pass);
        }
    }
}
