using Engine.Layers;

namespace Engine.Tests.Checking;

/// <summary>The guide's own layer, section 8, as it stands there.</summary>
public sealed class CustomDropout(double dropProbability) : SimpleLayer
{
    protected override Shape Build(Shape input, ParameterFactory parameters) => input;

    // y = x * mask / keep, with mask ~ Bernoulli(keep); outside training y = x
    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        if (!pass.IsStochastic) { x.CopyTo(y); return; }
        T scale = T.CreateChecked(1 / (1 - dropProbability));
        for (int i = 0; i < x.Length; i++)
            y[i] = pass.Random.Uniform(i) >= dropProbability ? x[i] * scale : T.Zero;
    }

    // dx = dy * mask / keep, with the same mask: the same random numbers, drawn again
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        if (!pass.IsStochastic) { dy.CopyTo(dx); return; }
        T scale = T.CreateChecked(1 / (1 - dropProbability));
        for (int i = 0; i < dy.Length; i++)
            dx[i] = pass.Random.Uniform(i) >= dropProbability ? dy[i] * scale : T.Zero;
    }
}
